import { Button, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import type { Data } from '../api/calls.ts';
import { usePages } from '../api/hooks.ts';
import { useProgramme } from '../app/programmes.tsx';
import { addressFor, setQuery, usePlace } from '../app/route.ts';
import { useMay } from '../app/session.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Icon } from '../parts/icon.tsx';
import { FilterBar } from '../parts/layout.tsx';
import { Moment } from '../parts/moment.tsx';
import { Empty, PageHead, Panel } from '../parts/panel.tsx';
import type { Column } from '../parts/table.tsx';
import { Tag } from '../parts/tag.tsx';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { CreatePartner } from './create-partner.tsx';
import { partnersWords } from './words.ts';

type Client = Data<'GET /v2/clients'>['clients'][number];

/** The API clients of the programme. */
export function PartnerList() {
  const t = useWords(partnersWords);
  const { programId } = useProgramme();
  const may = useMay();
  const { query } = usePlace();
  const [creating, setCreating] = useState(false);
  const state = (['active', 'revoked'] as const).find((known) => known === query.get('state'));
  const pages = usePages('GET /v2/clients', { query: { pageSize: '50', state } }, ({ clients }) => clients);
  const columns = useColumns();
  return (
    <>
      <PageHead title={t('partners')} note={t('partnersNote')}>
        {may('administrator') && (
          <Button leftSection={<Icon name="plus" />} onClick={() => setCreating(true)}>
            {t('createPartner')}
          </Button>
        )}
      </PageHead>
      <Panel flush>
        <FilterBar>
          <SegmentedControl
            size="xs"
            aria-label={t('state')}
            value={state ?? ''}
            onChange={(chosen) => setQuery({ state: chosen })}
            data={[
              { value: '', label: t('all') },
              { value: 'active', label: t('active') },
              { value: 'revoked', label: t('revoked') },
            ]}
          />
        </FilterBar>
        <DataTable
          caption={t('partners')}
          columns={columns}
          rowKey={({ clientId }) => clientId}
          href={({ clientId }) => addressFor(programId, 'partners', clientId)}
          pages={pages}
          empty={<Empty title={t('noPartners')}>{t('noPartnersText')}</Empty>}
        />
      </Panel>
      <CreatePartner opened={creating} onClose={() => setCreating(false)} />
    </>
  );
}

function useColumns(): readonly Column<Client>[] {
  const t = useWords(partnersWords);
  const { number } = useFormats();
  return [
    { key: 'name', title: t('name'), cell: ({ name }) => name },
    { key: 'id', title: t('clientId'), cell: ({ clientId }) => clientId },
    { key: 'may', title: t('may'), cell: ({ scopes }) => scopes.map((scope) => t(scope)).join(', ') },
    { key: 'programmes', title: t('programmes'), cell: ({ programIds }) => programIds.join(', ') },
    { key: 'rate', title: t('rate'), figures: true, cell: ({ ratePerMinute }) => number(ratePerMinute) },
    { key: 'created', title: t('created'), cell: ({ createdDate }) => <Moment at={createdDate} as="day" /> },
    {
      key: 'state',
      title: t('state'),
      cell: ({ revokedDate }) => (
        <Tag tone={revokedDate === null ? 'good' : 'danger'}>{t(revokedDate === null ? 'active' : 'revoked')}</Tag>
      ),
    },
  ];
}
