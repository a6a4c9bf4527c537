/** Endpoints for push events, and a partner's own check of what arrives. */
import assert from 'node:assert/strict';
import {
  createHash,
  createPublicKey,
  createVerify,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { after, before } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { World } from '../../src/operations/world.ts';
import type { Database } from '../../src/store/database.ts';
import { insertEndpoint, insertSigningKey } from '../../src/store/endpoints.ts';
import { readAllowance } from '../../src/system/addresses.ts';
import { openPost } from '../../src/system/post.ts';
import { openClient, type TestClient } from './client.ts';
import { openProduct, type ProductHere } from './product.ts';
import type { Received } from './receiver.ts';
import { addClient, readRows } from './scene.ts';

/** Lets events go to receivers on this machine. */
export const postHere = openPost(readAllowance('127.0.0.1/32'));

/** Filled in before the first test of the suite. */
export interface PushScene {
  product: ProductHere;
  world: World;
  partner: TestClient;
  venue: TestClient;
  operator: TestClient;
}

/** To be called while a suite is being defined: a product that may push to this machine. */
export function usePush(
  open: () => Promise<Database>,
  outside: Partial<Pick<World, 'clock' | 'post'>> & { readonly push?: Partial<World['push']> } = {},
): PushScene {
  const scene = {} as PushScene;
  before(async () => {
    scene.product = await openProduct(await open(), { post: postHere, ...outside });
    const { baseUrl, credentials } = scene.product;
    scene.world = scene.product.world;
    scene.partner = await openClient(baseUrl, credentials.partner);
    scene.venue = await openClient(baseUrl, credentials.venue);
    scene.operator = await addClient(scene.product, { scopes: ['operator'] });
  });
  after(() => scene.product?.close());
  return scene;
}

const allTypes = [
  'walkin.redemption',
  'epass.issued',
  'epass.cancelled',
  'epass.suspended',
  'epass.resumed',
  'epass.expiring',
];

export interface TestEndpoint {
  readonly programId: string;
  readonly endpointId: string;
  /** Public keys by kid, as a partner has fetched them. */
  readonly keys: Map<string, KeyObject>;
}

type Where = Pick<World, 'database' | 'directory' | 'clock'>;

/** Enters an endpoint with one key that signs from the beginning; it is known at once. */
export async function addEndpoint(
  world: Where,
  url: string,
  more: { readonly programId?: string; readonly eventTypes?: readonly string[]; readonly endpointId?: string } = {},
): Promise<TestEndpoint> {
  const { programId = 'DEMO', eventTypes = allTypes } = more;
  const { endpointId = `ep_${randomBytes(15).toString('base64url')}` } = more;
  const createdAt = world.clock.now();
  await world.database.transaction((transaction) =>
    insertEndpoint(transaction, {
      programId,
      endpointId,
      url,
      eventTypes,
      state: 'active',
      pausedReason: null,
      createdAt,
    }),
  );
  const endpoint = { programId, endpointId, keys: new Map<string, KeyObject>() };
  await addKey(world, endpoint, createdAt - 60_000);
  await world.directory.refresh();
  return endpoint;
}

/** Adds a key that signs from then on. */
export async function addKey(world: Where, endpoint: TestEndpoint, signsFrom: number): Promise<string> {
  const { programId, endpointId } = endpoint;
  const kid = randomBytes(9).toString('base64url');
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const createdAt = world.clock.now();
  await world.database.transaction((transaction) =>
    insertSigningKey(transaction, { programId, endpointId, kid, ...pair, createdAt, signsFrom }),
  );
  endpoint.keys.set(kid, createPublicKey(pair.publicKey));
  return kid;
}

/** The claims of the token of an event. */
export interface Claims {
  readonly iss: string;
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
  readonly sub: string;
  readonly programId: string;
  readonly eventType: string;
  readonly sequence: number;
  readonly attempt: number;
  readonly bodySha256: string;
}

const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;

/**
 * Checks an event as a partner would, by the words of the contract alone: the signature with
 * node:crypto over the exact bytes of the token, the digest over the exact bytes of the body.
 */
export function verify({ headers, body }: Received, keys: ReadonlyMap<string, KeyObject>): Claims {
  const [scheme, token = ''] = (headers.authorization ?? '').split(' ');
  assert.equal(scheme, 'Bearer');
  const [head = '', payload = '', signature = ''] = token.split('.');
  const { alg, kid, typ } = read(head);
  assert.deepEqual({ alg, typ }, { alg: 'RS256', typ: 'passdesk-event+jwt' });
  const key = keys.get(String(kid));
  assert.ok(key !== undefined, `no key ${String(kid)}`);
  const good = createVerify('RSA-SHA256').update(`${head}.${payload}`).verify(key, Buffer.from(signature, 'base64url'));
  assert.ok(good, 'the signature is wrong');
  const claims = read(payload) as unknown as Claims;
  assert.equal(claims.bodySha256, createHash('sha256').update(body, 'utf8').digest('base64url'));
  const event = JSON.parse(body) as Record<string, unknown>;
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['x-event-id'], claims.jti);
  assert.equal(headers['x-event-sequence'], String(claims.sequence));
  assert.equal(headers['x-event-attempt'], String(claims.attempt));
  assert.equal(claims.exp, claims.iat + 300);
  assert.deepEqual([claims.sub, claims.programId, claims.eventType], [event.dpId, event.programId, event.eventType]);
  return claims;
}

/** Waits until something holds; fails with `what` when it does not in time. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, within = 20_000): Promise<void> {
  const end = performance.now() + within;
  while (!(await holds())) {
    if (performance.now() > end) assert.fail(`not within ${within} ms: ${what}`);
    await pause(10);
  }
}

/** Waits until every event may be told: once each older transaction of the server has ended, those of other tests, too. */
export async function allTold(database: Database): Promise<void> {
  await until('every event may be told', async () => {
    const [row] = await readRows<{ told: boolean }>(
      database,
      `select not exists (select from entries
        where transaction >= in_epoch(pg_snapshot_xmin(pg_current_snapshot()))) as told`,
    );
    return row!.told;
  });
}

/** Waits until nothing is under way or due: a clock that jumps over a lease has an event sent once more. */
export async function allSent({ database, clock }: Where): Promise<void> {
  await until('everything is sent and written down', async () => {
    const [row] = await readRows<{ sent: boolean }>(
      database,
      `select not exists (select from deliveries d join endpoints e using (program_id, endpoint_id)
        where e.state = 'active' and d.state = 'waiting'
          and (d.lease is not null or d.next_attempt_at <= $1::timestamptz)) as sent`,
      [new Date(clock.now()).toISOString()],
    );
    return row!.sent;
  });
}
