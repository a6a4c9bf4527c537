import { Select } from '@mantine/core';
import type { Data } from '../api/calls.ts';
import { useData } from '../api/hooks.ts';
import { setQuery, usePlace } from '../app/route.ts';
import { CsvButton } from '../parts/csv-button.tsx';
import { Empty, Figure, Figures, Panel } from '../parts/panel.tsx';
import { Plot } from '../parts/plot.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { usePassTerms } from '../words/pass-terms.ts';
import { rangeQuery, type Step, useRange } from './range.ts';
import { RangeBar } from './range-bar.tsx';
import { seriesOf } from './series.ts';
import { useStepMarks } from './step-marks.ts';
import { stepsOf } from './steps.ts';
import { sumsByKey, type UsageSum } from './sums.ts';
import { reportsWords } from './words.ts';

export type UsageReport = Data<'GET /v2/reports/usage'>;
type By = UsageReport['by'];

const sides = [
  { by: 'module', word: 'byModule' },
  { by: 'resource', word: 'byVenue' },
  { by: 'iata', word: 'byAirport' },
  { by: 'country', word: 'byCountry' },
  { by: 'client', word: 'byPartner' },
] as const satisfies readonly { readonly by: By; readonly word: string }[];

const steps = ['hour', 'day', 'month'] as const;

/** Usage over time, by one of its sides. */
export function Usage() {
  const t = useWords(reportsWords);
  const range = useRange();
  const { query } = usePlace();
  const by = sides.find((side) => side.by === query.get('by'))?.by ?? 'module';
  const asked = { query: { ...rangeQuery(range), by, step: range.step } };
  const { data: report, error, refetch } = useData('GET /v2/reports/usage', asked);
  return (
    <>
      <RangeBar steps={steps} range={range}>
        <Select
          label={t('by')}
          data={sides.map((side) => ({ value: side.by, label: t(side.word) }))}
          value={by}
          onChange={(chosen) => setQuery({ by: chosen ?? '' })}
          allowDeselect={false}
        />
      </RangeBar>
      {error !== null && <ProblemNote problem={error} onRetry={refetch} />}
      {report !== undefined && error === null && <Shown report={report} asked={asked} />}
    </>
  );
}

interface ShownProps {
  readonly report: UsageReport;
  readonly asked: { readonly query: { readonly from: string; readonly to: string } };
}

function Shown({ report, asked }: ShownProps) {
  const t = useWords(reportsWords);
  const { number } = useFormats();
  const nameOf = useNames(report.by);
  const { totals } = report;
  const all = stepsOf(report, report.step as Step);
  const marks = useStepMarks(all, report.step as Step);
  const rows = report.rows.map(({ start, key, label, usages }) => ({
    start,
    key,
    name: nameOf(key, label),
    value: usages,
  }));
  const csv = (
    <CsvButton
      title={t('usage')}
      name="GET /v2/reports/usage.csv"
      input={asked}
      fileName={`usage-${asked.query.from}.csv`}
    />
  );
  return (
    <>
      <Figures>
        <Figure name={t('visits')} value={number(totals.uses)} />
        <Figure name={t('people')} value={number(totals.people)} />
        <Figure name={t('usagesGross')} value={number(totals.usages)} />
        <Figure name={t('givenBack')} value={number(totals.givenBackUsages)} />
        <Figure name={t('usagesNet')} value={number(totals.netUsages)} />
      </Figures>
      <Plot
        title={t('usageOverTime')}
        axis={t(report.step as Step)}
        marks={marks}
        series={seriesOf(rows, all, t('others'))}
        kind="bars"
        tools={csv}
        total
      />
      <Sums report={report} nameOf={nameOf} />
    </>
  );
}

type NameOf = (key: string, label: string | null) => string;

/** What a key of the report is called. */
function useNames(by: By): NameOf {
  const t = useWords(reportsWords);
  const terms = usePassTerms();
  const { country } = useFormats();
  return (key, label) => {
    if (key === '') return t('withoutKey');
    if (by === 'module') return terms.module(Number(key));
    if (by === 'country') return country(key);
    if (by === 'resource') return label === null ? key : `${label} · ${key}`;
    return label ?? key;
  };
}

function Sums({ report, nameOf }: { readonly report: UsageReport; readonly nameOf: NameOf }) {
  const t = useWords(reportsWords);
  const { number } = useFormats();
  const sums = sumsByKey(report.rows, nameOf);
  const word = sides.find((side) => side.by === report.by)!.word;
  const columns: readonly Column<UsageSum>[] = [
    { key: 'name', title: t(word), cell: ({ name }) => name },
    { key: 'visits', title: t('visits'), figures: true, cell: ({ uses }) => number(uses) },
    { key: 'people', title: t('people'), figures: true, cell: ({ people }) => number(people) },
    { key: 'usages', title: t('usagesGross'), figures: true, cell: ({ usages }) => number(usages) },
    { key: 'back', title: t('givenBack'), figures: true, cell: ({ givenBackUsages }) => number(givenBackUsages) },
    { key: 'net', title: t('usagesNet'), figures: true, cell: ({ netUsages }) => number(netUsages) },
  ];
  const total: UsageSum = { ...report.totals, key: '', name: t('total') };
  return (
    <Panel title={`${t('by')}: ${t(word)}`} flush>
      {sums.length === 0 ? (
        <Empty title={t('nothingUsed')}>{t('otherPeriod')}</Empty>
      ) : (
        <Table caption={t(word)} columns={columns} rows={sums} rowKey={({ key }) => key} foot={total} />
      )}
    </Panel>
  );
}
