import { minute } from './calendar.ts';
import type { Places, Programme } from './catalogue.ts';
import type { Instant } from './instant.ts';
import { crossModule, isAirportModule, type Module } from './module.ts';
import { nameKey, nameProblem } from './name.ts';
import { type Change, entryFor, type Pass, type Restriction } from './pass.ts';
import { fieldRefusal, type Problem, Refusal } from './refusal.ts';

export interface IssueRequest {
  readonly module: Module;
  readonly clientUserId: string;
  readonly firstName: string;
  readonly lastName: string;
  /** Null: active at once. */
  readonly activationAt: Instant | null;
  readonly expirationAt: Instant;
  readonly availableUsages: number;
  readonly allowedResources: Partial<Record<Restriction['kind'], readonly string[]>>;
}

/** Ids drawn for a new pass, before anything is decided. */
export interface IssueIds {
  readonly passId: string;
  readonly orderId: string;
}

/** The name a clientUserId is bound to, in the form under which names compare. */
export interface Holder {
  readonly firstKey: string;
  readonly lastKey: string;
}

/** How far an activation date may lie in the past: the clocks of two machines (contract, section 4 rule 3). */
const clockSkew = minute;

/** The binding that a request asks for. */
export function holderOf(request: Pick<IssueRequest, 'firstName' | 'lastName'>): Holder {
  return { firstKey: nameKey(request.firstName), lastKey: nameKey(request.lastName) };
}

/**
 * Decides on a new pass (contract, section 4). `holder` is the binding that stands, null when the
 * clientUserId is new. Refuses a module the programme does not offer, a name the id is not bound
 * to, dates that contradict each other or the clock, and places that do not exist or do not fit.
 */
export function issue(
  request: IssueRequest,
  programme: Programme,
  places: Places,
  holder: Holder | null,
  ids: IssueIds,
  clientId: string,
  now: Instant,
): Change | Refusal {
  const restriction = restrictionOf(request);
  if (restriction instanceof Refusal) return restriction;
  const modules = modulesOf(request.module, programme);
  const refusal =
    moduleRefusal(request.module, modules) ??
    namesRefusal(request) ??
    datesRefusal(request, now) ??
    placesRefusal(restriction, request.module, modules, places) ??
    otherNameRefusal(request, holder);
  if (refusal !== null) return refusal;
  const pass = newPass(request, programme, restriction, modules, ids, now);
  return { pass, entry: entryFor(pass, 'issue', now, clientId) };
}

function newPass(
  request: IssueRequest,
  programme: Programme,
  restriction: Restriction,
  allowedModules: readonly number[],
  ids: IssueIds,
  now: Instant,
): Pass {
  return {
    programId: programme.programId,
    passId: ids.passId,
    orderId: ids.orderId,
    module: request.module,
    allowedModules,
    clientUserId: request.clientUserId,
    firstName: request.firstName,
    lastName: request.lastName,
    createdAt: now,
    activationAt: request.activationAt ?? now,
    expirationAt: request.expirationAt,
    granted: request.availableUsages,
    used: 0,
    restriction,
    lastUse: null,
    suspension: null,
    cancelledAt: null,
    changedAt: null,
    entries: 1,
  };
}

function modulesOf(module: Module, programme: Programme): readonly number[] {
  if (module === crossModule) return programme.crossModules;
  return programme.modules.includes(module) ? [module] : [];
}

function moduleRefusal(module: Module, modules: readonly number[]): Refusal | null {
  if (modules.length > 0) return null;
  return fieldRefusal('MODULE_NOT_OFFERED', 'module', `module ${module} is not offered by this programme`);
}

function namesRefusal(request: IssueRequest): Refusal | null {
  const problems: Problem[] = [];
  for (const part of ['firstName', 'lastName'] as const) {
    const problem = nameProblem(request[part]);
    if (problem !== null) problems.push({ field: `extra.${part}`, problem });
  }
  return problems.length === 0 ? null : new Refusal('REQUEST_INVALID', { problems });
}

function datesRefusal(request: IssueRequest, now: Instant): Refusal | null {
  const { activationAt, expirationAt } = request;
  if (expirationAt <= now) return fieldRefusal('EXPIRATION_IN_PAST', 'extra.expirationDate', 'must be in the future');
  if (activationAt === null) return null;
  if (activationAt < now - clockSkew) {
    return fieldRefusal('ACTIVATION_IN_PAST', 'extra.activationDate', 'must not be earlier than the current time');
  }
  if (activationAt < expirationAt) return null;
  const problem = 'must be before extra.expirationDate';
  return fieldRefusal('ACTIVATION_NOT_BEFORE_EXPIRATION', 'extra.activationDate', problem);
}

function restrictionOf(request: IssueRequest): Restriction | Refusal {
  const field = 'extra.allowedResources';
  const given = (['resourceIds', 'iata', 'countryOrRegion'] as const).filter(
    (kind) => request.allowedResources[kind] !== undefined,
  );
  const kind = given[0];
  if (kind === undefined || given.length > 1) {
    const problem = 'give exactly one of resourceIds, iata, countryOrRegion';
    return fieldRefusal('ALLOWED_RESOURCES_INVALID', field, problem);
  }
  const values = request.allowedResources[kind]!;
  if (kind !== 'resourceIds' && values.length === 0) {
    return fieldRefusal('ALLOWED_RESOURCES_INVALID', `${field}.${kind}`, 'must name at least one');
  }
  if (new Set(values).size < values.length) {
    return fieldRefusal('ALLOWED_RESOURCES_INVALID', `${field}.${kind}`, 'must not name one twice');
  }
  return { kind, values };
}

function placesRefusal(
  restriction: Restriction,
  module: Module,
  modules: readonly number[],
  places: Places,
): Refusal | null {
  const field = `extra.allowedResources.${restriction.kind}`;
  if (restriction.kind === 'iata') return airportsRefusal(restriction.values, module, places, field);
  if (restriction.kind === 'countryOrRegion') return countriesRefusal(restriction.values, places, field);
  return resourcesRefusal(restriction.values, modules, places, field);
}

function airportsRefusal(values: readonly string[], module: Module, places: Places, field: string): Refusal | null {
  if (!isAirportModule(module)) {
    const problem = `module ${module} has no resources at airports; use resourceIds or countryOrRegion`;
    return fieldRefusal('AIRPORT_NOT_FOR_MODULE', field, problem);
  }
  const unknown = values.findIndex((value) => !places.isAirport(value));
  if (unknown < 0) return null;
  return fieldRefusal('AIRPORT_UNKNOWN', `${field}.${unknown}`, 'is not an IATA airport code (three capital letters)');
}

function countriesRefusal(values: readonly string[], places: Places, field: string): Refusal | null {
  const unknown = values.findIndex((value) => !places.isCountry(value));
  if (unknown < 0) return null;
  const hint = places.countryHint(values[unknown]!);
  const problem = `is not an ISO 3166-1 alpha-2 code${hint === null ? '' : `; did you mean ${hint}?`}`;
  return fieldRefusal('COUNTRY_UNKNOWN', `${field}.${unknown}`, problem, hint === null ? {} : { hint });
}

function resourcesRefusal(
  values: readonly string[],
  modules: readonly number[],
  places: Places,
  field: string,
): Refusal | null {
  for (const [index, value] of values.entries()) {
    const module = places.moduleOfResource(value);
    if (module === undefined) {
      return fieldRefusal('ALLOWED_RESOURCE_UNKNOWN', `${field}.${index}`, 'is not a resource of this programme');
    }
    if (!modules.includes(module)) {
      const problem = `is a resource of module ${module}, which this pass does not open`;
      return fieldRefusal('ALLOWED_RESOURCE_OF_OTHER_MODULE', `${field}.${index}`, problem);
    }
  }
  return null;
}

/** Names the field that differs and never tells the stored name (contract, section 4 rule 2). */
function otherNameRefusal(request: IssueRequest, holder: Holder | null): Refusal | null {
  if (holder === null) return null;
  const asked = holderOf(request);
  const parts: string[] = [];
  if (asked.firstKey !== holder.firstKey) parts.push('firstName');
  if (asked.lastKey !== holder.lastKey) parts.push('lastName');
  return parts.length === 0 ? null : nameMismatch(parts);
}

/** The refusal of another name than the one a clientUserId is bound to. */
export function nameMismatch(parts: readonly string[]): Refusal {
  const problem = 'is not the name this clientUserId is bound to';
  return new Refusal('NAME_MISMATCH', { problems: parts.map((part) => ({ field: `extra.${part}`, problem })) });
}
