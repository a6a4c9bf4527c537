/** The embedded database's one connection as a queue: one holder at a time, strictly first come, first served. */
import { DatabaseUnavailable } from './database.ts';

/** With more waiting than this, a newcomer would wait for seconds; better to say so at once. */
export const longestQueue = 2_000;

interface Waiter {
  readonly since: number;
  readonly enter: () => void;
  readonly refuse: (error: Error) => void;
}

export class Lane {
  #waiters: Waiter[] = [];
  #taken = false;

  /** Resolves when the caller holds the lane; it must call `leave` once. Throws DatabaseUnavailable when too many wait. */
  enter(): Promise<void> {
    return this.#join((waiter) => this.#waiters.push(waiter));
  }

  /** As `enter`, but ahead of everybody who waits: for health, which must not wait behind a backlog. */
  enterFirst(): Promise<void> {
    return this.#join((waiter) => this.#waiters.unshift(waiter));
  }

  leave(): void {
    const next = this.#waiters.shift();
    if (next === undefined) this.#taken = false;
    else next.enter();
  }

  /** Refuses everybody who waits. */
  refuseAll(sentence: string): void {
    this.refuseSince(Number.POSITIVE_INFINITY, sentence);
  }

  /** Refuses those who have waited since `instant` (performance.now) or longer. */
  refuseSince(instant: number, sentence: string): void {
    const refused = this.#waiters.filter((waiter) => waiter.since <= instant);
    if (refused.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => waiter.since > instant);
    for (const waiter of refused) waiter.refuse(new DatabaseUnavailable(sentence));
  }

  async #join(place: (waiter: Waiter) => void): Promise<void> {
    if (!this.#taken) {
      this.#taken = true;
      return;
    }
    if (this.#waiters.length >= longestQueue)
      throw new DatabaseUnavailable(`${longestQueue} transactions are already waiting for the embedded database`);
    await new Promise<void>((enter, refuse) => place({ since: performance.now(), enter, refuse }));
  }
}
