import { success } from '../contract/answer.ts';
import { day } from '../domain/calendar.ts';
import { ownHand, tellExpiring } from '../domain/expiring.ts';
import { Refusal } from '../domain/refusal.ts';
import { type ExpiringPass, expiringPasses, type TellingProgramme, tellingProgrammes } from '../store/expiring.ts';
import { timeOf } from './call.ts';
import type { Command, ProgrammeTime } from './command.ts';
import type { World } from './world.ts';

/** Passes in one page; they go through the group commit together with everybody's requests. */
const pageSize = 500;

/** Tells once of every pass that ends within its programme's days; gives of how many it told. */
export async function tellAllExpiring(world: World): Promise<number> {
  let told = 0;
  for (const programme of await tellingProgrammes(world.database)) told += await tellOf(world, programme);
  return told;
}

async function tellOf(world: World, { programId, expiringDays }: TellingProgramme): Promise<number> {
  const programme = world.directory.current().programmes.get(programId)?.programme;
  if (programme === undefined) return 0;
  const time = timeOf(programme);
  const now = time.clock(world.clock.now());
  const between = { now, until: now + expiringDays * day };
  let told = 0;
  let last: ExpiringPass | null = null;
  for (;;) {
    const page: ExpiringPass[] = await expiringPasses(world.database, programId, between, last, pageSize);
    const commands = page.map(({ passId }) => commandOf(world, programId, passId, expiringDays, time));
    const outcomes = await Promise.all(commands.map((command) => tell(world, command)));
    told += outcomes.filter((isNew) => isNew).length;
    last = page.at(-1) ?? null;
    if (page.length < pageSize) return told;
  }
}

/** Whether it was told of now. What was refused or failed is found again in a minute. */
async function tell(world: World, command: Command): Promise<boolean> {
  try {
    const { status, replayed } = await world.commit.submit(command);
    return status === 200 && !replayed;
  } catch (problem) {
    if (!(problem instanceof Refusal)) world.log('warn', 'expiring pass not told of', { problem: String(problem) });
    return false;
  }
}

/**
 * Two processes may find the same pass in the same minute. It is told of under a key, like a
 * request that is sent twice, so that the second one gets the first one's answer; the history's
 * own unique index stands behind that.
 */
function commandOf(world: World, programId: string, passId: string, days: number, time: ProgrammeTime): Command {
  const key = { programId, clientId: ownHand, route: 'tellExpiring', key: passId };
  return {
    programId,
    requestId: world.ids.uuid(),
    passId,
    clientUserId: null,
    useNumber: null,
    repeats: [{ ...key, fingerprint: passId, reused: 'IDEMPOTENCY_KEY_REUSED' }],
    time,
    decide: ({ pass }, now) => {
      const change = pass === null ? new Refusal('E_PASS_UNKNOWN') : tellExpiring(pass, days, now);
      // Thrown, so that it is not kept under the key: a pass that is suspended today may be told of when it is resumed.
      if (change instanceof Refusal) throw change;
      return change;
    },
    answer: ({ entry }) => success({ sequence: entry.number }),
  };
}
