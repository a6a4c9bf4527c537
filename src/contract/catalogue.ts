import type { Static } from 'typebox';
import type { Geography, Resource, TransportHub } from '../domain/catalogue.ts';
import { type Problem, Refusal, refuseField } from '../domain/refusal.ts';
import type * as schemas from './schemas-catalogue.ts';

type Query = Static<typeof schemas.CatalogueQuery>;

/** A catalogue request, read: every value checked, at most one kind of location filter. */
export interface CatalogueFilter {
  readonly modules: ReadonlySet<number> | null;
  readonly matches: (hub: TransportHub, resource: Resource | null) => boolean;
  readonly language: string;
  readonly pageSize: number;
  readonly pageNumber: number;
}

const locationKinds = ['transportHubId', 'iata', 'countryOrRegion', 'cityId', 'coordinates'] as const;

/** Reads a catalogue query. Refuses two kinds of location filter and half of a coordinate. */
export function catalogueFilterOf(query: Query): CatalogueFilter {
  const kinds = locationKinds.filter((kind) =>
    kind === 'coordinates' ? hasCoordinates(query) : query[kind] !== undefined,
  );
  if (kinds.length > 1) {
    const problem = 'give one kind of location filter a request';
    throw new Refusal('REQUEST_INVALID', { problems: kinds.map((field) => ({ field, problem })) });
  }
  const modules = query.module === undefined ? null : new Set([query.module].flat().map(Number));
  return {
    modules,
    matches: matcherOf(query, kinds[0]),
    language: query.language ?? 'en',
    pageSize: pageNumberOf('pageSize', query.pageSize, 20, 100),
    pageNumber: pageNumberOf('pageNumber', query.pageNumber, 1, 9999),
  };
}

function pageNumberOf(field: string, text: string | undefined, absent: number, most: number): number {
  if (text === undefined) return absent;
  const number = Number(text);
  if (number >= 1 && number <= most) return number;
  throw refuseField('REQUEST_INVALID', field, `must be from 1 to ${most}`);
}

function hasCoordinates(query: Query): boolean {
  return query.latitude !== undefined || query.longitude !== undefined || query.radius !== undefined;
}

function matcherOf(query: Query, kind: (typeof locationKinds)[number] | undefined): CatalogueFilter['matches'] {
  if (kind === undefined) return () => true;
  if (kind === 'transportHubId') return (hub) => hub.transportHubId === query.transportHubId;
  if (kind === 'iata') return (hub) => hub.iata === query.iata;
  if (kind === 'countryOrRegion') return (hub) => hub.countryOrRegion === query.countryOrRegion;
  if (kind === 'cityId') return (hub) => hub.city.toLowerCase() === query.cityId?.toLowerCase();
  const { latitude, longitude, radius } = coordinatesOf(query);
  return (hub, resource) =>
    kilometres(latitude, longitude, (resource ?? hub).latitude, (resource ?? hub).longitude) <= radius;
}

function coordinatesOf(query: Query) {
  const limits = { latitude: 90, longitude: 180, radius: 20_040 } as const;
  const problems: Problem[] = [];
  const read = { latitude: 0, longitude: 0, radius: 0 };
  for (const field of ['latitude', 'longitude', 'radius'] as const) {
    const text = query[field];
    read[field] = Number(text);
    if (text === undefined) problems.push({ field, problem: 'latitude, longitude and radius go together' });
    else if (Math.abs(read[field]) > limits[field])
      problems.push({ field, problem: `must be at most ${limits[field]}` });
  }
  if (problems.length > 0) throw new Refusal('REQUEST_INVALID', { problems });
  return read;
}

/** Great-circle distance on a sphere of the earth's mean radius; a filter needs no better. */
function kilometres(latitude1: number, longitude1: number, latitude2: number, longitude2: number): number {
  const radians = Math.PI / 180;
  const across = Math.sin(((latitude2 - latitude1) * radians) / 2) ** 2;
  const along = Math.sin(((longitude2 - longitude1) * radians) / 2) ** 2;
  const half = across + Math.cos(latitude1 * radians) * Math.cos(latitude2 * radians) * along;
  return 2 * 6371 * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** A transport hub as the wire has it; the country's name in the language asked for. */
export function transportHubOf(
  hub: TransportHub,
  language: string,
  geography: Geography,
): Static<typeof schemas.TransportHub> {
  return {
    transportHubId: hub.transportHubId,
    transportHubName: hub.name,
    type: hub.iata === null ? 2 : 1,
    iata: hub.iata,
    city: hub.city,
    countryOrRegion: hub.countryOrRegion,
    countryOrRegionName: geography.countryName(hub.countryOrRegion, language),
    continent: geography.continentOf(hub.countryOrRegion),
    timezone: hub.zone,
    latitude: String(hub.latitude),
    longitude: String(hub.longitude),
  };
}

/** A resource as the wire has it (contract, section 8). */
export function resourceOf(resource: Resource, geography: Geography): Static<typeof schemas.Resource> {
  const { hub } = resource;
  return {
    module: resource.module,
    resourceId: resource.resourceId,
    resourceName: resource.name,
    locationInfo: {
      city: hub.city,
      countryOrRegion: hub.countryOrRegion,
      continent: geography.continentOf(hub.countryOrRegion),
      transportHubId: hub.transportHubId,
      transportHubName: hub.name,
      iata: hub.iata,
      location: resource.location,
      timezone: hub.zone,
      coordinates: `${resource.latitude},${resource.longitude}`,
    },
    image: resource.image,
    extra: {
      childrenCount: resource.childrenCount,
      open: resource.closure === null,
      closedReason: resource.closure?.reason ?? null,
    },
  };
}
