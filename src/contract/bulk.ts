import type { Static } from 'typebox';
import type { BulkState, Verdict } from '../domain/bulk.ts';
import { formatInstant, formatInstantOrNull, type Instant } from '../domain/instant.ts';
import { csvLine } from './csv.ts';
import { errors } from './errors.ts';
import type { BulkJob, BulkRowVerdict } from './schemas-bulk.ts';

/** What the wire tells of a job. */
interface Told {
  readonly jobId: string;
  readonly programId: string;
  readonly clientId: string;
  readonly name: string | null;
  readonly format: 'ndjson' | 'csv';
  readonly startsItself: boolean;
  readonly state: BulkState;
  readonly problem: string | null;
  readonly bytes: number;
  readonly rows: number;
  readonly good: number;
  readonly issued: number;
  readonly repeated: number;
  readonly refused: number;
  readonly createdAt: Instant;
  readonly startedAt: Instant | null;
  readonly finishedAt: Instant | null;
  readonly rowsDeletedAt: Instant | null;
}

/** A job as the wire has it. */
export function bulkJobOf(job: Told): Static<typeof BulkJob> {
  const { jobId, programId, clientId, name, format, state, problem, bytes, rows } = job;
  const { good, issued, repeated, refused } = job;
  return {
    jobId,
    programId,
    clientId,
    name,
    format,
    dryRun: !job.startsItself,
    state,
    problem,
    bytes,
    rows,
    good,
    issued,
    repeated,
    refused,
    createdDate: formatInstant(job.createdAt),
    startedDate: formatInstantOrNull(job.startedAt),
    finishedDate: formatInstantOrNull(job.finishedAt),
    rowsDeletedDate: formatInstantOrNull(job.rowsDeletedAt),
  };
}

/** The verdict of one row as the wire has it. */
export function bulkRowVerdictOf(
  row: number,
  reference: string | null,
  verdict: Verdict,
): Static<typeof BulkRowVerdict> {
  const made = verdict.verdict === 'issued' || verdict.verdict === 'repeated' ? verdict : null;
  const refusal = verdict.verdict === 'refused' ? verdict : null;
  return {
    row,
    reference,
    verdict: verdict.verdict,
    orderId: made?.orderId ?? null,
    ePassId: made?.passId ?? null,
    error: refusal?.error ?? null,
    message: refusal === null ? null : errors[refusal.error].message,
    details: [...(refusal?.problems ?? [])],
  };
}

/** The first line of a result file. */
export const resultHeader = csvLine(['row', 'reference', 'verdict', 'orderId', 'ePassId', 'error', 'details']);

/** The verdict of one row as a line of a result file. */
export function resultLine(told: Static<typeof BulkRowVerdict>): string {
  const { row, reference, verdict, orderId, ePassId, error } = told;
  const details = told.details.map(({ field, problem }) => `${field} ${problem}`).join('; ');
  return csvLine([row, reference, verdict, orderId, ePassId, error, details]);
}
