import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { errors } from '../../src/contract/errors.ts';
import type { RefusalName } from '../../src/domain/refusal.ts';
import type { ClientCredentials } from '../../src/operations/first-start.ts';
import { assertDocumented } from './documented.ts';

/** What came back, with its JSON read. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at answers of every shape
  readonly json: any;
}

/** A client of the API, as an integrator would write it. */
export interface TestClient {
  readonly token: string;
  /** The headers of every request, such as its proof. */
  readonly always: Readonly<Record<string, string>>;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  get(path: string, headers?: Record<string, string>): Promise<Reply>;
  /** Issues a lounge pass with so many usages and gives its ids. */
  issue(
    usages?: number,
    extra?: object,
    clientUserId?: string,
  ): Promise<{ orderId: string; ePassId: string; reply: Reply }>;
  /** Uses a pass at a resource, as one adult unless said otherwise. */
  redeem(dpId: string, more?: object): Promise<Reply>;
}

/** Signs a token for a client's own secret. */
export function signToken(credentials: Pick<ClientCredentials, 'issuer' | 'secret'>, life = '1h'): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(credentials.issuer)
    .setIssuedAt()
    .setExpirationTime(life)
    .sign(new TextEncoder().encode(credentials.secret));
}

/** An expiration date that stays in the future. */
export const farFuture = '2099-12-31T23:59:59+00:00';

/** A valid issue request for module 1. */
export function issueBody(usages = 1, extra: object = {}, clientUserId: string = randomUUID()) {
  return {
    module: 1,
    clientUserId,
    extra: {
      firstName: 'Ada',
      lastName: 'Lovelace',
      expirationDate: farFuture,
      availableUsages: usages,
      allowedResources: { resourceIds: [] },
      ...extra,
    },
  };
}

/** Makes a client for a base address; without credentials it sends no token. */
export async function openClient(
  baseUrl: string,
  credentials: Pick<ClientCredentials, 'issuer' | 'secret'> | null,
): Promise<TestClient> {
  const token = credentials === null ? '' : await signToken(credentials);
  return clientWith(baseUrl, token, token === '' ? {} : { authorization: `Bearer ${token}` });
}

/** Makes a client that sends these headers with every request. */
export function clientWith(baseUrl: string, token: string, always: Readonly<Record<string, string>>): TestClient {
  async function call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const sent: Record<string, string> = { ...always, ...headers };
    if (body !== undefined && sent['content-type'] === undefined) sent['content-type'] = 'application/json';
    const response = await fetch(baseUrl + path, {
      method,
      headers: sent,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    const json = isJson ? JSON.parse(text) : null;
    assertDocumented(method, path, response.status, json);
    return { status: response.status, headers: response.headers, text, json };
  }

  const post: TestClient['post'] = (path, body, headers) => call('POST', path, body, headers);
  return {
    token,
    always,
    call,
    post,
    get: (path, headers) => call('GET', path, undefined, headers),
    async issue(usages = 1, extra = {}, clientUserId = randomUUID()) {
      const reply = await post('/v2/orders/lounges/ePasses', issueBody(usages, extra, clientUserId));
      return { orderId: reply.json?.data?.orderId, ePassId: reply.json?.data?.extra?.ePassId, reply };
    },
    redeem: (dpId, more = {}) =>
      post('/v2/redemptions', { dpId, resourceId: 'N00001', adultCount: 1, childCount: 0, ...more }),
  };
}

/** Fails unless the reply is a success in the one shape of successes; gives its data. */
export function dataOf(reply: Reply): Reply['json'] {
  assert.equal(reply.status, 200, reply.text);
  assert.deepEqual(Object.keys(reply.json), ['code', 'data']);
  assert.equal(reply.json.code, 0);
  return reply.json.data;
}

/** What a refusal told: the fields it names, their problems, and the facts. */
export interface Refused {
  readonly fields: readonly string[];
  readonly problems: readonly string[];
  readonly facts: Record<string, unknown>;
}

/** Fails unless the reply is this refusal, in the one shape of refusals; gives what it told. */
export function refusedOf(reply: Reply, error: RefusalName): Refused {
  assert.equal(reply.json.error, error, reply.text);
  assert.equal(reply.status, errors[error].status);
  assert.equal(reply.json.code, errors[error].code);
  const { facts, details } = reply.json;
  const told = facts === undefined ? [] : ['facts'];
  assert.deepEqual(Object.keys(reply.json), ['code', 'error', 'message', 'details', ...told, 'requestId']);
  assert.match(reply.json.message, /^[A-Z].*\.$/);
  const problems = details as { field: string; problem: string }[];
  return {
    fields: problems.map(({ field }) => field),
    problems: problems.map(({ problem }) => problem),
    facts: facts ?? {},
  };
}
