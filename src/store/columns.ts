import { arrayText } from './array-text.ts';
import type { Statement, Transaction } from './database.ts';

/*
 * Many rows at once, as one array a column: measured twice as fast as JSON, and as fast as COPY, which
 * would need a protocol of its own on each database. A column that says the same in every row is sent once.
 */

type Value = string | number | null;

/**
 * A column that is sent: its name, the type of an element as it is sent, and its value in a row. A `timestamptz` is
 * given in milliseconds. A type of two words is sent as the first and kept as the second.
 */
export type Column<R> = readonly [name: string, type: string, read: (row: R) => Value];

/** Instants as text. Most of a batch are the same, and each is written once in a row. */
function instantTexts(values: readonly Value[]): Value[] {
  let last: { at: Value; text: Value } = { at: null, text: null };
  return values.map((at) => {
    if (at !== last.at) last = { at, text: at === null ? null : new Date(at).toISOString() };
    return last.text;
  });
}

/** The values of a column as an array. */
function arrayOf<R>(rows: readonly R[], [, type, read]: Column<R>): string {
  const values = rows.map(read);
  const sent = values.every((value) => value === values[0]) ? values.slice(0, 1) : values;
  return arrayText(type === 'timestamptz' ? instantTexts(sent) : sent);
}

/** The names of columns, as an insert lists them. */
export const namesOf = <R>(columns: readonly Column<R>[]) => columns.map(([name]) => name).join(', ');

/**
 * SQL of the rows whose columns are the parameters from `$first` on, under the name of `n`. An array of one element
 * stands for all rows; so rows must differ in some column.
 */
export function rowsSql<R>(columns: readonly Column<R>[], first: number): string {
  const types = columns.map(([, type]) => type.split(' '));
  const parameters = types.map(([sent], index) => `$${first + index}::${sent}[]`);
  const values = columns.map(([name], index) => {
    const [, kept] = types[index]!;
    const value = `case cardinality(${parameters[index]}) when 1 then (${parameters[index]})[1] else u.${name} end`;
    return `${kept === undefined ? value : `(${value})::${kept}`} as ${name}`;
  });
  return `(select ${values.join(', ')} from unnest(${parameters.join(', ')}) as u (${namesOf(columns)})) as n`;
}

/** The parameters of `rowsSql`. */
export function rowParameters<R>(columns: readonly Column<R>[], rows: readonly R[]): string[] {
  return columns.map((column) => arrayOf(rows, column));
}

/** An insert into one table. */
export interface Insert<R> {
  readonly statement: Statement;
  readonly columns: readonly Column<R>[];
}

/** An insert of rows of one programme ($1). */
export function insertOf<R>(name: string, table: string, columns: readonly Column<R>[], order = ''): Insert<R> {
  const names = namesOf(columns);
  const text = `insert into ${table} (program_id, ${names}) select $1, ${names} from ${rowsSql(columns, 2)}${order}`;
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
  await transaction.run(statement, [programId, ...rowParameters(columns, rows)]);
}
