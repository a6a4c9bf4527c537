import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import type { World } from './world.ts';

/** While somebody waits at a door, a pause as long as the last work took, up to this: half of the time is theirs. */
const longestPause = 100;

/** So many rows are looked at before this process sees to its other callers: a millisecond or two. */
const rowsInTurn = 50;

/** Lets the doors go first: on the database's processors and disk, and on this process's own time. */
export async function giveWay(world: World, took: number): Promise<void> {
  if (world.commit.depth() > 0) await pause(Math.min(took, longestPause));
  else await turn();
}

/** `work` for each item in order; everybody else gets a turn in between. */
export async function inTurns<T, R>(items: readonly T[], work: (item: T, index: number) => R): Promise<R[]> {
  const results: R[] = [];
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % rowsInTurn === 0) await turn();
    results.push(work(item, index));
  }
  return results;
}
