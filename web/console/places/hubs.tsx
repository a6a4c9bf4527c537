import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Data } from '../api/calls.ts';
import { usePages } from '../api/hooks.ts';
import { useMay } from '../app/session.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Icon } from '../parts/icon.tsx';
import { RowEnd, Small } from '../parts/layout.tsx';
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
  const [edited, setEdited] = useState<Hub | 'new' | null>(null);
  const query = { pageSize: '50', all: may('administrator') ? 'true' : undefined };
  const pages = usePages('GET /v2/transportHubs', { query }, ({ transportHubs }) => transportHubs);
  const columns = useColumns(setEdited);
  const tools = may('administrator') && (
    <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setEdited('new')}>
      {t('createHub')}
    </Button>
  );
  return (
    <Panel title={t('hubs')} tools={tools || undefined} flush>
      <DataTable
        caption={t('hubs')}
        columns={columns}
        rowKey={({ transportHubId }) => transportHubId}
        pages={pages}
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
