import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Static } from 'typebox';
import { type Answer, failure, success } from '../contract/answer.ts';
import { bulkJobOf } from '../contract/bulk.ts';
import type { BulkUploadQuery } from '../contract/schemas-bulk.ts';
import { fieldRefusal, Refusal } from '../domain/refusal.ts';
import { findAnswer, insertAnswers, type StoredAnswer } from '../store/answers.ts';
import { type BulkJobRow, countOpenJobs, insertJob, lockLeased, setJobState } from '../store/bulk-jobs.ts';
import { recordAct } from './audit-log.ts';
import { type Arrived, rowsOf, type Upload } from './bulk-reader.ts';
import { Staging } from './bulk-staging.ts';
import { type Call, programmeOf, repeatsOf } from './call.ts';
import type { Repeat } from './command.ts';
import type { World } from './world.ts';

/** Jobs of one programme that are not over. */
const mostOpenJobs = 10;

interface UploadRequest {
  readonly query: Static<typeof BulkUploadQuery>;
  readonly upload: Upload | null;
}

/** One upload while it runs. */
interface Receiving {
  readonly world: World;
  readonly call: Call;
  readonly job: Pick<BulkJobRow, 'programId' | 'jobId' | 'clientId' | 'name' | 'format' | 'startsItself'>;
  readonly lease: string;
}

/**
 * Takes a file of rows in: each gets its verdict and is staged while the rest is still on its way. The
 * answer is the job, which is then checked for what only the whole file can tell, and issued when it
 * is no dry run. An upload that ends early leaves a job that says so.
 */
export function uploadBulk(world: World, call: Call, request: UploadRequest): Promise<Answer> {
  const { programId } = programmeOf(call);
  const { upload } = request;
  if (upload === null) throw fieldRefusal('BULK_FILE_REFUSED', 'body', 'is missing');
  const key = call.key === null ? null : [programId, call.caller.clientId, call.key].join('\n');
  return world.bulk.upload(key, async () => {
    const first = await firstAnswer(world, call, programId);
    return first === null ? receive(world, call, request.query, upload) : replay(world, call, request, first);
  });
}

/** The answer that was given under this key before, or null. */
async function firstAnswer(world: World, call: Call, programId: string): Promise<StoredAnswer | null> {
  if (call.key === null) return null;
  const { caller, operationId: route, key } = call;
  return findAnswer(world.database, { programId, clientId: caller.clientId, route, key });
}

/** The key's first answer again, if this is the same file; it is read to its end to tell that, and not kept. */
async function replay(
  world: World,
  call: Call,
  { query, upload }: UploadRequest,
  { fingerprint, status, body, programId }: StoredAnswer,
): Promise<Answer> {
  const digest = createHash('sha256');
  const rows = rowsOf(upload!, { arrived: { bytes: 0 }, signal: world.bulk.signal, digest });
  for await (const _ of rows);
  const repeat = repeatOf(call, programId, query, digest.digest('base64url'))!;
  if (repeat.fingerprint === fingerprint) return { status, body, replayed: true };
  return failure(new Refusal(repeat.reused), call.requestId);
}

function repeatOf(call: Call, programId: string, query: UploadRequest['query'], sha256: string): Repeat | null {
  return repeatsOf(call, programId, { query, sha256 })[0] ?? null;
}

async function receive(world: World, call: Call, query: UploadRequest['query'], upload: Upload): Promise<Answer> {
  const { programId } = programmeOf(call);
  const job = {
    programId,
    jobId: `bulk_${world.ids.uuid().replaceAll('-', '').slice(0, 20)}`,
    clientId: call.caller.clientId,
    name: query.name ?? null,
    format: upload.format,
    startsItself: query.dryRun !== 'true',
  };
  const receiving: Receiving = { world, call, job, lease: `${world.bulk.name} ${world.ids.uuid()}` };
  await enter(receiving);
  try {
    const { sha256 } = await stage(receiving, upload);
    return await complete(receiving, repeatOf(call, programId, query, sha256));
  } catch (problem) {
    const told = refusalOfUpload(problem, job.jobId);
    await giveUp(receiving, told);
    throw told;
  }
}

async function enter({ world, call, job, lease }: Receiving): Promise<void> {
  const { programId, jobId: subject, format, startsItself } = job;
  await world.database.background(async (transaction) => {
    if ((await countOpenJobs(transaction, programId)) >= mostOpenJobs) {
      throw new Refusal('BULK_JOBS_EXHAUSTED', { facts: { most: mostOpenJobs } });
    }
    const now = world.clock.now();
    await insertJob(transaction, job, lease, now);
    const details = { format, dryRun: !startsItself };
    await recordAct(transaction, call, { act: 'bulk.upload', subject, programId, details }, now);
  });
}

async function stage({ world, job, lease }: Receiving, upload: Upload): Promise<{ sha256: string }> {
  const arrived: Arrived = { bytes: 0 };
  const digest = createHash('sha256');
  const staging = new Staging(world, job, lease, arrived);
  try {
    for await (const rows of rowsOf(upload, { arrived, signal: world.bulk.signal, digest })) {
      await staging.add(rows);
      await turn();
    }
    if ((await staging.end()) === 0) throw fieldRefusal('BULK_FILE_REFUSED', 'body', 'holds no row');
    return { sha256: digest.digest('base64url') };
  } finally {
    await staging.abandon();
  }
}

/** The file is here in full: the job may be checked, and its answer is kept under the request's key. */
async function complete({ world, job, lease }: Receiving, repeat: Repeat | null): Promise<Answer> {
  const answer = await world.database.background(async (transaction) => {
    const row = await lockLeased(transaction, job, lease);
    if (row === null) throw new Refusal('BULK_JOB_STATE', { facts: { state: 'cancelled' } });
    const now = world.clock.now();
    const made = success(bulkJobOf(await setJobState(transaction, job, 'checking', null, now)));
    if (repeat === null) return made;
    const { reused: _, ...key } = repeat;
    await insertAnswers(transaction, [{ ...key, status: made.status, body: made.body }], now);
    return made;
  });
  world.bulk.wake();
  return answer;
}

/** Whatever ended an upload as its sender is told; the job can be looked at afterwards. */
function refusalOfUpload(problem: unknown, jobId: string): unknown {
  if (problem instanceof Refusal) {
    const { refusal, problems, facts } = problem;
    return new Refusal(refusal, { problems, facts: { ...facts, jobId } });
  }
  // Another request under the same key was faster, in another process: the next one finds its answer.
  if ((problem as { code?: unknown }).code === '23505') return new Refusal('REQUEST_IN_PROGRESS');
  const { code } = problem as { code?: unknown };
  const cut = code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ABORT_ERR';
  return cut ? new Refusal('BULK_FILE_BROKEN', { facts: { jobId } }) : problem;
}

/** Leaves a job that says why it came to nothing. When even that fails, the worker says it once the lease has run out. */
async function giveUp({ world, job, lease }: Receiving, problem: unknown): Promise<void> {
  try {
    await world.database.background(async (transaction) => {
      if ((await lockLeased(transaction, job, lease)) === null) return;
      await setJobState(transaction, job, 'broken', sentenceOf(problem), world.clock.now());
    });
  } catch (another) {
    world.log('warn', 'bulk upload not given up', { jobId: job.jobId, problem: String(another) });
  }
}

function sentenceOf(problem: unknown): string {
  if (!(problem instanceof Refusal)) return 'The upload could not be written down; the log tells why.';
  if (problem.refusal === 'BULK_FILE_BROKEN') return uploadEnded;
  const told = problem.problems.map(({ field, problem: what }) => `${field} ${what}`).join('; ');
  return told === '' ? `The file was refused: ${problem.refusal}.` : `The file was refused: ${told}.`;
}

/** What a job says whose upload just ended. */
export const uploadEnded = 'The upload ended before its end.';
