import { sessionLimits } from '../domain/account.ts';
import { day } from '../domain/calendar.ts';
import { purgeAnswers } from '../store/answers.ts';
import { forgetEndedSecrets } from '../store/clients.ts';
import { purgeDeliveries } from '../store/delivery-log.ts';
import { purgeDevices } from '../store/known-devices.ts';
import { purgeRefusals } from '../store/refusals.ts';
import { purgeSessions } from '../store/sessions.ts';
import { purgeTraffic } from '../store/traffic.ts';
import { knownDevices } from './sign-in.ts';
import type { World } from './world.ts';

/** Rounds of one upkeep; what is left waits for the next. */
const mostRounds = 2_000;

/** Milliseconds for which the figures of clients are kept. */
export const trafficKeptFor = 30 * day;

/** Milliseconds for which deliveries are kept after they came to this; what waits is never forgotten. */
export const deliveriesKeptFor = { delivered: 30 * day, parked: 90 * day };

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

/** Forgets the figures of clients older than 30 days, in small steps; gives how many lines went. */
export function forgetOldTraffic(world: World): Promise<number> {
  return inSteps(() => purgeTraffic(world.database, world.clock.now() - trafficKeptFor));
}

/** Forgets old secrets of clients whose time is over; gives how many. */
export function forgetOldSecrets(world: World): Promise<number> {
  return forgetEndedSecrets(world.database, world.clock.now());
}

/** Forgets deliveries that were finished long ago, with their attempts; the events stay in the history. */
export async function forgetOldDeliveries(world: World): Promise<number> {
  const now = world.clock.now();
  const { delivered, parked } = deliveriesKeptFor;
  const gone = await inSteps(() => purgeDeliveries(world.database, 'delivered', now - delivered));
  return gone + (await inSteps(() => purgeDeliveries(world.database, 'parked', now - parked)));
}

/** Forgets counts of refusals of more than 800 days ago; gives how many went. */
export function forgetOldRefusals(world: World): Promise<number> {
  return inSteps(() => purgeRefusals(world.database, world.clock.now()));
}

/** Writes what this process has counted at its doors; that is no news for the log. */
export async function writeRefusals(world: World): Promise<number> {
  await world.refusals.flush();
  return 0;
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
