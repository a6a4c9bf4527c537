/** One connection to PostgreSQL: what it is set to, what it refuses, and how it breaks. */
import { Socket } from 'node:net';
import pg from 'pg';
import { arrayText } from './array-text.ts';
import { CommitUnknown, DatabaseUnavailable, type Parameter, type Statement } from './database.ts';
import type { ValueParsers } from './postgres-values.ts';
import { BEGIN, COMMIT, withBegin, withCommit } from './postgres-wire.ts';

/** What every connection of one database has in common. Times are milliseconds. */
export interface ConnectionSettings {
  readonly url: string;
  readonly applicationName: string;
  readonly parsers: ValueParsers;
  /** The text behind every statement name used so far. */
  readonly texts: Map<string, string>;
  /** Longest wait for the server to accept us, sign-in included. */
  readonly connectWithin: number;
  /** Longest silence while a statement is on its way; then the connection is given up. */
  readonly answerWithin: number;
  readonly statementTimeout: number;
  readonly lockTimeout: number;
  /** More server settings of the session. */
  readonly session?: Readonly<Record<string, string>>;
}

const OLDEST_SERVER = 15;
const IDLE_IN_TRANSACTION = 10_000;
const KEEP_ALIVE = 10_000;

const INTRODUCTION = `
  SELECT current_setting('server_version_num')::int AS version,
         current_setting('server_encoding') AS encoding,
         pg_is_in_recovery() AS standby`;

const ENUM_ARRAYS = `SELECT typarray FROM pg_type WHERE typtype = 'e' AND typarray <> 0`;

interface Introduction {
  readonly version: number;
  readonly encoding: string;
  readonly standby: boolean;
}

/**
 * An open connection. Statements may be sent without waiting for the ones before (pipelining); the
 * answers come in order. Once `broken` is set it never recovers and everything on it fails.
 */
export class Connection {
  /** Why this connection is of no use any more; null while it is. */
  broken: Error | null = null;
  readonly #settings: ConnectionSettings;
  readonly #client: pg.Client;
  readonly #socket = new Socket();
  readonly #deadline: NodeJS.Timeout;
  #onBreak: (reason: Error) => void = () => {};
  #unanswered = 0;

  private constructor(settings: ConnectionSettings) {
    this.#settings = settings;
    this.#client = new pg.Client(clientConfig(settings, this.#socket));
    // For as long as the client lives, checked out or not: `pg` emits 'error' on it when its socket
    // breaks, and an 'error' that nobody listens to ends the process.
    this.#client.on('error', (reason) => this.destroy(reason));
    this.#client.on('end', () => this.destroy(new Error('the server closed the connection')));
    this.#deadline = setTimeout(() => this.#checkSilence(), settings.answerWithin).unref();
  }

  /**
   * Connects and signs in. Throws `DatabaseUnavailable` when that fails or takes longer than
   * `connectWithin`, and for a server that we must not work on: a standby (its balances are stale
   * and it cannot write), one older than PostgreSQL 15, a database that is not UTF-8.
   */
  static async open(settings: ConnectionSettings): Promise<Connection> {
    const connection = new Connection(settings);
    const late = setTimeout(() => {
      connection.destroy(new Error(`no connection within ${settings.connectWithin} ms`));
    }, settings.connectWithin);
    try {
      await connection.#client.connect();
      await connection.#introduce();
      return connection;
    } catch (error) {
      const reason = connection.broken ?? (error as Error);
      connection.destroy(reason);
      throw unavailable(reason);
    } finally {
      clearTimeout(late);
    }
  }

  /** `act` is called once, when the connection breaks; at once if it already has. */
  onBreak(act: (reason: Error) => void): void {
    if (this.broken) act(this.broken);
    else this.#onBreak = act;
  }

  /** Runs one statement and gives its rows. Errors are those of `pg`, see `beforeCommit`. */
  async run<R>(statement: Statement, parameters: readonly Parameter[]): Promise<R[]> {
    const [answer] = await this.#send<R>(statement, parameters, null);
    return answer!.rows;
  }

  /** BEGIN and the first statement in one flight: when BEGIN fails, the statement is not run. */
  async begin<R>(statement: Statement, parameters: readonly Parameter[]): Promise<R[]> {
    const [, answer] = await this.#send<R>(statement, parameters, withBegin);
    return answer!.rows;
  }

  /**
   * A statement and COMMIT in one flight: when the statement fails, COMMIT is not run. Gives the rows
   * and the command tag that COMMIT was answered with.
   */
  async runAndCommit<R>(statement: Statement, parameters: readonly Parameter[]): Promise<{ rows: R[]; tag: string }> {
    const [answer, commit] = await this.#send<R>(statement, parameters, withCommit);
    return { rows: answer!.rows, tag: commit?.command ?? 'nothing' };
  }

  /** Runs SQL without parameters, several statements if need be; gives the last one's command tag. */
  async command(text: string): Promise<string> {
    const answers = await this.#submit<unknown>({ text }, null);
    return answers.at(-1)!.command;
  }

  /** Reads which array types the database's own enums have; to be repeated when a script made some. */
  async learnTypes(): Promise<void> {
    const [types] = await this.#submit<{ typarray: number }>({ text: ENUM_ARRAYS }, null);
    this.#settings.parsers.addTextArrays(types!.rows.map((row) => row.typarray));
  }

  /** Says good-bye to the server; forces the matter when that is not heard within a second. */
  async end(): Promise<void> {
    this.#onBreak = () => {};
    const force = setTimeout(() => this.destroy(new Error('closed')), 1000);
    await this.#client.end().catch(() => {});
    clearTimeout(force);
    this.destroy(new Error('closed'));
  }

  /** Cuts the connection; everything in flight on it fails. */
  destroy(reason: Error): void {
    if (this.broken) return;
    this.broken = reason;
    clearTimeout(this.#deadline);
    this.#socket.destroy();
    this.#onBreak(reason);
  }

  async #introduce(): Promise<void> {
    const [introduction] = await this.#submit<Introduction>({ text: INTRODUCTION }, null);
    const [facts] = introduction!.rows;
    const refusal = facts && refusalOf(facts);
    if (!facts || refusal) throw new Error(refusal ?? 'the server gave no answer to its introduction');
    await Promise.all([this.learnTypes(), this.run(BEGIN, []), this.run(COMMIT, [])]);
  }

  async #send<R>(
    { name, text }: Statement,
    parameters: readonly Parameter[],
    company: ((query: pg.Query) => void) | null,
  ): Promise<Answer<R>[]> {
    this.#checkName(name, text);
    const values = parameters.map((value) => (typeof value === 'object' && value !== null ? arrayText(value) : value));
    return this.#submit<R>({ name, text, values }, company);
  }

  /** A connection would run the text that it has prepared under that name, whatever is asked for. */
  #checkName(name: string, text: string): void {
    const known = this.#settings.texts.get(name);
    if (known === text) return;
    if (known !== undefined) throw new Error(`two different statements are called ${name}`);
    this.#settings.texts.set(name, text);
  }

  /** Sends a query, alone or in `company`; gives one answer for each statement that ran. */
  #submit<R>(config: pg.QueryConfig, company: ((query: pg.Query) => void) | null): Promise<Answer<R>[]> {
    if (this.broken) return Promise.reject(this.broken);
    this.#unanswered++;
    this.#deadline.refresh();
    return new Promise((resolve, reject) => {
      const query = new pg.Query(config, (error, result) => {
        this.#unanswered--;
        if (error) reject(error);
        else resolve((Array.isArray(result) ? result : [result]) as Answer<R>[]);
      });
      company?.(query);
      this.#client.query(query);
    });
  }

  /** A network that swallows everything gives no error, ever: silence is the only sign. */
  #checkSilence(): void {
    if (this.#unanswered === 0) return;
    this.destroy(new Error(`no answer from the server within ${this.#settings.answerWithin} ms`));
  }
}

interface Answer<R> {
  readonly rows: R[];
  readonly command: string;
}

function refusalOf({ version, encoding, standby }: Introduction): string | null {
  const major = Math.floor(version / 10_000);
  if (major < OLDEST_SERVER) return `PostgreSQL ${OLDEST_SERVER} or newer is needed, this server is ${major}`;
  if (standby) return 'this server is a standby (in recovery); the address of the primary is needed';
  if (encoding !== 'UTF8') return `the database must be encoded in UTF8, this one is in ${encoding}`;
  return null;
}

function clientConfig(settings: ConnectionSettings, socket: Socket): pg.ClientConfig {
  const url = new URL(settings.url);
  const theirs = url.searchParams.get('options') ?? '';
  url.searchParams.delete('options');
  return {
    connectionString: url.href,
    fallback_application_name: settings.applicationName,
    stream: () => socket,
    pipeline: true,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE,
    types: settings.parsers as unknown as pg.CustomTypesConfig,
    options: `${theirs} ${sessionOptions(settings)}`.trim(),
  };
}

/** Part of the start-up message: no round trip, and in force before any statement. */
function sessionOptions({ statementTimeout, lockTimeout, session: more = {} }: ConnectionSettings): string {
  const session = {
    TimeZone: 'UTC',
    DateStyle: 'ISO',
    client_encoding: 'UTF8',
    default_transaction_isolation: 'read\\ committed',
    lock_timeout: lockTimeout,
    statement_timeout: statementTimeout,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION,
    // Where scans are priced out (`byKeyOnly`), a scan of ten rows looks dear enough to be compiled: 150 ms for one of 1 ms.
    jit: 'off',
    // The server, too, must notice a vanished peer: its locks are ours.
    tcp_keepalives_idle: 10,
    tcp_keepalives_interval: 5,
    tcp_keepalives_count: 3,
    ...more,
  };
  return Object.entries(session)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

/** The seam's error for a connection that could not be had or was lost before COMMIT. */
export function unavailable(reason: Error): DatabaseUnavailable {
  const why = reason instanceof AggregateError ? String(reason.errors[0]?.message) : reason.message;
  return new DatabaseUnavailable(`The database is not available: ${why}`, { cause: reason });
}

// 08: connection, 53: out of space, memory or connections, 57P: shut down or terminated, 25P03/04:
// idle or too long in a transaction, 25006: the server has become read-only.
const UNAVAILABLE = /^(08...|53...|57P..|25P0[34]|25006)$/;

// Of an error with one of these codes at COMMIT nobody knows: 58030, for one, is a failed fsync of
// a commit record that may well be found again after the restart.
const UNKNOWN_AT_COMMIT = /^(08|53|57|58|XX)/;

function codeOf(error: Error): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/** The server's prepared statements and ours do not agree any more: only a new connection helps. */
function isStale(error: Error): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  return error.code === '26000' || (error.code === '0A000' && error.routine === 'RevalidateCachedQuery');
}

/** What a failure before COMMIT means: nothing happened; SQL errors keep their `code`. */
export function beforeCommit(error: Error, connection: Connection): Error {
  const code = codeOf(error);
  if (isStale(error) || (code && UNAVAILABLE.test(code))) connection.destroy(error);
  else if (code) return error;
  return connection.broken ? unavailable(connection.broken) : error;
}

/** What a failure of COMMIT means: rolled back when the server says so, unknown otherwise. */
export function atCommit(error: Error, connection: Connection): Error {
  const code = codeOf(error);
  if (code && !UNKNOWN_AT_COMMIT.test(code)) return error;
  connection.destroy(error);
  const why = connection.broken?.message;
  return new CommitUnknown(`It is not known whether the transaction was committed: ${why}`, { cause: error });
}
