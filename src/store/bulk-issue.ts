import type { Change } from '../domain/pass.ts';
import { arrayText } from './array-text.ts';
import { type Column, insertOf, insertRows } from './columns.ts';
import type { Transaction } from './database.ts';
import { insertEntries } from './entries.ts';
import type { HolderRow } from './holders.ts';

/* Bulk issue writes the same rows as a single issue. */

type NewHolder = HolderRow & { readonly boundAt: number };

const bind = insertOf<NewHolder>(
  'bulk_bind_holders',
  'holders',
  [
    ['client_user_id', 'text', (holder) => holder.clientUserId],
    ['first_key', 'text', (holder) => holder.firstKey],
    ['last_key', 'text', (holder) => holder.lastKey],
    ['bound_at', 'timestamptz', (holder) => holder.boundAt],
  ],
  ' order by n.client_user_id',
);

// A pass that nobody has used: what is left out here is null or 0 in every new pass. Lists go as text: arrays of arrays
// must not be ragged, and these are.
const passColumns: readonly Column<Change>[] = [
  ['pass_id', 'text', ({ pass }) => pass.passId],
  ['order_id', 'text', ({ pass }) => pass.orderId],
  ['module', 'smallint', ({ pass }) => pass.module],
  ['allowed_modules', 'text smallint[]', ({ pass }) => arrayText(pass.allowedModules)],
  ['client_user_id', 'text', ({ pass }) => pass.clientUserId],
  ['first_name', 'text', ({ pass }) => pass.firstName],
  ['last_name', 'text', ({ pass }) => pass.lastName],
  ['created_at', 'timestamptz', ({ pass }) => pass.createdAt],
  ['activation_at', 'timestamptz', ({ pass }) => pass.activationAt],
  ['expiration_at', 'timestamptz', ({ pass }) => pass.expirationAt],
  ['granted', 'int', ({ pass }) => pass.granted],
  ['restriction', 'text', ({ pass }) => pass.restriction.kind],
  ['restricted_to', 'text text[]', ({ pass }) => arrayText(pass.restriction.values)],
  ['entries', 'int', ({ pass }) => pass.entries],
];

const insertPasses = insertOf('bulk_insert_passes', 'passes', passColumns);

/**
 * Writes new passes of one programme, the names they bind, and their first lines of history, in the
 * order of every batch. An id or a binding that is taken is a unique violation (23505).
 */
export async function insertIssued(
  transaction: Transaction,
  programId: string,
  holders: readonly HolderRow[],
  changes: readonly Change[],
  now: number,
): Promise<void> {
  const bound = holders.map((holder) => ({ ...holder, boundAt: now }));
  const lines = changes.map(({ pass, entry }) => ({ programId, passId: pass.passId, entry }));
  await Promise.all([
    insertRows(transaction, bind, programId, bound),
    insertRows(transaction, insertPasses, programId, changes),
    insertEntries(transaction, lines),
  ]);
}
