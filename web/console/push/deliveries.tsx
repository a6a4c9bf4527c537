import { SegmentedControl } from '@mantine/core';
import type { Data } from '../api/calls.ts';
import { usePages } from '../api/hooks.ts';
import { useProgramme } from '../app/programmes.tsx';
import { addressFor, setQuery, usePlace } from '../app/route.ts';
import { useMay } from '../app/session.tsx';
import { passDigits } from '../parts/code.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Moment } from '../parts/moment.tsx';
import { Empty, Panel } from '../parts/panel.tsx';
import type { Column } from '../parts/table.tsx';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { ResendRange } from './resend-range.tsx';
import { DeliveryState } from './states.tsx';
import { pushWords } from './words.ts';

type Delivery = Data<'GET /v2/endpoints/{endpointId}/deliveries'>['deliveries'][number];

const states = ['waiting', 'delivered', 'parked'] as const;

/** The events of an endpoint and how they fared, newest first. */
export function Deliveries({ endpointId }: { readonly endpointId: string }) {
  const t = useWords(pushWords);
  const may = useMay();
  const { programId } = useProgramme();
  const { query } = usePlace();
  const state = states.find((known) => known === query.get('state'));
  const input = { params: { endpointId }, query: { pageSize: '50', state } };
  const pages = usePages('GET /v2/endpoints/{endpointId}/deliveries', input, ({ deliveries }) => deliveries);
  const columns = useColumns();
  const tools = (
    <>
      {may('operator') && <ResendRange endpointId={endpointId} />}
      <SegmentedControl
        size="xs"
        aria-label={t('state')}
        value={state ?? ''}
        onChange={(chosen) => setQuery({ state: chosen })}
        data={[{ value: '', label: t('all') }, ...states.map((value) => ({ value, label: t(`${value}State`) }))]}
      />
    </>
  );
  return (
    <Panel title={t('deliveries')} tools={tools} flush>
      <DataTable
        caption={t('deliveries')}
        columns={columns}
        rowKey={({ eventId }) => eventId}
        href={({ eventId }) => addressFor(programId, 'push', endpointId, eventId)}
        pages={pages}
        empty={<Empty title={t('noDeliveries')}>{t('noDeliveriesText')}</Empty>}
      />
    </Panel>
  );
}

function useColumns(): readonly Column<Delivery>[] {
  const t = useWords(pushWords);
  const { number } = useFormats();
  return [
    { key: 'event', title: t('event'), cell: ({ eventType }) => t(eventType) },
    { key: 'pass', title: t('pass'), cell: ({ dpId }) => passDigits(dpId) },
    { key: 'created', title: t('happened'), cell: ({ createdDate }) => <Moment at={createdDate} /> },
    { key: 'state', title: t('state'), cell: ({ state }) => <DeliveryState state={state} /> },
    { key: 'attempts', title: t('attempts'), figures: true, cell: ({ attemptCount }) => number(attemptCount) },
    {
      key: 'next',
      title: t('next'),
      cell: ({ nextAttemptDate, finishedDate }) => {
        const at = nextAttemptDate ?? finishedDate;
        return at === null ? '–' : <Moment at={at} as="distance" />;
      },
    },
  ];
}
