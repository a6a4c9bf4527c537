import { bringForward, firstDue } from '../store/due-now.ts';
import type { EndpointName } from '../store/endpoint-settings.ts';
import { leaseLife } from './push-round.ts';
import type { World } from './world.ts';

/** Deliveries looked at in one step: some tens of milliseconds of the database. */
const inOneStep = 2_000;
/** Steps in all; what is left after a million keeps its times. */
const mostSteps = 500;

/**
 * Goes once through all that waits, and lets nothing wait longer than its schedule says from now on: the clock was set
 * back, here or while no process ran. Any number of processes may do it at any time, and no attempt is lost by it.
 */
export class Hurry {
  readonly #world: World;
  readonly #left: EndpointName[];
  #after = firstDue;
  #steps = 0;
  /** Deliveries that were brought forward. */
  moved = 0;

  constructor(world: World) {
    this.#world = world;
    this.#left = [...world.directory.current().endpoints.values()].flat();
  }

  /** One step; gives whether it was the last. */
  async step(): Promise<boolean> {
    const [endpoint] = this.#left;
    if (endpoint === undefined || this.#steps >= mostSteps) return true;
    this.#steps += 1;
    const now = this.#world.clock.now();
    const times = { now, leaseEnds: now + leaseLife };
    const { moved, next } = await this.#world.database.background((transaction) =>
      bringForward(transaction, endpoint, this.#after, times, inOneStep),
    );
    this.moved += moved;
    if (next === null) this.skip();
    else this.#after = next;
    return this.#left.length === 0;
  }

  /** Leaves the rest of an endpoint as it is. */
  skip(): void {
    this.#left.shift();
    this.#after = firstDue;
  }
}
