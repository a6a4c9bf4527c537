import { Button, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { usePages } from '../api/hooks.ts';
import { type Resource, resourcesOf } from '../api/resources.ts';
import { useProgramme } from '../app/programmes.tsx';
import { setQuery, usePlace } from '../app/route.ts';
import { useMay } from '../app/session.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Icon } from '../parts/icon.tsx';
import { FilterBar, Small } from '../parts/layout.tsx';
import { Empty, Panel } from '../parts/panel.tsx';
import type { Column } from '../parts/table.tsx';
import { Tag } from '../parts/tag.tsx';
import { useWords } from '../words/language.tsx';
import { usePassTerms } from '../words/pass-terms.ts';
import { CreateResource } from './create-resource.tsx';
import { ResourceActions } from './resource-actions.tsx';
import { placesWords } from './words.ts';

/** The resources of the programme, or those that it has withdrawn, page by page. */
export function Resources() {
  const t = useWords(placesWords);
  const may = useMay();
  const { query } = usePlace();
  const [creating, setCreating] = useState(false);
  const withdrawn = query.get('withdrawn') === 'yes';
  const asked = {
    pageSize: '50',
    module: query.get('module') ?? undefined,
    iata: query.get('iata') ?? undefined,
    offered: withdrawn ? 'false' : undefined,
  };
  const pages = usePages('GET /v2/resources', { query: asked }, resourcesOf);
  const columns = useColumns(withdrawn);
  const tools = may('administrator') && (
    <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setCreating(true)}>
      {t('createResource')}
    </Button>
  );
  return (
    <Panel title={t('resources')} tools={tools || undefined} flush>
      <Filters withdrawn={withdrawn} />
      <DataTable
        caption={t('resources')}
        columns={columns}
        rowKey={({ resourceId }) => resourceId}
        pages={pages}
        empty={<Empty title={t('noResources')} />}
      />
      <CreateResource opened={creating} onClose={() => setCreating(false)} />
    </Panel>
  );
}

function Filters({ withdrawn }: { readonly withdrawn: boolean }) {
  const t = useWords(placesWords);
  const terms = usePassTerms();
  const { modules } = useProgramme();
  const { query } = usePlace();
  const [iata, setIata] = useState(query.get('iata') ?? '');
  return (
    <FilterBar>
      <Select
        label={t('module')}
        data={[
          { value: '', label: t('every') },
          ...modules.map((module) => ({ value: String(module), label: terms.module(module) })),
        ]}
        value={query.get('module') ?? ''}
        onChange={(module) => setQuery({ module: module ?? '' })}
        allowDeselect={false}
      />
      <TextInput
        label={t('airport')}
        placeholder="MAN"
        value={iata}
        maxLength={3}
        onChange={(event) => {
          const code = event.currentTarget.value.toUpperCase();
          setIata(code);
          // Half a code is no filter yet.
          if (/^([A-Z]{3})?$/.test(code)) setQuery({ iata: code });
        }}
      />
      <SegmentedControl
        size="xs"
        aria-label={t('offer')}
        value={withdrawn ? 'yes' : ''}
        onChange={(chosen) => setQuery({ withdrawn: chosen })}
        data={[
          { value: '', label: t('offered') },
          { value: 'yes', label: t('withdrawn') },
        ]}
      />
    </FilterBar>
  );
}

function useColumns(withdrawn: boolean): readonly Column<Resource>[] {
  const t = useWords(placesWords);
  const terms = usePassTerms();
  const may = useMay();
  const columns: readonly Column<Resource>[] = [
    {
      key: 'name',
      title: t('name'),
      cell: ({ resourceName, resourceId }) => (
        <>
          <strong>{resourceName}</strong>
          <Small>{resourceId}</Small>
        </>
      ),
    },
    { key: 'module', title: t('module'), words: true, cell: ({ module }) => terms.module(module) },
    {
      key: 'hub',
      title: t('where'),
      cell: ({ locationInfo }) => (
        <>
          {locationInfo.transportHubName}
          {locationInfo.iata !== null && ` (${locationInfo.iata})`}
          <Small>{locationInfo.location}</Small>
        </>
      ),
    },
    {
      key: 'children',
      title: t('children'),
      cell: ({ extra }) => t(extra.childrenCount ? 'childCounts' : 'childFree'),
    },
    { key: 'state', title: t('state'), cell: ({ extra }) => <State extra={extra} withdrawn={withdrawn} /> },
  ];
  if (!may('operator')) return columns;
  const cell = (resource: Resource) => <ResourceActions resource={resource} withdrawn={withdrawn} />;
  return [...columns, { key: 'act', title: t('actions'), cell }];
}

function State({ extra, withdrawn }: { readonly extra: Resource['extra']; readonly withdrawn: boolean }) {
  const t = useWords(placesWords);
  if (withdrawn) return <Tag tone="quiet">{t('withdrawn')}</Tag>;
  if (extra.open) return <Tag tone="good">{t('open')}</Tag>;
  return (
    <>
      <Tag tone="warn">{t('closed')}</Tag>
      {extra.closedReason !== null && <Small>{extra.closedReason}</Small>}
    </>
  );
}
