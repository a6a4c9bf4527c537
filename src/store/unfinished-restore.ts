/**
 * The mark of a database that a restore or a move has loaded and not finished: its rows are there, and not yet the schema
 * of this program, the new epoch and the files beside it. It is a table of its own and no row of the schema, because what
 * is loaded may have the schema of any older release.
 */
import type { Transaction } from './database.ts';
import { markOfUnfinished, named, type Reader } from './tables.ts';

/** A restore or a move into this database was interrupted; the sentence says what to do. */
export class UnfinishedRestore extends Error {}

/** Sets the mark; it comes and goes with the transaction. */
export async function markUnfinished(transaction: Transaction): Promise<void> {
  await transaction.run(named(`create table ${markOfUnfinished} ()`), []);
}

/** Takes the mark away. */
export async function clearUnfinished(transaction: Transaction): Promise<void> {
  await transaction.run(named(`drop table if exists ${markOfUnfinished}`), []);
}

/** Whether the mark stands. */
export async function isUnfinished(reader: Reader): Promise<boolean> {
  const [row] = await reader.read<{ stands: boolean }>(
    { name: 'unfinished_restore', text: `select to_regclass('${markOfUnfinished}') is not null as stands` },
    [],
  );
  return row!.stands;
}

/** What to do about the mark. */
export const cureOfUnfinished = 'drop the database, or remove the data folder, and restore or move into an empty one';

/** Refuses a database in which the mark stands: served as it is, it would use numbers and ids of events twice. */
export async function refuseUnfinished(reader: Reader): Promise<void> {
  if (!(await isUnfinished(reader))) return;
  throw new UnfinishedRestore(`a restore or a move into this database was not finished: ${cureOfUnfinished}`);
}
