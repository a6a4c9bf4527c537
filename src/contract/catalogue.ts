import type { Static } from 'typebox';
import type { Geography, Resource, TransportHub } from '../domain/catalogue.ts';
import { fieldRefusal, type Problem, Refusal } from '../domain/refusal.ts';
import { keyCursor, keyOfCursor } from './key-cursors.ts';
import type * as schemas from './schemas-catalogue.ts';

type Query = Static<typeof schemas.CatalogueQuery>;

/** A catalogue request, read: every value checked, at most one kind of location filter. */
export interface CatalogueFilter {
  readonly modules: ReadonlySet<number> | null;
  readonly matches: (hub: TransportHub, resource: Resource | null) => boolean;
  readonly language: string;
  readonly pageSize: number;
  readonly pageNumber: number;
  /** The id after which the page begins; null when it was asked for by its number. */
  readonly after: string | null;
  /** The list that a cursor belongs to: another one's is refused. */
  readonly list: object;
}

const locationKinds = ['transportHubId', 'iata', 'countryOrRegion', 'cityId', 'coordinates'] as const;

/**
 * Reads a catalogue query. Refuses two kinds of location filter, half of a coordinate, and a page that is asked for
 * twice over. `of` says which list it is.
 */
export function catalogueFilterOf(query: Query, of: object): CatalogueFilter {
  const kinds = locationKinds.filter((kind) =>
    kind === 'coordinates' ? hasCoordinates(query) : query[kind] !== undefined,
  );
  if (kinds.length > 1) {
    const problem = 'give one kind of location filter a request';
    throw new Refusal('REQUEST_INVALID', { problems: kinds.map((field) => ({ field, problem })) });
  }
  if (query.cursor !== undefined && query.pageNumber !== undefined) {
    throw fieldRefusal('REQUEST_INVALID', 'pageNumber', 'give either cursor or pageNumber');
  }
  const modules = query.module === undefined ? null : new Set([query.module].flat().map(Number));
  const list = { ...of, modules: modules && [...modules].sort(), where: whereOf(query) };
  return {
    modules,
    list,
    after: keyOfCursor(query.cursor, list, isId),
    matches: matcherOf(query, kinds[0]),
    language: query.language ?? 'en',
    pageSize: pageNumberOf('pageSize', query.pageSize, 20, 100),
    pageNumber: pageNumberOf('pageNumber', query.pageNumber, 1, 9999),
  };
}

const isId = (key: unknown): key is string => typeof key === 'string';

function whereOf(query: Query) {
  const { transportHubId, iata, countryOrRegion, cityId, latitude, longitude, radius } = query;
  return { transportHubId, iata, countryOrRegion, cityId, latitude, longitude, radius };
}

/** One page of what matches, in the order of ids, with the cursor of the page after it. */
export function cataloguePageOf<T>(items: readonly T[], idOf: (item: T) => string, filter: CatalogueFilter) {
  const { pageSize, pageNumber, after, list } = filter;
  const sorted = [...items].sort((left, right) => (idOf(left) < idOf(right) ? -1 : 1));
  const rest = after === null ? sorted.slice((pageNumber - 1) * pageSize) : sorted.filter((item) => idOf(item) > after);
  const shown = rest.slice(0, pageSize);
  return {
    items: shown,
    pagination: { pageSize, pageNumber, totalNumber: items.length },
    nextCursor: rest.length > pageSize ? keyCursor(idOf(shown.at(-1)!), list) : null,
  };
}

function pageNumberOf(field: string, text: string | undefined, absent: number, most: number): number {
  if (text === undefined) return absent;
  const number = Number(text);
  if (number >= 1 && number <= most) return number;
  throw fieldRefusal('REQUEST_INVALID', field, `must be from 1 to ${most}`);
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
