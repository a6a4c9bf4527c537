import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { placeRequestOf } from '../contract/management.ts';
import type { Resource as ResourceAnswer } from '../contract/schemas-catalogue.ts';
import type { ResourceChangeBody } from '../contract/schemas-management.ts';
import { placeOf } from '../domain/place.ts';
import { fieldRefusal, Refusal } from '../domain/refusal.ts';
import type { Transaction } from '../store/database.ts';
import { type OfferRow, updatePlace, writeOffer } from '../store/places.ts';
import { recordAct } from './audit-log.ts';
import { type Call, programmeOf } from './call.ts';
import { changeDirectory } from './change-directory.ts';
import { lockOffered, resourceAnswerOf } from './offered-resource.ts';
import type { World } from './world.ts';

type Change = Static<typeof ResourceChangeBody>;

const ofPlace = ['resourceName', 'location', 'coordinates', 'image'] as const;
const ofOffer = ['closed', 'childrenCount'] as const;
type Field = (typeof ofPlace)[number] | (typeof ofOffer)[number];

/** Refuses a change that is none, a closure without a reason, and a reason without a closure. */
function refuseChange(body: Change): void {
  if ([...ofPlace, ...ofOffer].every((field) => body[field] === undefined)) {
    throw fieldRefusal('REQUEST_INVALID', 'body', `give at least one of ${[...ofOffer, ...ofPlace].join(', ')}`);
  }
  if (body.closed === true && body.reason === undefined) {
    throw fieldRefusal('REQUEST_INVALID', 'reason', 'is required to close');
  }
  if (body.closed === undefined && body.reason !== undefined) {
    throw fieldRefusal('REQUEST_INVALID', 'reason', 'goes with closed');
  }
}

/**
 * Closes a resource for the caller's programme or opens it, and says whether children count there. The place itself
 * is every programme's: changing it takes an administrator, who has all of them.
 */
export async function changeResource(
  world: World,
  call: Call,
  request: { readonly params: { readonly resourceId: string }; readonly body: Change },
): Promise<Answer> {
  const { params, body } = request;
  const { resourceId } = params;
  const { programId } = programmeOf(call);
  refuseChange(body);
  const changesPlace = ofPlace.some((field) => body[field] !== undefined);
  if (changesPlace && !call.caller.scopes.has('administrator')) {
    throw new Refusal('SCOPE_MISSING', { facts: { scopes: ['administrator'] } });
  }
  let told: Static<typeof ResourceAnswer> | null = null;
  return changeDirectory(
    world,
    call,
    programId,
    { ...params, ...body },
    async (transaction, now) => {
      const { place, offer, hub } = await lockOffered(transaction, programId, resourceId);
      const facts = changesPlace ? placeOf(placeRequestOf(body), place) : place;
      if (changesPlace) await updatePlace(transaction, resourceId, facts);
      const changed = offerAfter(offer, body, now);
      await writeOffer(transaction, programId, resourceId, changed);
      told = resourceAnswerOf(world, { ...facts, resourceId, module: place.module }, hub, changed);
      const before = resourceAnswerOf(world, place, hub, offer);
      await recordChange(transaction, call, { programId, resourceId, body, before }, now);
    },
    () => success(told),
  );
}

function offerAfter(offer: OfferRow, { closed, reason, childrenCount }: Change, now: number): OfferRow {
  const counted = { ...offer, childrenCount: childrenCount ?? offer.childrenCount };
  if (closed === undefined) return counted;
  return closed
    ? { ...counted, closedAt: now, closedReason: reason! }
    : { ...counted, closedAt: null, closedReason: null };
}

/** Closing and opening are acts of their own: they are what one looks for. */
async function recordChange(
  transaction: Transaction,
  call: Call,
  change: {
    readonly programId: string;
    readonly resourceId: string;
    readonly body: Change;
    readonly before: Static<typeof ResourceAnswer>;
  },
  now: number,
): Promise<void> {
  const { programId, resourceId: subject, body, before } = change;
  const { closed, reason, ...others } = body;
  if (closed !== undefined) {
    const act = closed ? 'resource.close' : 'resource.open';
    await recordAct(transaction, call, { act, subject, programId, details: { reason } }, now);
  }
  if (Object.keys(others).length === 0) return;
  const was: Readonly<Record<Field, unknown>> = {
    closed: !before.extra.open,
    childrenCount: before.extra.childrenCount,
    resourceName: before.resourceName,
    location: before.locationInfo.location,
    coordinates: before.locationInfo.coordinates,
    image: before.image,
  };
  const replaced = Object.fromEntries(Object.keys(others).map((field) => [field, was[field as Field]]));
  const details = { before: replaced, after: others };
  await recordAct(transaction, call, { act: 'resource.change', subject, programId, details }, now);
}
