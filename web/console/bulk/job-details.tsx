import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useData } from '../api/hooks.ts';
import { useProgramme } from '../app/programmes.tsx';
import { addressFor } from '../app/route.ts';
import { Code } from '../parts/code.tsx';
import { BackLink, Line, Small } from '../parts/layout.tsx';
import { Moment } from '../parts/moment.tsx';
import { Figure, Figures, PageHead, Panel } from '../parts/panel.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { Tag } from '../parts/tag.tsx';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import styles from './bulk.module.css';
import { JobActions } from './job-actions.tsx';
import { JobRows } from './job-rows.tsx';
import { isMoving, states } from './states.ts';
import type { Job } from './uploads.ts';
import { bulkWords } from './words.ts';

/** One job: where it stands, what can be done with it, and the verdict of every row. */
export function JobDetails({ jobId }: { readonly jobId: string }) {
  const t = useWords(bulkWords);
  const { programId } = useProgramme();
  const every = (job: Job | undefined) => (job === undefined || isMoving(job) ? 1_000 : 15_000);
  const { data: job, error, refetch } = useData('GET /v2/bulk/{jobId}', { params: { jobId } }, { every });
  useFreshRows(job);
  return (
    <>
      <BackLink href={addressFor(programId, 'bulk')}>{t('bulk')}</BackLink>
      {job === undefined && error !== null && <ProblemNote problem={error} onRetry={refetch} />}
      {job !== undefined && <Details job={job} />}
    </>
  );
}

/** Rows are read again when the job has got elsewhere: until then they stay as they are. */
function useFreshRows(job: Job | undefined): void {
  const cache = useQueryClient();
  const state = job?.state;
  const before = useRef(state);
  useEffect(() => {
    if (before.current !== undefined && before.current !== state) {
      void cache.invalidateQueries({ queryKey: ['GET /v2/bulk/{jobId}/rows'] });
    }
    before.current = state;
  }, [state, cache]);
}

function Details({ job }: { readonly job: Job }) {
  const t = useWords(bulkWords);
  const { number } = useFormats();
  const { tone, word } = states[job.state];
  const note = (
    <Line>
      <Tag tone={tone}>{t(word)}</Tag>
      <Code value={job.jobId} />
    </Line>
  );
  return (
    <>
      <PageHead title={job.name ?? t('unnamed')} note={note}>
        <JobActions job={job} />
      </PageHead>
      <div className={styles.job}>
        <Figures>
          <Figure name={t('rows')} value={number(job.rows)} />
          <Figure name={t('good')} value={number(job.good)} note={t('goodNote')} />
          <Figure name={t('issued')} value={number(job.issued)} />
          <Figure name={t('repeated')} value={number(job.repeated)} note={t('repeatedNote')} />
          <Figure
            name={t('refused')}
            value={number(job.refused)}
            {...(job.refused > 0 ? { tone: 'danger' as const } : {})}
          />
        </Figures>
        <Panel>
          <div className={styles.progress}>
            <Progress job={job} />
            <Since job={job} />
          </div>
        </Panel>
        <JobRows job={job} />
      </div>
    </>
  );
}

/** How far it has come, and what that means. */
function Progress({ job }: { readonly job: Job }) {
  const t = useWords(bulkWords);
  const { number, percent, bytes } = useFormats();
  const { state, good, issued, refused, problem } = job;
  if (state === 'receiving') return <ProgressBar label={t('receivingText')} part={null} note={bytes(job.bytes)} />;
  if (state === 'checking') return <ProgressBar label={t('checkingText')} part={null} note={number(job.rows)} />;
  const whole = good + issued;
  const part = whole === 0 ? 1 : issued / whole;
  const note = `${t('issuedOf', { issued, whole })} · ${percent(Math.floor(part * 1000) / 1000)}`;
  switch (state) {
    case 'checked':
      return <p>{good === 0 ? t('nothingToIssue') : t('checkedText', { good, refused })}</p>;
    case 'running':
      return <ProgressBar label={t('runningText')} part={part} note={note} />;
    case 'stopped':
      return (
        <>
          <ProgressBar label={t('stoppedText')} part={part} note={note} quiet />
          <Told text={problem} />
        </>
      );
    case 'done':
      return <p>{t('doneText', { count: issued })}</p>;
    case 'cancelled':
      return (
        <>
          <p>{t('cancelledText', { count: issued })}</p>
          <Told text={problem} />
        </>
      );
    case 'broken':
      return (
        <>
          <p>{t('brokenText')}</p>
          <Told text={problem} />
        </>
      );
  }
}

/** What the server wrote down; it writes in English. */
function Told({ text }: { readonly text: string | null }) {
  return text === null ? null : (
    <div lang="en">
      <Small>{text}</Small>
    </div>
  );
}

function Since({ job }: { readonly job: Job }) {
  const t = useWords(bulkWords);
  const { createdDate, startedDate, finishedDate, clientId } = job;
  return (
    <Small>
      {t('sentBy', { name: clientId.replace(/^account:/, '') })} <Moment at={createdDate} />
      {startedDate !== null && (
        <>
          {' · '}
          {t('startedOn')} <Moment at={startedDate} />
        </>
      )}
      {finishedDate !== null && (
        <>
          {' · '}
          {t('finishedOn')} <Moment at={finishedDate} />
        </>
      )}
    </Small>
  );
}
