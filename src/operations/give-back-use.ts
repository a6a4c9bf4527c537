import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import type { GiveBackBody } from '../contract/schemas.ts';
import { usageOrderOf } from '../contract/usages.ts';
import { seesWholeProgramme } from '../domain/access.ts';
import { giveBack } from '../domain/give-back.ts';
import { Refusal } from '../domain/refusal.ts';
import { findUseByOrder } from '../store/uses.ts';
import { audited } from './audit-log.ts';
import { type Call, meetsPassesOf, repeatsAnywhere, timeOf } from './call.ts';
import type { Caller } from './caller.ts';
import type { Command } from './command.ts';
import type { ProgrammeOffers } from './directory.ts';
import { submitRefusalAnywhere } from './submit-refusal.ts';
import type { World } from './world.ts';

interface FoundUse {
  readonly offers: ProgrammeOffers;
  readonly use: NonNullable<Awaited<ReturnType<typeof findUseByOrder>>>;
}

/** Gives a use back in full (contract, section 7): the venue's own for 15 minutes, an operator's later. */
export async function giveBackUse(
  world: World,
  call: Call,
  request: { readonly body: Static<typeof GiveBackBody> },
): Promise<Answer> {
  const { body } = request;
  const found = await findUse(world, call, body.orderId);
  const { caller } = call;
  if (found === null || !(isOperatorOf(caller, found) || isAtDoor(caller, found))) {
    return submitRefusalAnywhere(world, call, body, new Refusal('USAGE_ORDER_UNKNOWN'));
  }
  return world.commit.submit(giveBackCommand(world, call, body, found, usageAnswer));
}

/** A scope reaches no further than its programmes. */
function isOfOwnProgramme(caller: Caller, { offers }: Pick<FoundUse, 'offers'>): boolean {
  return caller.programs.has(offers.programme.programId);
}

function isOperatorOf(caller: Caller, found: Pick<FoundUse, 'offers'>): boolean {
  return caller.scopes.has('operator') && isOfOwnProgramme(caller, found);
}

/** Stands at the door at which it was used, whatever the programme of the pass. */
function isAtDoor(caller: Caller, { use }: Pick<FoundUse, 'use'>): boolean {
  return caller.scopes.has('venue') && caller.resources.has(use.resourceId);
}

/** The programmes in which a caller may look for usage orders: its own, or those at its doors. */
function programmesToSearch(world: World, call: Call): ProgrammeOffers[] {
  const programmes = [...world.directory.current().programmes.values()];
  const { caller, programId } = call;
  return programmes.filter((offers) => {
    if (programId !== null && offers.programme.programId !== programId) return false;
    return meetsPassesOf(caller, offers);
  });
}

/** Finds a usage order that the caller may see: its programme's, or as a venue those of its own resources. */
export async function findUse(world: World, call: Call, orderId: string): Promise<FoundUse | null> {
  const { caller } = call;
  for (const offers of programmesToSearch(world, call)) {
    const use = await findUseByOrder(world.database, offers.programme.programId, orderId);
    if (use === null) continue;
    const found = { offers, use };
    const sees = (seesWholeProgramme(caller.scopes) && isOfOwnProgramme(caller, found)) || isAtDoor(caller, found);
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
  call: Call,
  body: Static<typeof GiveBackBody>,
  { offers, use }: FoundUse,
  answer: GiveBackAnswer,
): Command {
  const { programme } = offers;
  const asked = {
    reason: body.reason,
    clientId: call.caller.clientId,
    byOperator: isOperatorOf(call.caller, { offers }),
  };
  return {
    programId: programme.programId,
    requestId: call.requestId,
    passId: use.passId,
    clientUserId: null,
    useNumber: use.number,
    repeats: repeatsAnywhere(world, call, programme.programId, body),
    time: timeOf(programme),
    decide: (loaded, now) => {
      if (loaded.pass === null || loaded.use === null) return new Refusal('USAGE_ORDER_UNKNOWN');
      return giveBack(loaded.pass, loaded.use, asked, now);
    },
    answer: (change, now, loaded) => answer(offers, change, now, loaded),
    audited: audited(call, 'use.give-back'),
  };
}
