import type { ClientScope } from '../domain/access.ts';
import type { Database, Statement, Transaction } from './database.ts';
import type { ClientRow } from './directory.ts';

type Reader = Pick<Database, 'read'> | Pick<Transaction, 'run'>;

/** A client as it is managed: everything but its secrets. */
export interface ManagedClient {
  readonly clientId: string;
  readonly name: string;
  readonly issuer: string;
  readonly scopes: readonly ClientScope[];
  readonly ratePerMinute: number;
  readonly createdAt: number;
  readonly revokedAt: number | null;
  readonly secretAt: number;
  readonly oldSecretUntil: number | null;
}

/** A client as somebody sees it who has some of its programmes. */
export interface VisibleClient extends ManagedClient {
  readonly programIds: readonly string[];
  readonly resourceIds: readonly string[];
}

const columns = `c.client_id as "clientId", c.name, c.issuer, c.scopes, c.rate_per_minute as "ratePerMinute",
  c.created_at as "createdAt", c.revoked_at as "revokedAt", coalesce(c.secret_at, c.created_at) as "secretAt",
  c.old_secret_until as "oldSecretUntil"`;

const visible = `${columns},
  array(select m.program_id from client_programs m
    where m.client_id = c.client_id and m.program_id = any ($1::text[]) order by 1) as "programIds",
  array(select r.resource_id from client_resources r where r.client_id = c.client_id and exists (select from offers o
    where o.program_id = any ($1::text[]) and o.resource_id = r.resource_id) order by 1) as "resourceIds"
  from clients c where exists (select from client_programs v
    where v.client_id = c.client_id and v.program_id = any ($2::text[]))`;

/** Programmes of whoever asks: those of which a client must have one, and those that are told of it. */
export interface ClientView {
  readonly within: readonly string[];
  readonly told: readonly string[];
}

const listStatement: Statement = {
  name: 'list_clients',
  text: `select ${visible} and c.client_id > $3 and ($4::boolean is null or (c.revoked_at is not null) = $4::boolean)
    order by c.client_id limit $5::int`,
};

export interface ClientFilter extends ClientView {
  readonly after: string;
  /** Null: revoked ones and others. */
  readonly revoked: boolean | null;
  readonly size: number;
}

/** The clients of these programmes, in the order of their ids. */
export function listClients(database: Database, filter: ClientFilter): Promise<VisibleClient[]> {
  const { told, within, after, revoked, size } = filter;
  return database.read<VisibleClient>(listStatement, [told, within, after, revoked, size]);
}

const findStatement: Statement = { name: 'find_client', text: `select ${visible} and c.client_id = $3` };

/** A client of these programmes, or null. */
export async function findClient(
  reader: Reader,
  { told, within }: ClientView,
  clientId: string,
): Promise<VisibleClient | null> {
  const parameters = [told, within, clientId];
  const rows =
    'read' in reader
      ? reader.read<VisibleClient>(findStatement, parameters)
      : reader.run<VisibleClient>(findStatement, parameters);
  return (await rows)[0] ?? null;
}

const lockStatement: Statement = {
  name: 'lock_client',
  text: 'select client_id as "clientId" from clients where client_id = $1 for no key update',
};
// Of one client, whoever asks: its figures are shown only to those who have all of its programmes.
const programmesStatement: Statement = {
  name: 'programmes_of_client',
  text: 'select program_id as "programId" from client_programs where client_id = $1 order by program_id',
};

/** Locks a client, if there is one. */
export async function lockClient(transaction: Transaction, clientId: string): Promise<void> {
  await transaction.run(lockStatement, [clientId]);
}

/** All programmes of a client. */
export async function programmesOfClient(database: Database, clientId: string): Promise<string[]> {
  const rows = await database.read<{ programId: string }>(programmesStatement, [clientId]);
  return rows.map(({ programId }) => programId);
}

// Ids and issuers are chosen one after the other.
const lockAllStatement: Statement = {
  name: 'lock_clients',
  text: 'lock table clients in share row exclusive mode',
};
const takenStatement: Statement = {
  name: 'client_taken',
  text: `select exists (select from clients where client_id = $1) as "idTaken",
    exists (select from clients where issuer = $2) as "issuerTaken"`,
};

/** Whether there is or was a client of this id, or of this issuer; lets one caller at a time choose. */
export async function isClientTaken(
  transaction: Transaction,
  clientId: string,
  issuer: string,
): Promise<{ readonly idTaken: boolean; readonly issuerTaken: boolean }> {
  await transaction.run(lockAllStatement, []);
  const [row] = await transaction.run<{ idTaken: boolean; issuerTaken: boolean }>(takenStatement, [clientId, issuer]);
  return row!;
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

const updateStatement: Statement = {
  name: 'update_client',
  text: 'update clients set name = $2, scopes = $3::text[], rate_per_minute = $4::int where client_id = $1',
};
const leaveProgrammesStatement: Statement = {
  name: 'leave_programmes',
  text: `delete from client_programs where program_id = any ($3::text[]) and program_id <> all ($2::text[])
    and client_id = $1`,
};
const joinProgrammesStatement: Statement = {
  name: 'join_programmes',
  text: `insert into client_programs (program_id, client_id) select unnest($2::text[]), $1 on conflict do nothing`,
};
const leaveDoorsStatement: Statement = {
  name: 'leave_doors',
  text: 'delete from client_resources where client_id = $1 and resource_id <> all ($2::text[])',
};
const joinDoorsStatement: Statement = {
  name: 'join_doors',
  text: `insert into client_resources (client_id, resource_id) select $1, unnest($2::text[]) on conflict do nothing`,
};

/** What a client is called, what it may do and how often, as it is to be. */
export async function updateClient(
  transaction: Transaction,
  client: Pick<VisibleClient, 'clientId' | 'name' | 'scopes' | 'ratePerMinute'>,
): Promise<void> {
  const { clientId, name, scopes, ratePerMinute } = client;
  await transaction.run(updateStatement, [clientId, name, scopes, ratePerMinute]);
}

/** The programmes of a client, as they are to be; `before` are those that it has. */
export async function moveClient(
  transaction: Transaction,
  clientId: string,
  programIds: readonly string[],
  before: readonly string[],
): Promise<void> {
  await transaction.run(leaveProgrammesStatement, [clientId, programIds, before]);
  await transaction.run(joinProgrammesStatement, [clientId, programIds]);
}

/** The doors of a client, as they are to be. */
export async function placeClient(
  transaction: Transaction,
  clientId: string,
  resourceIds: readonly string[],
): Promise<void> {
  await transaction.run(leaveDoorsStatement, [clientId, resourceIds]);
  await transaction.run(joinDoorsStatement, [clientId, resourceIds]);
}

const rotateStatement: Statement = {
  name: 'rotate_secret',
  text: `update clients set old_secret = case when $3::timestamptz is not null then secret end,
      old_secret_until = $3::timestamptz, secret = $2, secret_at = $4::timestamptz
    where client_id = $1`,
};

/** Puts a new secret into force; the present one becomes the old one, good until then, or ends with null. */
export async function rotateSecret(
  transaction: Transaction,
  clientId: string,
  secret: string,
  oldSecretUntil: number | null,
  now: number,
): Promise<void> {
  const until = oldSecretUntil === null ? null : new Date(oldSecretUntil).toISOString();
  await transaction.run(rotateStatement, [clientId, secret, until, new Date(now).toISOString()]);
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

const endedStatement: Statement = {
  name: 'ended_secrets',
  text: 'select client_id as "clientId" from clients where old_secret_until <= $1::timestamptz limit 1000',
};
const forgetStatement: Statement = {
  name: 'forget_secrets',
  text: `update clients set old_secret = null, old_secret_until = null
    where client_id = any ($1::text[]) and old_secret_until <= $2::timestamptz returning client_id`,
};

/** Forgets old secrets whose time is over; gives how many. An update of nothing would still alert every process. */
export async function forgetEndedSecrets(database: Database, now: number): Promise<number> {
  const before = new Date(now).toISOString();
  const ended = await database.read<{ clientId: string }>(endedStatement, [before]);
  if (ended.length === 0) return 0;
  const ids = ended.map(({ clientId }) => clientId);
  return database.transaction(async (open) => (await open.run(forgetStatement, [ids, before])).length);
}
