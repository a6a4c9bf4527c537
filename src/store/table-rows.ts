/** Reads whole tables, every value as PostgreSQL writes it, in bounded memory. */
import { hash } from 'node:crypto';
import type { Transaction } from './database.ts';
import { named, quoted, type Reader, type TableShape } from './tables.ts';

/** The values of a row in the order of its table's columns, as text. */
export type Row = readonly (string | null)[];

/** How many rows are fetched at once: by the size of those before, so that a batch stays near a mebibyte. */
const fetches = [16, 128, 1024] as const;
const mostBytes = 1_048_576;

/** What an open transaction reads with. */
export function readerOf(transaction: Transaction): Reader {
  return { read: (statement, parameters) => transaction.run(statement, parameters) };
}

/** One picture of everything, for as long as the transaction lasts, and as much time as that takes. To be called first. */
export async function beginSnapshot(transaction: Transaction): Promise<void> {
  const first = 'set transaction isolation level repeatable read, read only';
  await transaction.run(named(first), []);
  await transaction.run(named('set local idle_in_transaction_session_timeout = 0'), []);
}

/** Which rows of a table, and what of them. */
export interface Wanted {
  /** Only rows that this transaction or a later one wrote; a transaction id of the database that is read. */
  readonly since?: string | undefined;
  /** Only the columns of the key. */
  readonly keysOnly?: boolean | undefined;
}

/** Reads the rows of a table in no order, batch after batch; inside an open transaction. */
export function rowsOf(
  transaction: Transaction,
  shape: TableShape,
  { since, keysOnly = false }: Wanted = {},
): AsyncGenerator<Row[]> {
  const columns = keysOnly ? shape.key : shape.columns.map(({ name }) => name);
  const changed = since === undefined ? '' : ` where age(t.xmin) <= age('${transactionOf(since)}'::xid)`;
  return fetchRows(transaction, shape.name, columns, `from ${quoted(shape.name)} t${changed}`);
}

/** Reads columns of `t` from wherever the rows are; inside an open transaction. */
export async function* fetchRows(
  transaction: Transaction,
  name: string,
  columns: readonly string[],
  from: string,
): AsyncGenerator<Row[]> {
  const values = columns.map((column) => `t.${quoted(column)}::text`).join(', ');
  const cursor = quoted(`rows_of_${name}`);
  const query = `select json_build_array(${values})::text as row ${from}`;
  await transaction.run(named(`declare ${cursor} no scroll cursor for ${query}`), []);
  let size: number = fetches[0];
  for (;;) {
    const fetched = await transaction.run<{ row: string }>(named(`fetch ${size} from ${cursor}`), []);
    if (fetched.length > 0) yield fetched.map(({ row }) => JSON.parse(row) as Row);
    if (fetched.length < size) break;
    const bytes = fetched.reduce((sum, { row }) => sum + row.length, 0) / fetched.length;
    size = fetches.findLast((count) => count * bytes <= mostBytes) ?? fetches[0];
  }
  await transaction.run(named(`close ${cursor}`), []);
}

/** The last 32 bits of a transaction id, which is what rows carry. */
function transactionOf(id: string): string {
  return String(BigInt(id) % 4_294_967_296n);
}

/** How many rows a table has. */
export async function countRows(reader: Reader, { name }: TableShape): Promise<number> {
  const [row] = await reader.read<{ count: number }>(
    named(`select count(*)::float8 as count from ${quoted(name)}`),
    [],
  );
  return row!.count;
}

/** Counts rows and takes a checksum of them that does not depend on their order. */
export class RowDigest {
  rows = 0;
  readonly #sum = new Uint32Array(8);

  add(line: string): void {
    this.rows += 1;
    const bytes = Buffer.from(hash('sha256', line, 'hex'), 'hex');
    for (let at = 0; at < 8; at += 1) this.#sum[at]! ^= bytes.readUInt32LE(at * 4);
  }

  toString(): string {
    return Buffer.from(this.#sum.buffer).toString('hex');
  }
}

/** The rows of a table and their checksum, reading all of it. */
export async function digestOf(
  transaction: Transaction,
  shape: TableShape,
  tell = (_: number) => {},
): Promise<RowDigest> {
  const digest = new RowDigest();
  for await (const rows of rowsOf(transaction, shape)) {
    for (const row of rows) digest.add(JSON.stringify(row));
    tell(rows.length);
  }
  return digest;
}
