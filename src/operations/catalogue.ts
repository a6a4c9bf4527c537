import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import {
  type CatalogueFilter,
  catalogueFilterOf,
  cataloguePageOf,
  resourceOf,
  transportHubOf,
} from '../contract/catalogue.ts';
import type { LanguageQuery, ResourcesQuery, TransportHubsQuery } from '../contract/schemas-catalogue.ts';
import type { Scope } from '../domain/access.ts';
import type { Resource, TransportHub } from '../domain/catalogue.ts';
import { isAirportModule } from '../domain/module.ts';
import { fieldRefusal, Refusal } from '../domain/refusal.ts';
import { allTransportHubs } from '../store/places.ts';
import { type Call, programmeOffersOf } from './call.ts';
import { programmesOf } from './reach.ts';
import type { World } from './world.ts';

type OneRequest<K extends string> = {
  readonly params: { readonly [key in K]: string };
  readonly query: Static<typeof LanguageQuery>;
};

/** The resources that the programme offers, or those that it has withdrawn. */
function candidates(world: World, call: Call, offered: boolean): Resource[] {
  const { resources, everOffered } = programmeOffersOf(world, call);
  if (offered) return [...resources.values()];
  refuseUnlessScope(call, ['operator', 'auditor']);
  return [...everOffered.values()].filter(({ resourceId }) => !resources.has(resourceId));
}

function refuseUnlessScope(call: Call, scopes: readonly Scope[]): void {
  if (!scopes.some((scope) => call.caller.scopes.has(scope))) {
    throw new Refusal('SCOPE_MISSING', { facts: { scopes } });
  }
}

function matchingResources(resources: readonly Resource[], filter: CatalogueFilter): Resource[] {
  return resources.filter(
    (resource) =>
      (filter.modules === null || filter.modules.has(resource.module)) && filter.matches(resource.hub, resource),
  );
}

/** The resources of the programme, filtered and paged; split as the DragonPass v2 API splits them. */
export async function listResources(
  world: World,
  call: Call,
  request: { readonly query: Static<typeof ResourcesQuery> },
): Promise<Answer> {
  const { offered = 'true', ...query } = request.query;
  const filter = catalogueFilterOf(query, { list: 'resources', offered, programId: call.programId });
  const found = matchingResources(candidates(world, call, offered === 'true'), filter);
  const { items, ...page } = cataloguePageOf(found, ({ resourceId }) => resourceId, filter);
  const atHubs = items.filter((resource) => isAirportModule(resource.module));
  const elsewhere = items.filter((resource) => !isAirportModule(resource.module));
  const resources = {
    transportHubResources: atHubs.map((resource) => resourceOf(resource, world.geography)),
    lifestyleResources: elsewhere.map((resource) => resourceOf(resource, world.geography)),
  };
  return success({ resources, ...page, language: filter.language });
}

/** The transport hubs at which the programme has resources. */
function hubsOfProgramme(world: World, call: Call, filter: CatalogueFilter): TransportHub[] {
  const hubs = new Map<string, TransportHub>();
  for (const resource of programmeOffersOf(world, call).resources.values()) {
    if (filter.modules !== null && !filter.modules.has(resource.module)) continue;
    hubs.set(resource.hub.transportHubId, resource.hub);
  }
  return [...hubs.values()];
}

/** Every hub of the installation: for those who set resources up. */
async function hubsEverywhere(world: World, call: Call, filter: CatalogueFilter): Promise<TransportHub[]> {
  refuseUnlessScope(call, ['administrator']);
  programmesOf(call);
  if (filter.modules !== null) throw fieldRefusal('REQUEST_INVALID', 'module', 'a hub without resources has no module');
  return allTransportHubs(world.database);
}

/** The transport hubs at which the programme has resources, or all there are, filtered and paged. */
export async function listTransportHubs(
  world: World,
  call: Call,
  request: { readonly query: Static<typeof TransportHubsQuery> },
): Promise<Answer> {
  const { all = 'false', ...query } = request.query;
  const filter = catalogueFilterOf(query, { list: 'transportHubs', all, programId: call.programId });
  const hubs = await (all === 'true' ? hubsEverywhere : hubsOfProgramme)(world, call, filter);
  const found = hubs.filter((hub) => filter.matches(hub, null));
  const { items, ...page } = cataloguePageOf(found, ({ transportHubId }) => transportHubId, filter);
  const transportHubs = items.map((hub) => transportHubOf(hub, filter.language, world.geography));
  return success({ transportHubs, ...page, language: filter.language });
}

/** One resource of the programme; unknown and another programme's are the same refusal. */
export async function getResource(world: World, call: Call, request: OneRequest<'resourceId'>): Promise<Answer> {
  const resource = programmeOffersOf(world, call).resources.get(request.params.resourceId);
  if (resource === undefined) throw new Refusal('RESOURCE_UNKNOWN');
  return success(resourceOf(resource, world.geography));
}

/** One transport hub at which the programme has resources; those who set resources up see every other, too. */
export async function getTransportHub(
  world: World,
  call: Call,
  request: OneRequest<'transportHubId'>,
): Promise<Answer> {
  for (const resource of programmeOffersOf(world, call).resources.values()) {
    if (resource.hub.transportHubId !== request.params.transportHubId) continue;
    return success(transportHubOf(resource.hub, request.query.language ?? 'en', world.geography));
  }
  const hubs = call.caller.scopes.has('administrator') ? await allTransportHubs(world.database) : [];
  const hub = hubs.find(({ transportHubId }) => transportHubId === request.params.transportHubId);
  if (hub === undefined) throw new Refusal('TRANSPORT_HUB_UNKNOWN');
  return success(transportHubOf(hub, request.query.language ?? 'en', world.geography));
}
