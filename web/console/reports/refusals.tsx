import { SegmentedControl } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Data } from '../api/calls.ts';
import { useData } from '../api/hooks.ts';
import { setQuery, usePlace } from '../app/route.ts';
import { CsvButton } from '../parts/csv-button.tsx';
import { Empty, Panel } from '../parts/panel.tsx';
import { Plot } from '../parts/plot.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { ShareTable } from '../parts/share-table.tsx';
import { useWords } from '../words/language.tsx';
import { usePassTerms } from '../words/pass-terms.ts';
import { rangeQuery, type Step, useRange } from './range.ts';
import { RangeBar } from './range-bar.tsx';
import { seriesOf } from './series.ts';
import { useStepMarks } from './step-marks.ts';
import { stepsOf } from './steps.ts';
import { reportsWords } from './words.ts';

type RefusalReport = Data<'GET /v2/reports/refusals'>;

const steps = ['hour', 'day', 'month'] as const;

/** How often a door said no, by reason or by venue. */
export function Refusals() {
  const t = useWords(reportsWords);
  const range = useRange();
  const { query } = usePlace();
  const by = query.get('by') === 'resource' ? 'resource' : 'reason';
  const asked = { query: { ...rangeQuery(range), by, step: range.step } } as const;
  const { data: report, error, refetch } = useData('GET /v2/reports/refusals', asked);
  return (
    <>
      <RangeBar steps={steps} range={range}>
        <SegmentedControl
          aria-label={t('by')}
          data={[
            { value: 'reason', label: t('byReason') },
            { value: 'resource', label: t('byVenue') },
          ]}
          value={by}
          onChange={(chosen) => setQuery({ by: chosen })}
        />
      </RangeBar>
      {error !== null && <ProblemNote problem={error} onRetry={refetch} />}
      {report !== undefined && error === null && (
        <Shown
          report={report}
          step={range.step}
          csv={
            <CsvButton
              title={t('refusals')}
              name="GET /v2/reports/refusals.csv"
              input={asked}
              fileName={`refusals-${range.first}.csv`}
            />
          }
        />
      )}
    </>
  );
}

interface ShownProps {
  readonly report: RefusalReport;
  readonly step: Step;
  readonly csv: ReactNode;
}

function Shown({ report, step, csv }: ShownProps) {
  const t = useWords(reportsWords);
  const terms = usePassTerms();
  const all = stepsOf(report, report.step ?? step);
  const marks = useStepMarks(all, report.step ?? step);
  const nameOf = (key: string, label: string | null) => (report.by === 'reason' ? terms.reason(key) : (label ?? key));
  const rows = report.rows.map(({ start, key, label, count }) => ({
    start,
    key,
    name: nameOf(key, label),
    value: count,
  }));
  const shares = new Map<string, { key: string; name: string; count: number }>();
  for (const { key, name, value } of rows) {
    shares.set(key, { key, name, count: (shares.get(key)?.count ?? 0) + value });
  }
  const sorted = [...shares.values()].sort((left, right) => right.count - left.count);
  const word = report.by === 'reason' ? 'byReason' : 'byVenue';
  return (
    <>
      <Plot
        title={t('refusedOverTime')}
        axis={t(report.step ?? step)}
        marks={marks}
        series={seriesOf(rows, all, t('others'))}
        kind="bars"
        tools={csv}
        total
      />
      <Panel title={`${t('by')}: ${t(word)}`} flush>
        {sorted.length === 0 ? (
          <Empty title={t('nobodyRefused')} />
        ) : (
          <ShareTable
            caption={t(word)}
            shares={sorted}
            heads={{ name: t(word), count: t('count'), share: t('portion') }}
          />
        )}
      </Panel>
    </>
  );
}
