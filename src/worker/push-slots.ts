import type { EndpointName, Free, Lane } from '../operations/push-choice.ts';

/** Attempts under way at once: to one endpoint, and of each lane to those of one programme and in all. */
const most: Readonly<Record<Lane, { readonly endpoint: number; readonly programme: number; readonly all: number }>> = {
  good: { endpoint: 16, programme: 32, all: 64 },
  untried: { endpoint: 2, programme: 16, all: 32 },
  doubtful: { endpoint: 2, programme: 32, all: 64 },
};

/** An attempt that takes longer, in milliseconds, makes room for others. */
const slowAfter = 1_000;

/** However slow they are, there are no more at once: to the endpoints of one programme, and in all. */
const mostWithSlow = { programme: 64, all: 256 };

interface Part {
  readonly delivery: EndpointName;
}

/**
 * Who may send how much at once. There are three lanes, so that receivers that do not answer keep nobody
 * waiting who does: `good` for endpoints whose last attempt was delivered, `untried` for those that this
 * process has not heard of yet, `doubtful` for those whose last attempt failed. An attempt that is not
 * answered within a second counts as doubtful from then on, whoever's it is: a receiver that has just
 * begun to hang gives its places in the good lane back.
 */
export class PushSlots<P extends Part> {
  readonly #since = new Map<P, number>();
  /** Whether the last attempt to an endpoint was delivered; none that was not tried yet. */
  readonly #healthy = new Map<string, boolean>();

  get underWay(): P[] {
    return [...this.#since.keys()];
  }

  take(part: P, now: number): void {
    this.#since.set(part, now);
  }

  giveBack(part: P): void {
    this.#since.delete(part);
  }

  /** Remembers what an endpoint's last attempt came to. */
  learn(endpoint: EndpointName, delivered: boolean): void {
    this.#healthy.set(keyOf(endpoint), delivered);
  }

  #laneOf(endpoint: EndpointName): Lane {
    const healthy = this.#healthy.get(keyOf(endpoint));
    if (healthy === undefined) return 'untried';
    return healthy ? 'good' : 'doubtful';
  }

  /** What is free at this moment. */
  free(now: number): Free {
    const counts = new Counts();
    for (const [{ delivery }, since] of this.#since) {
      counts.add(delivery, now - since >= slowAfter ? 'doubtful' : this.#laneOf(delivery));
    }
    return {
      laneOf: (endpoint) => this.#laneOf(endpoint),
      ofEndpoint: (endpoint) => most[this.#laneOf(endpoint)].endpoint - counts.of(keyOf(endpoint)),
      ofProgramme: (programId, lane) =>
        Math.min(most[lane].programme - counts.of(programId, lane), mostWithSlow.programme - counts.of(programId)),
      ofLane: (lane) => Math.min(most[lane].all - counts.of('', lane), mostWithSlow.all - counts.of('')),
    };
  }
}

/** Attempts under way, in all, by programme and by endpoint, and by the lane of each. */
class Counts {
  readonly #counts = new Map<string, number>();

  add(endpoint: EndpointName, lane: Lane): void {
    for (const key of ['', endpoint.programId, keyOf(endpoint)]) {
      this.#increase(key);
      this.#increase(`${key}\t${lane}`);
    }
  }

  of(key: string, lane?: Lane): number {
    return this.#counts.get(lane === undefined ? key : `${key}\t${lane}`) ?? 0;
  }

  #increase(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }
}

const keyOf = ({ programId, endpointId }: EndpointName) => `${programId}\n${endpointId}`;
