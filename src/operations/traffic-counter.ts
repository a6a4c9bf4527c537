import { hour } from '../domain/calendar.ts';
import { CommitUnknown } from '../store/database.ts';
import type { TrafficRow } from '../store/traffic.ts';

/**
 * Counters of one process at most: clients, operations and refusals are closed lists, so a busy hour stays far below.
 * Past it new counters are not opened; those that are go on.
 */
const mostCounters = 100_000;

interface Counter extends TrafficRow {
  requests: number;
}

/**
 * How often each client asked for what and how it was answered, since this was last kept. Counting is three look-ups
 * and an addition. Kept counts are taken off only once they are kept, so that a database that is away loses none.
 */
export class TrafficCounter {
  #hour = 0;
  /** The counters of this hour: by client, operation and refusal. */
  #counters = new Map<string, Map<string, Map<string, Counter>>>();
  #open = 0;
  /** Those with something to keep, of hours before, too. */
  readonly #due = new Set<Counter>();
  #keeping: Promise<void> = Promise.resolve();

  /** Counts one answer; `refusal` is empty when it was done as asked. */
  count(clientId: string, operation: string, refusal: string, now: number): void {
    if (now < this.#hour || now >= this.#hour + hour) this.#turn(now);
    const counter =
      this.#counters.get(clientId)?.get(operation)?.get(refusal) ?? this.#openCounter(clientId, operation, refusal);
    if (counter === null) return;
    counter.requests += 1;
    if (counter.requests === 1) this.#due.add(counter);
  }

  #turn(now: number): void {
    this.#hour = Math.floor(now / hour) * hour;
    this.#counters = new Map();
    this.#open = 0;
  }

  #openCounter(clientId: string, operation: string, refusal: string): Counter | null {
    if (this.#open + this.#due.size >= mostCounters) return null;
    const ofClient = this.#counters.get(clientId) ?? new Map<string, Map<string, Counter>>();
    const ofOperation = ofClient.get(operation) ?? new Map<string, Counter>();
    const counter: Counter = { clientId, hour: this.#hour, operation, refusal, requests: 0 };
    this.#counters.set(clientId, ofClient.set(operation, ofOperation.set(refusal, counter)));
    this.#open += 1;
    return counter;
  }

  /**
   * Hands what was counted to `add`, one call after the other. When it fails the counts stay for the next time;
   * when nobody knows whether they were added they are taken for added: rather lost than counted twice.
   */
  keep(add: (rows: readonly TrafficRow[]) => Promise<void>): Promise<void> {
    const kept = this.#keeping.then(() => this.#keepNow(add));
    this.#keeping = kept.catch(() => {});
    return kept;
  }

  async #keepNow(add: (rows: readonly TrafficRow[]) => Promise<void>): Promise<void> {
    const taken = [...this.#due].map((counter) => ({ counter, row: { ...counter } }));
    if (taken.length === 0) return;
    try {
      await add(taken.map(({ row }) => row));
    } catch (problem) {
      if (!(problem instanceof CommitUnknown)) throw problem;
    }
    for (const { counter, row } of taken) {
      counter.requests -= row.requests;
      if (counter.requests === 0) this.#due.delete(counter);
    }
  }
}
