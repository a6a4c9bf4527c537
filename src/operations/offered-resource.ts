import type { Static } from 'typebox';
import { resourceOf } from '../contract/catalogue.ts';
import type { Resource as ResourceAnswer } from '../contract/schemas-catalogue.ts';
import type { Programme, TransportHub } from '../domain/catalogue.ts';
import type { Module } from '../domain/module.ts';
import type { PlaceFacts } from '../domain/place.ts';
import { fieldRefusal, Refusal } from '../domain/refusal.ts';
import type { Transaction } from '../store/database.ts';
import { findTransportHub, lockOffer, lockPlace, type OfferRow, type PlaceRow } from '../store/places.ts';
import type { World } from './world.ts';

/** A resource as a programme offers it, as the wire has it. */
export function resourceAnswerOf(
  world: World,
  place: PlaceFacts & { readonly resourceId: string; readonly module: Module },
  hub: TransportHub,
  { childrenCount, closedAt, closedReason }: OfferRow,
): Static<typeof ResourceAnswer> {
  const closure = closedAt === null ? null : { at: closedAt, reason: closedReason ?? '' };
  return resourceOf({ ...place, hub, childrenCount, closure }, world.geography);
}

/** Refuses a resource of a module of which a programme issues no passes. */
export function refuseProgrammes(programmes: readonly Programme[], module: Module): void {
  const without = programmes.find(
    ({ modules, crossModules }) => !modules.includes(module) && !crossModules.includes(module),
  );
  if (without === undefined) return;
  throw fieldRefusal('MODULE_NOT_OFFERED', 'module', `module ${module} is not offered by ${without.programId}`);
}

/** Locks a resource that the programme offers, and how it does; refuses any other. */
export async function lockOffered(
  transaction: Transaction,
  programId: string,
  resourceId: string,
): Promise<{ readonly place: PlaceRow; readonly offer: OfferRow; readonly hub: TransportHub }> {
  const place = await lockPlace(transaction, resourceId);
  const offer = await lockOffer(transaction, programId, resourceId);
  if (place === null || offer === null || offer.withdrawnAt !== null) throw new Refusal('RESOURCE_UNKNOWN');
  const hub = await findTransportHub(transaction, place.transportHubId);
  return { place, offer, hub: hub! };
}
