import type { Resource } from './catalogue.ts';
import { formatInstant, type Instant } from './instant.ts';
import { type Change, entryFor, instantFor, isActivated, type Pass, usagesLeft } from './pass.ts';
import { type Facts, Refusal, type RefusalName } from './refusal.ts';

export interface RedeemRequest {
  readonly adults: number;
  readonly children: number;
  /** The id the usage order will have. */
  readonly orderId: string;
  readonly clientId: string;
}

/** Everything a rule may look at. */
interface Case {
  readonly pass: Pass;
  readonly resource: Resource;
  readonly usages: number;
  readonly now: Instant;
}

interface Rule {
  readonly rule: string;
  /** What the rule refuses with, or null when it holds. */
  readonly refusal: (at: Case) => RefusalName | null;
  readonly facts: (at: Case) => Facts;
}

export interface RuleResult {
  readonly rule: string;
  readonly holds: boolean;
  readonly refusal: RefusalName | null;
  readonly facts: Facts;
}

const placeRefusals = {
  resourceIds: 'E_PASS_RESOURCE_NOT_ALLOWED',
  iata: 'E_PASS_AIRPORT_NOT_ALLOWED',
  countryOrRegion: 'E_PASS_COUNTRY_NOT_ALLOWED',
} as const;

/** The order is the contract's (section 7): the first rule that does not hold is the refusal. */
const rules: readonly Rule[] = [
  {
    rule: 'not cancelled',
    refusal: ({ pass }) => (pass.cancelledAt === null ? null : 'E_PASS_CANCELLED'),
    facts: ({ pass }) => (pass.cancelledAt === null ? {} : { cancelledDate: formatInstant(pass.cancelledAt) }),
  },
  {
    rule: 'not suspended',
    refusal: ({ pass }) => (pass.suspension === null ? null : 'E_PASS_SUSPENDED'),
    facts: ({ pass }) => (pass.suspension === null ? {} : { suspendedDate: formatInstant(pass.suspension.at) }),
  },
  {
    rule: 'active',
    refusal: ({ pass, now }) => (isActivated(pass, now) ? null : 'E_PASS_NOT_YET_ACTIVE'),
    facts: ({ pass }) => ({ activationDate: formatInstant(pass.activationAt) }),
  },
  {
    rule: 'not expired',
    refusal: ({ pass, now }) => (now < pass.expirationAt ? null : 'E_PASS_EXPIRED'),
    facts: ({ pass }) => ({ expirationDate: formatInstant(pass.expirationAt) }),
  },
  {
    rule: 'module',
    refusal: ({ pass, resource }) =>
      pass.allowedModules.includes(resource.module) ? null : 'E_PASS_MODULE_NOT_ALLOWED',
    facts: ({ pass, resource }) => ({ allowedModules: pass.allowedModules, resourceModule: resource.module }),
  },
  {
    rule: 'place',
    refusal: ({ pass, resource }) => (isAllowedPlace(pass, resource) ? null : placeRefusals[pass.restriction.kind]),
    facts: ({ pass }) => ({ allowedResources: { [pass.restriction.kind]: pass.restriction.values } }),
  },
  {
    rule: 'open',
    refusal: ({ resource }) => (resource.closure === null ? null : 'RESOURCE_CLOSED'),
    facts: ({ resource }) =>
      resource.closure === null
        ? {}
        : { closedDate: formatInstant(resource.closure.at), reason: resource.closure.reason },
  },
  {
    rule: 'usages left',
    refusal: ({ pass, usages }) => (usages <= usagesLeft(pass) ? null : 'E_PASS_USAGES_EXCEEDED'),
    facts: ({ pass, usages }) => ({
      availableUsages: usagesLeft(pass),
      requestedUsages: usages,
      ...lastUseFacts(pass),
    }),
  },
];

/** When and where the pass was last used, for staff who must explain it. */
export function lastUseFacts(pass: Pass): Facts {
  if (pass.lastUse === null) return {};
  return { lastUsedDate: formatInstant(pass.lastUse.at), lastUsedResourceId: pass.lastUse.resourceId };
}

function isAllowedPlace(pass: Pass, resource: Resource): boolean {
  const { kind, values } = pass.restriction;
  if (kind === 'resourceIds') return values.length === 0 || values.includes(resource.resourceId);
  if (kind === 'iata') return resource.hub.iata !== null && values.includes(resource.hub.iata);
  return values.includes(resource.hub.countryOrRegion);
}

/** Whether the pass opens this resource at all, whenever that may be: the rules that neither time nor use changes. */
export function opens(pass: Pass, resource: Resource): boolean {
  return pass.allowedModules.includes(resource.module) && isAllowedPlace(pass, resource);
}

/** One usage a person; children by the resource's policy; the cardholder always counts (contract, section 7). */
export function usagesFor(resource: Resource, adults: number, children: number): number {
  return Math.max(1, adults + (resource.childrenCount ? children : 0));
}

interface People {
  readonly adults: number;
  readonly children: number;
}

function caseOf(pass: Pass, resource: Resource, { adults, children }: People, now: Instant): Case {
  return { pass, resource, usages: usagesFor(resource, adults, children), now: instantFor(pass, now) };
}

/**
 * The one rule of the door: gives the pass and its history entry after the use, or the refusal that
 * comes first. All or nothing; changes nothing itself. It walks the same rules as `explainRedeem`,
 * from which the dry check, and with it the front desk, has its verdict.
 */
export function redeem(pass: Pass, resource: Resource, request: RedeemRequest, now: Instant): Change | Refusal {
  const at = caseOf(pass, resource, request, now);
  for (const rule of rules) {
    const refusal = rule.refusal(at);
    if (refusal !== null) return new Refusal(refusal, { facts: rule.facts(at) });
  }
  return use(at, request);
}

function use({ pass, resource, usages, now }: Case, request: RedeemRequest): Change {
  const number = pass.entries + 1;
  const lastUse = { at: now, resourceId: resource.resourceId, number };
  const after: Pass = { ...pass, used: pass.used + usages, lastUse, entries: number };
  const entry = entryFor(after, 'use', now, request.clientId, {
    units: usages,
    orderId: request.orderId,
    resourceId: resource.resourceId,
    module: resource.module,
    adults: request.adults,
    children: request.children,
  });
  return { pass: after, entry };
}

/** Every rule with whether it held and its facts, for the dry check and the explanation. */
export function explainRedeem(pass: Pass, resource: Resource, people: People, now: Instant): RuleResult[] {
  const at = caseOf(pass, resource, people, now);
  return rules.map((rule) => {
    const refusal = rule.refusal(at);
    return { rule: rule.rule, holds: refusal === null, refusal, facts: rule.facts(at) };
  });
}

/** The resources at the same airport where the same people could use the pass now, at most 20. */
export function resourcesThatWork(
  pass: Pass,
  near: Resource,
  resources: Iterable<Resource>,
  people: People,
  now: Instant,
): Resource[] {
  const found: Resource[] = [];
  for (const resource of resources) {
    if (resource.hub.transportHubId !== near.hub.transportHubId || resource.resourceId === near.resourceId) continue;
    if (explainRedeem(pass, resource, people, now).every((result) => result.holds)) found.push(resource);
    if (found.length === 20) break;
  }
  return found;
}
