import { Select } from '@mantine/core';
import type { Data } from '../api/calls.ts';
import { usePages } from '../api/hooks.ts';
import { useProgramme } from '../app/programmes.tsx';
import { addressFor, setQuery, usePlace } from '../app/route.ts';
import { passDigits } from '../parts/code.tsx';
import { CsvButton } from '../parts/csv-button.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Moment } from '../parts/moment.tsx';
import { Empty, Panel } from '../parts/panel.tsx';
import type { Column } from '../parts/table.tsx';
import { Tag } from '../parts/tag.tsx';
import { useWords } from '../words/language.tsx';
import { usePassTerms } from '../words/pass-terms.ts';
import styles from './reports.module.css';
import { reportsWords } from './words.ts';

type Row = Data<'GET /v2/reports/expiring'>['rows'][number];

const ahead = ['7', '30', '90', '365'] as const;

/** The passes that end soon and have something left, the next to end first. */
export function Expiring() {
  const t = useWords(reportsWords);
  const { programId } = useProgramme();
  const { query } = usePlace();
  const days = ahead.find((known) => known === query.get('days')) ?? '30';
  const pages = usePages('GET /v2/reports/expiring', { query: { days, pageSize: '50' } }, ({ rows }) => rows);
  const columns = useColumns();
  return (
    <>
      <div className={styles.bar}>
        <Select
          label={t('endsWithin')}
          data={ahead.map((value) => ({ value, label: t('days', { count: Number(value) }) }))}
          value={days}
          onChange={(chosen) => setQuery({ days: chosen ?? '' })}
          allowDeselect={false}
        />
      </div>
      <Panel
        title={t('expiring')}
        tools={
          <CsvButton
            title={t('expiring')}
            name="GET /v2/reports/expiring.csv"
            input={{ query: { days } }}
            fileName="expiring.csv"
          />
        }
        flush
      >
        <DataTable
          caption={t('expiring')}
          columns={columns}
          rowKey={({ ePassId }) => ePassId}
          href={({ ePassId }) => addressFor(programId, 'passes', ePassId)}
          pages={pages}
          empty={<Empty title={t('noneExpires')}>{t('noneExpiresText')}</Empty>}
        />
      </Panel>
    </>
  );
}

function useColumns(): readonly Column<Row>[] {
  const t = useWords(reportsWords);
  const terms = usePassTerms();
  return [
    { key: 'pass', title: t('pass'), cell: ({ ePassId }) => passDigits(ePassId) },
    { key: 'holder', title: t('holder'), cell: ({ firstName, lastName }) => `${firstName} ${lastName}` },
    { key: 'module', title: t('module'), words: true, cell: ({ module }) => terms.module(module) },
    {
      key: 'state',
      title: t('state'),
      cell: (row) => {
        const { word, tone } = terms.state(row);
        return <Tag tone={tone}>{word}</Tag>;
      },
    },
    { key: 'ends', title: t('ends'), cell: ({ expirationDate }) => <Moment at={expirationDate} /> },
    { key: 'left', title: t('left'), figures: true, cell: ({ availableUsages }) => availableUsages },
    { key: 'used', title: t('used'), figures: true, cell: ({ usedUsages }) => usedUsages },
  ];
}
