import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import type { Data } from '../api/calls.ts';
import { usePages } from '../api/hooks.ts';
import { useProgramme } from '../app/programmes.tsx';
import { addressFor, go, setQuery, usePlace } from '../app/route.ts';
import { useMay } from '../app/session.tsx';
import { passDigits } from '../parts/code.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Icon } from '../parts/icon.tsx';
import { Moment } from '../parts/moment.tsx';
import { Empty, PageHead, Panel } from '../parts/panel.tsx';
import type { Column } from '../parts/table.tsx';
import { Tag } from '../parts/tag.tsx';
import { useWords } from '../words/language.tsx';
import { usePassTerms } from '../words/pass-terms.ts';
import styles from './passes.module.css';
import { passesWords } from './words.ts';

type Pass = Data<'POST /v2/orders/ePasses/find'>['ePasses'][number];

/** Passes by any id or name; what is looked for stands in the address. */
export function FindPasses() {
  const t = useWords(passesWords);
  const { programId } = useProgramme();
  const { query } = usePlace();
  const may = useMay();
  const text = query.get('text') ?? '';
  const pages = usePages('POST /v2/orders/ePasses/find', { body: { text, pageSize: 50 } }, (page) => page.ePasses, {
    when: text !== '',
  });
  const columns = useColumns();
  return (
    <>
      <PageHead title={t('passes')} note={t('passesNote')}>
        {may('operator') && (
          <Button leftSection={<Icon name="plus" />} onClick={() => go(addressFor(programId, 'passes', 'issue'))}>
            {t('issuePass')}
          </Button>
        )}
      </PageHead>
      <Panel flush>
        <SearchForm key={text} text={text} />
        {text === '' ? (
          <Empty title={t('searchFirst')}>{t('searchHelp')}</Empty>
        ) : (
          <DataTable
            caption={t('foundFor', { text })}
            columns={columns}
            rowKey={({ extra }) => extra.ePassId}
            href={({ extra }) => addressFor(programId, 'passes', extra.ePassId)}
            pages={pages}
            wide
            empty={<Empty title={t('foundNothing', { text })}>{t('searchHelp')}</Empty>}
          />
        )}
      </Panel>
    </>
  );
}

function SearchForm({ text }: { readonly text: string }) {
  const t = useWords(passesWords);
  const [typed, setTyped] = useState(text);
  useEffect(() => setTyped(text), [text]);
  const search = (event: FormEvent) => {
    event.preventDefault();
    setQuery({ text: typed.trim() }, 'push');
  };
  return (
    <search>
      <form className={styles.search} onSubmit={search}>
        <TextInput
          type="search"
          aria-label={t('searchLabel')}
          placeholder={t('searchPlaceholder')}
          leftSection={<Icon name="search" />}
          value={typed}
          maxLength={200}
          onChange={(event) => setTyped(event.currentTarget.value)}
          data-autofocus
        />
        <Button type="submit" variant="default">
          {t('search')}
        </Button>
      </form>
    </search>
  );
}

function useColumns(): readonly Column<Pass>[] {
  const t = useWords(passesWords);
  const terms = usePassTerms();
  return [
    {
      key: 'pass',
      title: t('pass'),
      cell: ({ extra }) => <span className={styles.digits}>{passDigits(extra.ePassId)}</span>,
    },
    { key: 'holder', title: t('holder'), cell: ({ extra }) => `${extra.firstName} ${extra.lastName}` },
    { key: 'user', title: t('userId'), cell: ({ clientUserId }) => clientUserId },
    { key: 'module', title: t('module'), words: true, cell: ({ module }) => terms.module(module) },
    {
      key: 'state',
      title: t('state'),
      cell: ({ extra }) => {
        const { word, tone } = terms.state(extra);
        return <Tag tone={tone}>{word}</Tag>;
      },
    },
    {
      key: 'left',
      title: t('left'),
      figures: true,
      cell: ({ extra }) =>
        t('leftOf', { left: extra.availableUsages, granted: extra.availableUsages + extra.usedUsages }),
    },
    { key: 'until', title: t('validUntil'), cell: ({ extra }) => <Moment at={extra.expirationDate} as="day" /> },
  ];
}
