import { useElementSize } from '@mantine/hooks';
import { useId, useState } from 'react';
import { useFormats } from '../words/formats.ts';
import styles from './plot.module.css';
import type { PlotProps } from './plot.tsx';
import { type Mark, type Series, seriesColour, ticksUpTo } from './plot-scale.ts';

const height = 236;
const edge = { top: 10, right: 12, bottom: 26 };

/** Where things stand in the drawing, in its pixels. */
interface Scale {
  readonly ticks: readonly number[];
  readonly left: number;
  readonly right: number;
  /** The width that one mark has. */
  readonly step: number;
  /** The middle of a mark. */
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
}

function scaleOf({ marks, series, kind }: PlotProps, width: number, number: (value: number) => string): Scale {
  const sumAt = (index: number) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0);
  const heights = kind === 'bars' ? marks.map((_, index) => sumAt(index)) : series.flatMap(({ values }) => values);
  const ticks = ticksUpTo(Math.max(...heights));
  const top = ticks[ticks.length - 1]!;
  // As wide as its longest number is written.
  const left = 22 + 7 * number(top).length;
  const step = Math.max(0, width - left - edge.right) / marks.length;
  const inner = height - edge.top - edge.bottom;
  return {
    ticks,
    left,
    right: width - edge.right,
    step,
    x: (index) => left + step * (index + 0.5),
    y: (value) => edge.top + inner * (1 - value / top),
  };
}

/** The figures of a plot as bars or lines. Pointing at a mark tells its figures; the table tells them to everybody. */
export function PlotDrawing(props: PlotProps) {
  const { title, marks, series, kind } = props;
  const { ref, width } = useElementSize();
  const { number } = useFormats();
  const [pointed, setPointed] = useState<number | null>(null);
  const titleId = useId();
  const scale = scaleOf(props, width, number);
  return (
    <div className={styles.drawing} ref={ref}>
      {series.length > 1 && <Legend series={series} />}
      {width > 0 && (
        <svg width={width} height={height} role="img" aria-labelledby={titleId} onMouseLeave={() => setPointed(null)}>
          <title id={titleId}>{title}</title>
          <Axes scale={scale} marks={marks} />
          {kind === 'bars' && <Bars scale={scale} series={series} marks={marks} />}
          {kind === 'lines' && <Lines scale={scale} series={series} />}
          {pointed !== null && (
            <path className={styles.pointer} d={`M${scale.x(pointed)} ${edge.top}V${height - edge.bottom}`} />
          )}
          {marks.map(({ key }, index) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: pointing shows what the table says to everybody
            <rect
              key={key}
              x={scale.x(index) - scale.step / 2}
              y={edge.top}
              width={scale.step}
              height={height - edge.top - edge.bottom}
              fill="transparent"
              onMouseEnter={() => setPointed(index)}
            />
          ))}
        </svg>
      )}
      {pointed !== null && pointed < marks.length && <Pointed marks={marks} series={series} index={pointed} />}
    </div>
  );
}

function Legend({ series }: { readonly series: readonly Series[] }) {
  return (
    <ul className={styles.legend}>
      {series.map(({ key, name }, place) => (
        <li key={key}>
          <Swatch place={place} /> {name}
        </li>
      ))}
    </ul>
  );
}

function Swatch({ place }: { readonly place: number }) {
  return (
    <svg width={10} height={10} aria-hidden="true">
      <rect width={10} height={10} rx={2} fill={seriesColour(place)} />
    </svg>
  );
}

function Axes({ scale, marks }: { readonly scale: Scale; readonly marks: readonly Mark[] }) {
  const { number } = useFormats();
  // As many labels as fit without touching one another.
  const longest = Math.max(...marks.map(({ label }) => label.length));
  const every = Math.max(1, Math.ceil((longest * 7 + 14) / Math.max(scale.step, 1)));
  return (
    <g className={styles.axes}>
      {scale.ticks.map((tick) => (
        <g key={tick}>
          <line x1={scale.left} x2={scale.right} y1={scale.y(tick)} y2={scale.y(tick)} />
          <text x={scale.left - 8} y={scale.y(tick) + 4} textAnchor="end">
            {number(tick)}
          </text>
        </g>
      ))}
      {marks.map(({ key, label }, index) =>
        index % every === 0 ? (
          <text key={key} x={scale.x(index)} y={height - 8} textAnchor="middle">
            {label}
          </text>
        ) : null,
      )}
    </g>
  );
}

interface BarsProps {
  readonly scale: Scale;
  readonly series: readonly Series[];
  readonly marks: readonly Mark[];
}

function Bars({ scale, series, marks }: BarsProps) {
  const width = Math.max(1, Math.min(scale.step * 0.72, 44));
  return marks.map((mark, index) => {
    let below = 0;
    return (
      <g key={mark.key}>
        {series.map(({ key, values }, place) => {
          const value = values[index] ?? 0;
          const from = below;
          below += value;
          const y = scale.y(below);
          const x = scale.x(index) - width / 2;
          return value === 0 ? null : (
            <rect key={key} x={x} y={y} width={width} height={scale.y(from) - y} fill={seriesColour(place)} />
          );
        })}
      </g>
    );
  });
}

function Lines({ scale, series }: { readonly scale: Scale; readonly series: readonly Series[] }) {
  return series.map(({ key, values }, place) => {
    const points = values.map((value, index) => `${scale.x(index)},${scale.y(value)}`);
    return <polyline key={key} points={points.join(' ')} fill="none" stroke={seriesColour(place)} strokeWidth={2} />;
  });
}

interface PointedProps {
  readonly marks: readonly Mark[];
  readonly series: readonly Series[];
  readonly index: number;
}

function Pointed({ marks, series, index }: PointedProps) {
  const { number } = useFormats();
  const told = series.map(({ key, name, values }, place) => ({ key, name, value: values[index] ?? 0, place }));
  return (
    <div className={styles.pointed} data-side={index < marks.length / 2 ? 'right' : 'left'} aria-hidden="true">
      <strong>{marks[index]?.label}</strong>
      {told
        .filter(({ value }) => value !== 0 || series.length === 1)
        .map(({ key, name, value, place }) => (
          <div key={key}>
            <Swatch place={place} />
            <span>{name}</span>
            <b>{number(value)}</b>
          </div>
        ))}
    </div>
  );
}
