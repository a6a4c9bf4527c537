import type { Database, Statement, Transaction } from './database.ts';
import type { EndpointRow, SigningKeyRow } from './endpoints.ts';

/** A signing key without its private half. */
export type PublicKeyRow = Omit<SigningKeyRow, 'privateKey'>;

/** Whose keys or deliveries: an endpoint by its whole name. */
export interface EndpointName {
  readonly programId: string;
  readonly endpointId: string;
}

const iso = (instant: number) => new Date(instant).toISOString();

// Whoever adds an endpoint waits here for whoever adds another: the count that follows stays true.
const lockProgramStatement: Statement = {
  name: 'lock_program',
  text: 'select program_id as "programId" from programs where program_id = $1 for update',
};

const countEndpointsStatement: Statement = {
  name: 'count_endpoints',
  text: 'select count(*)::int as count from endpoints where program_id = $1',
};

/** How many endpoints a programme has; nobody else adds one until the transaction ends. */
export async function countEndpoints(transaction: Transaction, programId: string): Promise<number> {
  await transaction.run(lockProgramStatement, [programId]);
  const [row] = await transaction.run<{ count: number }>(countEndpointsStatement, [programId]);
  return row!.count;
}

const columns = `program_id as "programId", endpoint_id as "endpointId", url, event_types as "eventTypes", state,
  paused_reason as "pausedReason", created_at as "createdAt"`;

const findEndpointStatement: Statement = {
  name: 'find_endpoint',
  text: `select ${columns} from endpoints where program_id = $1 and endpoint_id = $2`,
};

/** One endpoint, or null. */
export async function findEndpoint(database: Database, name: EndpointName): Promise<EndpointRow | null> {
  const [row] = await database.read<EndpointRow>(findEndpointStatement, [name.programId, name.endpointId]);
  return row ?? null;
}

const lockEndpointStatement: Statement = {
  name: 'lock_endpoint',
  text: `select ${columns} from endpoints where program_id = $1 and endpoint_id = $2 for update`,
};

/** One endpoint, held until the transaction ends, or null. */
export async function lockEndpoint(transaction: Transaction, name: EndpointName): Promise<EndpointRow | null> {
  const [row] = await transaction.run<EndpointRow>(lockEndpointStatement, [name.programId, name.endpointId]);
  return row ?? null;
}

const keyColumns = `program_id as "programId", endpoint_id as "endpointId", kid, public_key as "publicKey",
  created_at as "createdAt", signs_from as "signsFrom", retired_at as "retiredAt"`;

const keysOfProgramStatement: Statement = {
  name: 'public_keys_of_program',
  text: `select ${keyColumns} from signing_keys
    where program_id = $1 and (retired_at is null or retired_at > $2::timestamptz) order by endpoint_id, signs_from, kid`,
};

/** The keys of a programme that receivers must accept at `now`, of each endpoint in the order in which they sign. */
export function publicKeysOfProgram(database: Database, programId: string, now: number): Promise<PublicKeyRow[]> {
  return database.read<PublicKeyRow>(keysOfProgramStatement, [programId, iso(now)]);
}

const keysOfEndpointStatement: Statement = {
  name: 'public_keys_of_endpoint',
  text: `select ${keyColumns} from signing_keys where program_id = $1 and endpoint_id = $2
      and (retired_at is null or retired_at > $3::timestamptz)
    order by signs_from, kid`,
};

/** The same of one endpoint, as a transaction that holds it sees them. */
export function publicKeysOfEndpoint(
  transaction: Transaction,
  { programId, endpointId }: EndpointName,
  now: number,
): Promise<PublicKeyRow[]> {
  return transaction.run<PublicKeyRow>(keysOfEndpointStatement, [programId, endpointId, iso(now)]);
}

// Of every programme: the set of public keys is one for the whole deployment.
const publicKeysStatement: Statement = {
  name: 'directory_public_keys',
  text: `select kid, public_key as "publicKey" from signing_keys
    where (retired_at is null or retired_at > $1::timestamptz) order by kid`,
};

/** The keys of all endpoints that receivers must accept at `now`. */
export function publicKeys(database: Database, now: number): Promise<Pick<PublicKeyRow, 'kid' | 'publicKey'>[]> {
  return database.read(publicKeysStatement, [iso(now)]);
}

const forgetStatement: Statement = {
  name: 'forget_private_keys',
  text: `update signing_keys set private_key = ''
    where program_id = $1 and endpoint_id = $2 and retired_at <= $3::timestamptz and private_key <> ''`,
};

/** Forgets the private halves of keys that nobody accepts any more: they are of no use to the honest. */
export async function forgetPrivateKeys(
  transaction: Transaction,
  { programId, endpointId }: EndpointName,
  now: number,
): Promise<void> {
  await transaction.run(forgetStatement, [programId, endpointId, iso(now)]);
}
