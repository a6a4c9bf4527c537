/** The database seam over a PostgreSQL server (15 to 18), through `pg`. */
import {
  type Database,
  type DatabaseHealth,
  DatabaseUnavailable,
  type Parameter,
  type Statement,
  type Transaction,
} from './database.ts';
import { atCommit, beforeCommit, Connection, type ConnectionSettings } from './postgres-connection.ts';
import { Pool } from './postgres-pool.ts';
import { analyzeYoungTables } from './postgres-statistics.ts';
import { PostgresTransaction } from './postgres-transaction.ts';
import { ValueParsers } from './postgres-values.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`; its `options` are kept, ours come after them. */
  readonly url: string;
  /** How many transactions may be open at once, each on its own connection; 2 if not given. */
  readonly lanes?: number;
  /** Milliseconds a statement may take before the server ends it; 5,000 and by key only if not given. */
  readonly longest?: number;
  /** Milliseconds to wait for a free connection; 1,000 if not given: whoever stands at a door is told soon. */
  readonly patience?: number;
  /** What the server shows in pg_stat_activity, unless the address says something else. */
  readonly applicationName?: string;
  /** Told when connections are lost, cannot be had and come back; never told the address. */
  readonly log?: (event: string, facts: object) => void;
}

// Milliseconds. Past the time of the longest statement and this, silence means that the network is gone.
const ANSWER_GRACE = 3000;
const PATIENCE = 1000;
const CONNECT_WITHIN = 5000;
const HEALTH_WITHIN = 900;
const CLOSE_WITHIN = 5000;
const STATEMENT_TIMEOUT = 5000;
const LOCK_TIMEOUT = 2000;
const READ_CONNECTIONS = 4;
// Two for the job at work, one for those who send files; nobody in a hurry waits for them.
const BACKGROUND_CONNECTIONS = 3;
const BACKGROUND_PATIENCE = 10_000;
const STATISTICS_EVERY = 5000;

// Reports: few at once, each statement long but not without end, on one core of the server.
const REPORT_CONNECTIONS = 3;
const REPORT_TIMEOUT = 30_000;
const REPORT_PATIENCE = 10_000;
const REPORT_STEP = 250_000;
const reportSession = {
  plan_cache_mode: 'force_custom_plan',
  default_transaction_read_only: 'on',
  max_parallel_workers_per_gather: '0',
  work_mem: '32MB',
} as const;

// A migration may rewrite a table, and waits while another process of ours migrates.
const SCRIPT_TIMEOUT = 600_000;
const SCRIPT_LOCK_TIMEOUT = 60_000;

/**
 * Every statement of the product finds its rows by an index. It is planned once, perhaps while a table
 * is still empty and a scan of it looks cheap; that plan must not scan the table when it has grown.
 * The statements that read are joins whose best order depends on sizes: they are planned each time.
 */
export const byKeyOnly = { enable_seqscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off' } as const;

const HEALTH: Statement = {
  name: 'passdesk_health',
  text: `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
                pg_is_in_recovery() AS standby,
                current_setting('default_transaction_read_only') = 'on' AS readonly,
                current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on' AS durable,
                current_setting('synchronous_commit') AS commit,
                current_setting('synchronous_standby_names') <> '' AS replicated`,
};

interface HealthRow {
  readonly now: number;
  readonly standby: boolean;
  readonly readonly: boolean;
  readonly durable: boolean;
  readonly commit: string;
  readonly replicated: boolean;
}

/**
 * Opens the database. Throws `DatabaseUnavailable` when the server cannot be reached, is a standby,
 * is older than PostgreSQL 15 or the database is not in UTF-8; an Error when `url` is not an address.
 * Works on direct connections or a pooler in session mode: it prepares statements and sets its session.
 */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  if (!URL.canParse(options.url)) throw new Error('The address of the PostgreSQL server is not a URL.');
  const database = new Postgres(options);
  await database.open();
  return database;
}

class Postgres implements Database {
  readonly kind = 'postgresql';
  readonly lanes: number;
  readonly reportStep = REPORT_STEP;
  readonly #settings: ConnectionSettings;
  readonly #writers: Pool;
  readonly #readers: Pool;
  readonly #background: Pool;
  readonly #reporters: Pool;
  // Its own connection: a pool that is exhausted says nothing about the database's health.
  readonly #doctor: Pool;
  readonly #statistics: NodeJS.Timeout;
  #refreshing = false;

  constructor(options: PostgresOptions) {
    const { url, lanes = 2, applicationName = 'passdesk', longest, patience = PATIENCE, log = () => {} } = options;
    this.lanes = lanes;
    this.#settings = {
      url,
      applicationName,
      parsers: new ValueParsers(),
      texts: new Map(),
      connectWithin: CONNECT_WITHIN,
      // The server gives a statement up first; our own deadline is for a server that says nothing.
      answerWithin: (longest ?? STATEMENT_TIMEOUT) + ANSWER_GRACE,
      statementTimeout: longest ?? STATEMENT_TIMEOUT,
      lockTimeout: LOCK_TIMEOUT,
      // A report reads whole tables, which the planner knows best how to do.
      session: longest === undefined ? byKeyOnly : {},
    };
    const connect = () => Connection.open(this.#settings);
    const session = { ...this.#settings.session, plan_cache_mode: 'force_custom_plan' };
    const connectReader = () => Connection.open({ ...this.#settings, session });
    this.#writers = new Pool(connect, lanes, patience, log);
    this.#background = new Pool(connect, BACKGROUND_CONNECTIONS, BACKGROUND_PATIENCE, log);
    this.#readers = new Pool(connectReader, READ_CONNECTIONS, patience, log);
    const reporting = { statementTimeout: REPORT_TIMEOUT, answerWithin: REPORT_TIMEOUT + ANSWER_GRACE };
    const connectReporter = () => Connection.open({ ...this.#settings, ...reporting, session: reportSession });
    this.#reporters = new Pool(connectReporter, REPORT_CONNECTIONS, REPORT_PATIENCE, log);
    this.#statistics = setInterval(() => void this.#refreshStatistics(log), STATISTICS_EVERY).unref();
    const connectDoctor = () => Connection.open({ ...this.#settings, answerWithin: HEALTH_WITHIN });
    this.#doctor = new Pool(connectDoctor, 1, HEALTH_WITHIN, () => {});
  }

  /** Opens and tries a connection outside the pools, which have no patience with a slow first one. */
  async open(): Promise<void> {
    const connection = await Connection.open(this.#settings);
    await connection.end();
  }

  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#writers.use((connection) => transact(connection, work));
  }

  background<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#background.use((connection) => transact(connection, work));
  }

  read<R>(statement: Statement, parameters: readonly Parameter[]): Promise<R[]> {
    return this.#read(this.#readers, statement, parameters);
  }

  report<R>(statement: Statement, parameters: readonly Parameter[]): Promise<R[]> {
    return this.#read(this.#reporters, statement, parameters);
  }

  async script(sql: string): Promise<void> {
    const connection = await Connection.open({
      ...this.#settings,
      answerWithin: SCRIPT_TIMEOUT + SCRIPT_LOCK_TIMEOUT,
      statementTimeout: SCRIPT_TIMEOUT,
      lockTimeout: SCRIPT_LOCK_TIMEOUT,
    });
    try {
      await runScript(connection, sql);
    } finally {
      await connection.end();
    }
  }

  async health(): Promise<DatabaseHealth> {
    const asked = Date.now();
    try {
      const [row] = await within(HEALTH_WITHIN, this.#read<HealthRow>(this.#doctor, HEALTH, []));
      // The server read its clock somewhere between question and answer; the middle halves the error.
      return healthOf(row as HealthRow, Math.round((row as HealthRow).now - (asked + Date.now()) / 2));
    } catch (error) {
      const problem = (error as Error).message;
      return { answers: false, clockDifference: 0, durability: 'Not known while the database is silent.', problem };
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#statistics);
    const pools = [this.#writers, this.#background, this.#readers, this.#reporters, this.#doctor];
    await Promise.all(pools.map((pool) => pool.close(CLOSE_WITHIN)));
  }

  /** Never throws: without new statistics the product is slow, not wrong. */
  async #refreshStatistics(log: (event: string, facts: object) => void): Promise<void> {
    if (this.#refreshing) return;
    this.#refreshing = true;
    try {
      await this.#readers.use(analyzeYoungTables);
    } catch (error) {
      log('statistics not refreshed', { problem: (error as Error).message });
    } finally {
      this.#refreshing = false;
    }
  }

  #read<R>(pool: Pool, statement: Statement, parameters: readonly Parameter[]): Promise<R[]> {
    return pool.use((connection) =>
      connection.run<R>(statement, parameters).catch((error: Error) => {
        throw beforeCommit(error, connection);
      }),
    );
  }
}

async function transact<T>(connection: Connection, work: (open: Transaction) => Promise<T>): Promise<T> {
  const transaction = new PostgresTransaction(connection);
  const result = await workOn(transaction, work);
  await transaction.commit();
  return result;
}

async function workOn<T>(transaction: PostgresTransaction, work: (open: Transaction) => Promise<T>): Promise<T> {
  try {
    return await work(transaction);
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}

async function runScript(connection: Connection, sql: string): Promise<void> {
  try {
    await connection.command('BEGIN');
    await connection.command(sql);
    await connection.learnTypes();
  } catch (error) {
    throw beforeCommit(error as Error, connection);
  }
  const tag = await connection.command('COMMIT').catch((error: Error) => {
    throw atCommit(error, connection);
  });
  if (tag !== 'COMMIT') throw new Error(`the script was not committed: COMMIT was answered with ${tag}`);
}

async function within<T>(limit: number, answer: Promise<T>): Promise<T> {
  let late: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new DatabaseUnavailable(`The database was silent for ${limit} ms.`)), limit);
  });
  return Promise.race([answer, silence]).finally(() => clearTimeout(late));
}

function healthOf(row: HealthRow, clockDifference: number): DatabaseHealth {
  const problem = problemOf(row);
  return { answers: true, clockDifference, durability: durabilityOf(row), problem };
}

function problemOf({ standby, readonly, durable, commit }: HealthRow): string | null {
  if (standby) return 'The server is a standby: it cannot write.';
  if (readonly) return 'The server takes no changes: default_transaction_read_only is on.';
  if (!durable) return 'The server runs with fsync or full_page_writes off.';
  if (commit === 'off') return 'The server runs with synchronous_commit off.';
  return null;
}

function durabilityOf({ durable, commit, replicated }: HealthRow): string {
  if (!durable) return 'A committed transaction survives a crash of this process, not one of the database server.';
  if (commit === 'off') return 'A crash of the database server can lose the transactions of the last moments.';
  if (replicated && (commit === 'on' || commit === 'remote_apply')) {
    return 'A committed transaction survives a power cut and the loss of the primary: a standby has it too.';
  }
  return 'A committed transaction survives a crash and a power cut of the database server.';
}
