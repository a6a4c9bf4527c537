import type { Statement, Transaction } from './database.ts';

/*
 * Many rows at once, as one array a column: measured twice as fast as JSON, and as fast as COPY, which
 * would need a protocol of its own on each database. A column that says the same in every row is sent once.
 */

type Value = string | number | null;

/** A column that is sent: its name, the type of an element as it is sent, and its value in a row. */
export type Column<R> = readonly [name: string, type: string, read: (row: R) => Value];

/** One element of an array as PostgreSQL reads it. Ids and numbers, which are most, need no quotes. */
function elementOf(value: Value): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return String(value);
  if (/^[0-9A-Za-z:.+-]{5,}$/.test(value)) return value;
  return /["\\]/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
}

/** A list inside a column, which is sent as text: arrays of arrays must not be ragged, and these are. */
export function listText(values: readonly Value[]): string {
  return `{${values.map(elementOf).join(',')}}`;
}

/** The values of a column as an array, written here: the driver's own way costs several times as much. */
function arrayOf<R>(rows: readonly R[], [, , read]: Column<R>): string {
  const first = read(rows[0]!);
  const sent = rows.every((row) => read(row) === first) ? rows.slice(0, 1) : rows;
  return `{${sent.map((row) => elementOf(read(row))).join(',')}}`;
}

/** An insert into one table. */
export interface Insert<R> {
  readonly statement: Statement;
  readonly columns: readonly Column<R>[];
}

/**
 * An insert of rows of one programme ($1). `unnest` fills a short array up with nulls, which then stand for
 * its one value, so no column may hold nulls. A type of two words is sent as the first and kept as the second.
 */
export function insertOf<R>(name: string, table: string, columns: readonly Column<R>[], order = ''): Insert<R> {
  const types = columns.map(([, type]) => type.split(' '));
  const parameters = types.map(([sent], index) => `$${index + 2}::${sent}[]`);
  const values = columns.map(([column], index) => {
    const kept = types[index]![1];
    return `coalesce(n.${column}, (${parameters[index]})[1])${kept === undefined ? '' : `::${kept}`}`;
  });
  const names = columns.map(([column]) => column).join(', ');
  const text = `insert into ${table} (program_id, ${names}) select $1, ${values.join(', ')}
    from unnest(${parameters.join(', ')}) as n (${names})${order}`;
  return { statement: { name, text }, columns };
}

/** Runs an insert; nothing for no rows. */
export async function insertRows<R>(
  transaction: Transaction,
  { statement, columns }: Insert<R>,
  programId: string,
  rows: readonly R[],
): Promise<void> {
  if (rows.length === 0) return;
  await transaction.run(statement, [programId, ...columns.map((column) => arrayOf(rows, column))]);
}
