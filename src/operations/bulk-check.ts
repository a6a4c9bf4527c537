import { refusalInColumns } from '../contract/bulk-rows.ts';
import { refusedBy, type Verdict } from '../domain/bulk.ts';
import { markNames, markReferences, verdictOfMark } from '../domain/bulk-file.ts';
import { Refusal } from '../domain/refusal.ts';
import { findChunk, placesOfChunks, updateChunk } from '../store/bulk-chunks.ts';
import { countDecided, lockLeased, setJobState } from '../store/bulk-jobs.ts';
import { deleteKeys, readKeys } from '../store/bulk-keys.ts';
import { countsOf, packRequests, packResults, type RowResult, unpackRequests, unpackResults } from './bulk-chunk.ts';
import { type Held, LeaseLost } from './bulk-issue.ts';
import { keyParts, partsTogether, unpackWords } from './bulk-keys.ts';

const nothing = { good: 0, issued: 0, repeated: 0, refused: 0 };

/**
 * Finds what only the whole file can tell: references that come twice, and one clientUserId under two
 * names. It can be broken off anywhere and begun again: what was found before is found to be there.
 */
export async function checkFile(held: Held): Promise<void> {
  const marks = new Uint8Array(held.job.rows + 1);
  await eachPart(held, 'references', (keys) => markReferences(keys, marks));
  await eachPart(held, 'users', (keys) => markNames(keys, marks));
  if (marks.some((code) => code !== 0)) await applyMarks(held, marks);
  const { world, job } = held;
  await world.database.background(async (transaction) => {
    if ((await lockLeased(transaction, job, held.lease)) === null) throw new LeaseLost();
    await deleteKeys(transaction, job);
    await setJobState(transaction, job, job.startsItself ? 'running' : 'checked', null, world.clock.now());
  });
}

async function eachPart(held: Held, kind: 'references' | 'users', take: (keys: Uint32Array) => void): Promise<void> {
  const { world, job } = held;
  const together = partsTogether(job.rows);
  for (let from = 0; from < keyParts; from += together) {
    take(unpackWords(await readKeys(world.database, job, kind, from, from + together)));
    await renew(held);
  }
}

/** A sign of life. Throws `LeaseLost` when the job is not ours any more. */
export async function renew({ world, job, lease }: Held): Promise<void> {
  const isHeld = await world.database.background((transaction) => countDecided(transaction, job, lease, nothing, 0));
  if (!isHeld) throw new LeaseLost();
}

async function applyMarks(held: Held, marks: Uint8Array): Promise<void> {
  let last = -1;
  for (;;) {
    const places = await placesOfChunks(held.world.database, held.job, last);
    if (places.length === 0) return;
    for (const { chunk, firstRow, rows } of places) {
      if (marks.subarray(firstRow, firstRow + rows).some((code) => code !== 0)) await applyTo(held, chunk, marks);
      last = chunk;
    }
  }
}

async function applyTo({ world, job, lease }: Held, number: number, marks: Uint8Array): Promise<void> {
  const chunk = (await findChunk(world.database, job, number))!;
  const before = unpackResults(chunk.results);
  const requests = unpackRequests(chunk.requests, before);
  const results = before.map((result, index): RowResult => {
    const code = marks[chunk.firstRow + index]!;
    if (code === 0 || result.verdict.verdict !== 'good') return result;
    const verdict = inFormat(verdictOfMark(code), job.format);
    // Refused for good. The same row again is left for the issue, which finds what it has become.
    if (verdict.verdict === 'refused') requests[index] = null;
    return { reference: result.reference, verdict };
  });
  const [old, now] = [countsOf(before), countsOf(results)];
  const difference = {
    good: now.good - old.good,
    issued: 0,
    repeated: now.repeated - old.repeated,
    refused: now.refused - old.refused,
  };
  const row = { ...chunk, requests: packRequests(requests), results: packResults(results) };
  await world.database.background(async (transaction) => {
    const [isHeld, isWritten] = await Promise.all([
      countDecided(transaction, job, lease, difference, 0),
      updateChunk(transaction, job, row, now),
    ]);
    if (!isHeld || !isWritten) throw new LeaseLost();
  });
}

function inFormat(verdict: Verdict, format: 'ndjson' | 'csv'): Verdict {
  if (verdict.verdict !== 'refused' || format === 'ndjson') return verdict;
  return refusedBy(refusalInColumns(new Refusal(verdict.error, { problems: verdict.problems })));
}
