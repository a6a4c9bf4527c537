import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import type { GiveBackBody } from '../contract/schemas.ts';
import { usageOrderOf } from '../contract/usages.ts';
import { seesWholeProgramme } from '../domain/access.ts';
import { giveBack } from '../domain/give-back.ts';
import { Refusal } from '../domain/refusal.ts';
import { findUseByOrder } from '../store/uses.ts';
import { audited } from './audit-log.ts';
import { type Caller, meetsPassesOf, repeatsAnywhere, timeOf } from './caller.ts';
import type { Command } from './command.ts';
import type { Client, ProgrammeOffers } from './directory.ts';
import { refuseAnywhere } from './submit-refusal.ts';
import type { World } from './world.ts';

interface FoundUse {
  readonly offers: ProgrammeOffers;
  readonly use: NonNullable<Awaited<ReturnType<typeof findUseByOrder>>>;
}

/** Gives a use back in full (contract, section 7): the venue's own for 15 minutes, an operator's later. */
export async function giveBackUse(
  world: World,
  caller: Caller,
  request: { readonly body: Static<typeof GiveBackBody> },
): Promise<Answer> {
  const { body } = request;
  const found = await findUse(world, caller, body.orderId);
  const { client } = caller;
  if (found === null || !(isOperatorOf(client, found) || isAtDoor(client, found))) {
    return refuseAnywhere(world, caller, body, new Refusal('USAGE_ORDER_UNKNOWN'));
  }
  return world.commit.submit(giveBackCommand(world, caller, body, found, usageAnswer));
}

/** A scope reaches no further than its programmes. */
function isOfOwnProgramme(client: Client, { offers }: Pick<FoundUse, 'offers'>): boolean {
  return client.programs.has(offers.programme.programId);
}

function isOperatorOf(client: Client, found: Pick<FoundUse, 'offers'>): boolean {
  return client.scopes.has('operator') && isOfOwnProgramme(client, found);
}

/** Stands at the door at which it was used, whatever the programme of the pass. */
function isAtDoor(client: Client, { use }: Pick<FoundUse, 'use'>): boolean {
  return client.scopes.has('venue') && client.resources.has(use.resourceId);
}

/** The programmes in which a caller may look for usage orders: its own, or those at its doors. */
function programmesToSearch(world: World, caller: Caller): ProgrammeOffers[] {
  const programmes = [...world.directory.current().programmes.values()];
  const { client, programId } = caller;
  return programmes.filter((offers) => {
    if (programId !== null && offers.programme.programId !== programId) return false;
    return meetsPassesOf(client, offers);
  });
}

/** Finds a usage order that the caller may see: its programme's, or as a venue those of its own resources. */
export async function findUse(world: World, caller: Caller, orderId: string): Promise<FoundUse | null> {
  const { client } = caller;
  for (const offers of programmesToSearch(world, caller)) {
    const use = await findUseByOrder(world.database, offers.programme.programId, orderId);
    if (use === null) continue;
    const found = { offers, use };
    const sees = (seesWholeProgramme(client.scopes) && isOfOwnProgramme(client, found)) || isAtDoor(client, found);
    return sees ? found : null;
  }
  return null;
}

type GiveBackAnswer = (offers: ProgrammeOffers, ...change: Parameters<Command['answer']>) => Answer;

const usageAnswer: GiveBackAnswer = (offers, { pass, entry }, _now, loaded) => {
  const { programId, passId, clientUserId } = pass;
  const use = { ...loaded.use!, left: entry.left };
  const facts = { programId, passId, clientUserId, use, givenBackAt: entry.at };
  return success(usageOrderOf(facts, offers.everOffered.get(use.resourceId)!));
};

/** The command of a give-back, answered as the door that asks wants it. */
export function giveBackCommand(
  world: World,
  caller: Caller,
  body: Static<typeof GiveBackBody>,
  { offers, use }: FoundUse,
  answer: GiveBackAnswer,
): Command {
  const { programme } = offers;
  const asked = {
    reason: body.reason,
    clientId: caller.client.clientId,
    byOperator: isOperatorOf(caller.client, { offers }),
  };
  return {
    programId: programme.programId,
    requestId: caller.requestId,
    passId: use.passId,
    clientUserId: null,
    useNumber: use.number,
    repeats: repeatsAnywhere(world, caller, programme.programId, body),
    time: timeOf(programme),
    decide: (loaded, now) => {
      if (loaded.pass === null || loaded.use === null) return new Refusal('USAGE_ORDER_UNKNOWN');
      return giveBack(loaded.pass, loaded.use, asked, now);
    },
    answer: (change, now, loaded) => answer(offers, change, now, loaded),
    audited: audited(caller, 'use.give-back'),
  };
}
