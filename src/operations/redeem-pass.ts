import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { readInstants } from '../contract/orders.ts';
import type { CheckBody, RedeemBody } from '../contract/schemas.ts';
import { checkAnswerOf, usageOrderOf } from '../contract/usages.ts';
import { seesWholeProgramme } from '../domain/access.ts';
import type { Resource } from '../domain/catalogue.ts';
import type { Instant } from '../domain/instant.ts';
import { type Change, inOrder, usagesLeft } from '../domain/pass.ts';
import { redeem, usagesFor } from '../domain/redeem.ts';
import { fieldRefusal, Refusal } from '../domain/refusal.ts';
import { findPassById } from '../store/passes.ts';
import { findFirstUse } from '../store/uses.ts';
import { type Call, clockOf, meetsPassesOf, repeatsAnywhere, timeOf } from './call.ts';
import type { Command, Repeat } from './command.ts';
import type { ProgrammeOffers } from './directory.ts';
import { countIfRefused } from './door-refusals.ts';
import { submitRefusalAnywhere } from './submit-refusal.ts';
import type { World } from './world.ts';

type Body = Static<typeof RedeemBody>;

/** Where a pass is presented: the programme that issued it, and the resource as that programme offers it, or why it does not. */
export interface Place {
  readonly offers: ProgrammeOffers;
  readonly resource: Resource | Refusal;
}

/** Uses a pass at one of the venue client's own resources (contract, section 7). */
export async function redeemPass(world: World, call: Call, request: { readonly body: Body }): Promise<Answer> {
  const { body } = request;
  const place = placeOf(world, call, body);
  if (place instanceof Refusal) return submitRefusalAnywhere(world, call, body, place);
  const answer = await world.commit.submit(redeemCommand(world, call, body, place, usageAnswer));
  countIfRefused(world, place.offers, body.resourceId, answer);
  return answer;
}

/** The dry check: the same decision by the same code, consuming nothing; at another time when one is asked for. */
export async function checkPass(
  world: World,
  call: Call,
  request: { readonly body: Static<typeof CheckBody> },
): Promise<Answer> {
  const { body } = request;
  const { at } = readInstants('', { at: body.at });
  // Who stands at a door decides about now; a check for another time must not be taken for a yes.
  if (at !== null && !seesWholeProgramme(call.caller.scopes)) {
    throw fieldRefusal('REQUEST_INVALID', 'at', 'is for issuers and operators: a venue asks about now');
  }
  const place = placeOf(world, call, body);
  if (place instanceof Refusal) throw place;
  const { offers, resource } = place;
  if (resource instanceof Refusal) throw resource;
  const pass = await findPassById(world.database, offers.programme.programId, body.dpId);
  if (pass === null) throw new Refusal('E_PASS_UNKNOWN');
  const now = at ?? clockOf(offers.programme)(world.clock.now());
  const people = peopleOf(body);
  const isShort = usagesFor(resource, people.adults, people.children) > usagesLeft(pass);
  const firstUse = isShort && pass.lastUse !== null ? await findFirstUse(world.database, pass) : null;
  const answerAt = (instant: Instant) =>
    checkAnswerOf(pass, resource, offers.resources.values(), people, instant, firstUse);
  if (at !== null || offers.programme.sandbox) return success(answerAt(now));
  return success(inOrder(pass, now, answerAt, ({ allowed }) => allowed));
}

/**
 * Finds the programme through the pass's issuer prefix. A venue client acts for its own resources
 * only, and for passes of every programme that offers them; an issuer or operator for its programmes.
 * What a programme does not offer, or no more, is refused by the command: a scan that was answered
 * before the offer was withdrawn has its first answer still.
 */
function placeOf(world: World, call: Call, body: Body): Place | Refusal {
  const { caller } = call;
  const isVenue = caller.scopes.has('venue');
  if (isVenue && !caller.resources.has(body.resourceId)) throw new Refusal('RESOURCE_NOT_YOURS');
  const offers = world.directory.current().programmesByPrefix.get(body.dpId.slice(0, 4));
  if (offers === undefined || !meetsPassesOf(caller, offers)) return new Refusal('E_PASS_UNKNOWN');
  if (call.programId !== null && call.programId !== offers.programme.programId) return new Refusal('E_PASS_UNKNOWN');
  return { offers, resource: offers.resources.get(body.resourceId) ?? new Refusal('E_PASS_UNKNOWN') };
}

function peopleOf(body: Pick<Body, 'adultCount' | 'childCount'>) {
  if (body.adultCount + body.childCount >= 1) return { adults: body.adultCount, children: body.childCount };
  const problem = 'at least one person must come';
  const problems = [
    { field: 'adultCount', problem },
    { field: 'childCount', problem },
  ];
  throw new Refusal('REQUEST_INVALID', { problems });
}

/** A scan belongs to no client: the same scan sent by another device is still the same scan. */
function scanRepeats(programId: string, body: Body): Repeat[] {
  if (body.scanId === undefined) return [];
  const fingerprint = [body.dpId, body.resourceId, body.adultCount, body.childCount].join(' ');
  const key = body.scanId.toLowerCase();
  return [{ programId, clientId: '', route: 'scan', key, fingerprint, reused: 'SCAN_ID_REUSED' }];
}

/** The usage order, for the venue. */
const usageAnswer: RedeemAnswer = ({ pass, entry }, resource) => {
  const { programId, passId, clientUserId } = pass;
  return success(usageOrderOf({ programId, passId, clientUserId, use: entry, givenBackAt: null }, resource));
};

type RedeemAnswer = (change: Change, resource: Resource) => Answer;

/** The command of a use, answered as the door that asks wants it. */
export function redeemCommand(world: World, call: Call, body: Body, place: Place, answer: RedeemAnswer): Command {
  const { offers, resource } = place;
  const { programId } = offers.programme;
  const people = peopleOf(body);
  return {
    programId,
    requestId: call.requestId,
    passId: body.dpId,
    clientUserId: null,
    useNumber: null,
    repeats: [...scanRepeats(programId, body), ...repeatsAnywhere(world, call, programId, body)],
    time: timeOf(offers.programme),
    decide: ({ pass }, now) => {
      if (resource instanceof Refusal) return resource;
      if (pass === null) return new Refusal('E_PASS_UNKNOWN');
      const asked = { ...people, orderId: world.ids.orderId(), clientId: call.caller.clientId };
      return redeem(pass, resource, asked, now);
    },
    // Nothing is accepted at a door that is not there.
    answer: (change) => answer(change, resource as Resource),
  };
}
