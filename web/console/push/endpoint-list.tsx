import { Button } from '@mantine/core';
import { useState } from 'react';
import { useData } from '../api/hooks.ts';
import { useProgramme } from '../app/programmes.tsx';
import { addressFor } from '../app/route.ts';
import { useMay } from '../app/session.tsx';
import { Icon } from '../parts/icon.tsx';
import { Small } from '../parts/layout.tsx';
import { Moment } from '../parts/moment.tsx';
import { Empty, PageHead, Panel } from '../parts/panel.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useWords } from '../words/language.tsx';
import { type Endpoint, EndpointForm } from './endpoint-form.tsx';
import { EndpointState } from './states.tsx';
import { pushWords } from './words.ts';

/** The endpoints of the programme and how far each lags behind. */
export function EndpointList() {
  const t = useWords(pushWords);
  const may = useMay();
  const { programId } = useProgramme();
  const [creating, setCreating] = useState(false);
  const { data, error, refetch } = useData('GET /v2/endpoints', {}, { every: 15_000 });
  const columns = useColumns();
  return (
    <>
      <PageHead title={t('push')} note={t('pushNote')}>
        {may('operator') && (
          <Button leftSection={<Icon name="plus" />} onClick={() => setCreating(true)}>
            {t('createEndpoint')}
          </Button>
        )}
      </PageHead>
      {data === undefined && error !== null && <ProblemNote problem={error} onRetry={refetch} />}
      {data !== undefined && (
        <Panel flush>
          {data.endpoints.length === 0 ? (
            <Empty title={t('noEndpoints')}>{t('noEndpointsText')}</Empty>
          ) : (
            <Table
              caption={t('endpoints')}
              columns={columns}
              rows={data.endpoints}
              rowKey={({ endpointId }) => endpointId}
              href={({ endpointId }) => addressFor(programId, 'push', endpointId)}
            />
          )}
        </Panel>
      )}
      <EndpointForm endpoint={null} opened={creating} onClose={() => setCreating(false)} />
    </>
  );
}

function useColumns(): readonly Column<Endpoint>[] {
  const t = useWords(pushWords);
  return [
    { key: 'url', title: t('url'), cell: ({ url }) => url },
    { key: 'state', title: t('state'), cell: (endpoint) => <EndpointState endpoint={endpoint} /> },
    { key: 'types', title: t('tells'), cell: ({ eventTypes }) => eventTypes.map((type) => t(type)).join(', ') },
    { key: 'lag', title: t('lag'), cell: ({ endpointId }) => <Lag endpointId={endpointId} /> },
  ];
}

/** How far an endpoint lags behind; the list does not tell, and there are ten of them at the most. */
function Lag({ endpointId }: { readonly endpointId: string }) {
  const t = useWords(pushWords);
  const { data } = useData('GET /v2/endpoints/{endpointId}', { params: { endpointId } }, { every: 15_000 });
  if (data?.lag === undefined) return null;
  const { waiting, oldestWaitingDate, parked } = data.lag;
  return (
    <>
      {t('lagWords', { waiting, parked })}
      {oldestWaitingDate !== null && (
        <Small>
          {t('oldest')} <Moment at={oldestWaitingDate} as="distance" />
        </Small>
      )}
    </>
  );
}
