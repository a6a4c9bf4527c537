import { setTimeout as pause } from 'node:timers/promises';
import { type BulkRow, type KnownReference, refusedBy } from '../domain/bulk.ts';
import { eventTypeOf } from '../domain/event.ts';
import { type Holder, holderOf } from '../domain/issue.ts';
import type { Change } from '../domain/pass.ts';
import { Refusal } from '../domain/refusal.ts';
import { type ChunkCounts, type ChunkRow, updateChunk } from '../store/bulk-chunks.ts';
import { insertIssued } from '../store/bulk-issue.ts';
import { type BulkJobRow, countDecided, isLeased } from '../store/bulk-jobs.ts';
import { insertReferences, type ReferenceRow } from '../store/bulk-references.ts';
import { CommitUnknown, DatabaseUnavailable, type Transaction } from '../store/database.ts';
import { insertDeliveries } from '../store/deliveries.ts';
import type { HolderRow } from '../store/holders.ts';
import {
  countsOf,
  packRequests,
  packResults,
  type RowResult,
  type StagedRow,
  unpackRequests,
  unpackResults,
} from './bulk-chunk.ts';
import { judgeOf, type Known, type Standing, standingFor } from './bulk-judge.ts';
import { inTurns } from './giving-way.ts';
import type { World } from './world.ts';

/** Another one has written the rows since they were read. */
class Outdated extends Error {}

/** The job is not this worker's any more: somebody stopped it, or took it over. */
export class LeaseLost extends Error {}

/** A job under a lease. */
export interface Held {
  readonly world: World;
  readonly job: BulkJobRow;
  readonly lease: string;
}

/** Some rows of one chunk as they were decided, ready to be written. */
interface Decided {
  readonly chunk: ChunkRow;
  readonly before: readonly RowResult[];
  readonly results: readonly RowResult[];
  readonly requests: readonly (StagedRow | null)[];
  readonly changes: readonly Change[];
  readonly holders: readonly HolderRow[];
  readonly references: readonly ReferenceRow[];
  /** Whether a pass is of somebody whose name the chunks before bind. */
  readonly leans: boolean;
}

/** The chunk before, on which this one counted, was not written, or not yet. */
export class OutOfTurn extends Error {}

/**
 * Milliseconds for which a chunk that is written waits for the one before. Who holds that one up may wait for this one
 * in turn: the database knows nothing of our wait, and would find no deadlock.
 */
const turnWithin = 500;

/** What rows that were decided before, and are being written, will have made. */
export type Ahead = Standing;

export const nothingAhead: Ahead = { references: new Map(), holders: new Map() };

/** What several chunks will have made. */
export const allAhead = (chunks: readonly Ahead[]): Ahead => chunks.reduce(laid, nothingAhead);

/**
 * Decides the open rows of a chunk, those that `chosen` lets through, in the order of the file: each
 * sees what the rows before it made. `ahead` is what the chunks before make, which are just being written.
 */
export async function decideChunk(
  { world, job }: Held,
  chunk: ChunkRow,
  ahead: Ahead,
  careful: boolean,
  chosen: (index: number) => boolean = () => true,
): Promise<Decided & { readonly ahead: Ahead }> {
  const offers = world.directory.current().programmes.get(job.programId);
  if (offers === undefined) throw new Refusal('PROGRAM_UNKNOWN');
  const before = unpackResults(chunk.results);
  const requests = unpackRequests(chunk.requests, before);
  const open = requests.filter((row, index): row is StagedRow => row !== null && chosen(index));
  const again = new Set(
    before.flatMap(({ reference, verdict }) => (verdict.verdict === 'repeated' ? [reference] : [])),
  );
  const asked = careful ? open : open.filter(({ reference }) => again.has(reference));
  const found = await standingFor(world, job.programId, asked);
  const standing = laid(careful ? found : trusting(found, open), ahead);
  const judge = judgeOf(world, offers, job, true);
  const decided = { changes: [] as Change[], holders: [] as HolderRow[], references: [] as ReferenceRow[] };
  const made = { references: new Map<string, KnownReference>(), holders: new Map<string, Holder>() };
  const all = laid(standing, made);
  let leans = false;
  const results = await inTurns(before, (result, index): RowResult => {
    const row = requests[index] ?? null;
    if (row === null || !chosen(index)) return result;
    const { verdict, change } = judge(row, all);
    if (change === null) return { reference: row.reference, verdict };
    note(row, change);
    const { passId, orderId } = change.pass;
    return { reference: row.reference, verdict: { verdict: 'issued', passId, orderId } };
  });
  const left = requests.map((row, index) => (chosen(index) ? null : row));
  return { chunk, before, results, requests: left, ...decided, leans, ahead: made };

  function note({ reference, fingerprint, request }: BulkRow, change: Change): void {
    const { programId, passId, orderId } = change.pass;
    const { clientUserId } = request;
    decided.changes.push(change);
    decided.references.push({ reference, fingerprint, passId });
    made.references.set(reference, { fingerprint, passId, orderId });
    leans ||= ahead.holders.has(clientUserId);
    if (standing.holders.has(clientUserId) || made.holders.has(clientUserId)) return;
    const holder = holderOf(request);
    made.holders.set(clientUserId, holder);
    decided.holders.push({ ...holder, programId, clientUserId });
  }
}

/**
 * What the check has found is taken for all there is: no look-up for a reference that was unknown or an id
 * that had no name. Somebody may have come in between: writing it is then a unique violation.
 */
function trusting(found: Standing, open: readonly StagedRow[]): Standing {
  const bound = new Set(open.filter((row) => row.bound).map(({ request }) => request.clientUserId));
  return {
    references: found.references,
    holders: { get: (id) => found.holders.get(id), has: (id) => bound.has(id) || found.holders.has(id) },
  };
}

/** What stands, and over it what is about to. */
function laid(below: Standing, above: Ahead): Standing {
  return { references: over(below.references, above.references), holders: over(below.holders, above.holders) };
}

function over<V>(below: Known<V>, above: Known<V>): Known<V> {
  return {
    get: (key) => above.get(key) ?? below.get(key),
    has: (key) => above.has(key) || below.has(key),
  };
}

/**
 * Writes what was decided as one transaction, and commits it only once the chunk `before` is written, on which it
 * counted. Throws `LeaseLost` and writes nothing when the job is not ours.
 */
export async function writeChunk(
  held: Held,
  decided: Decided,
  before: Promise<unknown> = Promise.resolve(),
): Promise<void> {
  const { world, job, lease } = held;
  const told = world.outbox.hasEndpoints(job.programId) ? decided.changes : [];
  // A pass cannot be written before the name it is under.
  if (decided.leans) await comesAfter(before);
  await world.database.background(async (transaction) => {
    const holding = isLeased(transaction, job, lease);
    const writing = writeAll(transaction, held, decided, told, world.clock.now());
    // A job that is another's by now is the reason for whatever else goes wrong.
    writing.catch(() => {});
    if (!(await holding)) throw new LeaseLost();
    if (!(await writing)) throw new Outdated();
    await comesAfter(before);
    // Last, because the job stays locked from here on: chunks are written beside one another, and counted in order.
    const counted = await countDecided(transaction, job, lease, differenceOf(decided), nextChunkOf(decided));
    if (!counted) throw new LeaseLost();
  });
  if (told.length > 0) world.outbox.committed();
}

/** Waits for the chunk before; throws `OutOfTurn` when it is not written in time. */
async function comesAfter(before: Promise<unknown>): Promise<void> {
  const end = new AbortController();
  const late = pause(turnWithin, false, { signal: end.signal }).catch(() => false);
  const written = before.then(
    () => true,
    () => false,
  );
  const isWritten = await Promise.race([written, late]);
  end.abort();
  if (!isWritten) throw new OutOfTurn();
}

/** The chunk after this one, once none of its rows is open. */
function nextChunkOf({ chunk, requests }: Decided): number {
  return requests.every((row) => row === null) ? chunk.chunk + 1 : chunk.chunk;
}

function differenceOf({ before, results }: Pick<Decided, 'before' | 'results'>): ChunkCounts {
  const [old, now] = [countsOf(before), countsOf(results)];
  return {
    good: now.good - old.good,
    issued: now.issued - old.issued,
    repeated: now.repeated - old.repeated,
    refused: now.refused - old.refused,
  };
}

/** Holders, passes, history, push events, references: in the order of every batch, and in one flight. */
async function writeAll(
  transaction: Transaction,
  { job }: Held,
  decided: Decided,
  told: readonly Change[],
  now: number,
): Promise<boolean> {
  const { programId } = job;
  const { chunk, results, requests } = decided;
  const row = { ...chunk, requests: packRequests(requests), results: packResults(results) };
  const [isWritten] = await Promise.all([
    updateChunk(transaction, job, row, countsOf(results)),
    decided.changes.length === 0 ? null : insertIssued(transaction, programId, decided.holders, decided.changes, now),
    told.length === 0 ? null : insertDeliveries(transaction, told.map(eventOf), now),
    insertReferences(transaction, programId, decided.references),
  ]);
  return isWritten;
}

function eventOf({ pass: { programId, passId }, entry }: Change) {
  return { programId, passId, number: entry.number, eventType: eventTypeOf(entry.kind) };
}

/** How often a chunk is tried again when others were in its way. */
const mostAttempts = 5;

/**
 * Decides a chunk anew and writes it, until it is written: after somebody else took a reference, a name
 * or a lock meanwhile. Whether a COMMIT without an answer has happened is told by the chunk itself,
 * which is read again, and of which nobody overwrites what he has not read. A row that the database will
 * not take is found by halves and refused, so that it holds up no other.
 */
export async function redoChunk(
  held: Held,
  read: () => Promise<ChunkRow>,
  chosen: (index: number) => boolean = () => true,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const chunk = await read();
    try {
      return await writeChunk(held, await decideChunk(held, chunk, nothingAhead, true, chosen));
    } catch (problem) {
      if (isOver(problem)) throw problem;
      if (isPassing(problem)) {
        if (attempt >= mostAttempts) throw problem;
        await pause(Math.random() * 20 * attempt);
      } else return isolate(held, chunk, read, chosen, problem);
    }
  }
}

const isOver = (problem: unknown) =>
  problem instanceof LeaseLost || problem instanceof DatabaseUnavailable || problem instanceof Refusal;

/** Of a COMMIT without an answer, of others' locks and keys: tried again, it comes to an end. */
export function isPassing(problem: unknown): boolean {
  const code = String((problem as { code?: unknown }).code);
  if (problem instanceof CommitUnknown || problem instanceof Outdated) return true;
  return ['40001', '40P01', '23503', '23505', '55P03', '57014'].includes(code);
}

async function isolate(
  held: Held,
  chunk: ChunkRow,
  read: () => Promise<ChunkRow>,
  chosen: (index: number) => boolean,
  problem: unknown,
): Promise<void> {
  const open = unpackRequests(chunk.requests, unpackResults(chunk.results)).flatMap((row, index) =>
    row !== null && chosen(index) ? [index] : [],
  );
  if (open.length <= 1) return refuseRow(held, chunk, open[0], problem);
  const middle = open[open.length >> 1]!;
  await redoChunk(held, read, (index) => chosen(index) && index < middle);
  await redoChunk(held, read, (index) => chosen(index) && index >= middle);
}

async function refuseRow(held: Held, chunk: ChunkRow, index: number | undefined, problem: unknown): Promise<void> {
  if (index === undefined) throw problem;
  const row = chunk.firstRow + index;
  held.world.log('error', 'bulk row failed', { jobId: held.job.jobId, row, problem: String(problem) });
  const before = unpackResults(chunk.results);
  const requests = unpackRequests(chunk.requests, before);
  const results = [...before];
  results[index] = { reference: before[index]!.reference, verdict: refusedBy(new Refusal('BULK_ROW_FAILED')) };
  requests[index] = null;
  await writeChunk(held, { chunk, before, results, requests, changes: [], holders: [], references: [], leans: false });
}
