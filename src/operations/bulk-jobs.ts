import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { bulkJobOf } from '../contract/bulk.ts';
import { bulkJobCursor, bulkJobPlaceOf } from '../contract/bulk-cursors.ts';
import { pageSizeOf } from '../contract/pages.ts';
import type { BulkJobsQuery } from '../contract/schemas-bulk.ts';
import { type BulkAct, stateAfter } from '../domain/bulk.ts';
import { Refusal } from '../domain/refusal.ts';
import { type BulkJobRow, findJob, listJobs, lockJob, setJobState } from '../store/bulk-jobs.ts';
import { deleteKeys } from '../store/bulk-keys.ts';
import { recordAct } from './audit-log.ts';
import { type Call, programmeOf } from './call.ts';
import { changeDirectory } from './change-directory.ts';
import type { World } from './world.ts';

export interface OfJob {
  readonly params: { readonly jobId: string };
}

/** A bulk job of the caller's programme. Unknown and another programme's are the same refusal. */
export async function jobFor(world: World, call: Call, request: OfJob): Promise<BulkJobRow> {
  const { programId } = programmeOf(call);
  const job = await findJob(world.database, { programId, jobId: request.params.jobId });
  if (job === null) throw new Refusal('BULK_JOB_UNKNOWN');
  return job;
}

/** One job: its state and how far it has come. */
export async function getBulkJob(world: World, call: Call, request: OfJob): Promise<Answer> {
  return success(bulkJobOf(await jobFor(world, call, request)));
}

/** The jobs of the programme, newest first. */
export async function listBulkJobs(
  world: World,
  call: Call,
  { query }: { readonly query: Static<typeof BulkJobsQuery> },
): Promise<Answer> {
  const { programId } = programmeOf(call);
  const size = pageSizeOf(query.pageSize, 100, 500);
  const after = query.cursor === undefined ? null : bulkJobPlaceOf(query.cursor, programId);
  const jobs = await listJobs(world.database, programId, after, size);
  const last = jobs.length < size ? undefined : jobs.at(-1);
  const nextCursor = last === undefined ? null : bulkJobCursor({ at: last.createdAt, jobId: last.jobId }, programId);
  return success({ jobs: jobs.map(bulkJobOf), nextCursor });
}

/** Starts a checked job. */
export const startBulkJob = (world: World, call: Call, request: OfJob) => act(world, call, request, 'start');
/** Stops a running job: rows that are just being written are issued only when they are committed before it. */
export const stopBulkJob = (world: World, call: Call, request: OfJob) => act(world, call, request, 'stop');
/** Lets a stopped job go on where it is. */
export const resumeBulkJob = (world: World, call: Call, request: OfJob) => act(world, call, request, 'resume');
/** Ends a job for good; what it has issued stays issued. */
export const cancelBulkJob = (world: World, call: Call, request: OfJob) => act(world, call, request, 'cancel');

/**
 * The job's row is locked, and whoever works on the job locks it with every chunk: once this is
 * answered, nothing more is issued under the old state.
 */
async function act(world: World, call: Call, request: OfJob, what: BulkAct): Promise<Answer> {
  const { programId } = programmeOf(call);
  const { jobId } = request.params;
  let told: BulkJobRow | null = null;
  const answer = await changeDirectory(
    world,
    call,
    programId,
    { jobId },
    async (transaction, now) => {
      const job = await lockJob(transaction, { programId, jobId });
      if (job === null) throw new Refusal('BULK_JOB_UNKNOWN');
      const state = stateAfter(what, job.state);
      if (state instanceof Refusal) throw state;
      told = job;
      if (state === job.state) return;
      told = await setJobState(transaction, job, state, null, now);
      if (state === 'cancelled') await deleteKeys(transaction, job);
      const details = { from: job.state, issued: job.issued };
      await recordAct(transaction, call, { act: `bulk.${what}`, subject: jobId, programId, details }, now);
    },
    () => success(bulkJobOf(told!)),
  );
  world.bulk.wake();
  return answer;
}
