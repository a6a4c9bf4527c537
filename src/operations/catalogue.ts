import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { type CatalogueFilter, catalogueFilterOf, resourceOf, transportHubOf } from '../contract/catalogue.ts';
import type { ClosureBody } from '../contract/schemas.ts';
import type { CatalogueQuery, LanguageQuery } from '../contract/schemas-catalogue.ts';
import type { Resource, TransportHub } from '../domain/catalogue.ts';
import { isAirportModule } from '../domain/module.ts';
import { Refusal, refuseField } from '../domain/refusal.ts';
import { setClosure as storeClosure } from '../store/directory.ts';
import { recordAct } from './audit-log.ts';
import { type Caller, offerOf } from './caller.ts';
import { changeDirectory } from './change-directory.ts';
import type { World } from './world.ts';

type ListRequest = { readonly query: Static<typeof CatalogueQuery> };
type OneRequest<K extends string> = {
  readonly params: { readonly [key in K]: string };
  readonly query: Static<typeof LanguageQuery>;
};

function page<T>(items: readonly T[], filter: CatalogueFilter) {
  const { pageSize, pageNumber } = filter;
  const start = (pageNumber - 1) * pageSize;
  return {
    items: items.slice(start, start + pageSize),
    pagination: { pageSize, pageNumber, totalNumber: items.length },
  };
}

function matchingResources(world: World, caller: Caller, filter: CatalogueFilter): Resource[] {
  return [...offerOf(world, caller).resources.values()].filter(
    (resource) =>
      (filter.modules === null || filter.modules.has(resource.module)) && filter.matches(resource.hub, resource),
  );
}

/** The resources of the programme, filtered and paged; split as the DragonPass v2 API splits them. */
export async function listResources(world: World, caller: Caller, request: ListRequest): Promise<Answer> {
  const filter = catalogueFilterOf(request.query);
  const { items, pagination } = page(matchingResources(world, caller, filter), filter);
  const atHubs = items.filter((resource) => isAirportModule(resource.module));
  const elsewhere = items.filter((resource) => !isAirportModule(resource.module));
  const resources = {
    transportHubResources: atHubs.map((resource) => resourceOf(resource, world.geography)),
    lifestyleResources: elsewhere.map((resource) => resourceOf(resource, world.geography)),
  };
  return success({ resources, pagination, language: filter.language });
}

/** The transport hubs at which the programme has resources, filtered and paged. */
export async function listTransportHubs(world: World, caller: Caller, request: ListRequest): Promise<Answer> {
  const filter = catalogueFilterOf(request.query);
  const hubs = new Map<string, TransportHub>();
  for (const resource of offerOf(world, caller).resources.values()) {
    if (filter.modules !== null && !filter.modules.has(resource.module)) continue;
    if (filter.matches(resource.hub, null)) hubs.set(resource.hub.transportHubId, resource.hub);
  }
  const sorted = [...hubs.values()].sort((left, right) => (left.transportHubId < right.transportHubId ? -1 : 1));
  const { items, pagination } = page(sorted, filter);
  const transportHubs = items.map((hub) => transportHubOf(hub, filter.language, world.geography));
  return success({ transportHubs, pagination, language: filter.language });
}

/** One resource of the programme; unknown and another programme's are the same refusal. */
export async function getResource(world: World, caller: Caller, request: OneRequest<'resourceId'>): Promise<Answer> {
  const resource = offerOf(world, caller).resources.get(request.params.resourceId);
  if (resource === undefined) throw new Refusal('RESOURCE_UNKNOWN');
  return success(resourceOf(resource, world.geography));
}

/** One transport hub at which the programme has resources. */
export async function getTransportHub(
  world: World,
  caller: Caller,
  request: OneRequest<'transportHubId'>,
): Promise<Answer> {
  for (const resource of offerOf(world, caller).resources.values()) {
    if (resource.hub.transportHubId !== request.params.transportHubId) continue;
    return success(transportHubOf(resource.hub, request.query.language ?? 'en', world.geography));
  }
  throw new Refusal('TRANSPORT_HUB_UNKNOWN');
}

/** Closes a resource for the caller's programme, with a reason, or opens it again. */
export async function setClosure(
  world: World,
  caller: Caller,
  request: { readonly params: { readonly resourceId: string }; readonly body: Static<typeof ClosureBody> },
): Promise<Answer> {
  const { programme, resources } = offerOf(world, caller);
  const { closed, reason } = request.body;
  const resource = resources.get(request.params.resourceId);
  if (resource === undefined) throw new Refusal('RESOURCE_UNKNOWN');
  if (closed && reason === undefined) throw refuseField('REQUEST_INVALID', 'reason', 'is required to close');
  const { programId } = programme;
  const closureAt = (now: number) => (closed ? { at: now, reason: reason! } : null);
  return changeDirectory(
    world,
    caller,
    programId,
    { ...request.params, ...request.body },
    async (transaction, now) => {
      await storeClosure(transaction, programId, resource.resourceId, closureAt(now));
      const { resourceId: subject } = resource;
      const act = closed ? { act: 'resource.close', details: { reason } } : { act: 'resource.open', details: {} };
      await recordAct(transaction, caller, { ...act, subject, programId }, now);
    },
    (now) => success(resourceOf({ ...resource, closure: closureAt(now) }, world.geography)),
  );
}
