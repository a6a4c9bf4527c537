import { usePages } from '../api/hooks.ts';
import { useProgramme } from '../app/programmes.tsx';
import { addressFor } from '../app/route.ts';
import { useMay } from '../app/session.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Small } from '../parts/layout.tsx';
import { Moment } from '../parts/moment.tsx';
import { Empty, PageHead, Panel } from '../parts/panel.tsx';
import type { Column } from '../parts/table.tsx';
import { Tag } from '../parts/tag.tsx';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { SendFile } from './send-file.tsx';
import { isMoving, states } from './states.ts';
import type { Job } from './uploads.ts';
import { bulkWords } from './words.ts';

/** Where a file is sent, and the jobs that were made of files before, newest first. */
export function JobList() {
  const t = useWords(bulkWords);
  const may = useMay();
  const { programId } = useProgramme();
  const every = (jobs: readonly Job[] | undefined) => (jobs?.some(isMoving) ? 2_000 : 15_000);
  const pages = usePages('GET /v2/bulk', { query: { pageSize: '50' } }, ({ jobs }) => jobs, { every });
  const columns = useColumns();
  return (
    <>
      <PageHead title={t('bulk')} note={t('bulkNote')} />
      {may('operator') && <SendFile />}
      <Panel title={t('jobs')} flush>
        <DataTable
          caption={t('jobs')}
          columns={columns}
          rowKey={({ jobId }) => jobId}
          href={({ jobId }) => addressFor(programId, 'bulk', jobId)}
          pages={pages}
          empty={<Empty title={t('noJobs')}>{t('noJobsText')}</Empty>}
        />
      </Panel>
    </>
  );
}

function useColumns(): readonly Column<Job>[] {
  const t = useWords(bulkWords);
  const { number } = useFormats();
  return [
    { key: 'name', title: t('file'), cell: ({ name }) => name ?? t('unnamed') },
    {
      key: 'state',
      title: t('state'),
      cell: ({ state }) => <Tag tone={states[state].tone}>{t(states[state].word)}</Tag>,
    },
    { key: 'rows', title: t('rows'), figures: true, cell: ({ rows }) => number(rows) },
    { key: 'good', title: t('good'), figures: true, cell: ({ good }) => number(good) },
    { key: 'issued', title: t('issued'), figures: true, cell: ({ issued }) => number(issued) },
    { key: 'repeated', title: t('repeated'), figures: true, cell: ({ repeated }) => number(repeated) },
    { key: 'refused', title: t('refused'), figures: true, cell: ({ refused }) => number(refused) },
    { key: 'by', title: t('by'), cell: ({ clientId }) => clientId.replace(/^account:/, '') },
    {
      key: 'created',
      title: t('sentOn'),
      cell: ({ createdDate, jobId }) => (
        <>
          <Moment at={createdDate} />
          <Small>{jobId}</Small>
        </>
      ),
    },
  ];
}
