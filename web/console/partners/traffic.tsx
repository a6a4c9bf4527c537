import { SegmentedControl } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { Data } from '../api/calls.ts';
import { useData } from '../api/hooks.ts';
import { Empty, Figure, Figures, Panel } from '../parts/panel.tsx';
import { Plot } from '../parts/plot.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { marksOf, type Span, spans } from './traffic-marks.ts';
import { partnersWords } from './words.ts';

type TrafficData = Data<'GET /v2/clients/{clientId}/traffic'>;
type Operation = TrafficData['operations'][number];

/** What a client asked for and what it was refused: over time, and by operation. */
export function Traffic({ clientId }: { readonly clientId: string }) {
  const t = useWords(partnersWords);
  const [span, setSpan] = useState<Span>('day');
  // Fixed while the span stands: a range that moved with every drawing would be asked for without end.
  const query = useMemo(() => ({ from: new Date(Date.now() - spans[span]).toISOString() }), [span]);
  const { data, error, refetch } = useData(
    'GET /v2/clients/{clientId}/traffic',
    { params: { clientId }, query },
    { ofAll: true },
  );
  if (data === undefined) return error === null ? null : <ProblemNote problem={error} onRetry={refetch} />;
  const control = (
    <SegmentedControl
      size="xs"
      aria-label={t('period')}
      value={span}
      onChange={(chosen) => setSpan(chosen as Span)}
      data={(['day', 'week', 'month'] as const).map((value) => ({ value, label: t(value) }))}
    />
  );
  return (
    <>
      <Totals data={data} />
      <OverTime data={data} span={span} tools={control} />
      <ByOperation data={data} />
    </>
  );
}

function Totals({ data }: { readonly data: TrafficData }) {
  const t = useWords(partnersWords);
  const { number, percent } = useFormats();
  const share = data.requests === 0 ? 0 : data.errors / data.requests;
  return (
    <Figures>
      <Figure name={t('requests')} value={number(data.requests)} />
      <Figure name={t('errors')} value={number(data.errors)} note={t('errorShare', { share: percent(share) })} />
    </Figures>
  );
}

interface OverTimeProps {
  readonly data: TrafficData;
  readonly span: Span;
  readonly tools: React.ReactNode;
}

function OverTime({ data, span, tools }: OverTimeProps) {
  const t = useWords(partnersWords);
  const { time, day } = useFormats();
  const marks = marksOf(data.hours, data.from, data.to, span);
  const series = [
    { key: 'fine', name: t('answered'), values: marks.map(({ requests, errors }) => requests - errors) },
    { key: 'errors', name: t('errors'), values: marks.map(({ errors }) => errors) },
  ];
  return (
    <Plot
      title={t('requestsOverTime')}
      axis={t(span === 'day' ? 'hour' : 'dayWord')}
      marks={marks.map(({ start }) => ({ key: start, label: span === 'day' ? time(start) : day(start) }))}
      series={series}
      kind="bars"
      total
      tools={tools}
    />
  );
}

function ByOperation({ data }: { readonly data: TrafficData }) {
  const t = useWords(partnersWords);
  const { number } = useFormats();
  const columns: readonly Column<Operation>[] = [
    { key: 'operation', title: t('operation'), cell: ({ operation }) => operation },
    { key: 'requests', title: t('requests'), figures: true, cell: ({ requests }) => number(requests) },
    { key: 'errors', title: t('errors'), figures: true, cell: ({ errors }) => number(errors) },
    {
      key: 'refusals',
      title: t('refusals'),
      cell: ({ refusals }) =>
        refusals.map(({ error, requests }) => (
          <div key={error}>
            {error} × {number(requests)}
          </div>
        )),
    },
  ];
  return (
    <Panel title={t('byOperation')} flush>
      {data.operations.length === 0 ? (
        <Empty title={t('noRequests')} />
      ) : (
        <Table
          caption={t('byOperation')}
          columns={columns}
          rows={data.operations}
          rowKey={({ operation }) => operation}
        />
      )}
    </Panel>
  );
}
