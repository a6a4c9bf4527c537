import { type ChunkRow, findChunk } from '../store/bulk-chunks.ts';
import { claimJob, findWork, lockLeased, releaseJob, setJobState } from '../store/bulk-jobs.ts';
import { checkFile } from './bulk-check.ts';
import { type Ahead, decideChunk, type Held, isPassing, LeaseLost, OutOfTurn, redoChunk } from './bulk-issue.ts';
import { issueInLine } from './bulk-line.ts';
import { uploadEnded } from './bulk-upload.ts';
import type { World } from './world.ts';

/** So long a job is worked on before another one gets its turn, in milliseconds. */
const turnLength = 2_000;

/** Works for one turn on the job that has waited longest; false when there is none. */
export async function workOnBulk(world: World, stopping: () => boolean): Promise<boolean> {
  const { name } = world.bulk;
  // Nobody else can have the embedded database open: a lease of another name is a dead process's.
  const alone = world.database.kind === 'embedded';
  const found = await findWork(world.database, alone, name);
  if (found === null) return false;
  const lease = `${name} ${world.ids.uuid()}`;
  const job = await world.database.background((transaction) => claimJob(transaction, found, lease, alone, name));
  if (job === null) return true;
  const held: Held = { world, job, lease };
  try {
    await work(held, stopping);
  } catch (problem) {
    if (!(problem instanceof LeaseLost)) throw problem;
  } finally {
    await world.database.background((transaction) => releaseJob(transaction, job, lease));
  }
  return true;
}

async function work(held: Held, stopping: () => boolean): Promise<void> {
  if (held.job.state === 'receiving') return end(held, 'broken', uploadEnded);
  if (held.job.state === 'checking') return checkFile(held);
  const problem = whyNotToIssue(held);
  if (problem !== null) return end(held, 'stopped', problem);
  await issueFor(held, stopping);
}

/** Why a job may not go on: whoever sent it has lost the right to issue. */
function whyNotToIssue({ world, job }: Held): string | null {
  const { programmes, clientsById } = world.directory.current();
  if (!programmes.has(job.programId)) return 'The programme does not exist any more.';
  // What a person has started goes on when he signs out; an operator can stop it.
  if (/^(account|device):/.test(job.clientId)) return null;
  const client = clientsById.get(job.clientId);
  const may = client?.programs.has(job.programId) === true && client.scopes.has('issuer');
  return may ? null : 'The client that sent the file may not issue in this programme any more.';
}

/** Ends a job, or stops it, with the reason. */
async function end({ world, job, lease }: Held, state: 'broken' | 'stopped' | 'done', problem: string | null) {
  await world.database.background(async (transaction) => {
    if ((await lockLeased(transaction, job, lease)) === null) throw new LeaseLost();
    await setJobState(transaction, job, state, problem, world.clock.now());
  });
}

async function issueFor(held: Held, stopping: () => boolean): Promise<void> {
  const { chunks, nextChunk } = held.job;
  const until = performance.now() + turnLength;
  const isOver = () => performance.now() > until || stopping();
  let next = nextChunk;
  while (next < chunks && !isOver()) {
    const reached = await issueInLine(held, next, isOver, (number, ahead) => prepare(held, number, ahead));
    next = reached.next;
    // Whose turn had not come is decided anew: by now those before it are written.
    if (reached.problem === null || reached.problem instanceof OutOfTurn) continue;
    await again(held, next, reached.problem);
    next += 1;
  }
  if (next >= chunks) await end(held, 'done', null);
}

async function prepare(held: Held, number: number, ahead: Ahead): ReturnType<typeof decideChunk> {
  const careful = held.world.bulk.isCareful(held.job.jobId);
  return decideChunk(held, await read(held, number), ahead, careful);
}

async function read({ world, job }: Held, number: number): Promise<ChunkRow> {
  return (await findChunk(world.database, job, number))!;
}

/** Decides and writes a chunk anew; those after it, which counted on it, were not written either. */
async function again(held: Held, number: number, problem: unknown): Promise<void> {
  if (problem instanceof LeaseLost) throw problem;
  const { jobId } = held.job;
  held.world.bulk.beCareful(jobId);
  if (!isPassing(problem))
    held.world.log('warn', 'bulk chunk failed', { jobId, chunk: number, problem: String(problem) });
  await redoChunk(held, () => read(held, number));
}
