/** Back-ups within a test's own process, and tables compared behind the product's back. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type BackUpResult, backUp } from '../../src/operations/back-up.ts';
import { finishRestore, type RestoreResult, restore } from '../../src/operations/restore.ts';
import { migrations } from '../../src/product.ts';
import type { Database } from '../../src/store/database.ts';

/** A back-up in memory: its lines. */
export interface MadeBackUp {
  readonly lines: readonly string[];
  readonly result: BackUpResult;
}

/** Backs a database up. */
export async function makeBackUp(database: Database): Promise<MadeBackUp> {
  const texts: string[] = [];
  const facts = { madeAt: new Date().toISOString(), version: 'test', files: {} };
  const result = await backUp(database, facts, async (text) => void texts.push(text));
  return { lines: texts.join('').trimEnd().split('\n'), result };
}

export const restoreSettings = { migrations, now: Date.now };

/** Gives lines as they would be read from a file. */
export async function* linesOf(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

/** Restores lines into an empty database, as the command does. */
export async function restoreLines(
  database: Database,
  lines: readonly string[],
): Promise<{ result: RestoreResult; epoch: number }> {
  const result = await restore(database, linesOf(lines), restoreSettings);
  return { result, epoch: await finishRestore(database, result, restoreSettings) };
}

const named = (text: string) => ({
  name: `rows_${createHash('sha256').update(text).digest('hex').slice(0, 20)}`,
  text,
});

/** Every row of every table as PostgreSQL writes it, sorted, by table: read by SQL of the test's own. */
export async function allRows(database: Database): Promise<Map<string, string[]>> {
  const tables = await database.read<{ name: string }>(
    named(`select table_name::text as name from information_schema.tables
      where table_schema = current_schema() and table_type = 'BASE TABLE' and table_name not in ('migrations', 'unfinished_restore')
      order by 1`),
    [],
  );
  const rows = new Map<string, string[]>();
  for (const { name } of tables) {
    const found = await database.read<{ row: string }>(named(`select t::text as row from ${name} t`), []);
    rows.set(name, found.map(({ row }) => row).sort());
  }
  return rows;
}

/** Fails unless two databases hold the same rows; gives how many. */
export function assertSameRows(actual: ReadonlyMap<string, string[]>, expected: ReadonlyMap<string, string[]>): number {
  assert.deepEqual([...actual.keys()], [...expected.keys()]);
  let count = 0;
  for (const [table, rows] of expected) {
    const found = actual.get(table)!;
    assert.equal(found.length, rows.length, table);
    const different = rows.findIndex((row, index) => row !== found[index]);
    assert.equal(different, -1, `${table}: ${found[different]} instead of ${rows[different]}`);
    count += rows.length;
  }
  return count;
}
