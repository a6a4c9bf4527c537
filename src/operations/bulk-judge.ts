import type { RowRead } from '../contract/bulk-rows.ts';
import { refusalInColumns } from '../contract/bulk-rows.ts';
import { type BulkRow, judgeRow, type KnownReference, refusedBy, type Verdict } from '../domain/bulk.ts';
import { type Holder, issue } from '../domain/issue.ts';
import type { Change } from '../domain/pass.ts';
import { Refusal } from '../domain/refusal.ts';
import type { BulkJobRow } from '../store/bulk-jobs.ts';
import { findReferences } from '../store/bulk-references.ts';
import { readHolders } from '../store/holders.ts';
import { fingerprintOf } from './bulk-chunk.ts';
import { clockOf } from './call.ts';
import type { ProgrammeOffers } from './directory.ts';
import { placesOf } from './issue-pass.ts';
import type { World } from './world.ts';

/** What stands already for some rows, as far as they ask. */
export interface Standing {
  readonly references: Known<KnownReference>;
  readonly holders: Known<Holder>;
}

/** As much of a map as is asked. */
export interface Known<V> {
  get(key: string): V | undefined;
  has(key: string): boolean;
}

/** Reads what stands for rows: in one round trip, and without a lock, because none of it can change. */
export async function standingFor(world: World, programId: string, rows: readonly BulkRow[]): Promise<Standing> {
  if (rows.length === 0) return { references: new Map(), holders: new Map() };
  const names = rows.map(({ reference }) => reference);
  const users = [...new Set(rows.map(({ request }) => request.clientUserId))];
  const [references, holders] = await Promise.all([
    findReferences(world.database, programId, names),
    readHolders(world.database, programId, users),
  ]);
  return {
    references: new Map(references.map((known) => [known.reference, known])),
    holders: new Map(holders.map((holder) => [holder.clientUserId, holder])),
  };
}

export interface Judged {
  readonly verdict: Verdict;
  readonly change: Change | null;
}

/** Judges rows of one job at one instant, by the rule of every issue. */
export type Judge = (row: BulkRow, standing: Standing) => Judged;

/** Makes the judge of a job for now. `drawIds` says whether the passes will be real. */
export function judgeOf(
  world: World,
  offers: ProgrammeOffers,
  job: Pick<BulkJobRow, 'clientId' | 'format'>,
  drawIds: boolean,
): Judge {
  const { programme } = offers;
  const places = placesOf(world, offers);
  const now = clockOf(programme)(world.clock.now());
  const idsOf = () =>
    drawIds
      ? { passId: world.ids.passId(programme.issuerPrefix), orderId: world.ids.orderId() }
      : { passId: '', orderId: '' };
  return (row, { references, holders }) => {
    const holder = holders.get(row.request.clientUserId) ?? null;
    const decide = (request: BulkRow['request'], at: number) => {
      const decided = issue(request, programme, places, holder, idsOf(), job.clientId, at);
      return decided instanceof Refusal && job.format === 'csv' ? refusalInColumns(decided) : decided;
    };
    return judgeRow(row, references.get(row.reference) ?? null, decide, now);
  };
}

/** A row that was read as the rules take it, or the verdict that it cannot be. */
export function bulkRowOf(read: RowRead): BulkRow | Verdict {
  if (read.refusal !== null) return refusedBy(read.refusal);
  return { reference: read.reference, request: read.request, fingerprint: fingerprintOf(read.request) };
}
