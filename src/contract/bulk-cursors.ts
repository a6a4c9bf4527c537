import type { VerdictName } from '../domain/bulk.ts';
import { Refusal } from '../domain/refusal.ts';
import { isStorableInstant, openCursor, sealCursor } from './cursors.ts';

/** A place in a list of jobs. */
export interface BulkJobPlace {
  readonly at: number;
  readonly jobId: string;
}

/** The cursor of the jobs after one. */
export function bulkJobCursor({ at, jobId }: BulkJobPlace, programId: string): string {
  return sealCursor([at, jobId], { jobsOf: programId });
}

/** The place that a cursor of jobs names. */
export function bulkJobPlaceOf(cursor: string, programId: string): BulkJobPlace {
  const [at, jobId] = openCursor(cursor, { jobsOf: programId }, 2);
  if (!isStorableInstant(at) || typeof jobId !== 'string' || !/^bulk_[A-Za-z0-9_-]{16,32}$/.test(jobId)) {
    throw new Refusal('CURSOR_INVALID');
  }
  return { at, jobId };
}

/** The list that a cursor of rows belongs to. */
export interface BulkRowsOf {
  readonly jobId: string;
  readonly verdict: VerdictName | null;
}

/** The cursor of the rows after one. */
export function bulkRowCursor(row: number, { jobId, verdict }: BulkRowsOf): string {
  return sealCursor([row], { rowsOf: jobId, verdict });
}

/** The row that a cursor names; 0 without a cursor. */
export function bulkRowOfCursor(cursor: string | undefined, { jobId, verdict }: BulkRowsOf): number {
  if (cursor === undefined) return 0;
  const [row] = openCursor(cursor, { rowsOf: jobId, verdict }, 1);
  if (Number.isSafeInteger(row) && (row as number) >= 0 && (row as number) <= 2_000_000) return row as number;
  throw new Refusal('CURSOR_INVALID');
}
