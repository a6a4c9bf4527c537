import type { ReactNode } from 'react';
import type { Data } from '../api/calls.ts';
import { useData } from '../api/hooks.ts';
import { CsvButton } from '../parts/csv-button.tsx';
import { Figure, Figures, Panel } from '../parts/panel.tsx';
import { Plot } from '../parts/plot.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { rangeQuery, useRange } from './range.ts';
import { RangeBar } from './range-bar.tsx';
import styles from './reports.module.css';
import { useStepMarks } from './step-marks.ts';
import { reportsWords } from './words.ts';

type LiabilityReport = Data<'GET /v2/reports/liability'>;
type Balance = Omit<LiabilityReport['rows'][number], 'start' | 'end' | 'localStart'>;
/** A line of the roll-forward with the name of its step. */
type Line = Balance & { readonly key: string; readonly name: string };

const steps = ['day', 'month'] as const;

/** What could still be used, carried from step to step: opening + issued − used + given back − cancelled − expired. */
export function Liability() {
  const t = useWords(reportsWords);
  const range = useRange();
  const step = range.step === 'month' ? 'month' : 'day';
  const asked = { query: { ...rangeQuery(range), step } } as const;
  const { data: report, error, refetch } = useData('GET /v2/reports/liability', asked);
  return (
    <>
      <RangeBar steps={steps} range={range} />
      {error !== null && <ProblemNote problem={error} onRetry={refetch} />}
      {report !== undefined && error === null && report.rows.length > 0 && (
        <Shown
          report={report}
          csv={
            <CsvButton
              title={t('liability')}
              name="GET /v2/reports/liability.csv"
              input={asked}
              fileName={`liability-${range.first}.csv`}
            />
          }
        />
      )}
    </>
  );
}

function Shown({ report, csv }: { readonly report: LiabilityReport; readonly csv: ReactNode }) {
  const t = useWords(reportsWords);
  const { number } = useFormats();
  const marks = useStepMarks(report.rows, report.step);
  const whole = wholeOf(report.rows);
  const lines = report.rows.map((row, index) => ({ ...row, key: row.start, name: marks[index]!.label }));
  const column = (key: keyof Balance): Column<Line> => ({
    key,
    title: t(key),
    figures: true,
    cell: (line) => number(line[key]),
  });
  const columns: readonly Column<Line>[] = [
    { key: 'step', title: t(report.step), cell: ({ name }) => name },
    ...(['opening', 'issued', 'used', 'givenBack', 'cancelled', 'expired', 'closing'] as const).map(column),
  ];
  return (
    <>
      <Figures>
        <Figure name={t('opening')} value={number(whole.opening)} />
        <Figure name={`+ ${t('issued')}`} value={number(whole.issued)} />
        <Figure name={`− ${t('used')}`} value={number(whole.used)} />
        <Figure name={`+ ${t('givenBack')}`} value={number(whole.givenBack)} />
        <Figure name={`− ${t('cancelled')}`} value={number(whole.cancelled)} />
        <Figure name={`− ${t('expired')}`} value={number(whole.expired)} />
        <Figure name={`= ${t('closing')}`} value={number(whole.closing)} />
      </Figures>
      <Plot
        title={t('unusedOverTime')}
        axis={t(report.step)}
        marks={marks}
        series={[{ key: 'closing', name: t('closing'), values: report.rows.map(({ closing }) => closing) }]}
        kind="lines"
        tools={csv}
      />
      <Panel title={t('rollForward')} flush>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a mouse */}
        <section className={styles.tall} tabIndex={0} aria-label={t('rollForward')}>
          <Table
            caption={t('rollForward')}
            columns={columns}
            rows={lines}
            rowKey={({ key }) => key}
            foot={{ ...whole, key: '', name: t('total') }}
          />
        </section>
      </Panel>
    </>
  );
}

/** The whole range as one step. */
function wholeOf(rows: readonly Balance[]): Balance {
  const sum = (key: keyof Balance) => rows.reduce((before, row) => before + row[key], 0);
  return {
    opening: rows[0]!.opening,
    issued: sum('issued'),
    used: sum('used'),
    givenBack: sum('givenBack'),
    cancelled: sum('cancelled'),
    expired: sum('expired'),
    closing: rows[rows.length - 1]!.closing,
  };
}
