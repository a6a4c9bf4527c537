import type { Programme, TransportHub } from '../domain/catalogue.ts';
import type { Module } from '../domain/module.ts';
import { usualExpiringDays } from '../domain/programme.ts';
import type { Database, Statement, Transaction } from './database.ts';
import type { ClientRow } from './directory.ts';

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

const isEmptyStatement: Statement = {
  name: 'is_empty',
  text: 'select not exists (select from programs) as empty',
};

/** Whether no programme exists yet: a first start. */
export async function isEmpty(database: Database): Promise<boolean> {
  const [row] = await database.read<{ empty: boolean }>(isEmptyStatement, []);
  return row!.empty;
}

const lockSetupStatement: Statement = {
  name: 'lock_setup',
  text: 'select pg_advisory_xact_lock(7277337502)::text as locked',
};

/** Lets one process at a time set the first programme up; gives whether there is still none. */
export async function lockSetup(transaction: Transaction): Promise<boolean> {
  await transaction.run(lockSetupStatement, []);
  const [row] = await transaction.run<{ empty: boolean }>(isEmptyStatement, []);
  return row!.empty;
}

const insertProgramStatement: Statement = {
  name: 'insert_program',
  text: `insert into programs (program_id, name, issuer_prefix, sandbox, modules, cross_modules, created_at, expiring_days)
    values ($1, $2, $3, $4::boolean, $5::smallint[], $6::smallint[], $7::timestamptz, $8::int)`,
};

/** Enters a programme. */
export async function insertProgram(
  transaction: Transaction,
  programme: Omit<Programme, 'clockOffset'> & { readonly expiringDays?: number },
  now: number,
): Promise<void> {
  await transaction.run(insertProgramStatement, [
    programme.programId,
    programme.name,
    programme.issuerPrefix,
    programme.sandbox,
    programme.modules,
    programme.crossModules,
    new Date(now).toISOString(),
    programme.expiringDays ?? usualExpiringDays,
  ]);
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

const insertClientStatement: Statement = {
  name: 'insert_client',
  text: `insert into clients (client_id, name, issuer, scopes, secret, rate_per_minute, created_at)
    values ($1, $2, $3, $4::text[], $5, $6::int, $7::timestamptz)`,
};

const insertClientProgramStatement: Statement = {
  name: 'insert_client_program',
  text: 'insert into client_programs (program_id, client_id) values ($1, $2)',
};

const insertClientResourcesStatement: Statement = {
  name: 'insert_client_resources',
  text: 'insert into client_resources (client_id, resource_id) select $1, unnest($2::text[])',
};

/** Enters a client with its programmes and, for a venue client, the resources it stands at. */
export async function insertClient(
  transaction: Transaction,
  client: ClientRow,
  programIds: readonly string[],
  resourceIds: readonly string[],
  now: number,
): Promise<void> {
  await transaction.run(insertClientStatement, [
    client.clientId,
    client.name,
    client.issuer,
    client.scopes,
    client.secret,
    client.ratePerMinute,
    new Date(now).toISOString(),
  ]);
  for (const programId of programIds) {
    await transaction.run(insertClientProgramStatement, [programId, client.clientId]);
  }
  await transaction.run(insertClientResourcesStatement, [client.clientId, resourceIds]);
}

const insertClientKeyStatement: Statement = {
  name: 'insert_client_key',
  text: 'insert into client_keys (client_id, kid, public_key, created_at) values ($1, $2, $3, $4::timestamptz)',
};

/** Enters a public key of a client. */
export async function insertClientKey(
  transaction: Transaction,
  key: { readonly clientId: string; readonly kid: string; readonly publicKey: string },
  now: number,
): Promise<void> {
  const parameters = [key.clientId, key.kid, key.publicKey, new Date(now).toISOString()];
  await transaction.run(insertClientKeyStatement, parameters);
}

const revokeClientStatement: Statement = {
  name: 'revoke_client',
  text: 'update clients set revoked_at = $2::timestamptz where client_id = $1 and revoked_at is null returning client_id',
};

/** Revokes a client: its tokens are refused within a second, in every process. Gives whether it was there. */
export async function revokeClient(transaction: Transaction, clientId: string, now: number): Promise<boolean> {
  const rows = await transaction.run(revokeClientStatement, [clientId, new Date(now).toISOString()]);
  return rows.length > 0;
}

const deleteClientKeyStatement: Statement = {
  name: 'delete_client_key',
  text: 'delete from client_keys where client_id = $1 and kid = $2 returning kid',
};

/** Removes a public key of a client; tokens signed with it are refused within a second. */
export async function deleteClientKey(transaction: Transaction, clientId: string, kid: string): Promise<boolean> {
  return (await transaction.run(deleteClientKeyStatement, [clientId, kid])).length > 0;
}
