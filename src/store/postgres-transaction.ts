/** One transaction on one connection to PostgreSQL. */
import type { Parameter, Statement, Transaction } from './database.ts';
import { atCommit, beforeCommit, type Connection, unavailable } from './postgres-connection.ts';

/**
 * `fresh`: nothing sent. `opening`: BEGIN and the first statement are on their way; what follows is
 * held back until they are answered, because it would run outside a transaction if BEGIN failed.
 * `open`: statements are sent as they come. `committing`: the last one is on its way, with COMMIT;
 * `committed`: both were answered. `over`: committed, rolled back or being so.
 */
type State = 'fresh' | 'opening' | 'open' | 'committing' | 'committed' | 'over';

/**
 * Sends BEGIN with its first statement. The first failure decides: later statements are refused with
 * the same error and `commit` rolls back and throws it, even when `work` has swallowed it.
 */
export class PostgresTransaction implements Transaction {
  readonly #connection: Connection;
  readonly #unanswered: string[] = [];
  #held: (() => void)[] = [];
  #state: State = 'fresh';
  #failure: Error | null = null;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  run<R>(statement: Statement, parameters: readonly Parameter[]): Promise<R[]> {
    const answer = this.#answer<R>(statement, parameters);
    // A forgotten `await` is told by `commit`; it must not end the process as an unhandled rejection.
    answer.catch(() => {});
    return answer;
  }

  /**
   * The last statement, with COMMIT right behind it in one flight; an ordinary one when it cannot be
   * so. Throws as `run` does for a statement that failed, and as `commit` does for COMMIT.
   */
  async last<R>(statement: Statement, parameters: readonly Parameter[]): Promise<R[]> {
    if (this.#state !== 'open' || this.#unanswered.length > 0 || this.#failure) return this.run(statement, parameters);
    this.#state = 'committing';
    try {
      const { rows, tag } = await this.#connection.runAndCommit<R>(statement, parameters);
      if (tag !== 'COMMIT') throw new Error(`the transaction was not committed: COMMIT was answered with ${tag}`);
      this.#state = 'committed';
      return rows;
    } catch (error) {
      this.#failure = atCommit(error as Error, this.#connection);
      throw this.#failure;
    }
  }

  /**
   * Commits. Throws, after rolling back, when a statement has failed or is still in flight; else
   * `CommitUnknown` or the server's error when COMMIT itself fails.
   */
  async commit(): Promise<void> {
    if (this.#state === 'committed') return;
    if (this.#state === 'committing') this.#failure ??= new Error('not committed: no await on the last statement');
    if (this.#unanswered.length > 0) {
      this.#failure ??= new Error(`not committed: no await on ${this.#unanswered.join(', ')}`);
    }
    if (this.#failure) {
      await this.rollback();
      throw this.#failure;
    }
    const nothingSent = this.#state === 'fresh';
    this.#state = 'over';
    if (nothingSent) return;
    if (this.#connection.broken) throw unavailable(this.#connection.broken);
    const tag = await this.#connection.command('COMMIT').catch((error: Error) => {
      throw atCommit(error, this.#connection);
    });
    // PostgreSQL answers ROLLBACK to the COMMIT of a failed transaction, and calls that a success.
    if (tag !== 'COMMIT') throw new Error(`the transaction was not committed: COMMIT was answered with ${tag}`);
  }

  /** Rolls back; never throws: a connection that cannot roll back is cut, which does the same. */
  async rollback(): Promise<void> {
    const nothingOpen = this.#state === 'fresh' || this.#state === 'committed';
    this.#state = 'over';
    if (nothingOpen || this.#connection.broken) return;
    await this.#connection.command('ROLLBACK').catch((error: Error) => this.#connection.destroy(error));
  }

  async #answer<R>(statement: Statement, parameters: readonly Parameter[]): Promise<R[]> {
    if (['committing', 'committed', 'over'].includes(this.#state))
      throw new Error(`statement ${statement.name} came after the end of its transaction`);
    if (this.#failure) throw this.#failure;
    this.#unanswered.push(statement.name);
    try {
      return await this.#send<R>(statement, parameters);
    } catch (error) {
      this.#failure ??= beforeCommit(error as Error, this.#connection);
      throw this.#failure;
    } finally {
      this.#unanswered.splice(this.#unanswered.indexOf(statement.name), 1);
    }
  }

  #send<R>(statement: Statement, parameters: readonly Parameter[]): Promise<R[]> {
    if (this.#state === 'open') return this.#connection.run<R>(statement, parameters);
    if (this.#state === 'fresh') return this.#open<R>(statement, parameters);
    return new Promise((resolve) => {
      this.#held.push(() => resolve(this.#sendHeld<R>(statement, parameters)));
    });
  }

  #sendHeld<R>(statement: Statement, parameters: readonly Parameter[]): Promise<R[]> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#state === 'over') return Promise.reject(new Error('the transaction is over'));
    return this.#connection.run<R>(statement, parameters);
  }

  async #open<R>(statement: Statement, parameters: readonly Parameter[]): Promise<R[]> {
    this.#state = 'opening';
    try {
      return await this.#connection.begin<R>(statement, parameters);
    } catch (error) {
      this.#failure = beforeCommit(error as Error, this.#connection);
      throw error;
    } finally {
      if (this.#state === 'opening') this.#state = 'open';
      for (const send of this.#held.splice(0)) send();
    }
  }
}
