import type { Geography, KnownAirport, TransportHub } from './catalogue.ts';
import type { Module } from './module.ts';
import { nameProblem } from './name.ts';
import { type Problem, Refusal } from './refusal.ts';

/** The letter that ids of a module's resources begin with (contract, section 3). */
const letters: Readonly<Record<Module, string | null>> = {
  0: null,
  1: 'N',
  2: 'C',
  3: 'R',
  4: 'R',
  7: 'F',
  8: 'E',
  11: 'L',
};

/** The letter of a module's resources; null for the cross-module pass, which has no resources of its own. */
export function letterOf(module: Module): string | null {
  return letters[module];
}

/** A transport hub as it is asked for; what is left out comes from the airport. */
export interface HubRequest {
  readonly name?: string | undefined;
  /** Null: not an airport. */
  readonly iata?: string | null | undefined;
  readonly city?: string | undefined;
  readonly countryOrRegion?: string | undefined;
  readonly zone?: string | undefined;
  /** As text, as the wire has it. */
  readonly latitude?: string | undefined;
  readonly longitude?: string | undefined;
}

/** What the wire calls the fields of a hub. */
const fieldNames = { name: 'transportHubName', zone: 'timezone' } as const;
const hubFields = ['name', 'city', 'countryOrRegion', 'zone', 'latitude', 'longitude'] as const;
type HubField = (typeof hubFields)[number];
const wireName = (field: HubField) => (field in fieldNames ? fieldNames[field as 'name' | 'zone'] : field);

/**
 * A transport hub, from a request upon what stands (null: nothing). A new airport code brings the city, country,
 * zone and coordinates of the airport along, unless they are given. Refuses what is missing or wrong, field by field.
 */
export function hubOf(
  transportHubId: string,
  request: HubRequest,
  before: TransportHub | null,
  geography: Geography,
): TransportHub {
  const iata = request.iata === undefined ? (before?.iata ?? null) : request.iata;
  const airport = iata === null || iata === before?.iata ? null : geography.airportOf(iata);
  const problems = hubProblems(request, geography);
  const value = (field: HubField) => request[field] ?? factOf(airport, field) ?? before?.[field] ?? '';
  if (iata !== null && !geography.isAirport(iata)) {
    problems.push({ field: 'iata', problem: 'is not an IATA airport code that is known' });
  } else {
    // Of some airstrips the city is not known.
    const missing = hubFields.filter((field) => value(field) === '');
    problems.push(...missing.map((field) => ({ field: wireName(field), problem: 'is required' })));
  }
  if (problems.length > 0) throw new Refusal('REQUEST_INVALID', { problems });
  return {
    transportHubId,
    iata,
    name: String(value('name')),
    city: String(value('city')),
    countryOrRegion: String(value('countryOrRegion')),
    zone: String(value('zone')),
    latitude: Number(value('latitude')),
    longitude: Number(value('longitude')),
  };
}

/**
 * Refuses another airport or country for a hub at which passes were used: they were restricted by them, and the
 * history would no longer fit its passes.
 */
export function refuseMove(before: TransportHub, after: TransportHub, isUsed: boolean): void {
  const moved = (['iata', 'countryOrRegion'] as const).filter((field) => before[field] !== after[field]);
  if (moved.length === 0 || !isUsed) return;
  const problem = 'cannot be changed any more: passes were used here';
  throw new Refusal('TRANSPORT_HUB_USED', { problems: moved.map((field) => ({ field, problem })) });
}

/** What the airport's reference data knows of a field; its name is the operator's to choose. */
function factOf(airport: KnownAirport | null, field: HubField): string | number | undefined {
  return airport === null || field === 'name' ? undefined : airport[field];
}

function hubProblems(request: HubRequest, geography: Geography): Problem[] {
  const problems: Problem[] = [];
  const tell = (field: HubField, problem: string | null) => {
    if (problem !== null) problems.push({ field: wireName(field), problem });
  };
  for (const field of ['name', 'city'] as const) {
    const text = request[field];
    if (text !== undefined) tell(field, nameProblem(text));
  }
  if (request.countryOrRegion !== undefined)
    tell('countryOrRegion', countryProblem(request.countryOrRegion, geography));
  if (request.zone !== undefined) tell('zone', geography.zoneProblem(request.zone));
  for (const [field, limit] of [
    ['latitude', 90],
    ['longitude', 180],
  ] as const) {
    if (request[field] !== undefined) tell(field, degreesProblem(Number(request[field]), limit));
  }
  return problems;
}

function countryProblem(code: string, geography: Geography): string | null {
  if (geography.isCountry(code)) return null;
  const hint = geography.countryHint(code);
  return `is not an ISO 3166-1 alpha-2 code${hint === null ? '' : `; did you mean ${hint}?`}`;
}

function degreesProblem(degrees: number, limit: number): string | null {
  return Math.abs(degrees) <= limit ? null : `must be from -${limit} to ${limit}`;
}

/** What a place at a hub is called, and where it is; shared by every programme that offers it. */
export interface PlaceFacts {
  readonly name: string;
  readonly location: string;
  readonly image: string | null;
  readonly latitude: number;
  readonly longitude: number;
}

/** What of a place is to be set. */
export interface PlaceRequest {
  readonly name?: string | undefined;
  readonly location?: string | undefined;
  readonly image?: string | null | undefined;
  /** Latitude, comma, longitude. */
  readonly coordinates?: string | undefined;
}

/** The facts of a place from a request upon what stands. Refuses what is wrong, field by field. */
export function placeOf(request: PlaceRequest, before: PlaceFacts): PlaceFacts {
  const problems: Problem[] = [];
  const tell = (field: string, problem: string | null) => {
    if (problem !== null) problems.push({ field, problem });
  };
  if (request.name !== undefined) tell('resourceName', nameProblem(request.name));
  if (request.location !== undefined) tell('location', nameProblem(request.location));
  if (typeof request.image === 'string') tell('image', imageProblem(request.image));
  const given = request.coordinates?.split(',').map(Number);
  const [latitude, longitude] = given ?? [before.latitude, before.longitude];
  tell('coordinates', degreesProblem(latitude!, 90) ?? degreesProblem(longitude!, 180));
  if (problems.length > 0) throw new Refusal('REQUEST_INVALID', { problems });
  return {
    name: request.name ?? before.name,
    location: request.location ?? before.location,
    image: request.image === undefined ? before.image : request.image,
    latitude: latitude!,
    longitude: longitude!,
  };
}

/** Pictures are shown on pages that load nothing over plain HTTP. */
function imageProblem(text: string): string | null {
  if (!URL.canParse(text)) return 'is not an address';
  const { protocol, username, password } = new URL(text);
  if (protocol !== 'https:') return 'must begin with https://';
  return username === '' && password === '' ? null : 'must not hold credentials';
}

/** Why this cannot be the id of a resource of the module, or null. */
export function resourceIdProblem(resourceId: string, module: Module): string | null {
  const letter = letterOf(module);
  if (letter !== null && resourceId.startsWith(letter)) return null;
  return `must begin with ${letter ?? 'the letter of a module'} for module ${module}`;
}
