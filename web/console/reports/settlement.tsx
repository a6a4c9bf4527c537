import type { ReactNode } from 'react';
import type { Data } from '../api/calls.ts';
import { useData } from '../api/hooks.ts';
import { CsvButton } from '../parts/csv-button.tsx';
import { Empty, Figure, Figures, Panel } from '../parts/panel.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { usePassTerms } from '../words/pass-terms.ts';
import { rangeQuery, useRange } from './range.ts';
import { RangeBar } from './range-bar.tsx';
import { Rates } from './rates.tsx';
import { useStepMarks } from './step-marks.ts';
import { reportsWords } from './words.ts';

type SettlementReport = Data<'GET /v2/reports/usage'>;
type Row = SettlementReport['rows'][number];

const steps = ['day', 'month'] as const;

/** What the used usages come to, at the rates that were in force when they were used. */
export function Settlement() {
  const t = useWords(reportsWords);
  const range = useRange('lastMonth', 'month');
  const step = range.step === 'month' ? 'month' : 'day';
  const asked = { query: { ...rangeQuery(range), step, settlement: 'true' } } as const;
  const { data: report, error, refetch } = useData('GET /v2/reports/usage', asked);
  return (
    <>
      <RangeBar steps={steps} range={range} />
      {error !== null && <ProblemNote problem={error} onRetry={refetch} />}
      {report !== undefined && error === null && (
        <Shown
          report={report}
          csv={
            <CsvButton
              title={t('settlement')}
              name="GET /v2/reports/usage.csv"
              input={asked}
              fileName={`settlement-${range.first}.csv`}
            />
          }
        />
      )}
      <Rates />
    </>
  );
}

function Shown({ report, csv }: { readonly report: SettlementReport; readonly csv: ReactNode }) {
  const t = useWords(reportsWords);
  const terms = usePassTerms();
  const { number, money } = useFormats();
  const step = report.step === 'month' ? 'month' : 'day';
  const marks = new Map(useStepMarks(report.rows, step).map(({ key, label }) => [key, label]));
  const sums = report.settlement ?? [];
  const unrated = report.rows.filter(({ rate }) => rate === null).reduce((sum, row) => sum + row.netUsages, 0);
  const amount = ({ currency, amount: minor }: Pick<Row, 'currency' | 'amount'>) =>
    currency === null || minor === null ? t('noRate') : money(minor, currency);
  const columns: readonly Column<Row>[] = [
    { key: 'step', title: t(step), cell: ({ start }) => marks.get(start) },
    {
      key: 'module',
      title: t('module'),
      words: true,
      cell: ({ module }) => (module === null ? '' : terms.module(module)),
    },
    { key: 'net', title: t('usagesNet'), figures: true, cell: ({ netUsages }) => number(netUsages) },
    {
      key: 'rate',
      title: t('rate'),
      figures: true,
      cell: ({ rate, currency }) => amount({ amount: rate, currency }),
    },
    { key: 'amount', title: t('amount'), figures: true, cell: amount },
  ];
  return (
    <>
      <Figures>
        {sums.map((sum) => (
          <Figure key={sum.currency} name={t('toSettle')} value={money(sum.amount, sum.currency)} />
        ))}
        {sums.length === 0 && <Figure name={t('toSettle')} value="–" />}
        <Figure name={t('usagesNet')} value={number(report.totals.netUsages)} />
        <Figure name={t('withoutRate')} value={number(unrated)} tone={unrated === 0 ? undefined : 'warn'} />
      </Figures>
      <Panel title={t('settlement')} tools={csv} flush>
        {report.rows.length === 0 ? (
          <Empty title={t('nothingUsed')}>{t('otherPeriod')}</Empty>
        ) : (
          <Table
            caption={t('settlement')}
            columns={columns}
            rows={report.rows}
            rowKey={({ start, key, currency, rate }) => `${start} ${key} ${currency} ${rate}`}
          />
        )}
      </Panel>
    </>
  );
}
