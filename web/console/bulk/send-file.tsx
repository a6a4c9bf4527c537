import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type DragEvent, useId, useState } from 'react';
import { Refused, saveFile } from '../api/calls.ts';
import { useProgramme } from '../app/programmes.tsx';
import { addressFor, go } from '../app/route.ts';
import { useCredentials, useSessionState } from '../app/session.tsx';
import { Icon } from '../parts/icon.tsx';
import { Small } from '../parts/layout.tsx';
import { Panel } from '../parts/panel.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { ProgressBar } from '../parts/progress-bar.tsx';
import { useTell } from '../parts/tell.tsx';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import styles from './bulk.module.css';
import { exampleFile } from './example.ts';
import { forgetUpload, type Upload, uploadFile, useIsUploading, useUpload } from './uploads.ts';
import { bulkWords } from './words.ts';

/** Takes a file, dropped or chosen, and shows it on its way. */
export function SendFile() {
  const t = useWords(bulkWords);
  const upload = useUpload(useCredentials());
  return (
    <div className={styles.send}>
      <Panel title={t('newFile')}>{upload === null ? <Drop /> : <OnItsWay upload={upload} />}</Panel>
    </div>
  );
}

/** Gives the function that sends a file, and leads to its job when it has arrived. */
function useSendFile(): (file: File, again?: Upload) => Promise<void> {
  const t = useWords(bulkWords);
  const credentials = useCredentials();
  const { forget } = useSessionState();
  const cache = useQueryClient();
  const tell = useTell();
  return async (file, again) => {
    const job = await uploadFile(file, credentials, again, (problem) => {
      if (problem instanceof Refused && problem.status === 401) forget(true);
    });
    await cache.invalidateQueries();
    if (job === null) return;
    const list = addressFor(job.programId, 'bulk');
    // Whoever has gone elsewhere meanwhile is told, and not taken away from there.
    if (location.pathname === list) go(`${list}/${job.jobId}`);
    else tell(t('arrived', { name: file.name }));
  };
}

function Drop() {
  const t = useWords(bulkWords);
  const send = useSendFile();
  const busy = useIsUploading();
  const [over, setOver] = useState(false);
  const id = useId();
  const { modules } = useProgramme();
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file !== undefined && !busy) void send(file);
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way; the input in it is the first */}
      <div
        className={styles.drop}
        data-over={over}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <Icon name="upload" size={28} />
        <p>
          <label htmlFor={id} className={styles.choose}>
            {t('chooseFile')}
          </label>{' '}
          {t('orDrop')}
        </p>
        <input
          id={id}
          type="file"
          accept=".csv,.tsv,.txt,.ndjson,.jsonl,text/csv,application/x-ndjson"
          disabled={busy}
          aria-describedby={`${id}-help`}
          onChange={({ currentTarget }) => {
            const [file] = currentTarget.files ?? [];
            if (file !== undefined) void send(file);
            // The same file again is a change, too.
            currentTarget.value = '';
          }}
        />
        <div id={`${id}-help`}>
          <Small>{t(busy ? 'oneAtATime' : 'nothingYet')}</Small>
        </div>
      </div>
      <div className={styles.form}>
        <Small>{t('columnsText')}</Small>
        <Button
          variant="default"
          size="xs"
          leftSection={<Icon name="save" size={14} />}
          onClick={() => saveFile(exampleFile(modules[0] ?? 1), 'passes.csv')}
        >
          {t('example')}
        </Button>
      </div>
    </>
  );
}

/** Whether sending the same file again may end otherwise: not when it is the file that is wrong. */
function mayHelp(problem: unknown): boolean {
  return !(problem instanceof Refused && ['BULK_FILE_REFUSED', 'BULK_FILE_TOO_LARGE'].includes(problem.refusal));
}

function OnItsWay({ upload }: { readonly upload: Upload }) {
  const t = useWords(bulkWords);
  const { bytes } = useFormats();
  const send = useSendFile();
  const { file, sent, problem, stop } = upload;
  if (problem !== null) {
    return (
      <div className={styles.form}>
        <p>
          <strong>{t('notArrived', { name: file.name })}</strong>
        </p>
        <ProblemNote problem={problem} {...(mayHelp(problem) ? { onRetry: () => void send(file, upload) } : {})} />
        <Button variant="default" size="xs" onClick={forgetUpload}>
          {t('anotherFile')}
        </Button>
      </div>
    );
  }
  // The file goes in a wrapping of its own size; when all has left, the server is still reading.
  const gone = Math.min(sent, file.size);
  return (
    <div className={styles.form}>
      <ProgressBar
        label={file.name}
        part={gone === file.size ? null : gone / file.size}
        note={gone === file.size ? t('reading') : t('sentOf', { sent: bytes(gone), size: bytes(file.size) })}
      />
      <Small>{t('mayGoOn')}</Small>
      <Button variant="default" size="xs" leftSection={<Icon name="cross" size={14} />} onClick={stop}>
        {t('stopSending')}
      </Button>
    </div>
  );
}
