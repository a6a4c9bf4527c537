import { Button } from '@mantine/core';
import { useState } from 'react';
import { usePages } from '../api/hooks.ts';
import type { Programme } from '../app/programmes.tsx';
import { useMay } from '../app/session.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Icon } from '../parts/icon.tsx';
import { RowEnd, Small } from '../parts/layout.tsx';
import { Empty, Panel } from '../parts/panel.tsx';
import type { Column } from '../parts/table.tsx';
import { Tag } from '../parts/tag.tsx';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { usePassTerms } from '../words/pass-terms.ts';
import { ProgrammeForm } from './programme-form.tsx';
import { placesWords } from './words.ts';

/** The programmes that the reader has, with their settings and how much there is in each. */
export function Programmes() {
  const t = useWords(placesWords);
  const may = useMay();
  const [edited, setEdited] = useState<Programme | 'new' | null>(null);
  const query = { pageSize: '50' };
  const pages = usePages('GET /v2/programmes', { query }, ({ programmes }) => programmes, { ofAll: true });
  const columns = useColumns(setEdited);
  const tools = may('administrator') && (
    <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setEdited('new')}>
      {t('createProgramme')}
    </Button>
  );
  return (
    <Panel title={t('programmes')} tools={tools || undefined} flush>
      <DataTable
        caption={t('programmes')}
        columns={columns}
        rowKey={({ programId }) => programId}
        pages={pages}
        wide
        empty={<Empty title={t('noProgrammes')} />}
      />
      <ProgrammeForm edited={edited} onClose={() => setEdited(null)} />
    </Panel>
  );
}

function useColumns(onEdit: (programme: Programme) => void): readonly Column<Programme>[] {
  const t = useWords(placesWords);
  const terms = usePassTerms();
  const may = useMay();
  const { number } = useFormats();
  const columns: readonly Column<Programme>[] = [
    {
      key: 'name',
      title: t('name'),
      cell: ({ name, programId }) => (
        <>
          <strong>{name}</strong>
          <Small>{programId}</Small>
        </>
      ),
    },
    {
      key: 'kind',
      title: t('kind'),
      cell: ({ sandbox }) => <Tag tone={sandbox ? 'info' : 'good'}>{t(sandbox ? 'sandbox' : 'live')}</Tag>,
    },
    { key: 'prefix', title: t('prefix'), cell: ({ issuerPrefix }) => issuerPrefix },
    {
      key: 'modules',
      title: t('modules'),
      words: true,
      cell: ({ modules }) => modules.map(terms.module).join(', ') || '–',
    },
    {
      key: 'cross',
      title: t('cross'),
      words: true,
      cell: ({ crossModules }) => crossModules.map(terms.module).join(', ') || '–',
    },
    { key: 'passes', title: t('passes'), figures: true, cell: ({ counts }) => number(counts.passes) },
    { key: 'offers', title: t('resources'), figures: true, cell: ({ counts }) => number(counts.resources) },
    { key: 'clients', title: t('partners'), figures: true, cell: ({ counts }) => number(counts.clients) },
  ];
  if (!may('administrator')) return columns;
  const act: Column<Programme> = {
    key: 'act',
    title: t('actions'),
    cell: (programme) => (
      <RowEnd>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => onEdit(programme)}
          aria-label={`${t('change')}: ${programme.name}`}
        >
          {t('change')}
        </Button>
      </RowEnd>
    ),
  };
  return [...columns, act];
}
