/**
 * A client that sends files of rows and follows their jobs. Run as a process of its own it takes a FilePlan on
 * its arguments and prints how fast the file became passes.
 */
import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

/** A file of so many rows, whose references begin with its name. */
export interface BulkFile {
  readonly format: 'ndjson' | 'csv';
  readonly name: string;
  readonly rows: number;
}

/** Where it goes. */
export interface Receiver {
  readonly port: number;
  /** Of an issuer. */
  readonly token: string;
}

export interface Job {
  readonly jobId: string;
  readonly state: string;
  readonly problem: string | null;
  readonly rows: number;
  readonly issued: number;
}

const expires = '2099-12-31T23:59:59+00:00';
const header =
  'reference,module,clientUserId,firstName,lastName,activationDate,expirationDate,availableUsages,resourceIds\n';

const firstNames = ['Ada', 'Grace', 'Zoë', 'Søren', 'María José', 'Nguyễn', 'Ольга', '美玲', 'Fatıma', "D'Arcy"];
const lastNames = ['Lovelace', 'Hopper', 'Müller', 'Kierkegaard', 'de la Cruz', 'Thị Minh', 'Иванова', '王', 'Yılmaz'];

function rowOf({ format, name }: BulkFile, row: number): string {
  const first = firstNames[row % firstNames.length]!;
  const last = lastNames[row % lastNames.length]!;
  if (format === 'csv') return `${name}-${row},1,${randomUUID()},${first},${last},,${expires},2,all\n`;
  const places = '{"resourceIds":[]}';
  const names = `"firstName":"${first}","lastName":"${last}"`;
  const extra = `{${names},"expirationDate":"${expires}","availableUsages":2,"allowedResources":${places}}`;
  return `{"reference":"${name}-${row}","module":1,"clientUserId":"${randomUUID()}","extra":${extra}}\n`;
}

/** Made while it is sent: a file of a million rows is never anywhere whole. */
function* piecesOf(file: BulkFile): Generator<string> {
  if (file.format === 'csv') yield header;
  for (let row = 1; row <= file.rows; ) {
    const lines: string[] = [];
    for (; lines.length < 200 && row <= file.rows; row += 1) lines.push(rowOf(file, row));
    yield lines.join('');
  }
}

function call({ port, token }: Receiver, method: string, path: string, file: BulkFile | null = null): Promise<Job> {
  const type = file?.format === 'csv' ? 'text/csv' : 'application/x-ndjson';
  const headers = { authorization: `Bearer ${token}`, ...(file === null ? {} : { 'content-type': type }) };
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', method, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        if (response.statusCode === 200) resolve((JSON.parse(text) as { data: Job }).data);
        else reject(new Error(`${method} ${path} was answered ${text}`));
      });
    });
    sent.on('error', reject);
    if (file === null) sent.end();
    else Readable.from(piecesOf(file)).pipe(sent);
  });
}

/** Sends a file; resolves when it has arrived in full. */
export function send(receiver: Receiver, file: BulkFile, dryRun: boolean): Promise<Job> {
  return call(receiver, 'POST', `/v2/bulk?dryRun=${dryRun}`, file);
}

/** Starts, stops or cancels a job. */
export function act(receiver: Receiver, jobId: string, what: 'start' | 'stop' | 'cancel'): Promise<Job> {
  return call(receiver, 'POST', `/v2/bulk/${jobId}/${what}`);
}

export function look(receiver: Receiver, jobId: string): Promise<Job> {
  return call(receiver, 'GET', `/v2/bulk/${jobId}`);
}

/** Waits until a job is in a state. */
export async function wait(receiver: Receiver, jobId: string, state: string): Promise<Job> {
  for (;;) {
    const job = await look(receiver, jobId);
    if (job.state === state) return job;
    if (['broken', 'stopped', 'cancelled'].includes(job.state)) throw new Error(`${job.state}: ${job.problem}`);
    await pause(20);
  }
}

/** Sends a file and waits until it is issued in full. */
export async function issueFile(receiver: Receiver, file: BulkFile): Promise<void> {
  const { jobId } = await send(receiver, file, false);
  const { issued } = await wait(receiver, jobId, 'done');
  if (issued !== file.rows) throw new Error(`${file.rows} rows, but ${issued} issued`);
}

if (process.argv[1]?.endsWith('bulk-client.js') && process.argv[2] !== undefined) {
  const plan = JSON.parse(process.argv[2]) as Receiver & BulkFile;
  const start = performance.now();
  await issueFile(plan, plan);
  const took = performance.now() - start;
  const driven = { perSecond: (plan.rows * 1000) / took, p50: took, p99: took, accepted: plan.rows, refused: 0 };
  process.stdout.write(JSON.stringify(driven));
}
