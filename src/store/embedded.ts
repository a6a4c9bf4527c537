/**
 * The embedded database: PGlite in a worker thread behind the seam of database.ts. It has one
 * connection, so transactions run strictly one after another. See durable-files.ts for what makes a
 * commit durable and embedded-link.ts for the watchdog.
 */
import { join } from 'node:path';
import {
  type Database,
  type DatabaseHealth,
  DatabaseUnavailable,
  type Parameter,
  type Statement,
  type Transaction,
} from './database.ts';
import { copyFiles } from './embedded-copy.ts';
import { Lane, longestQueue } from './embedded-lane.ts';
import { EmbeddedLink } from './embedded-link.ts';
import { defaultMinimumFree, defaultStuckAfter, type EmbeddedOptions } from './embedded-options.ts';
import { EmbeddedTransaction } from './embedded-transaction.ts';
import { FreeSpace } from './free-space.ts';

const mebibyte = 1024 * 1024;
/** Beyond this much log to replay after a crash, upkeep checkpoints. */
const walLimit = 256 * mebibyte;
const upkeepEvery = 10_000;
/** The door waits for what a report reads: some tens of milliseconds each time. */
const reportStep = 1_500;
/** Copies that may be asked for at once; they are made one after the other. */
const mostCopies = 8;
const clock: Statement = { name: 'health-clock', text: 'select clock_timestamp() as now' };

const stopBackUp = `select labelfile as label, pg_snapshot_xmax(pg_current_snapshot())::text as since
  from pg_backup_stop(false)`;

/** SQLSTATE 55000: no back-up is in progress. */
function ignoreNotBackingUp(problem: unknown): void {
  if ((problem as { code?: string }).code !== '55000') throw problem;
}

class EmbeddedDatabase implements Database {
  readonly kind = 'embedded';
  readonly lanes = 1;
  readonly reportStep = reportStep;
  readonly #lane = new Lane();
  readonly #link: EmbeddedLink;
  readonly #space: FreeSpace;
  readonly #stuckAfter: number;
  readonly #durability: string;
  readonly #log: (event: string, facts: object) => void;
  readonly #timers: NodeJS.Timeout[];
  readonly #folder: string;
  #closing = false;
  /** Copies asked for and not made yet: a checkpoint would take log away that they need. */
  #copies = 0;
  #copying: Promise<unknown> = Promise.resolve();
  /** PostgreSQL may still be in the mode of a back-up whose end was never answered. */
  #backingUp = false;
  #transactionsSinceUpkeep = 0;

  constructor(link: EmbeddedLink, space: FreeSpace, options: EmbeddedOptions, fsyncsPerCommit: number) {
    this.#link = link;
    this.#space = space;
    this.#folder = options.folder;
    this.#stuckAfter = options.stuckAfterMilliseconds ?? defaultStuckAfter;
    this.#log = options.log ?? (() => {});
    const fsyncs = `fsync${fsyncsPerCommit === 1 ? '' : 's'}`;
    this.#durability = `embedded PGlite; every commit is fsynced (self-test: ${fsyncsPerCommit} ${fsyncs} for one commit)`;
    this.#timers = [
      setInterval(() => this.#refuseLongWaits(), Math.max(20, this.#stuckAfter / 10)).unref(),
      setInterval(() => void this.#upkeep(), upkeepEvery).unref(),
    ];
  }

  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    await this.#enterToWrite();
    const transaction = new EmbeddedTransaction(this.#link);
    const result = await this.#perform(transaction, work);
    const committed = transaction.commit();
    // The worker serves in order, so the next transaction may start while this commit is being flushed.
    this.#lane.leave();
    await committed;
    return result;
  }

  background<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.transaction(work);
  }

  async read<R>({ name, text }: Statement, parameters: readonly Parameter[]): Promise<R[]> {
    this.#refuseWhenDown();
    await this.#lane.enter();
    const rows = this.#link.ask({ kind: 'run', begin: false, name, text, parameters });
    this.#lane.leave();
    return (await rows) as R[];
  }

  /** An ordinary read: there is one connection, and nothing ends a statement early. Reports come in small steps. */
  report<R>(statement: Statement, parameters: readonly Parameter[]): Promise<R[]> {
    return this.read(statement, parameters);
  }

  async script(sql: string): Promise<void> {
    await this.#enterToWrite();
    const done = this.#link.ask({ kind: 'script', sql });
    this.#lane.leave();
    await done;
  }

  async copy(folder: string): Promise<string> {
    if (this.#copies >= mostCopies) throw new DatabaseUnavailable(`${mostCopies} copies are being made already`);
    this.#copies += 1;
    // PostgreSQL makes one at a time for a session.
    const before = this.#copying;
    const copied = before.then(() => this.#copyNow(folder));
    this.#copying = copied.catch(() => {});
    try {
      return await copied;
    } finally {
      this.#copies -= 1;
    }
  }

  #copyNow(folder: string): Promise<string> {
    return copyFiles(join(this.#folder, 'postgres'), join(folder, 'postgres'), {
      begin: async () => {
        if (this.#backingUp) await this.#alone([stopBackUp]).catch(ignoreNotBackingUp);
        this.#backingUp = true;
        await this.#alone([`select pg_backup_start('passdesk', true)::text`]);
      },
      // The same turn of the lane: no transaction is open, so every earlier one is over.
      end: async () => {
        const [row] = await this.#alone([stopBackUp]);
        this.#backingUp = false;
        return row as { label: string; since: string };
      },
    });
  }

  async #alone(statements: readonly string[]): Promise<Record<string, unknown>[]> {
    this.#refuseWhenDown();
    await this.#lane.enter();
    const rows = this.#link.ask({ kind: 'alone', statements });
    this.#lane.leave();
    return (await rows) as Record<string, unknown>[];
  }

  async health(): Promise<DatabaseHealth> {
    const durability = this.#durability;
    const problem = this.#link.problem;
    if (problem !== null || this.#closing)
      return { answers: false, clockDifference: 0, durability, problem: problem ?? 'the database is being closed' };
    try {
      const clockDifference = await this.#clockDifference();
      return { answers: true, clockDifference, durability, problem: this.#space.problem() };
    } catch (error) {
      return { answers: false, clockDifference: 0, durability, problem: (error as Error).message };
    }
  }

  /** Refuses newcomers, lets those who wait finish, checkpoints and ends the worker. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    // A transaction that does not end is cut off: the lane then refuses, and closing rolls it back.
    if (this.#link.problem === null) await this.#lane.enter().catch(() => {});
    for (const timer of this.#timers) clearInterval(timer);
    await this.#link.close();
  }

  /** Runs `work` and rolls back when it throws or leaves a statement behind. */
  async #perform<T>(transaction: EmbeddedTransaction, work: (t: Transaction) => Promise<T>): Promise<T> {
    try {
      const result = await work(transaction);
      transaction.checkComplete();
      return result;
    } catch (error) {
      transaction.abandon();
      this.#lane.leave();
      throw error;
    }
  }

  async #enterToWrite(): Promise<void> {
    this.#refuseWhenDown();
    const problem = this.#space.problem();
    if (problem !== null) throw new DatabaseUnavailable(problem);
    await this.#lane.enter();
    this.#transactionsSinceUpkeep += 1;
  }

  #refuseWhenDown(): void {
    if (this.#closing) throw new DatabaseUnavailable('the database is being closed');
    if (this.#link.problem !== null) throw new DatabaseUnavailable(this.#link.problem);
    if (this.#link.unanswered >= longestQueue)
      throw new DatabaseUnavailable(`${longestQueue} statements already wait for the embedded database`);
  }

  async #clockDifference(): Promise<number> {
    await this.#lane.enterFirst();
    const before = Date.now();
    const asked = this.#link.ask({ kind: 'run', begin: false, ...clock, parameters: [] });
    this.#lane.leave();
    const [row] = (await asked) as { now: number }[];
    return Math.round(row!.now - (before + Date.now()) / 2);
  }

  /** Nobody waits for ever behind a stuck database or behind a transaction that never ends. */
  #refuseLongWaits(): void {
    const problem = this.#link.problem;
    if (problem !== null) {
      this.#lane.refuseAll(problem);
      return;
    }
    const sentence = `the embedded database had no free turn within ${this.#stuckAfter} ms`;
    this.#lane.refuseSince(performance.now() - this.#stuckAfter, sentence);
  }

  /** Off the hot path: a small round every few seconds, and none while nothing was written. */
  async #upkeep(): Promise<void> {
    if (this.#transactionsSinceUpkeep === 0 || this.#copies > 0 || this.#closing || this.#link.problem !== null) return;
    // Upkeep writes, and a checkpoint that finds no room ends the database.
    if (this.#space.problem() !== null) return;
    this.#transactionsSinceUpkeep = 0;
    try {
      await this.#lane.enter();
      const asked = this.#link.ask({ kind: 'maintain', walLimit });
      this.#lane.leave();
      const done = (await asked) as string[];
      if (done.length > 0) this.#log('database_upkeep', { done });
    } catch (error) {
      this.#log('database_upkeep_failed', { problem: (error as Error).message });
    }
  }
}

/**
 * Opens the embedded database in `folder`, creating it there at the first start, and proves with one
 * commit that the disk is really reached. The caller must hold the folder's lock (system/data-lock.ts):
 * PGlite does not notice a second process and both would lose data.
 *
 * Throws when the database cannot be opened or the durability self-test fails.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Database> {
  const { folder, log = () => {}, ended = () => {}, minimumFreeBytes = defaultMinimumFree } = options;
  const space = new FreeSpace(folder, minimumFreeBytes);
  const stuckAfter = options.stuckAfterMilliseconds ?? defaultStuckAfter;
  const link = new EmbeddedLink({ folder, stuckAfter, log, ended, full: () => space.reportFull() });
  try {
    const fsyncsPerCommit = await link.started;
    await space.look();
    return new EmbeddedDatabase(link, space, options, fsyncsPerCommit);
  } catch (error) {
    await link.end();
    const reason = (error as Error).message;
    throw new Error(`the embedded database in ${folder} could not be opened: ${reason}`, { cause: error });
  }
}
