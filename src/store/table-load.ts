/** Writes whole tables, and brings a copy of tables up to date with what changed since it was made. */
import type { Transaction } from './database.ts';
import { countRows, fetchRows, type Row, RowDigest, readerOf } from './table-rows.ts';
import { named, quoted, type TableShape } from './tables.ts';

/** Takes as much time as it takes, and asks no trigger: what is written has passed them once. To be called first. */
export async function beginLoad(transaction: Transaction, tables: readonly TableShape[]): Promise<void> {
  await transaction.run(named('set local idle_in_transaction_session_timeout = 0'), []);
  for (const { name } of tables) await transaction.run(named(`alter table ${quoted(name)} disable trigger user`), []);
}

/** Puts the triggers back. */
export async function endLoad(transaction: Transaction, tables: readonly TableShape[]): Promise<void> {
  for (const { name } of tables) await transaction.run(named(`alter table ${quoted(name)} enable trigger user`), []);
}

/** Takes out what the migrations themselves put in, before the rows of the copy come. */
export async function emptyTables(transaction: Transaction, tables: readonly TableShape[]): Promise<void> {
  for (const { name } of tables.toReversed()) await transaction.run(named(`delete from ${quoted(name)}`), []);
}

/** The list of columns, and the parameters as their values: one array of texts for each. */
function textsOf(columns: TableShape['columns']) {
  const arrays = columns.map((_, index) => `$${index + 1}::text[]`).join(', ');
  const texts = columns.map((_, index) => `c${index}`);
  const values = columns.map(({ type }, index) => `${texts[index]}::${type}`).join(', ');
  const names = columns.map(({ name }) => quoted(name)).join(', ');
  return { names, select: `select ${values} from unnest(${arrays}) as r (${texts.join(', ')})` };
}

/** Appends rows to a table, or to one that is like it. */
export async function insertRows(
  transaction: Transaction,
  shape: TableShape,
  rows: readonly Row[],
  into = quoted(shape.name),
): Promise<void> {
  const { names, select } = textsOf(shape.columns);
  const parameters = shape.columns.map((_, column) => rows.map((row) => row[column] ?? null));
  await transaction.run(named(`insert into ${into} (${names}) overriding system value ${select}`), parameters);
}

/** Sets every sequence of a table after the highest value that its column has. */
export async function setSequences(transaction: Transaction, tables: readonly TableShape[]): Promise<void> {
  for (const { name, columns } of tables) {
    for (const column of columns.map((one) => one.name)) {
      const sequence = `pg_get_serial_sequence('${quoted(name)}', '${column}')`;
      const [row] = await transaction.run<{ sequence: string | null }>(named(`select ${sequence} as sequence`), []);
      if (row!.sequence === null) continue;
      const highest = `(select coalesce(max(${quoted(column)}), 0) + 1 from ${quoted(name)})`;
      await transaction.run(named(`select setval('${row!.sequence}', ${highest}, false)::text`), []);
    }
  }
}

const stageOf = ({ name }: TableShape) => quoted(`changed_${name}`);
const keysOf = ({ name }: TableShape) => quoted(`keys_${name}`);

/** Makes room for the changed rows of a table, gone with the transaction. */
export async function openStage(transaction: Transaction, shape: TableShape): Promise<void> {
  const columns = shape.columns.map(({ name }) => quoted(name)).join(', ');
  const text = `create temp table ${stageOf(shape)} on commit drop as select ${columns} from ${quoted(shape.name)} limit 0`;
  await transaction.run(named(text), []);
}

/** Puts changed rows where they wait to be taken over. */
export function stageRows(transaction: Transaction, shape: TableShape, rows: readonly Row[]): Promise<void> {
  return insertRows(transaction, shape, rows, stageOf(shape));
}

const sameKey = ({ key }: TableShape, left: string, right: string) =>
  key.map((name) => `${left}.${quoted(name)} = ${right}.${quoted(name)}`).join(' and ');

/** How many rows must be taken out of the copy, when the origin has so many and the staged ones are its changes. */
export async function countGone(transaction: Transaction, shape: TableShape, origin: number): Promise<number> {
  const same = sameKey(shape, 't', 's');
  const unknown = `select count(*)::float8 as count from ${stageOf(shape)} s
    where not exists (select from ${quoted(shape.name)} t where ${same})`;
  const [row] = await transaction.run<{ count: number }>(named(unknown), []);
  return (await countRows(readerOf(transaction), shape)) + row!.count - origin;
}

/** Takes out what the origin no longer has, by all its keys. */
export async function deleteGone(
  transaction: Transaction,
  shape: TableShape,
  keys: AsyncIterable<readonly Row[]>,
): Promise<void> {
  const columns = shape.key.map((name) => shape.columns.find((column) => column.name === name)!);
  const names = columns.map(({ name }) => quoted(name)).join(', ');
  const make = `create temp table ${keysOf(shape)} on commit drop as select ${names} from ${quoted(shape.name)} limit 0`;
  await transaction.run(named(make), []);
  const ofKeys = { ...shape, columns };
  for await (const rows of keys) await insertRows(transaction, ofKeys, rows, keysOf(shape));
  const gone = `delete from ${quoted(shape.name)} t
    where not exists (select from ${keysOf(shape)} k where ${sameKey(shape, 't', 'k')})`;
  await transaction.run(named(gone), []);
}

/**
 * Takes the staged rows over: known ones are replaced, then new ones are added. In this order, because a new row may take
 * the place that a known one has given up since, as a link does that was made anew after the standing one was revoked.
 */
export async function takeOver(transaction: Transaction, shape: TableShape): Promise<void> {
  const table = quoted(shape.name);
  const rest = shape.columns.map(({ name }) => name).filter((name) => !shape.key.includes(name));
  const sets = rest.map((name) => `${quoted(name)} = s.${quoted(name)}`).join(', ');
  const update = `update ${table} t set ${sets} from ${stageOf(shape)} s where ${sameKey(shape, 't', 's')}`;
  if (rest.length > 0) await transaction.run(named(update), []);
  const names = shape.columns.map(({ name }) => quoted(name)).join(', ');
  const key = shape.key.map(quoted).join(', ');
  const insert = `insert into ${table} (${names}) overriding system value select ${names} from ${stageOf(shape)}
    on conflict (${key}) do nothing`;
  await transaction.run(named(insert), []);
}

/** The rows of a table that stand where staged ones were taken over, as they read now. */
export async function digestOfStaged(transaction: Transaction, shape: TableShape): Promise<RowDigest> {
  const digest = new RowDigest();
  const columns = shape.columns.map(({ name }) => name);
  const from = `from ${quoted(shape.name)} t join ${stageOf(shape)} s on ${sameKey(shape, 't', 's')}`;
  for await (const rows of fetchRows(transaction, shape.name, columns, from)) {
    for (const row of rows) digest.add(JSON.stringify(row));
  }
  return digest;
}
