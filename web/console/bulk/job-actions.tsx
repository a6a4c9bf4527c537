import { Button } from '@mantine/core';
import { useChange } from '../api/hooks.ts';
import { useMay } from '../app/session.tsx';
import { useConfirm } from '../parts/confirm.tsx';
import { CsvButton } from '../parts/csv-button.tsx';
import { Icon } from '../parts/icon.tsx';
import { useTell } from '../parts/tell.tsx';
import { useWords } from '../words/language.tsx';
import { useTellProblem } from '../words/problems.ts';
import { isOver } from './states.ts';
import type { Job } from './uploads.ts';
import { bulkWords } from './words.ts';

/** Start, stop, resume, cancel; and the verdicts as a file. */
export function JobActions({ job }: { readonly job: Job }) {
  const t = useWords(bulkWords);
  const may = useMay();
  const { jobId, rows, rowsDeletedDate, name, state, good } = job;
  const questions = useQuestions(job);
  const stop = useStop(jobId);
  const result = `${(name ?? jobId).replace(/\.\w{1,6}$/, '')}-${t('result')}.csv`;
  return (
    <>
      {rows > 0 && rowsDeletedDate === null && (
        <CsvButton
          title={t('verdicts')}
          name="GET /v2/bulk/{jobId}/result.csv"
          input={{ params: { jobId } }}
          fileName={result}
          word={t('resultFile')}
        />
      )}
      {may('operator') && (
        <>
          {!isOver(job) && (
            <Button variant="default" color="red" leftSection={<Icon name="cross" />} onClick={questions.cancel}>
              {t('cancel')}
            </Button>
          )}
          {state === 'running' && (
            <Button leftSection={<Icon name="stop" />} loading={stop.busy} onClick={stop.now}>
              {t('stop')}
            </Button>
          )}
          {state === 'stopped' && (
            <Button leftSection={<Icon name="play" />} onClick={questions.resume}>
              {t('resume')}
            </Button>
          )}
          {state === 'checked' && good > 0 && (
            <Button leftSection={<Icon name="play" />} onClick={questions.start}>
              {t('start')}
            </Button>
          )}
        </>
      )}
    </>
  );
}

/** Stopping does not ask: whoever stops a job is in a hurry, and it goes on where it was. */
function useStop(jobId: string): { readonly busy: boolean; readonly now: () => void } {
  const t = useWords(bulkWords);
  const tell = useTell();
  const tellProblem = useTellProblem();
  const stop = useChange('POST /v2/bulk/{jobId}/stop');
  return {
    busy: stop.isPending,
    now: () =>
      stop.mutate(
        { params: { jobId } },
        {
          onSuccess: () => tell(t('stopDone')),
          onError: (problem) => tell(tellProblem(problem).text),
        },
      ),
  };
}

function useQuestions({ jobId, name, good, issued, refused }: Job) {
  const t = useWords(bulkWords);
  const ask = useConfirm();
  const start = useChange('POST /v2/bulk/{jobId}/start');
  const resume = useChange('POST /v2/bulk/{jobId}/resume');
  const cancel = useChange('POST /v2/bulk/{jobId}/cancel');
  const params = { jobId };
  const file = name ?? t('unnamed');
  return {
    start: () =>
      ask({
        title: t('startTitle', { count: good }),
        text: (
          <>
            <p>{t('startText', { file })}</p>
            {refused > 0 && <p>{t('startRefused', { count: refused })}</p>}
          </>
        ),
        action: t('start'),
        act: () => start.mutateAsync({ params }),
        done: t('startDone'),
      }),
    resume: () =>
      ask({
        title: t('resumeTitle', { count: good }),
        text: <p>{t('startText', { file })}</p>,
        action: t('resume'),
        act: () => resume.mutateAsync({ params }),
        done: t('startDone'),
      }),
    cancel: () =>
      ask({
        title: t('cancelTitle', { file }),
        text: <p>{issued === 0 ? t('cancelText') : t('cancelIssued', { count: issued })}</p>,
        action: t('cancel'),
        danger: true,
        act: () => cancel.mutateAsync({ params }),
        done: t('cancelDone'),
      }),
  };
}
