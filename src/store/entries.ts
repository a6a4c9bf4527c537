import type { Entry } from '../domain/pass.ts';
import { type Column, namesOf, rowParameters, rowsSql } from './columns.ts';
import type { Statement, Transaction } from './database.ts';

/** An entry with the pass it belongs to. */
export interface PassEntry {
  readonly programId: string;
  readonly passId: string;
  readonly entry: Entry;
}

/** An entry, column by column. */
export const entryColumns: readonly Column<PassEntry>[] = [
  ['program_id', 'text', ({ programId }) => programId],
  ['pass_id', 'text', ({ passId }) => passId],
  ['number', 'int', ({ entry }) => entry.number],
  ['kind', 'text', ({ entry }) => entry.kind],
  ['at', 'timestamptz', ({ entry }) => entry.at],
  ['units', 'int', ({ entry }) => entry.units],
  ['left_after', 'int', ({ entry }) => entry.left],
  ['order_id', 'text', ({ entry }) => entry.orderId],
  ['client_id', 'text', ({ entry }) => entry.clientId],
  ['resource_id', 'text', ({ entry }) => entry.resourceId],
  ['module', 'smallint', ({ entry }) => entry.module],
  ['adults', 'smallint', ({ entry }) => entry.adults],
  ['children', 'smallint', ({ entry }) => entry.children],
  ['reason', 'text', ({ entry }) => entry.reason],
];

const names = namesOf(entryColumns.slice(1));

/** The insert, with the columns as parameters from `$first` on. */
export const insertEntriesSql = (first: number) => `insert into entries (program_id, ${names})
  select program_id, ${names} from ${rowsSql(entryColumns, first)}`;

const insertEntriesStatement: Statement = { name: 'insert_entries', text: insertEntriesSql(1) };

/** Appends lines to the history of passes that this transaction has locked or written. */
export async function insertEntries(transaction: Transaction, entries: readonly PassEntry[]): Promise<void> {
  await transaction.run(insertEntriesStatement, rowParameters(entryColumns, entries));
}
