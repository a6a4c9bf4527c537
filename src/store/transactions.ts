import type { Database, Statement, Transaction } from './database.ts';
import type { PassEntry } from './entries.ts';

const currentTransactionStatement: Statement = {
  name: 'current_transaction',
  text: 'select pg_current_xact_id()::text as id',
};

/** The id of the open transaction, with which its fate can be asked for when the connection is lost. */
export async function currentTransaction(transaction: Transaction): Promise<string> {
  const [row] = await transaction.run<{ id: string }>(currentTransactionStatement, []);
  return row!.id;
}

const limitLockWaitStatement: Statement = {
  name: 'limit_lock_wait',
  text: `select set_config('lock_timeout', $1, true)`,
};

/** From here on the open transaction waits only so many milliseconds for a lock. */
export async function limitLockWait(transaction: Transaction, milliseconds: number): Promise<void> {
  await transaction.run(limitLockWaitStatement, [String(milliseconds)]);
}

// Asked before the rows are looked for: while a backend still works on the commit, its rows cannot
// be seen and their absence proves nothing.
const transactionStatusStatement: Statement = {
  name: 'transaction_status',
  text: 'select pg_xact_status($1::xid8) as status',
};

/** The id lies in the future: the server crashed and recovered without ever having written it down. */
const neverHappened = '22023';

/** Whether a transaction is still being worked on by the server. */
export async function transactionRuns(database: Database, transactionId: string): Promise<boolean> {
  try {
    const [row] = await database.read<{ status: string | null }>(transactionStatusStatement, [transactionId]);
    return row!.status === 'in progress';
  } catch (problem) {
    if ((problem as { code?: unknown }).code === neverHappened) return false;
    throw problem;
  }
}

const entryWrittenStatement: Statement = {
  name: 'entry_written',
  text: `select exists (select from entries where program_id = $1 and pass_id = $2 and number = $3 and order_id = $4
    and transaction = in_epoch($5::xid8)) as written`,
};

/** Whether this very line of history was committed by this transaction. */
export async function entryWritten(
  database: Database,
  { programId, passId, entry }: PassEntry,
  transactionId: string,
): Promise<boolean> {
  const parameters = [programId, passId, entry.number, entry.orderId, transactionId];
  const [row] = await database.read<{ written: boolean }>(entryWrittenStatement, parameters);
  return row!.written;
}
