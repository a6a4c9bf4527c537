import { sessionLimits } from '../domain/account.ts';
import { purgeAnswers } from '../store/answers.ts';
import { purgeDevices } from '../store/known-devices.ts';
import { purgeSessions } from '../store/sessions.ts';
import { knownDevices } from './sign-in.ts';
import type { World } from './world.ts';

/** Rounds of one upkeep; what is left waits for the next. */
const mostRounds = 2_000;

/** Forgets request ids older than 72 hours, in small steps; gives how many went. */
export function forgetOldAnswers(world: World): Promise<number> {
  return inSteps(() => purgeAnswers(world.database, world.clock.now()));
}

/** Forgets sessions that have ended by themselves, and browsers not used for long; gives how many went. */
export async function forgetOldSessions(world: World): Promise<number> {
  const now = world.clock.now();
  const sessions = () => purgeSessions(world.database, now - sessionLimits.idle, now - sessionLimits.whole);
  const devices = () => purgeDevices(world.database, now - knownDevices.life);
  return (await inSteps(sessions)) + (await inSteps(devices));
}

async function inSteps(purge: () => Promise<number>): Promise<number> {
  let gone = 0;
  for (let round = 0; round < mostRounds; round += 1) {
    const went = await purge();
    gone += went;
    if (went === 0) break;
  }
  return gone;
}
