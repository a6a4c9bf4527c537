/**
 * The narrow seam between the product and its database. Two adapters stand behind it: PostgreSQL
 * through `pg` (postgres.ts) and the embedded PGlite (embedded.ts). They take the same statements
 * and give the same values:
 *
 * - parameters: null, string, number, boolean, or an array of those (sent as a PostgreSQL array);
 *   instants go in as ISO 8601 strings, `jsonb` values as JSON text;
 * - columns: text, uuid, xid8 and enum values come out as string, int2/int4/int8 and float8 as
 *   number, bool as boolean, timestamptz as milliseconds since the epoch, jsonb as parsed JSON,
 *   arrays of those as JavaScript arrays, SQL NULL as null.
 */
export type Parameter = null | string | number | boolean | readonly (null | string | number | boolean)[];

/** One SQL text under one name; the name is the prepared statement's name on PostgreSQL. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** One open transaction. Statements are sent in the order of the calls. */
export interface Transaction {
  /** Runs one statement and gives its rows. */
  run<R>(statement: Statement, parameters: readonly Parameter[]): Promise<R[]>;
  /**
   * Runs the last statement. COMMIT may travel with it, so `work` must be able to fail no more, and
   * must return as soon as it is answered. Throws as `transaction` does.
   */
  last<R>(statement: Statement, parameters: readonly Parameter[]): Promise<R[]>;
}

export interface DatabaseHealth {
  /** True when a statement was answered within the time limit. */
  readonly answers: boolean;
  /** The database's clock minus this process's clock, in milliseconds. */
  readonly clockDifference: number;
  /** What a committed transaction survives, in one sentence, for /readyz. */
  readonly durability: string;
  /** Why `answers` is false, or a warning; null when all is well. */
  readonly problem: string | null;
  /** The first damage that was met since the start: data that cannot be read or is not what was written. */
  readonly damage?: string;
}

export interface Database {
  readonly kind: 'embedded' | 'postgresql';
  /** How many transactions may be open at once; the embedded database has one connection. */
  readonly lanes: number;
  /**
   * How many passes or lines of history one statement of a report should look at: few where the door
   * has to wait for it.
   */
  readonly reportStep: number;
  /**
   * Runs `work` between BEGIN and COMMIT (READ COMMITTED) and gives its result once the commit is
   * durable. Anything thrown by `work` rolls back and is thrown on. Refuses to commit while a
   * statement is still in flight: a forgotten `await` must fail loudly.
   *
   * Throws `CommitUnknown` when the connection was lost after COMMIT was sent, and
   * `DatabaseUnavailable` when no connection could be had, the connection was lost before COMMIT,
   * or the embedded database is stuck or out of space. SQL errors carry PostgreSQL's `code`.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /**
   * As `transaction`, for long work behind the scenes: on a connection of its own where there are
   * several, so that whoever stands at a door waits for none. On the embedded database's one connection
   * it takes its turn among all others, so such work must come in short pieces.
   */
  background<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Runs one reading statement outside any explicit transaction. */
  read<R>(statement: Statement, parameters: readonly Parameter[]): Promise<R[]>;
  /**
   * Runs one reading statement of a report: apart from the door, on few connections of its own where the
   * database has several, and ended by the server when it takes too long (SQLSTATE 57014).
   */
  report<R>(statement: Statement, parameters: readonly Parameter[]): Promise<R[]>;
  /** Runs a script of several statements without parameters (migrations), as one transaction. */
  script(sql: string): Promise<void>;
  /**
   * Embedded only: copies the database's files, while it is being used, into a folder that `openEmbedded` opens. Gives
   * the id of the first transaction that may be missing in the copy.
   */
  copy?(folder: string): Promise<string>;
  health(): Promise<DatabaseHealth>;
  close(): Promise<void>;
}

/** No usable connection, or it broke before COMMIT was sent: nothing of the transaction happened. */
export class DatabaseUnavailable extends Error {}

/** The connection broke after COMMIT was sent: the transaction may have happened or not. */
export class CommitUnknown extends Error {}
