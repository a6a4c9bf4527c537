import { SegmentedControl } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { type ReactNode, useId, useState } from 'react';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { partsWords } from '../words/parts-words.ts';
import { Panel } from './panel.tsx';
import styles from './plot.module.css';
import { type Mark, niceTop, type Series, seriesColour, ticksOf } from './plot-scale.ts';
import { PlotTable } from './plot-table.tsx';

export interface PlotProps {
  readonly title: string;
  /** What the marks along the bottom are, for the head of the table. */
  readonly axis: string;
  readonly marks: readonly Mark[];
  readonly series: readonly Series[];
  /** Bars stand on one another; lines do not. */
  readonly kind: 'bars' | 'lines';
  /** Whether adding the series up means something. */
  readonly total?: boolean;
  readonly tools?: ReactNode;
}

const height = 236;
const edge = { top: 10, right: 12, bottom: 26, left: 46 };

/** A plot and the table of the very same figures, one press apart. */
export function Plot(props: PlotProps) {
  const t = useWords(partsWords);
  const [view, setView] = useState<'chart' | 'table'>('chart');
  const { title, series, marks, tools } = props;
  const choices = [
    { value: 'chart', label: t('chart') },
    { value: 'table', label: t('table') },
  ];
  const control = (
    <SegmentedControl
      size="xs"
      value={view}
      onChange={(chosen) => setView(chosen === 'table' ? 'table' : 'chart')}
      data={choices}
      aria-label={t('viewOf', { title })}
    />
  );
  const isEmpty = marks.length === 0 || series.every(({ values }) => values.every((value) => value === 0));
  return (
    <Panel
      title={title}
      flush
      tools={
        <>
          {tools}
          {control}
        </>
      }
    >
      {view === 'table' && <PlotTable {...props} />}
      {view === 'chart' && isEmpty && <p className={styles.nothing}>{t('noFigures')}</p>}
      {view === 'chart' && !isEmpty && <Drawing {...props} />}
    </Panel>
  );
}

function Drawing({ title, marks, series, kind }: PlotProps) {
  const { ref, width } = useElementSize();
  const [pointed, setPointed] = useState<number | null>(null);
  const titleId = useId();
  const highest =
    kind === 'bars'
      ? Math.max(...marks.map((_, index) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0)))
      : Math.max(...series.flatMap(({ values }) => values));
  const top = niceTop(highest);
  const inner = { width: Math.max(0, width - edge.left - edge.right), height: height - edge.top - edge.bottom };
  const step = inner.width / marks.length;
  const y = (value: number) => edge.top + inner.height * (1 - value / top);
  return (
    <div className={styles.drawing} ref={ref}>
      {series.length > 1 && <Legend series={series} />}
      {width > 0 && (
        <svg width={width} height={height} role="img" aria-labelledby={titleId} onMouseLeave={() => setPointed(null)}>
          <title id={titleId}>{title}</title>
          <Axes top={top} y={y} width={width} marks={marks} step={step} />
          {kind === 'bars' && <Bars series={series} marks={marks} step={step} y={y} />}
          {kind === 'lines' && <Lines series={series} step={step} y={y} />}
          {pointed !== null && (
            <line
              className={styles.pointer}
              x1={edge.left + step * (pointed + 0.5)}
              x2={edge.left + step * (pointed + 0.5)}
              y1={edge.top}
              y2={height - edge.bottom}
            />
          )}
          {marks.map(({ key }, index) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: pointing shows what the table says to everybody
            <rect
              key={key}
              x={edge.left + step * index}
              y={edge.top}
              width={step}
              height={inner.height}
              fill="transparent"
              onMouseEnter={() => setPointed(index)}
            />
          ))}
        </svg>
      )}
      {pointed !== null && <Pointed marks={marks} series={series} index={pointed} at={(pointed + 0.5) / marks.length} />}
    </div>
  );
}

function Legend({ series }: { readonly series: readonly Series[] }) {
  return (
    <ul className={styles.legend}>
      {series.map(({ name }, index) => (
        <li key={name}>
          <svg width={10} height={10} aria-hidden="true">
            <rect width={10} height={10} rx={2} fill={seriesColour(index)} />
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}

interface AxesProps {
  readonly top: number;
  readonly y: (value: number) => number;
  readonly width: number;
  readonly marks: readonly Mark[];
  readonly step: number;
}

function Axes({ top, y, width, marks, step }: AxesProps) {
  const { number } = useFormats();
  // As many marks as fit without touching one another.
  const longest = Math.max(...marks.map(({ label }) => label.length));
  const every = Math.max(1, Math.ceil((longest * 7 + 14) / Math.max(step, 1)));
  return (
    <g className={styles.axes}>
      {ticksOf(top).map((tick) => (
        <g key={tick}>
          <line x1={edge.left} x2={width - edge.right} y1={y(tick)} y2={y(tick)} />
          <text x={edge.left - 8} y={y(tick) + 4} textAnchor="end">
            {number(tick)}
          </text>
        </g>
      ))}
      {marks.map(({ key, label }, index) =>
        index % every === 0 ? (
          <text key={key} x={edge.left + step * (index + 0.5)} y={height - 8} textAnchor="middle">
            {label}
          </text>
        ) : null,
      )}
    </g>
  );
}

interface MarksProps {
  readonly series: readonly Series[];
  readonly step: number;
  readonly y: (value: number) => number;
}

function Bars({ series, marks, step, y }: MarksProps & { readonly marks: readonly Mark[] }) {
  const width = Math.max(1, Math.min(step * 0.72, 44));
  return marks.map(({ key }, index) => {
    let below = 0;
    return (
      <g key={key}>
        {series.map(({ name, values }, at) => {
          const value = values[index] ?? 0;
          const from = below;
          below += value;
          const x = edge.left + step * (index + 0.5) - width / 2;
          return value === 0 ? null : (
            <rect key={name} x={x} y={y(below)} width={width} height={y(from) - y(below)} fill={seriesColour(at)} />
          );
        })}
      </g>
    );
  });
}

function Lines({ series, step, y }: MarksProps) {
  return series.map(({ name, values }, at) => {
    const points = values.map((value, index) => `${edge.left + step * (index + 0.5)},${y(value)}`);
    return <polyline key={name} points={points.join(' ')} fill="none" stroke={seriesColour(at)} strokeWidth={2} />;
  });
}

interface PointedProps {
  readonly marks: readonly Mark[];
  readonly series: readonly Series[];
  readonly index: number;
  /** From 0 at the left to 1 at the right. */
  readonly at: number;
}

function Pointed({ marks, series, index, at }: PointedProps) {
  const { number } = useFormats();
  return (
    <div className={styles.pointed} data-side={at < 0.5 ? 'right' : 'left'} aria-hidden="true">
      <strong>{marks[index]?.label}</strong>
      {series
        .map(({ name, values }, place) => ({ name, value: values[index] ?? 0, place }))
        .filter(({ value }) => value !== 0 || series.length === 1)
        .map(({ name, value, place }) => (
          <div key={name}>
            <svg width={8} height={8}>
              <rect width={8} height={8} rx={2} fill={seriesColour(place)} />
            </svg>
            <span>{name}</span>
            <b>{number(value)}</b>
          </div>
        ))}
    </div>
  );
}
