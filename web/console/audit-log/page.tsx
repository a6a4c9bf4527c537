import { Button, Select, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { type ActName, acts } from '../../../src/domain/act.ts';
import type { Data } from '../api/calls.ts';
import { usePages } from '../api/hooks.ts';
import { setQuery, usePlace } from '../app/route.ts';
import { Code } from '../parts/code.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Small } from '../parts/layout.tsx';
import { instantOf } from '../parts/local-time.ts';
import { Moment } from '../parts/moment.tsx';
import { Empty, PageHead, Panel } from '../parts/panel.tsx';
import type { Column } from '../parts/table.tsx';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { actWords } from './act-words.ts';
import styles from './audit-log.module.css';
import { DetailList } from './details.tsx';
import { auditLogWords } from './words.ts';

type Line = Data<'GET /v2/auditLog'>['lines'][number];

const filters = ['actor', 'act', 'subject', 'from', 'to'] as const;
type Filters = Readonly<Record<(typeof filters)[number], string>>;

/** What was done by whom, newest first; the filters stand in the address. */
export default function AuditLog() {
  const t = useWords(auditLogWords);
  const { query } = usePlace();
  const given = Object.fromEntries(filters.map((name) => [name, query.get(name) ?? ''])) as Filters;
  const asked = {
    pageSize: '50',
    // People are called by their e-mail; the log knows them as `account:` and that.
    actor:
      given.actor.includes('@') && !given.actor.includes(':') ? `account:${given.actor}` : given.actor || undefined,
    act: given.act || undefined,
    subject: given.subject || undefined,
    from: instantOf(given.from),
    to: instantOf(given.to),
  };
  const pages = usePages('GET /v2/auditLog', { query: asked }, ({ lines }) => lines);
  const columns = useColumns();
  return (
    <>
      <PageHead title={t('auditLog')} note={t('auditLogNote')} />
      <Panel flush>
        <FilterForm key={filters.map((name) => given[name]).join('\n')} given={given} />
        <DataTable
          caption={t('auditLog')}
          columns={columns}
          rowKey={({ number }) => String(number)}
          pages={pages}
          wide
          empty={<Empty title={t('nothing')}>{t('nothingText')}</Empty>}
        />
      </Panel>
    </>
  );
}

function FilterForm({ given }: { readonly given: Filters }) {
  const t = useWords(auditLogWords);
  const [typed, setTyped] = useState(given);
  useEffect(() => setTyped(given), [given]);
  const actChoices = useActChoices();
  const search = (event: FormEvent) => {
    event.preventDefault();
    setQuery(Object.fromEntries(filters.map((name) => [name, typed[name].trim()])), 'push');
  };
  const field = (name: keyof Filters) => ({
    label: t(name),
    value: typed[name],
    maxLength: 160,
    onChange: (event: { currentTarget: { value: string } }) =>
      setTyped({ ...typed, [name]: event.currentTarget.value }),
  });
  return (
    <search>
      <form className={styles.filters} onSubmit={search}>
        <TextInput {...field('actor')} placeholder="ada@example.com" />
        <Select
          label={t('act')}
          placeholder={t('any')}
          data={actChoices}
          value={typed.act === '' ? null : typed.act}
          onChange={(act) => setTyped({ ...typed, act: act ?? '' })}
          clearable
          clearButtonProps={{ 'aria-label': t('any') }}
          searchable
        />
        <TextInput {...field('subject')} placeholder="N00001" />
        <TextInput {...field('from')} type="datetime-local" />
        <TextInput {...field('to')} type="datetime-local" />
        <Button type="submit" variant="default">
          {t('filter')}
        </Button>
      </form>
    </search>
  );
}

/** The acts to choose from, by what they are called. */
function useActChoices(): { readonly value: ActName; readonly label: string }[] {
  const said = useWords(actWords);
  return acts
    .map((value) => ({ value, label: said(value) }))
    .sort((one, other) => one.label.localeCompare(other.label));
}

/** An act in words, with the name under which it was written down; one that this page does not know by that alone. */
function Act({ act }: { readonly act: string }) {
  const said = useWords(actWords);
  const known = acts.find((name) => name === act);
  if (known === undefined) return act;
  return (
    <>
      {said(known)}
      <Small>{act}</Small>
    </>
  );
}

function useColumns(): readonly Column<Line>[] {
  const t = useWords(auditLogWords);
  const { number: written } = useFormats();
  return [
    { key: 'number', title: t('number'), figures: true, cell: ({ number }) => written(number) },
    { key: 'at', title: t('at'), cell: ({ at }) => <Moment at={at} /> },
    { key: 'actor', title: t('actor'), cell: ({ actor }) => actor.replace(/^account:/, '') },
    { key: 'act', title: t('act'), words: true, cell: ({ act }) => <Act act={act} /> },
    { key: 'subject', title: t('subject'), cell: ({ subject }) => subject.replace(/^account:/, '') },
    { key: 'programme', title: t('programme'), cell: ({ programId }) => programId ?? '–' },
    { key: 'details', title: t('details'), cell: ({ details }) => <DetailList details={details} /> },
    {
      key: 'hash',
      title: t('proof'),
      cell: ({ hash }) => <Code value={hash} shown={`${hash.slice(0, 8)}…`} />,
    },
  ];
}
