import { Select } from '@mantine/core';
import { type Data, Refused } from '../api/calls.ts';
import { usePages } from '../api/hooks.ts';
import { Link } from '../app/link.tsx';
import { useProgramme } from '../app/programmes.tsx';
import { addressFor, setQuery, usePlace } from '../app/route.ts';
import { passDigits } from '../parts/code.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Small } from '../parts/layout.tsx';
import { Empty, Panel } from '../parts/panel.tsx';
import type { Column } from '../parts/table.tsx';
import { Tag } from '../parts/tag.tsx';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { useTellProblem } from '../words/problems.ts';
import styles from './bulk.module.css';
import { verdicts, verdictTones } from './states.ts';
import type { Job } from './uploads.ts';
import { bulkWords } from './words.ts';

type Row = Data<'GET /v2/bulk/{jobId}/rows'>['rows'][number];

/** The rows of a job in the order of the file, or those of one verdict. */
export function JobRows({ job }: { readonly job: Job }) {
  const t = useWords(bulkWords);
  const { jobId, state, rowsDeletedDate } = job;
  const { query } = usePlace();
  const verdict = verdicts.find((known) => known === query.get('verdict'));
  const kept = rowsDeletedDate === null;
  const pages = usePages(
    'GET /v2/bulk/{jobId}/rows',
    { params: { jobId }, query: { verdict, pageSize: '100' } },
    ({ rows }) => rows,
    // A short list follows what happens; a long one would be read from its beginning each time.
    { when: kept, every: (rows) => (state === 'running' && (rows?.length ?? 0) <= 100 ? 4_000 : undefined) },
  );
  const columns = useColumns();
  if (!kept) {
    return (
      <Panel title={t('verdicts')}>
        <Empty title={t('rowsForgotten')}>{t('rowsForgottenText')}</Empty>
      </Panel>
    );
  }
  return (
    <Panel title={t('verdicts')} tools={<Filter job={job} verdict={verdict ?? ''} />} flush>
      <DataTable
        caption={t('verdicts')}
        columns={columns}
        rowKey={({ row }) => String(row)}
        pages={pages}
        empty={<Empty title={t('noRows')} />}
      />
    </Panel>
  );
}

function Filter({ job, verdict }: { readonly job: Job; readonly verdict: string }) {
  const t = useWords(bulkWords);
  const { number } = useFormats();
  return (
    <Select
      size="xs"
      aria-label={t('verdict')}
      value={verdict}
      onChange={(chosen) => setQuery({ verdict: chosen ?? '' })}
      allowDeselect={false}
      data={[
        { value: '', label: `${t('all')} (${number(job.rows)})` },
        ...verdicts.map((value) => ({ value, label: `${t(value)} (${number(job[value])})` })),
      ]}
    />
  );
}

function useColumns(): readonly Column<Row>[] {
  const t = useWords(bulkWords);
  const { number } = useFormats();
  const { programId } = useProgramme();
  return [
    { key: 'row', title: t('row'), figures: true, cell: ({ row }) => number(row) },
    { key: 'reference', title: t('reference'), cell: ({ reference }) => reference ?? '–' },
    {
      key: 'verdict',
      title: t('verdict'),
      cell: ({ verdict }) => <Tag tone={verdictTones[verdict]}>{t(verdict)}</Tag>,
    },
    { key: 'why', title: t('outcome'), cell: (row) => <Outcome row={row} programId={programId} /> },
  ];
}

/** The pass that was issued, or why none is. */
function Outcome({ row, programId }: { readonly row: Row; readonly programId: string }) {
  const t = useWords(bulkWords);
  const tellProblem = useTellProblem();
  const { verdict, ePassId, error, message, details } = row;
  if (ePassId !== null) return <Link href={addressFor(programId, 'passes', ePassId)}>{passDigits(ePassId)}</Link>;
  if (verdict === 'repeated') return t('repeatedInFile');
  if (error === null) return '–';
  const told = tellProblem(new Refused(409, { error, message: message ?? error, details }));
  return (
    <div className={styles.why}>
      {/* Which cells are wrong says it all. */}
      {!(error === 'REQUEST_INVALID' && told.fields.size > 0) && <span>{told.text}</span>}
      {[...told.fields].map(([field, said]) => (
        <Small key={field}>
          <strong>{field}</strong> {said}
        </Small>
      ))}
    </div>
  );
}
