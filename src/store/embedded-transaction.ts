/** One transaction on the embedded database's one connection. */
import type { Parameter, Statement, Transaction } from './database.ts';
import type { EmbeddedLink } from './embedded-link.ts';

/** Every step of one transaction; BEGIN travels with the first statement, so an empty one costs nothing. */
export class EmbeddedTransaction implements Transaction {
  readonly #link: EmbeddedLink;
  #broken: Error | null = null;
  begun = false;
  inFlight = 0;
  over = false;

  constructor(link: EmbeddedLink) {
    this.#link = link;
  }

  async run<R>({ name, text }: Statement, parameters: readonly Parameter[]): Promise<R[]> {
    if (this.over) throw new Error(`statement ${name} came after its transaction had ended: an await is missing`);
    if (this.#broken !== null) throw this.#broken;
    this.inFlight += 1;
    try {
      const asked = this.#link.ask({ kind: 'run', begin: !this.begun, name, text, parameters });
      this.begun = true;
      return (await asked) as R[];
    } catch (error) {
      // PostgreSQL itself dooms a transaction after an error of its own, but it knows nothing of others.
      if ((error as { code?: unknown }).code === undefined) this.#broken = error as Error;
      throw error;
    } finally {
      this.inFlight -= 1;
    }
  }

  /** An ordinary statement here: the next transaction starts while this one's COMMIT is being flushed. */
  last<R>(statement: Statement, parameters: readonly Parameter[]): Promise<R[]> {
    return this.run(statement, parameters);
  }

  /** Ends the transaction without effect; a transaction that never began has nothing to undo. */
  abandon(): void {
    this.over = true;
    if (this.begun) this.#link.rollBack();
  }

  /** Throws when COMMIT must not be sent: a statement is missing or its `await` is. */
  checkComplete(): void {
    if (this.#broken !== null) throw this.#broken;
    if (this.inFlight > 0)
      throw new Error(`refused to commit with ${this.inFlight} statement(s) still in flight: an await is missing`);
  }

  /** Sends COMMIT; the promise resolves once it is durable. */
  commit(): Promise<unknown> {
    this.over = true;
    return this.begun ? this.#link.ask({ kind: 'commit' }) : Promise.resolve();
  }
}
