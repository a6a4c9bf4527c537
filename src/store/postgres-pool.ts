/** A few connections to PostgreSQL, lent to one borrower at a time. */
import { DatabaseUnavailable } from './database.ts';
import type { Connection } from './postgres-connection.ts';

type Log = (event: string, facts: object) => void;

interface Waiter {
  readonly take: (connection: Connection) => void;
  readonly refuse: (error: Error) => void;
  readonly late: NodeJS.Timeout;
}

/**
 * Between attempts while the server is away: its return is noticed soon, a crowd does not storm it.
 * By the steady clock: one that is set back would keep the pool shut for as long.
 */
const PAUSE_AFTER_FAILURE = 100;

/**
 * Opens at most `size` connections, when they are needed, and keeps them. A broken one is forgotten
 * and replaced at the next need, so that the pool heals by itself. Nobody waits longer than
 * `patience` milliseconds: `DatabaseUnavailable` is thrown instead.
 */
export class Pool {
  readonly #connect: () => Promise<Connection>;
  readonly #size: number;
  readonly #patience: number;
  readonly #log: Log;
  readonly #idle: Connection[] = [];
  readonly #all = new Set<Connection>();
  readonly #waiters: Waiter[] = [];
  #connecting = 0;
  #failure: { readonly error: Error; readonly until: number } | null = null;
  #closed = false;

  constructor(connect: () => Promise<Connection>, size: number, patience: number, log: Log) {
    this.#connect = connect;
    this.#size = size;
    this.#patience = patience;
    this.#log = log;
  }

  /** Lends a connection to `work`; it is free again (or forgotten, if it broke) when that settles. */
  async use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = this.#idle.pop() ?? (await this.#wait());
    try {
      return await work(connection);
    } finally {
      this.#giveBack(connection);
    }
  }

  /** Refuses newcomers, lets what is lent out finish within `grace` milliseconds, then cuts it off. */
  async close(grace: number): Promise<void> {
    this.#closed = true;
    this.#refuseAll(closing());
    await Promise.all(this.#idle.splice(0).map((connection) => this.#retire(connection)));
    const end = performance.now() + grace;
    while (this.#all.size > 0 && performance.now() < end) await new Promise((done) => setTimeout(done, 20));
    for (const connection of this.#all) connection.destroy(closing());
  }

  #wait(): Promise<Connection> {
    if (this.#closed) return Promise.reject(closing());
    if (this.#all.size === 0 && this.#failure && performance.now() < this.#failure.until) {
      return Promise.reject(this.#failure.error);
    }
    return new Promise((take, refuse) => {
      const waiter: Waiter = { take, refuse, late: setTimeout(() => this.#giveUp(waiter), this.#patience) };
      this.#waiters.push(waiter);
      this.#openForWaiters();
    });
  }

  #giveUp(waiter: Waiter): void {
    this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
    waiter.refuse(new DatabaseUnavailable(`No database connection became free within ${this.#patience} ms.`));
  }

  #openForWaiters(): void {
    while (this.#connecting < this.#waiters.length && this.#all.size + this.#connecting < this.#size) {
      this.#connecting++;
      this.#connect().then(
        (connection) => this.#welcome(connection),
        (error: Error) => this.#failed(error),
      );
    }
  }

  #welcome(connection: Connection): void {
    this.#connecting--;
    if (this.#failure) this.#log('database_reconnected', {});
    this.#failure = null;
    this.#all.add(connection);
    connection.onBreak((reason) => this.#forget(connection, reason));
    this.#giveBack(connection);
  }

  #failed(error: Error): void {
    this.#connecting--;
    if (!this.#failure) this.#log('database_unreachable', { reason: error.message });
    this.#failure = { error, until: performance.now() + PAUSE_AFTER_FAILURE };
    // With other connections alive the waiters are served by those, or lose patience.
    if (this.#all.size === 0) this.#refuseAll(error);
  }

  #forget(connection: Connection, reason: Error): void {
    this.#all.delete(connection);
    const place = this.#idle.indexOf(connection);
    if (place >= 0) this.#idle.splice(place, 1);
    if (this.#closed) return;
    this.#log('database_connection_lost', { reason: reason.message });
    this.#openForWaiters();
  }

  #giveBack(connection: Connection): void {
    if (connection.broken) return;
    if (this.#closed) {
      void this.#retire(connection);
      return;
    }
    const waiter = this.#waiters.shift();
    if (!waiter) {
      this.#idle.push(connection);
      return;
    }
    clearTimeout(waiter.late);
    waiter.take(connection);
  }

  async #retire(connection: Connection): Promise<void> {
    await connection.end();
    this.#all.delete(connection);
  }

  #refuseAll(error: Error): void {
    for (const waiter of this.#waiters.splice(0)) {
      clearTimeout(waiter.late);
      waiter.refuse(error);
    }
  }
}

function closing(): DatabaseUnavailable {
  return new DatabaseUnavailable('The database is being closed.');
}
