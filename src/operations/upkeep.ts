import { purgeAnswers } from '../store/answers.ts';
import { forgetEndedSecrets } from '../store/clients.ts';
import { purgeTraffic } from '../store/traffic.ts';
import type { World } from './world.ts';

/** Rounds of one upkeep; what is left waits for the next. */
const mostRounds = 20;

/** Milliseconds for which the figures of clients are kept. */
export const trafficKeptFor = 30 * 24 * 3_600_000;

/** Forgets request ids older than 72 hours, in small steps; gives how many went. */
export function forgetOldAnswers(world: World): Promise<number> {
  return inRounds(() => purgeAnswers(world.database, world.clock.now()));
}

/** Forgets the figures of clients older than 30 days, in small steps; gives how many lines went. */
export function forgetOldTraffic(world: World): Promise<number> {
  return inRounds(() => purgeTraffic(world.database, world.clock.now() - trafficKeptFor));
}

/** Forgets old secrets of clients whose time is over; gives how many. */
export function forgetOldSecrets(world: World): Promise<number> {
  return forgetEndedSecrets(world.database, world.clock.now());
}

async function inRounds(purge: () => Promise<number>): Promise<number> {
  let gone = 0;
  for (let round = 0; round < mostRounds; round += 1) {
    const went = await purge();
    gone += went;
    if (went === 0) break;
  }
  return gone;
}
