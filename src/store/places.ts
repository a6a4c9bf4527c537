import type { TransportHub } from '../domain/catalogue.ts';
import type { Module } from '../domain/module.ts';
import type { PlaceFacts } from '../domain/place.ts';
import type { Database, Statement, Transaction } from './database.ts';

const hubColumns = `transport_hub_id as "transportHubId", name, iata, city, country_or_region as "countryOrRegion", zone,
  latitude, longitude`;

const allHubsStatement: Statement = {
  name: 'all_transport_hubs',
  text: `select ${hubColumns} from transport_hubs order by transport_hub_id`,
};

/** Every transport hub of the installation, in the order of their ids. */
export function allTransportHubs(database: Database): Promise<TransportHub[]> {
  return database.read<TransportHub>(allHubsStatement, []);
}

// Ids are drawn, and airport codes chosen, one after the other.
const lockHubsStatement: Statement = {
  name: 'lock_transport_hubs',
  text: 'lock table transport_hubs in share row exclusive mode',
};

/** Lets one caller at a time enter or change transport hubs. */
export async function lockTransportHubs(transaction: Transaction): Promise<void> {
  await transaction.run(lockHubsStatement, []);
}

const findHubStatement: Statement = {
  name: 'find_transport_hub',
  text: `select ${hubColumns} from transport_hubs where transport_hub_id = $1`,
};

/** A transport hub, or null. */
export async function findTransportHub(transaction: Transaction, id: string): Promise<TransportHub | null> {
  const [hub] = await transaction.run<TransportHub>(findHubStatement, [id]);
  return hub ?? null;
}

const hubOfAirportStatement: Statement = {
  name: 'transport_hub_of_airport',
  text: 'select transport_hub_id as "transportHubId" from transport_hubs where iata = $1 order by 1 limit 1',
};

/** The transport hub of an airport, or null. */
export async function hubOfAirport(transaction: Transaction, iata: string): Promise<string | null> {
  const [row] = await transaction.run<{ transportHubId: string }>(hubOfAirportStatement, [iata]);
  return row?.transportHubId ?? null;
}

const hubUsedStatement: Statement = {
  name: 'transport_hub_used',
  text: `select exists (select from resources r
      join offers o on o.resource_id = r.resource_id
      join entries e on e.program_id = o.program_id and e.resource_id = o.resource_id and e.kind = 'use'
    where r.transport_hub_id = $1 and o.program_id = any ($2::text[])) as used`,
};

/** Whether a pass of one of these programmes was ever used at a hub. */
export async function isHubUsed(
  transaction: Transaction,
  transportHubId: string,
  programIds: readonly string[],
): Promise<boolean> {
  const [row] = await transaction.run<{ used: boolean }>(hubUsedStatement, [transportHubId, programIds]);
  return row!.used;
}

const insertHubStatement: Statement = {
  name: 'insert_transport_hub',
  text: `insert into transport_hubs (transport_hub_id, name, iata, city, country_or_region, zone, latitude, longitude)
    values ($1, $2, $3, $4, $5, $6, $7::float8, $8::float8)`,
};

/** Enters a transport hub. */
export async function insertTransportHub(transaction: Transaction, hub: TransportHub): Promise<void> {
  await transaction.run(insertHubStatement, [
    hub.transportHubId,
    hub.name,
    hub.iata,
    hub.city,
    hub.countryOrRegion,
    hub.zone,
    hub.latitude,
    hub.longitude,
  ]);
}

const updateHubStatement: Statement = {
  name: 'update_transport_hub',
  text: `update transport_hubs set name = $2, iata = $3, city = $4, country_or_region = $5, zone = $6,
      latitude = $7::float8, longitude = $8::float8
    where transport_hub_id = $1`,
};

/** Writes a transport hub. */
export async function updateTransportHub(transaction: Transaction, hub: TransportHub): Promise<void> {
  const { transportHubId, name, iata, city, countryOrRegion, zone, latitude, longitude } = hub;
  const parameters = [transportHubId, name, iata, city, countryOrRegion, zone, latitude, longitude];
  await transaction.run(updateHubStatement, parameters);
}

const zoneStatement: Statement = {
  name: 'local_time',
  text: 'select (now() at time zone $1)::text as "localTime"',
};

/** Whether the database, which reckons days of reports in it, knows a time zone. Ends the transaction if not. */
export async function isZoneKnown(transaction: Transaction, zone: string): Promise<boolean> {
  try {
    await transaction.run(zoneStatement, [zone]);
    return true;
  } catch (problem) {
    if ((problem as { code?: unknown }).code === '22023') return false;
    throw problem;
  }
}

// After the highest number of five digits, so that ids read out at a door stay short: longer ones are somebody's choice,
// and are only stepped over. (lpad also cuts what is longer.)
const nextIdStatement = (table: string, column: string): Statement => ({
  name: `next_${column}`,
  text: `with numbers as (
      select substr(${column}, 2)::bigint as n from ${table} where ${column} ~ ('^' || $1::text || '[0-9]{5,15}$')
    ), short as (select coalesce(max(n), 0) as highest from numbers where n < 100000)
    select $1::text || lpad(n::text, greatest(5, length(n::text)), '0') as "nextId" from (
      select min(c.n + 1) as n from (select highest as n from short union select n from numbers, short where n > highest) c
      where not exists (select from numbers taken where taken.n = c.n + 1)) next`,
});
const nextHubStatement = nextIdStatement('transport_hubs', 'transport_hub_id');
const nextResourceStatement = nextIdStatement('resources', 'resource_id');

/** The next id of a transport hub; the table must be locked. */
export async function nextTransportHubId(transaction: Transaction): Promise<string> {
  const [row] = await transaction.run<{ nextId: string }>(nextHubStatement, ['A']);
  return row!.nextId;
}

/** The next id of a resource that begins with this letter; the table must be locked. */
export async function nextResourceId(transaction: Transaction, letter: string): Promise<string> {
  const [row] = await transaction.run<{ nextId: string }>(nextResourceStatement, [letter]);
  return row!.nextId;
}

const lockResourcesStatement: Statement = {
  name: 'lock_resources',
  text: 'lock table resources in share row exclusive mode',
};

/** Lets one caller at a time enter resources. */
export async function lockResources(transaction: Transaction): Promise<void> {
  await transaction.run(lockResourcesStatement, []);
}

/** A resource as it is entered: its hub by id. */
export interface NewResource {
  readonly resourceId: string;
  readonly module: Module;
  readonly name: string;
  readonly transportHubId: string;
  readonly location: string;
  readonly image?: string | null;
  readonly latitude: number;
  readonly longitude: number;
}

const insertResourceStatement: Statement = {
  name: 'insert_resource',
  text: `insert into resources (resource_id, module, name, transport_hub_id, location, latitude, longitude, image)
    values ($1, $2::smallint, $3, $4, $5, $6::float8, $7::float8, $8)`,
};

/** Enters a resource; a programme offers it by `insertOffer`. */
export async function insertResource(transaction: Transaction, resource: NewResource): Promise<void> {
  await transaction.run(insertResourceStatement, [
    resource.resourceId,
    resource.module,
    resource.name,
    resource.transportHubId,
    resource.location,
    resource.latitude,
    resource.longitude,
    resource.image ?? null,
  ]);
}

/** A place, whoever offers it. */
export interface PlaceRow extends PlaceFacts {
  readonly resourceId: string;
  readonly module: Module;
  readonly transportHubId: string;
}

const lockPlaceStatement: Statement = {
  name: 'lock_place',
  text: `select resource_id as "resourceId", module, name, transport_hub_id as "transportHubId", location, image,
      latitude, longitude
    from resources where resource_id = $1 for no key update`,
};

/** Locks a place of any programme; null when there is none. */
export async function lockPlace(transaction: Transaction, resourceId: string): Promise<PlaceRow | null> {
  const [place] = await transaction.run<PlaceRow>(lockPlaceStatement, [resourceId]);
  return place ?? null;
}

const updatePlaceStatement: Statement = {
  name: 'update_place',
  text: `update resources set name = $2, location = $3, image = $4, latitude = $5::float8, longitude = $6::float8
    where resource_id = $1`,
};

/** Writes the facts of a place. */
export async function updatePlace(transaction: Transaction, resourceId: string, facts: PlaceFacts): Promise<void> {
  const { name, location, image, latitude, longitude } = facts;
  await transaction.run(updatePlaceStatement, [resourceId, name, location, image, latitude, longitude]);
}

/** What one programme decides about a place. */
export interface OfferRow {
  readonly childrenCount: boolean;
  readonly closedAt: number | null;
  readonly closedReason: string | null;
  readonly withdrawnAt: number | null;
}

const lockOfferStatement: Statement = {
  name: 'lock_offer',
  text: `select children_count as "childrenCount", closed_at as "closedAt", closed_reason as "closedReason",
      withdrawn_at as "withdrawnAt"
    from offers where program_id = $1 and resource_id = $2 for no key update`,
};

/** Locks a programme's offer of a resource, a withdrawn one too; null when there never was one. */
export async function lockOffer(
  transaction: Transaction,
  programId: string,
  resourceId: string,
): Promise<OfferRow | null> {
  const [offer] = await transaction.run<OfferRow>(lockOfferStatement, [programId, resourceId]);
  return offer ?? null;
}

const insertOfferStatement: Statement = {
  name: 'insert_offer',
  text: 'insert into offers (program_id, resource_id, children_count) values ($1, $2, $3::boolean)',
};

/** Lets a programme offer a resource. */
export async function insertOffer(
  transaction: Transaction,
  programId: string,
  resourceId: string,
  childrenCount: boolean,
): Promise<void> {
  await transaction.run(insertOfferStatement, [programId, resourceId, childrenCount]);
}

const writeOfferStatement: Statement = {
  name: 'write_offer',
  text: `insert into offers (program_id, resource_id, children_count, closed_at, closed_reason, withdrawn_at)
    values ($1, $2, $3::boolean, $4::timestamptz, $5, $6::timestamptz)
    on conflict (program_id, resource_id) do update set children_count = excluded.children_count,
      closed_at = excluded.closed_at, closed_reason = excluded.closed_reason, withdrawn_at = excluded.withdrawn_at`,
};

const isoOrNull = (instant: number | null) => (instant === null ? null : new Date(instant).toISOString());

/** Writes a programme's offer of a resource. */
export async function writeOffer(
  transaction: Transaction,
  programId: string,
  resourceId: string,
  offer: OfferRow,
): Promise<void> {
  const { childrenCount, closedAt, closedReason, withdrawnAt } = offer;
  const parameters = [programId, resourceId, childrenCount, isoOrNull(closedAt), closedReason, isoOrNull(withdrawnAt)];
  await transaction.run(writeOfferStatement, parameters);
}
