import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Data } from '../api/calls.ts';
import { useData } from '../api/hooks.ts';
import { usePlace } from '../app/route.ts';
import { useMay } from '../app/session.tsx';
import { Icon } from '../parts/icon.tsx';
import { RowEnd, Small } from '../parts/layout.tsx';
import { NumberedTable } from '../parts/numbered-table.tsx';
import { Empty, Panel } from '../parts/panel.tsx';
import type { Column } from '../parts/table.tsx';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { HubForm } from './hub-form.tsx';
import { placesWords } from './words.ts';

export type Hub = Data<'GET /v2/transportHubs'>['transportHubs'][number];

/** The transport hubs: of the whole installation for administrators, of the programme for everybody else. */
export function Hubs() {
  const t = useWords(placesWords);
  const may = useMay();
  const { query } = usePlace();
  const [edited, setEdited] = useState<Hub | 'new' | null>(null);
  const asked = {
    pageSize: '50',
    pageNumber: query.get('page') ?? '1',
    all: may('administrator') ? 'true' : undefined,
  };
  const { data, error, refetch, isPlaceholderData } = useData('GET /v2/transportHubs', { query: asked });
  const columns = useColumns(setEdited);
  const tools = may('administrator') && (
    <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setEdited('new')}>
      {t('createHub')}
    </Button>
  );
  return (
    <Panel title={t('hubs')} tools={tools || undefined} flush>
      <NumberedTable
        caption={t('hubs')}
        columns={columns}
        rowKey={({ transportHubId }) => transportHubId}
        rows={data?.transportHubs}
        pagination={data?.pagination}
        problem={error}
        onRetry={refetch}
        busy={isPlaceholderData}
        empty={<Empty title={t('noHubs')} />}
      />
      <HubForm edited={edited} onClose={() => setEdited(null)} />
    </Panel>
  );
}

function useColumns(onEdit: (hub: Hub) => void): readonly Column<Hub>[] {
  const t = useWords(placesWords);
  const may = useMay();
  const { country } = useFormats();
  const columns: readonly Column<Hub>[] = [
    {
      key: 'name',
      title: t('name'),
      cell: ({ transportHubName, transportHubId }) => (
        <>
          <strong>{transportHubName}</strong>
          <Small>{transportHubId}</Small>
        </>
      ),
    },
    { key: 'iata', title: t('airport'), cell: ({ iata }) => iata ?? '–' },
    { key: 'city', title: t('city'), cell: ({ city, countryOrRegion }) => `${city}, ${country(countryOrRegion)}` },
    { key: 'zone', title: t('zone'), cell: ({ timezone }) => timezone },
    { key: 'at', title: t('coordinates'), cell: ({ latitude, longitude }) => `${latitude}, ${longitude}` },
  ];
  if (!may('administrator')) return columns;
  const act: Column<Hub> = {
    key: 'act',
    title: t('actions'),
    cell: (hub) => (
      <RowEnd>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => onEdit(hub)}
          aria-label={`${t('change')}: ${hub.transportHubName}`}
        >
          {t('change')}
        </Button>
      </RowEnd>
    ),
  };
  return [...columns, act];
}
