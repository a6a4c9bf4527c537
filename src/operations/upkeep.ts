import { purgeAnswers } from '../store/answers.ts';
import type { World } from './world.ts';

/** Rounds of one upkeep; what is left waits for the next. */
const mostRounds = 2_000;

/** Forgets request ids older than 72 hours, in small steps; gives how many went. */
export async function forgetOldAnswers(world: World): Promise<number> {
  let gone = 0;
  for (let round = 0; round < mostRounds; round += 1) {
    const went = await purgeAnswers(world.database, world.clock.now());
    gone += went;
    if (went === 0) break;
  }
  return gone;
}
