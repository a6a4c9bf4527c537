import type { Static } from 'typebox';
import type { Geography, KnownAirport, Programme, Resource } from '../domain/catalogue.ts';
import { formatInstant, formatInstantOrNull, formatLocalInstant, type Instant } from '../domain/instant.ts';
import { instantFor, type Pass, usagesLeft } from '../domain/pass.ts';
import {
  type HubWithResources,
  hubsOf,
  pageLimits,
  pageStateOf,
  shownHubs,
  worksNow,
  zonesOf,
} from '../domain/pass-page.ts';
import type { PassPage } from './schemas-pass-pages.ts';

type Page = Static<typeof PassPage>;

/** A visit as the history has it. */
export interface VisitFacts {
  readonly at: Instant;
  readonly module: number;
  readonly resourceId: string;
  readonly adults: number;
  readonly children: number;
  readonly units: number;
  readonly givenBackAt: Instant | null;
}

/** All that a page is made from; `visits` holds one more than is shown when there are more. */
export interface PageFacts {
  readonly pass: Pass;
  readonly programme: Programme;
  /** Where it can be used, as far as it goes. */
  readonly resources: ReadonlyMap<string, Resource>;
  /** Where it may have been used: withdrawn ones, too. */
  readonly doors: ReadonlyMap<string, Resource>;
  readonly visits: readonly VisitFacts[];
  readonly geography: Pick<Geography, 'airportOf'>;
}

const kinds = { resourceIds: 'places', iata: 'airports', countryOrRegion: 'countries' } as const;

/** What the page of a pass shows at `clock`, and nothing else: no id of the holder, of an order or of a client. */
export function passPageOf(facts: PageFacts, clock: Instant): Page {
  const { pass, programme, resources, doors, visits } = facts;
  const now = instantFor(pass, clock);
  const hubs = hubsOf(pass, resources.values());
  const shown = shownHubs(hubs);
  const airports = airportsOf(pass, facts.geography);
  return {
    now: formatInstant(now),
    programName: programme.name,
    firstName: pass.firstName,
    lastName: pass.lastName,
    ePassId: pass.passId,
    modules: [...pass.allowedModules],
    state: pageStateOf(pass, now),
    availableUsages: usagesLeft(pass),
    usedUsages: pass.used,
    grantedUsages: pass.granted,
    issuedDate: formatInstant(pass.createdAt),
    activationDate: formatInstant(pass.activationAt),
    expirationDate: formatInstant(pass.expirationAt),
    suspendedDate: formatInstantOrNull(pass.suspension?.at ?? null),
    cancelledDate: formatInstantOrNull(pass.cancelledAt),
    localValidity: localValidityOf(pass, zonesOf(hubs, airports)),
    restriction: restrictionOf(pass, airports),
    places: shown.map((hub) => placeOf(pass, hub, now)),
    morePlaces: count(hubs) - count(shown),
    visits: visits.slice(0, pageLimits.visits).map((visit) => visitOf(visit, doors)),
    moreVisits: visits.length > pageLimits.visits,
  };
}

function count(hubs: readonly HubWithResources[]): number {
  return hubs.reduce((sum, { resources }) => sum + resources.length, 0);
}

function airportsOf({ restriction }: Pass, geography: PageFacts['geography']): KnownAirport[] {
  if (restriction.kind !== 'iata') return [];
  return restriction.values.map((iata) => geography.airportOf(iata)).filter((airport) => airport !== null);
}

function localValidityOf(pass: Pass, zones: readonly string[]): Page['localValidity'] {
  return zones.slice(0, pageLimits.zones).map((timezone) => ({
    timezone,
    activationDate: formatLocalInstant(pass.activationAt, timezone),
    expirationDate: formatLocalInstant(pass.expirationAt, timezone),
  }));
}

function restrictionOf({ restriction }: Pass, airports: readonly KnownAirport[]): Page['restriction'] {
  const everywhere = restriction.kind === 'resourceIds' && restriction.values.length === 0;
  return {
    kind: everywhere ? 'everywhere' : kinds[restriction.kind],
    airports: airports.slice(0, pageLimits.airports).map(({ iata, name, city, countryOrRegion, zone }) => ({
      iata,
      airportName: name,
      city,
      countryOrRegion,
      timezone: zone,
    })),
    moreAirports: Math.max(0, airports.length - pageLimits.airports),
    countries: restriction.kind === 'countryOrRegion' ? [...restriction.values] : [],
  };
}

function placeOf(pass: Pass, { hub, resources }: HubWithResources, now: Instant): Page['places'][number] {
  return {
    transportHubName: hub.name,
    iata: hub.iata,
    city: hub.city,
    countryOrRegion: hub.countryOrRegion,
    timezone: hub.zone,
    resources: resources.map((resource) => ({
      resourceName: resource.name,
      module: resource.module,
      location: resource.location,
      worksNow: worksNow(pass, resource, now),
      closedReason: resource.closure?.reason ?? null,
    })),
  };
}

/** A place that is not known is still told by its id: the visit has happened. */
function visitOf(visit: VisitFacts, doors: ReadonlyMap<string, Resource>): Page['visits'][number] {
  const resource = doors.get(visit.resourceId);
  const timezone = resource?.hub.zone ?? 'UTC';
  return {
    visitDate: formatInstant(visit.at),
    localDate: formatLocalInstant(visit.at, timezone),
    timezone,
    module: visit.module,
    resourceName: resource?.name ?? visit.resourceId,
    location: resource?.location ?? '',
    transportHubName: resource?.hub.name ?? '',
    city: resource?.hub.city ?? '',
    people: Math.max(1, visit.adults + visit.children),
    usedUsages: visit.units,
    givenBackDate: formatInstantOrNull(visit.givenBackAt),
  };
}
