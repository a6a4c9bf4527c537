import type { Database, Transaction } from '../store/database.ts';
import {
  beginLoad,
  countGone,
  deleteGone,
  digestOfStaged,
  endLoad,
  openStage,
  setSequences,
  stageRows,
  takeOver,
} from '../store/table-load.ts';
import { beginSnapshot, countRows, type Row, RowDigest, readerOf, rowsOf, type Wanted } from '../store/table-rows.ts';
import { type TableShape, tablesOf } from '../store/tables.ts';

/** Where a move reads from; what it gives must be of one instant. */
export interface Origin {
  count(table: string): Promise<number>;
  rows(table: string, wanted: Wanted): AsyncIterable<Row[]>;
}

/** A database as an origin, for as long as `work` lasts. */
export function readingFrom<T>(database: Database, work: (origin: Origin) => Promise<T>): Promise<T> {
  return database.transaction(async (transaction) => {
    await beginSnapshot(transaction);
    return work(await originOf(transaction));
  });
}

async function originOf(transaction: Transaction): Promise<Origin> {
  const reader = readerOf(transaction);
  const shapes = new Map((await tablesOf(reader)).map((shape) => [shape.name, shape]));
  const shapeOf = (table: string) => {
    const shape = shapes.get(table);
    if (shape === undefined) throw new Error(`the origin has no table ${table}`);
    return shape;
  };
  return {
    count: (table) => countRows(reader, shapeOf(table)),
    rows: (table, wanted) => rowsOf(transaction, shapeOf(table), wanted),
  };
}

/** What a round of catching up came to. */
export interface CaughtUp {
  readonly changed: number;
  readonly deleted: number;
}

/**
 * Brings a copy up to what its origin is now: rows written since transaction `since` of the origin are taken over, rows that
 * are gone are deleted. In one transaction, and checked: the numbers of rows must be the origin's, and each
 * row that was taken over must read back as it was.
 */
export function catchUp(copy: Database, origin: Origin, since: string): Promise<CaughtUp> {
  return copy.transaction(async (transaction) => {
    const tables = await tablesOf(readerOf(transaction));
    await beginLoad(transaction, tables);
    const staged = new Map<string, RowDigest>();
    for (const shape of tables) staged.set(shape.name, await stage(transaction, shape, origin, since));
    let deleted = 0;
    const counts = new Map<string, number>();
    for (const shape of tables.toReversed()) {
      const count = await origin.count(shape.name);
      counts.set(shape.name, count);
      const gone = await countGone(transaction, shape, count);
      if (gone === 0) continue;
      deleted += gone;
      await deleteGone(transaction, shape, origin.rows(shape.name, { keysOnly: true }));
    }
    for (const shape of tables) await takeOver(transaction, shape);
    for (const shape of tables) await check(transaction, shape, counts.get(shape.name)!, staged.get(shape.name)!);
    await setSequences(transaction, tables);
    await endLoad(transaction, tables);
    const changed = [...staged.values()].reduce((sum, { rows }) => sum + rows, 0);
    return { changed, deleted };
  });
}

async function stage(transaction: Transaction, shape: TableShape, origin: Origin, since: string): Promise<RowDigest> {
  const digest = new RowDigest();
  await openStage(transaction, shape);
  for await (const rows of origin.rows(shape.name, { since })) {
    for (const row of rows) digest.add(JSON.stringify(row));
    await stageRows(transaction, shape, rows);
  }
  return digest;
}

async function check(transaction: Transaction, shape: TableShape, count: number, staged: RowDigest): Promise<void> {
  const there = await countRows(readerOf(transaction), shape);
  if (there !== count) throw new Error(`table ${shape.name} has ${there} rows, and its origin ${count}`);
  const read = await digestOfStaged(transaction, shape);
  if (read.rows === staged.rows && String(read) === String(staged)) return;
  throw new Error(`what changed in table ${shape.name} does not read back as it was`);
}
