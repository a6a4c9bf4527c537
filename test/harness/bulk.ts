/** Files for bulk issue, and a client that sends them and follows their jobs. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { dataOf, issueBody, type Reply, type TestClient } from './client.ts';

/** A valid row under a reference; `extra` goes into the request's. */
export function bulkRow(reference: string, extra: object = {}, clientUserId: string = randomUUID(), usages = 2) {
  return { reference, ...issueBody(usages, extra, clientUserId) };
}

/** Rows as NDJSON; texts go in as they are. */
export function ndjson(rows: readonly (object | string)[]): string {
  return rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join('');
}

/** Sends a file and gives the reply. */
export function upload(
  client: TestClient,
  file: string | Buffer,
  options: { readonly query?: string; readonly type?: string; readonly headers?: Record<string, string> } = {},
): Promise<Reply> {
  const { query = '', type = 'application/x-ndjson', headers = {} } = options;
  return client.call('POST', `/v2/bulk${query}`, file.toString('latin1') === '' ? '' : file.toString(), {
    'content-type': type,
    ...headers,
  });
}

// biome-ignore lint/suspicious/noExplicitAny: tests look at every field
export type Job = any;

export async function jobOf(client: TestClient, jobId: string): Promise<Job> {
  return dataOf(await client.get(`/v2/bulk/${jobId}`));
}

/** Waits until a job is in one of these states; fails when it comes to an end in another. */
export async function until(client: TestClient, jobId: string, ...states: readonly string[]): Promise<Job> {
  for (const started = Date.now(); Date.now() - started < 60_000; await pause(20)) {
    const job = await jobOf(client, jobId);
    if (states.includes(job.state)) return job;
    assert.ok(!['done', 'cancelled', 'broken', 'stopped'].includes(job.state), `${job.state}: ${job.problem}`);
  }
  return assert.fail(`the job was not ${states.join(' or ')} within a minute`);
}

/** Sends a file, and waits until it is checked (dry run) or done. */
export async function run(client: TestClient, file: string, options: Parameters<typeof upload>[2] = {}): Promise<Job> {
  const { jobId } = dataOf(await upload(client, file, options));
  return until(client, jobId, options.query?.includes('dryRun=true') ? 'checked' : 'done');
}

/** Every row of a job, page by page. */
export async function rowsOf(client: TestClient, jobId: string, query = ''): Promise<Job[]> {
  const rows: Job[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: Job = dataOf(
      await client.get(`/v2/bulk/${jobId}/rows?pageSize=7${query}${cursor === '' ? '' : `&cursor=${cursor}`}`),
    );
    rows.push(...page.rows);
    cursor = page.nextCursor;
  }
  return rows;
}

/** `verdict` or `refused NAME fields`, for short tables. */
export function inShort({ verdict, error, details }: Job): string {
  if (verdict !== 'refused') return verdict;
  return [error, ...details.map(({ field }: { field: string }) => field)].join(' ');
}
