import { setImmediate as turn } from 'node:timers/promises';
import type { TObject, TSchema } from 'typebox';
import { type Answer, success } from './answer.ts';
import { byteOrderMark, type Cell, csvLine } from './csv.ts';
import { closed } from './schemas-parts.ts';
import { Type } from './typebox.ts';

/** One column of a report: its name, what it holds, and how it is found in a row. */
export interface Column<Row> {
  readonly name: string;
  readonly schema: TSchema;
  readonly cell: (row: Row) => Cell;
}

/** A report's rows, defined once: the JSON, its schema and the CSV are made from it. */
export type Table<Row> = readonly Column<Row>[];

type Described = readonly { readonly name: string; readonly schema: TSchema }[];

/** The properties of a row by the names of its columns. */
type PropertiesOf<T extends Described> = { [C in T[number] as C['name']]: C['schema'] };

/** The schemas of columns by their names. */
export function schemasOf<const T extends Described>(columns: T): PropertiesOf<T> {
  return Object.fromEntries(columns.map(({ name, schema }) => [name, schema])) as PropertiesOf<T>;
}

/** What the JSON of a row looks like. */
export function rowSchema<const T extends Described>(table: T): TObject<PropertiesOf<T>> {
  return Type.Object(schemasOf(table), closed);
}

/** A row as JSON has it. */
export function rowOf<Row>(table: Table<Row>, row: Row): Readonly<Record<string, Cell>> {
  return Object.fromEntries(table.map(({ name, cell }) => [name, cell(row)]));
}

/** Rows that go into one piece of a long answer; other requests are served between two pieces. */
const piece = 500;

/** Up to so many rows an answer is made at once. */
const short = 1_000;

/** The JSON of a report: what `head` tells, and its rows, in pieces when they are many. */
export function tableAnswer<Row>(table: Table<Row>, head: object, rows: readonly Row[]): Answer {
  const told = { ...head, rows: rows.slice(0, short).map((row) => rowOf(table, row)) };
  if (rows.length <= short) return success(told);
  const beginning = JSON.stringify({ ...head, rows: [] }).slice(0, -']}'.length);
  async function* pieces() {
    yield `{"code":0,"data":${beginning}`;
    for (let start = 0; start < rows.length; start += piece) {
      const texts = rows.slice(start, start + piece).map((row) => JSON.stringify(rowOf(table, row)));
      yield `${start === 0 ? '' : ','}${texts.join(',')}`;
      await turn();
    }
    yield ']}}';
  }
  return { status: 200, body: '', replayed: false, stream: { type: 'application/json; charset=utf-8', pieces } };
}

/** The CSV of a report as a file of this name, written while its rows come. */
export function csvAnswer<Row>(
  table: Table<Row>,
  fileName: string,
  pages: Iterable<readonly Row[]> | AsyncIterable<readonly Row[]>,
): Answer {
  async function* pieces() {
    yield byteOrderMark + csvLine(table.map(({ name }) => name));
    for await (const rows of pages) {
      for (let start = 0; start < rows.length; start += piece) {
        yield rows
          .slice(start, start + piece)
          .map((row) => csvLine(table.map(({ cell }) => cell(row))))
          .join('');
        await turn();
      }
    }
  }
  const type = 'text/csv; charset=utf-8; header=present';
  return { status: 200, body: '', replayed: false, stream: { type, fileName, pieces } };
}
