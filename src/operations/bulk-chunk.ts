import { hash } from 'node:crypto';
import type { BulkRow, Verdict, VerdictName } from '../domain/bulk.ts';
import type { IssueRequest } from '../domain/issue.ts';
import type { Module } from '../domain/module.ts';
import type { RestrictionKind } from '../domain/pass.ts';
import type { Problem, RefusalName } from '../domain/refusal.ts';
import type { ChunkCounts } from '../store/bulk-chunks.ts';

/*
 * How rows and verdicts lie in the database: lists without names, because there may be a million of
 * them and nobody but this file reads them.
 */

/** A verdict with the row it is of; the reference is null where none could be read. */
export interface RowResult {
  readonly reference: string | null;
  readonly verdict: Verdict;
}

/** A row that waits to be issued. */
export interface StagedRow extends BulkRow {
  /** Whether its clientUserId was found to be bound to this very name; that never changes. */
  readonly bound: boolean;
}

type StoredRequest = readonly [
  fingerprint: string,
  module: Module,
  clientUserId: string,
  firstName: string,
  lastName: string,
  activationAt: number | null,
  expirationAt: number,
  availableUsages: number,
  kind: RestrictionKind,
  values: readonly string[],
  bound: 0 | 1,
];

type StoredResult =
  | readonly [code: 0, reference: string]
  | readonly [code: 1 | 2, reference: string, passId: string | null, orderId: string | null]
  | readonly [code: 3, reference: string | null, error: RefusalName, problems: readonly Problem[]];

const codes: Readonly<Record<VerdictName, number>> = { good: 0, issued: 1, repeated: 2, refused: 3 };

/** The contents of a row in one form, whether it came as JSON or CSV: what its fingerprint is taken of. */
function contentsOf(request: IssueRequest): readonly unknown[] {
  const { module, clientUserId, firstName, lastName, activationAt, expirationAt, availableUsages } = request;
  return [
    module,
    clientUserId,
    firstName,
    lastName,
    activationAt,
    expirationAt,
    availableUsages,
    request.allowedResources,
  ];
}

/** Tells the same row from another one under its reference: 132 bits of SHA-256 over its contents. */
export function fingerprintOf(request: IssueRequest): string {
  return hash('sha256', JSON.stringify(contentsOf(request)), 'base64url').slice(0, 22);
}

/** Rows that are still to be decided, as they are staged; null for those that are not, and for none at all. */
export function packRequests(rows: readonly (StagedRow | null)[]): string | null {
  if (rows.every((row) => row === null)) return null;
  return JSON.stringify(rows.map((row) => (row === null ? null : packRequest(row))));
}

function packRequest({ fingerprint, request, bound }: StagedRow): StoredRequest {
  const { module, clientUserId, firstName, lastName, activationAt, expirationAt, availableUsages } = request;
  // One place and no other: whoever gave none or several was refused.
  const [kind, values] = Object.entries(request.allowedResources)[0] as [RestrictionKind, readonly string[]];
  return [
    fingerprint,
    module,
    clientUserId,
    firstName,
    lastName,
    activationAt,
    expirationAt,
    availableUsages,
    kind,
    values,
    bound ? 1 : 0,
  ];
}

/** The staged rows again, each with its reference, which lies with its verdict. */
export function unpackRequests(requests: string | null, results: readonly RowResult[]): (StagedRow | null)[] {
  if (requests === null) return results.map(() => null);
  const stored = JSON.parse(requests) as (StoredRequest | null)[];
  return stored.map((row, at) => (row === null ? null : unpackRequest(row, results[at]!.reference!)));
}

function unpackRequest(stored: StoredRequest, reference: string): StagedRow {
  const [fingerprint, module, clientUserId, firstName, lastName, activationAt, expirationAt, availableUsages] = stored;
  const allowedResources = { [stored[8]]: stored[9] };
  return {
    reference,
    fingerprint,
    bound: stored[10] === 1,
    request: {
      module,
      clientUserId,
      firstName,
      lastName,
      activationAt,
      expirationAt,
      availableUsages,
      allowedResources,
    },
  };
}

/** Verdicts as they lie in the database. */
export function packResults(results: readonly RowResult[]): string {
  return JSON.stringify(results.map(packResult));
}

function packResult({ reference, verdict }: RowResult): readonly unknown[] {
  const code = codes[verdict.verdict];
  if (verdict.verdict === 'good') return [code, reference];
  if (verdict.verdict === 'refused') return [code, reference, verdict.error, verdict.problems];
  return [code, reference, verdict.passId, verdict.orderId];
}

/** The verdicts again. */
export function unpackResults(results: string): RowResult[] {
  return (JSON.parse(results) as StoredResult[]).map((stored) => ({
    reference: stored[1],
    verdict: unpackVerdict(stored),
  }));
}

function unpackVerdict(stored: StoredResult): Verdict {
  switch (stored[0]) {
    case 0:
      return { verdict: 'good' };
    case 3:
      return { verdict: 'refused', error: stored[2], problems: stored[3] };
    default:
      return { verdict: stored[0] === 1 ? 'issued' : 'repeated', passId: stored[2], orderId: stored[3] } as Verdict;
  }
}

/** How many rows have which verdict. */
export function countsOf(results: readonly RowResult[]): ChunkCounts {
  const counts = { good: 0, issued: 0, repeated: 0, refused: 0 };
  for (const { verdict } of results) counts[verdict.verdict] += 1;
  return counts;
}
