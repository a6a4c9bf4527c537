import type { Entry } from '../domain/pass.ts';
import type { Statement, Transaction } from './database.ts';

/** An entry with the pass it belongs to. */
export interface PassEntry {
  readonly programId: string;
  readonly passId: string;
  readonly entry: Entry;
}

/** The insert, with `parameter` for the JSON of `entryRows`. */
export const insertEntriesSql = (
  parameter: string,
) => `insert into entries (program_id, pass_id, number, kind, at, units,
    left_after, order_id, client_id, resource_id, module, adults, children, reason)
  select program_id, pass_id, number, kind, at, units, left_after, order_id, client_id, resource_id, module, adults,
    children, reason
  from json_to_recordset(${parameter}) as n (program_id text, pass_id text, number int, kind text, at timestamptz,
    units int, left_after int, order_id text, client_id text, resource_id text, module smallint, adults smallint,
    children smallint, reason text)`;

const insertEntriesStatement: Statement = { name: 'insert_entries', text: insertEntriesSql('$1') };

/** Entries as the insert takes them. */
export function entryRows(entries: readonly PassEntry[]): object[] {
  // A batch has one clock, and few programmes with a test clock of their own: the last text mostly fits.
  let last = { at: Number.NaN, text: '' };
  return entries.map(({ programId, passId, entry }) => {
    if (entry.at !== last.at) last = { at: entry.at, text: new Date(entry.at).toISOString() };
    return {
      program_id: programId,
      pass_id: passId,
      number: entry.number,
      kind: entry.kind,
      at: last.text,
      units: entry.units,
      left_after: entry.left,
      order_id: entry.orderId,
      client_id: entry.clientId,
      resource_id: entry.resourceId,
      module: entry.module,
      adults: entry.adults,
      children: entry.children,
      reason: entry.reason,
    };
  });
}

/** Appends lines to the history of passes that this transaction has locked or written. */
export async function insertEntries(transaction: Transaction, entries: readonly PassEntry[]): Promise<void> {
  await transaction.run(insertEntriesStatement, [JSON.stringify(entryRows(entries))]);
}
