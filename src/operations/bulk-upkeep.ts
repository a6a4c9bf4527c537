import { isOver } from '../domain/bulk.ts';
import { day } from '../domain/calendar.ts';
import { deleteChunks } from '../store/bulk-chunks.ts';
import { type BulkKey, lockJob, markRowsDeleted, oldJobs, setJobState } from '../store/bulk-jobs.ts';
import { deleteKeys } from '../store/bulk-keys.ts';
import type { World } from './world.ts';

/** Rows and verdicts are kept for so long after the last change of their job. */
const rowsKeptFor = 30 * day;

/** In one run of upkeep; what is left waits for the next. Short steps: the door comes first. */
const mostJobs = 10;
const chunksInStep = 20;
const mostSteps = 500;

/**
 * Forgets rows of jobs that nobody has touched for 30 days; a job that still waits for somebody is
 * cancelled first. Gives how many jobs lost their rows.
 */
export async function forgetOldBulkRows(world: World): Promise<number> {
  let forgotten = 0;
  for (const job of await oldJobs(world.database, world.clock.now() - rowsKeptFor, mostJobs)) {
    if (!isOver(job.state)) await cancelOld(world, job);
    if (await forgetRows(world, job)) forgotten += 1;
  }
  return forgotten;
}

async function cancelOld(world: World, key: BulkKey): Promise<void> {
  await world.database.background(async (transaction) => {
    const job = await lockJob(transaction, key);
    if (job === null || !['checked', 'stopped'].includes(job.state)) return;
    await setJobState(transaction, key, 'cancelled', 'Nobody went on with it for 30 days.', world.clock.now());
  });
}

/** Whether all of them are gone. */
async function forgetRows(world: World, key: BulkKey): Promise<boolean> {
  for (let step = 0; step < mostSteps; step += 1) {
    const left = await world.database.background(async (transaction) => {
      const job = await lockJob(transaction, key);
      // Somebody went on with it meanwhile.
      if (job === null || !isOver(job.state)) return null;
      const gone = await deleteChunks(transaction, key, chunksInStep);
      if (gone === chunksInStep) return true;
      await deleteKeys(transaction, key);
      await markRowsDeleted(transaction, key, world.clock.now());
      return false;
    });
    if (left === null) return false;
    if (!left) return true;
  }
  return false;
}
