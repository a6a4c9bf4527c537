/**
 * Epochs of the history (see migration "epochs"). Within one epoch lines are numbered by the server's own
 * transactions; a new epoch begins when those numbers mean nothing any more: after a restore, a move, or
 * when a server came back without its last transactions.
 */
import type { Database, Statement, Transaction } from './database.ts';
import { readerOf } from './table-rows.ts';
import type { Reader } from './tables.ts';

/** How far the numbers of two epochs are apart: more transactions than any epoch can have. */
const span = '1000000000000';

/** The epoch of a line of history, by its transaction number; for a statement that reads lines `e`. */
export const epochColumn = `(e.transaction::text::bigint / ${span})::int as epoch`;

// The highest number is found by the index of each programme. Numbers are compared as they stand in the history.
const historyStatement: Statement = {
  name: 'history_epoch',
  text: `select (in_epoch('0'::xid8)::text::bigint / ${span})::int as epoch,
      coalesce((max(last.transaction::text::bigint) / ${span})::int, 0) as "lastEpoch",
      coalesce(bool_or(last.transaction >= in_epoch(pg_snapshot_xmax(pg_current_snapshot()))), false) as ahead
    from programs p cross join lateral (
      select e.transaction from entries e where e.program_id = p.program_id order by e.transaction desc limit 1) last`,
};

/** Where the numbering of the history stands. */
export interface HistoryEpoch {
  readonly epoch: number;
  readonly lastEpoch: number;
  /** Some line has a number that this server has not given out yet: the history came from another server. */
  readonly ahead: boolean;
}

/** Which epoch the history is in, and whether it is ahead of the server that holds it. */
export async function historyEpoch(reader: Reader): Promise<HistoryEpoch> {
  const [row] = await reader.read<HistoryEpoch>(historyStatement, []);
  return row!;
}

/**
 * Begins the epoch after both the present one and `seen`; gives its number. Nobody may be writing: lines that
 * a running transaction wrote would get numbers of either epoch.
 */
export async function beginEpoch(transaction: Transaction, seen = 0): Promise<number> {
  await transaction.run({ name: 'lock_entries', text: 'lock table entries, deliveries in exclusive mode' }, []);
  const { epoch, lastEpoch } = await historyEpoch(readerOf(transaction));
  const next = Math.max(epoch, lastEpoch, seen) + 1;
  const number = `((${next} * ${span}::bigint + transaction::text::bigint)::text)::xid8`;
  const changes = [
    `create or replace function in_epoch(transaction xid8) returns xid8 language sql stable parallel safe return ${number}`,
    `alter table deliveries alter column epoch set default ${next}`,
  ];
  for (const [index, text] of changes.entries()) {
    await transaction.run({ name: `begin_epoch_${next}_${index}`, text }, []);
  }
  return next;
}

/**
 * Begins a new epoch when the history is ahead of its server, as it is after the database was restored by other means
 * than ours into another server; gives its number, else null. Without that, events would be held back, or told out of order.
 */
export async function healEpoch(database: Database): Promise<number | null> {
  if (!(await historyEpoch(database)).ahead) return null;
  return database.transaction(async (transaction) => {
    const first = await historyEpoch(readerOf(transaction));
    return first.ahead ? beginEpoch(transaction) : null;
  });
}
