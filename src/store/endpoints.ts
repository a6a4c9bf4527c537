import type { Database, Statement, Transaction } from './database.ts';

/** A place that a programme's events are pushed to. */
export interface EndpointRow {
  readonly programId: string;
  readonly endpointId: string;
  readonly url: string;
  readonly eventTypes: readonly string[];
  /** A paused endpoint keeps collecting deliveries; none is attempted. */
  readonly state: 'active' | 'paused';
  /** Why it is paused; null when it is active. */
  readonly pausedReason: string | null;
  readonly createdAt: number;
}

/** A key that signs an endpoint's events; PEM, PKCS #8 and SubjectPublicKeyInfo. */
export interface SigningKeyRow {
  readonly programId: string;
  readonly endpointId: string;
  readonly kid: string;
  readonly privateKey: string;
  readonly publicKey: string;
  readonly createdAt: number;
  /** It signs from then on, until another key's time comes. */
  readonly signsFrom: number;
  /** Until when receivers must still accept it; null while it signs or will. */
  readonly retiredAt: number | null;
}

const iso = (instant: number) => new Date(instant).toISOString();

const columns = `program_id as "programId", endpoint_id as "endpointId", url, event_types as "eventTypes", state,
  paused_reason as "pausedReason", created_at as "createdAt"`;

/** Every endpoint of every programme, for the directory. */
export const allEndpointsStatement: Statement = {
  name: 'directory_endpoints',
  text: `select ${columns} from endpoints order by program_id, endpoint_id`,
};

const listEndpointsStatement: Statement = {
  name: 'list_endpoints',
  text: `select ${columns} from endpoints where program_id = $1 order by created_at, endpoint_id`,
};

/** The endpoints of a programme, oldest first. */
export function listEndpoints(database: Database, programId: string): Promise<EndpointRow[]> {
  return database.read<EndpointRow>(listEndpointsStatement, [programId]);
}

const insertEndpointStatement: Statement = {
  name: 'insert_endpoint',
  text: `insert into endpoints (program_id, endpoint_id, url, event_types, state, paused_reason, created_at)
    values ($1, $2, $3, $4::text[], $5, $6, $7::timestamptz)`,
};

/** Enters an endpoint. It is told of events that happen from now on. */
export async function insertEndpoint(transaction: Transaction, endpoint: EndpointRow): Promise<void> {
  const { programId, endpointId, url, eventTypes, state, pausedReason, createdAt } = endpoint;
  const parameters = [programId, endpointId, url, eventTypes, state, pausedReason, iso(createdAt)];
  await transaction.run(insertEndpointStatement, parameters);
}

const updateEndpointStatement: Statement = {
  name: 'update_endpoint',
  text: `update endpoints set url = $3, event_types = $4::text[], state = $5, paused_reason = $6
    where program_id = $1 and endpoint_id = $2 returning ${columns}`,
};

/** Writes what can change about an endpoint; gives it, or null when there is none. */
export async function updateEndpoint(
  transaction: Transaction,
  endpoint: Omit<EndpointRow, 'createdAt'>,
): Promise<EndpointRow | null> {
  const { programId, endpointId, url, eventTypes, state, pausedReason } = endpoint;
  const parameters = [programId, endpointId, url, eventTypes, state, pausedReason];
  const [row] = await transaction.run<EndpointRow>(updateEndpointStatement, parameters);
  return row ?? null;
}

const pauseEndpointStatement: Statement = {
  name: 'pause_endpoint',
  text: `update endpoints set state = 'paused', paused_reason = $3
    where program_id = $1 and endpoint_id = $2 and state = 'active'`,
};

/** Pauses an endpoint that is active; one that is paused keeps its first reason. */
export async function pauseEndpoint(
  transaction: Transaction,
  programId: string,
  endpointId: string,
  reason: string,
): Promise<void> {
  await transaction.run(pauseEndpointStatement, [programId, endpointId, reason]);
}

const insertSigningKeyStatement: Statement = {
  name: 'insert_signing_key',
  text: `insert into signing_keys (program_id, endpoint_id, kid, private_key, public_key, created_at, signs_from)
    values ($1, $2, $3, $4, $5, $6::timestamptz, $7::timestamptz)`,
};

/** Enters a key that signs from `signsFrom` on. */
export async function insertSigningKey(transaction: Transaction, key: Omit<SigningKeyRow, 'retiredAt'>): Promise<void> {
  const { programId, endpointId, kid, privateKey, publicKey, createdAt, signsFrom } = key;
  const parameters = [programId, endpointId, kid, privateKey, publicKey, iso(createdAt), iso(signsFrom)];
  await transaction.run(insertSigningKeyStatement, parameters);
}

const retireSigningKeyStatement: Statement = {
  name: 'retire_signing_key',
  text: `update signing_keys set retired_at = $4::timestamptz where program_id = $1 and endpoint_id = $2 and kid = $3`,
};

/** Says until when receivers must still accept a key; it signs until the next key's time comes, but never after. */
export async function retireSigningKey(
  transaction: Transaction,
  key: { readonly programId: string; readonly endpointId: string; readonly kid: string },
  retiredAt: number,
): Promise<void> {
  await transaction.run(retireSigningKeyStatement, [key.programId, key.endpointId, key.kid, iso(retiredAt)]);
}

/** Where to send an endpoint's events to at one moment, and with which key to sign them. */
export interface Sender {
  readonly programId: string;
  readonly endpointId: string;
  readonly url: string;
  /** Null when there is no key to sign with. */
  readonly kid: string | null;
  readonly privateKey: string | null;
}

// The latest key whose time has come. Without one, the first that will sign: every endpoint is made with a key that
// signs at once, so the clock was set back, and an event that is not signed is never sent.
const findSendersStatement: Statement = {
  name: 'find_senders',
  text: `select e.program_id as "programId", e.endpoint_id as "endpointId", e.url, k.kid, k.private_key as "privateKey"
    from unnest($1::text[], $2::text[]) as wanted (program_id, endpoint_id)
    join endpoints e on e.program_id = wanted.program_id and e.endpoint_id = wanted.endpoint_id
    left join lateral (select kid, private_key from signing_keys s
      where s.program_id = e.program_id and s.endpoint_id = e.endpoint_id
        and (s.retired_at is null or s.retired_at > $3::timestamptz)
        -- One that was retired and emptied is none, also when the clock was set back to its time.
        and s.private_key <> ''
      order by s.signs_from > $3::timestamptz, case when s.signs_from <= $3::timestamptz then s.signs_from end desc,
        s.signs_from, s.created_at desc, s.kid limit 1) k on true`,
};

/** The senders of some endpoints at `now`. */
export function findSenders(
  transaction: Transaction,
  endpoints: readonly { readonly programId: string; readonly endpointId: string }[],
  now: number,
): Promise<Sender[]> {
  return transaction.run<Sender>(findSendersStatement, [
    endpoints.map(({ programId }) => programId),
    endpoints.map(({ endpointId }) => endpointId),
    iso(now),
  ]);
}
