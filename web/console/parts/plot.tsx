import { SegmentedControl } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useWords } from '../words/language.tsx';
import { partsWords } from '../words/parts-words.ts';
import { Panel } from './panel.tsx';
import styles from './plot.module.css';
import { PlotDrawing } from './plot-drawing.tsx';
import type { Mark, Series } from './plot-scale.ts';
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
      {view === 'chart' && !isEmpty && <PlotDrawing {...props} />}
    </Panel>
  );
}
