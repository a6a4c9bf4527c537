import { hash } from 'node:crypto';
import { type EpochKey, type EventFacts, type EventType, eventTypeOf } from '../domain/event.ts';
import { formatInstant, formatLocalInstant } from '../domain/instant.ts';
import { isActivated, orderStatus, passStatus } from '../domain/pass.ts';
import { walkIn } from './orders.ts';
import { passengersOf } from './usages.ts';

export { eventTypeOf } from '../domain/event.ts';

/** The id of an event: the same on every attempt, in every process and in GET /v2/event. */
export function eventIdOf({ programId, passId, number, epoch }: EpochKey): string {
  // What was told before there were epochs keeps its id.
  const line = `${programId}\n${passId}\n${number}${epoch === 0 ? '' : `\n${epoch}`}`;
  return `evt_${hash('sha256', line, 'base64url').slice(0, 24)}`;
}

/**
 * The body of an event, its fields in the order of the wire (contract, section 10). It depends on
 * what never changes only, so that the same event has the same bytes whenever it is told.
 */
export function eventOf(facts: EventFacts): object {
  const eventType = eventTypeOf(facts.entry.kind);
  return eventType === 'walkin.redemption' ? redemptionOf(eventType, facts) : passEventOf(eventType, facts);
}

/** Byte-compatible with the DragonPass v2 event: these fields, in this order, and no others. */
function redemptionOf(eventType: EventType, { programId, passId, entry, place, usedAt }: EventFacts) {
  if (place === null) throw new Error('the resource of a use is not known');
  const givenBack = entry.kind === 'give-back';
  const at = givenBack ? usedAt : entry.at;
  if (at === null) throw new Error('the use that was given back is not known');
  return {
    eventType,
    orderId: entry.orderId,
    programId,
    dpId: passId,
    module: entry.module,
    category: walkIn,
    status: givenBack ? orderStatus.cancelled : orderStatus.used,
    orderCreatedDate: formatInstant(at),
    usageDate: formatLocalInstant(at, place.zone),
    orderCancelledDate: givenBack ? formatInstant(entry.at) : null,
    transportHubId: place.transportHubId,
    transportHubName: place.transportHubName,
    resourceId: place.resourceId,
    resourceName: place.resourceName,
    passengers: passengersOf(entry),
  };
}

/** What happened to a pass, with its state right after that. */
function passEventOf(eventType: EventType, facts: EventFacts) {
  const { entry, granted } = facts;
  return {
    eventType,
    orderId: entry.orderId,
    programId: facts.programId,
    dpId: facts.passId,
    clientUserId: facts.clientUserId,
    module: entry.module,
    category: walkIn,
    status: statusAfter(facts),
    ePassStatus: passStatusAfter(facts),
    occurredDate: formatInstant(entry.at),
    activationDate: formatInstant(facts.activationAt),
    expirationDate: formatInstant(facts.expirationAt),
    availableUsages: entry.left,
    usedUsages: granted - entry.left,
    ...(entry.kind === 'cancel' ? { refundableUsages: entry.left } : {}),
    ...(entry.reason === null ? {} : { reason: entry.reason }),
  };
}

function statusAfter({ entry }: EventFacts): number {
  if (entry.kind === 'cancel') return orderStatus.cancelled;
  return entry.left === 0 ? orderStatus.used : orderStatus.confirmed;
}

function passStatusAfter(facts: EventFacts): number {
  const { kind, at } = facts.entry;
  if (kind === 'cancel') return passStatus.cancelled;
  if (kind === 'suspend') return passStatus.suspended;
  if (at >= facts.expirationAt) return passStatus.expired;
  return isActivated(facts, at) ? passStatus.active : passStatus.pendingActivation;
}
