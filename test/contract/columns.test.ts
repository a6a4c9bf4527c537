/** Rows that travel as one array a column come out as they went in, on both databases. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Column, rowParameters, rowsSql } from '../../src/store/columns.ts';
import type { Database } from '../../src/store/database.ts';
import { eachDatabase } from '../harness/databases.ts';

interface Row {
  readonly id: string;
  readonly text: string | null;
  readonly whole: number | null;
  readonly at: number | null;
}

const columns: readonly Column<Row>[] = [
  ['id', 'text', ({ id }) => id],
  ['text', 'text', ({ text }) => text],
  ['whole', 'int', ({ whole }) => whole],
  ['at', 'timestamptz', ({ at }) => at],
];

await eachDatabase('rows as columns', (open) => {
  let database: Database;
  before(async () => {
    database = await open();
  });
  after(() => database?.close());

  const through = (rows: readonly Row[]) => {
    const text = `select n.id, n.text, n.whole, n.at from ${rowsSql(columns, 1)} order by n.id`;
    return database.read<Row>({ name: 'rows_as_columns', text }, rowParameters(columns, rows));
  };

  const texts = [
    '',
    'NULL',
    'null',
    ' spaces ',
    'a,b{c}d',
    'say "no"',
    'back\\slash',
    '{"code":0,"data":{"name":"O\'Brien \\" \\\\ \\n"}}',
    'line\nbreak\ttab\u0001',
    'Nguyễn 王 😀 \u2028',
    '1234567890',
    null,
  ];

  test('every text, number and instant, and nothing at all', async () => {
    const rows = texts.map((text, index) => ({
      id: `row ${String(index).padStart(2, '0')}`,
      text,
      whole: index % 3 === 0 ? null : index - 5,
      at: index % 4 === 0 ? null : Date.UTC(1999, 11, 31, 23, 59, 59, index),
    }));
    assert.deepEqual(await through(rows), rows);
  });

  for (const text of texts) {
    test(`a column that says ${JSON.stringify(text)} in every row, beside one that does not`, async () => {
      const rows = ['a', 'b', 'c'].map((id) => ({ id, text, whole: null, at: 1_800_000_000_000 }));
      assert.deepEqual(await through(rows), rows);
      assert.deepEqual(await through(rows.slice(0, 1)), rows.slice(0, 1));
    });
  }

  test('no rows', async () => {
    assert.deepEqual(await through([]), []);
  });
});
