import { useSyncExternalStore } from 'react';
import { type Credentials, type Data, Refused } from '../api/calls.ts';
import { newKey } from '../api/hooks.ts';
import { sendFile } from '../api/send-file.ts';

export type Job = Data<'GET /v2/bulk/{jobId}'>;

/** A file on its way. It goes on while the reader looks at other screens. */
export interface Upload {
  readonly file: File;
  readonly credentials: Credentials;
  /** Sent again under it, the file makes one job, however often. */
  readonly key: string;
  /** Bytes that have left. */
  readonly sent: number;
  /** Why it did not arrive; null while it is on its way. */
  readonly problem: unknown;
  readonly stop: () => void;
}

let present: Upload | null = null;
const listeners = new Set<() => void>();

function show(upload: Upload | null): void {
  present = upload;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The file that is on its way in this tab, if it is this person's and this programme's. */
export function useUpload({ csrfToken, programId }: Credentials): Upload | null {
  const upload = useSyncExternalStore(subscribe, () => present);
  const ours = upload?.credentials.csrfToken === csrfToken && upload.credentials.programId === programId;
  return ours ? upload : null;
}

/** Whether a file is on its way, whosever: one goes after the other. */
export function useIsUploading(): boolean {
  return useSyncExternalStore(subscribe, () => present !== null && present.problem === null);
}

/** Forgets an upload that failed. */
export function forgetUpload(): void {
  show(null);
}

/**
 * Sends a file to be checked, nothing more: the job waits to be started. Gives the job, or null when
 * it did not arrive; the upload then says why, and `onProblem` is told. `again` is the one that failed before.
 */
export async function uploadFile(
  file: File,
  credentials: Credentials,
  again: Upload | undefined,
  onProblem: (problem: unknown) => void,
): Promise<Job | null> {
  const stopping = new AbortController();
  const upload = { file, credentials, key: again?.key ?? newKey(), problem: null, stop: () => stopping.abort() };
  show({ ...upload, sent: 0 });
  addEventListener('beforeunload', askBeforeLeaving);
  try {
    const query = { dryRun: 'true', name: nameOf(file) };
    const contentType = await contentTypeOf(file);
    const { key } = upload;
    const onSent = (sent: number) => show({ ...upload, sent });
    const call = { file, contentType, key, credentials, onSent, signal: stopping.signal };
    const job = await sendFile({ name: 'POST /v2/bulk', input: { query }, ...call });
    show(null);
    return job;
  } catch (problem) {
    show(stopping.signal.aborted ? null : { ...upload, sent: present?.sent ?? 0, problem });
    if (!stopping.signal.aborted) onProblem(problem);
    return null;
  } finally {
    removeEventListener('beforeunload', askBeforeLeaving);
  }
}

/** Leaving the console would cut the file off. */
function askBeforeLeaving(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** The file's name as the API takes one; undefined where nothing is left of it. */
function nameOf({ name }: File): string | undefined {
  const clean = Array.from(name.replace(/\p{C}/gu, '')).slice(0, 100).join('').trim();
  return clean === '' ? undefined : clean;
}

/** By how it begins, because machines call a CSV file many things: a line of NDJSON begins with a brace, a header of CSV never. */
async function contentTypeOf(file: File): Promise<string> {
  try {
    const begins = await file.slice(0, 256).text();
    return begins.trimStart().startsWith('{') ? 'application/x-ndjson' : 'text/csv';
  } catch {
    // It was moved or changed since it was chosen.
    throw new Refused(0, {});
  }
}
