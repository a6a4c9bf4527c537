import type { Static } from 'typebox';
import type { Resource } from '../domain/catalogue.ts';
import { formatInstant, formatInstantOrNull, type Instant } from '../domain/instant.ts';
import {
  type Entry,
  instantFor,
  isActivated,
  orderStatus,
  type Pass,
  type StandingUse,
  usagesLeft,
} from '../domain/pass.ts';
import { explainRedeem, resourcesThatWork, usagesFor } from '../domain/redeem.ts';
import { messageFor } from './errors.ts';
import { walkIn } from './orders.ts';
import type { CheckAnswer, UsageOrder } from './schemas.ts';

/** A use with the two facts that its own line of history does not tell. */
export interface UsageFacts {
  readonly programId: string;
  readonly passId: string;
  readonly clientUserId: string;
  readonly use: Pick<Entry, 'orderId' | 'at' | 'module' | 'adults' | 'children' | 'units' | 'left'>;
  readonly givenBackAt: Instant | null;
}

/** The cardholder and those who came along. */
export function passengersOf(people: { readonly adults: number; readonly children: number }) {
  return { cardholder: 1, guests: people.adults + people.children - 1 };
}

/** A usage order as the wire has it (contract, section 7). */
export function usageOrderOf(facts: UsageFacts, resource: Resource): Static<typeof UsageOrder> {
  const { use } = facts;
  return {
    orderId: use.orderId,
    programId: facts.programId,
    dpId: facts.passId,
    clientUserId: facts.clientUserId,
    module: use.module,
    category: walkIn,
    status: facts.givenBackAt === null ? orderStatus.used : orderStatus.cancelled,
    orderCreatedDate: formatInstant(use.at),
    usageDate: formatInstant(use.at),
    orderCancelledDate: formatInstantOrNull(facts.givenBackAt),
    transportHubId: resource.hub.transportHubId,
    transportHubName: resource.hub.name,
    resourceId: resource.resourceId,
    resourceName: resource.name,
    passengers: passengersOf(use),
    usedUsages: use.units,
    availableUsages: use.left,
  };
}

/**
 * The dry check's answer: the decision, every rule, and what would work instead. `firstUse` is looked up where usages
 * are too few.
 */
export function checkAnswerOf(
  pass: Pass,
  resource: Resource,
  resources: Iterable<Resource>,
  people: { readonly adults: number; readonly children: number },
  now: Instant,
  firstUse: StandingUse | null,
): Static<typeof CheckAnswer> {
  const rules = explainRedeem(pass, resource, people, now);
  const broken = rules.find((rule) => !rule.holds);
  const error = broken?.refusal ?? null;
  const works = resourcesThatWork(pass, resource, resources, people, now);
  return {
    dpId: pass.passId,
    resourceId: resource.resourceId,
    holder: { firstName: pass.firstName, lastName: pass.lastName },
    allowed: error === null,
    error,
    message: error === null ? null : messageFor(error, broken!.facts),
    requiredUsages: usagesFor(resource, people.adults, people.children),
    availableUsages: usagesLeft(pass),
    rules: rules.map(({ rule, holds, refusal, facts }) => ({ rule, holds, error: refusal, facts: { ...facts } })),
    firstUse: firstUse && { usageDate: formatInstant(firstUse.at), resourceId: firstUse.resourceId },
    instead: {
      ...(isActivated(pass, instantFor(pass, now)) ? {} : { activationDate: formatInstant(pass.activationAt) }),
      availableUsages: usagesLeft(pass),
      resources: works.map((found) => ({ resourceId: found.resourceId, resourceName: found.name })),
    },
  };
}
