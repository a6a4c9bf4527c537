import type { KnownReference } from '../domain/bulk.ts';
import { insertOf, insertRows } from './columns.ts';
import type { Database, Statement, Transaction } from './database.ts';

export interface ReferenceRow {
  readonly reference: string;
  readonly fingerprint: string;
  readonly passId: string;
}

// One by one by key: planned as a join while the table is empty, it would go through all of it for each.
const findReferencesStatement: Statement = {
  name: 'find_bulk_references',
  text: `select r.reference, r.fingerprint, r.pass_id as "passId", p.order_id as "orderId"
    from unnest($2::text[]) as wanted (reference)
    cross join lateral (
      select * from bulk_references r where r.program_id = $1 and r.reference = wanted.reference limit 1) r
    cross join lateral (
      select order_id from passes p where p.program_id = $1 and p.pass_id = r.pass_id limit 1) p`,
};

/** What these references of a programme stand for already. */
export function findReferences(
  database: Database,
  programId: string,
  references: readonly string[],
): Promise<(KnownReference & { readonly reference: string })[]> {
  return database.read(findReferencesStatement, [programId, references]);
}

const insert = insertOf<ReferenceRow>(
  'insert_bulk_references',
  'bulk_references',
  [
    ['reference', 'text', ({ reference }) => reference],
    ['fingerprint', 'text', ({ fingerprint }) => fingerprint],
    ['pass_id', 'text', ({ passId }) => passId],
  ],
  ' order by n.reference',
);

/**
 * Notes for ever what references stand for, in their order, so that two chunks with the same ones wait in
 * one order. One that is taken is a unique violation (23505).
 */
export function insertReferences(
  transaction: Transaction,
  programId: string,
  rows: readonly ReferenceRow[],
): Promise<void> {
  return insertRows(transaction, insert, programId, rows);
}
