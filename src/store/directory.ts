import type { ClientScope } from '../domain/access.ts';
import type { Programme, Resource, TransportHub } from '../domain/catalogue.ts';
import type { Module } from '../domain/module.ts';
import type { Database, Statement, Transaction } from './database.ts';
import { type PairedDeviceRow, pairedDevicesStatement } from './devices.ts';
import { allEndpointsStatement, type EndpointRow } from './endpoints.ts';

export interface ClientRow {
  readonly clientId: string;
  readonly name: string;
  readonly issuer: string;
  readonly scopes: readonly ClientScope[];
  readonly secret: string;
  readonly ratePerMinute: number;
}

/** A client with the secret it had before, while that one still works. */
interface KeyedClientRow extends ClientRow {
  readonly oldSecret: string | null;
  readonly oldSecretUntil: number | null;
}

interface ProgrammeRow extends Programme {
  /** Prefixes it had before its first pass. */
  readonly formerPrefixes: readonly string[];
}

export interface ClientKeyRow {
  readonly clientId: string;
  readonly kid: string;
  /** SubjectPublicKeyInfo, PEM. */
  readonly publicKey: string;
}

export interface OfferedResource extends Resource {
  readonly programId: string;
  /** Whether the programme offers it no longer. */
  readonly withdrawn: boolean;
}

/** Everything that is small, shared and read by every request. */
export interface DirectoryRows {
  readonly version: number;
  readonly programs: readonly ProgrammeRow[];
  readonly clients: readonly KeyedClientRow[];
  readonly keys: readonly ClientKeyRow[];
  readonly clientPrograms: readonly { programId: string; clientId: string }[];
  readonly clientResources: readonly { clientId: string; resourceId: string }[];
  readonly offers: readonly OfferedResource[];
  readonly endpoints: readonly EndpointRow[];
  readonly devices: readonly PairedDeviceRow[];
}

const versionStatement: Statement = {
  name: 'directory_version',
  text: 'select version from directory_version',
};

/** The number that every change of the directory raises. */
export async function directoryVersion(database: Database): Promise<number> {
  const [row] = await database.read<{ version: number }>(versionStatement, []);
  return row!.version;
}

const programsStatement: Statement = {
  name: 'directory_programs',
  text: `select program_id as "programId", name, issuer_prefix as "issuerPrefix", sandbox, modules,
      cross_modules as "crossModules", clock_offset as "clockOffset", former_prefixes as "formerPrefixes"
    from programs order by program_id`,
};

const clientsStatement: Statement = {
  name: 'directory_clients',
  text: `select client_id as "clientId", name, issuer, scopes, secret, rate_per_minute as "ratePerMinute",
      old_secret as "oldSecret", old_secret_until as "oldSecretUntil"
    from clients where revoked_at is null`,
};

const keysStatement: Statement = {
  name: 'directory_keys',
  text: 'select client_id as "clientId", kid, public_key as "publicKey" from client_keys order by client_id, kid',
};

const clientProgramsStatement: Statement = {
  name: 'directory_client_programs',
  text: 'select program_id as "programId", client_id as "clientId" from client_programs order by program_id',
};

const clientResourcesStatement: Statement = {
  name: 'directory_client_resources',
  text: 'select client_id as "clientId", resource_id as "resourceId" from client_resources',
};

interface OfferRow {
  readonly programId: string;
  readonly resourceId: string;
  readonly module: Module;
  readonly name: string;
  readonly location: string;
  readonly image: string | null;
  readonly latitude: number;
  readonly longitude: number;
  readonly childrenCount: boolean;
  readonly closedAt: number | null;
  readonly closedReason: string | null;
  readonly withdrawn: boolean;
  readonly transportHubId: string;
  readonly hubName: string;
  readonly iata: string | null;
  readonly city: string;
  readonly countryOrRegion: string;
  readonly zone: string;
  readonly hubLatitude: number;
  readonly hubLongitude: number;
}

const offersStatement: Statement = {
  name: 'directory_offers',
  text: `select o.program_id as "programId", r.resource_id as "resourceId", r.module, r.name, r.location, r.image, r.latitude,
      r.longitude, o.children_count as "childrenCount", o.closed_at as "closedAt", o.closed_reason as "closedReason",
      o.withdrawn_at is not null as withdrawn,
      h.transport_hub_id as "transportHubId", h.name as "hubName", h.iata, h.city,
      h.country_or_region as "countryOrRegion", h.zone, h.latitude as "hubLatitude", h.longitude as "hubLongitude"
    from offers o join resources r on r.resource_id = o.resource_id
      join transport_hubs h on h.transport_hub_id = r.transport_hub_id
    order by o.program_id, r.resource_id`,
};

function hubOf(row: OfferRow): TransportHub {
  return {
    transportHubId: row.transportHubId,
    name: row.hubName,
    iata: row.iata,
    city: row.city,
    countryOrRegion: row.countryOrRegion,
    zone: row.zone,
    latitude: row.hubLatitude,
    longitude: row.hubLongitude,
  };
}

function offerOf(row: OfferRow): OfferedResource {
  const { programId, resourceId, module, name, location, image, latitude, longitude, childrenCount, withdrawn } = row;
  const closure = row.closedAt === null ? null : { at: row.closedAt, reason: row.closedReason ?? '' };
  return {
    programId,
    resourceId,
    module,
    name,
    location,
    image,
    latitude,
    longitude,
    childrenCount,
    closure,
    withdrawn,
    hub: hubOf(row),
  };
}

/**
 * Reads the whole directory. The version is read first: a change that comes in between is read
 * twice rather than missed.
 */
export async function readDirectory(database: Database): Promise<DirectoryRows> {
  const version = await directoryVersion(database);
  const offers = await database.read<OfferRow>(offersStatement, []);
  return {
    version,
    programs: await database.read<ProgrammeRow>(programsStatement, []),
    clients: await database.read<KeyedClientRow>(clientsStatement, []),
    keys: await database.read<ClientKeyRow>(keysStatement, []),
    clientPrograms: await database.read(clientProgramsStatement, []),
    clientResources: await database.read(clientResourcesStatement, []),
    offers: offers.map(offerOf),
    endpoints: await database.read<EndpointRow>(allEndpointsStatement, []),
    devices: await database.read<PairedDeviceRow>(pairedDevicesStatement, []),
  };
}

const setClockStatement: Statement = {
  name: 'set_program_clock',
  text: 'update programs set clock_offset = $2::bigint where program_id = $1 and sandbox returning program_id',
};

/** Moves a sandbox programme's clock ahead of the real one by so many milliseconds. */
export async function setProgramClock(transaction: Transaction, programId: string, offset: number): Promise<void> {
  await transaction.run(setClockStatement, [programId, offset]);
}
