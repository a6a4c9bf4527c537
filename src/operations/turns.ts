import { Refusal } from '../domain/refusal.ts';
import type { World } from './world.ts';

/** More may not wait: whoever comes then is told to come again. */
const mostWaiting = 100;

/** Lets one piece of work run after the other, in the order in which they came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** Runs `work` when everything before it is done, however that ended. Refuses when too many wait. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting >= mostWaiting) throw new Refusal('OVERLOADED');
    this.#waiting += 1;
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      this.#waiting -= 1;
    }
  }
}

const plainTurns = new WeakMap<World, Turns>();

/**
 * The turns of plain transactions, those outside the group commit: one at a time in a process. They
 * wait for one another's locks anyway, and two that wait would hold the two connections that passes
 * are written on.
 */
export function plainTurnsOf(world: World): Turns {
  const known = plainTurns.get(world) ?? new Turns();
  plainTurns.set(world, known);
  return known;
}
