/** What the client makes of a call, and when it tries again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeJwt, decodeProtectedHeader, exportJWK, exportPKCS8, generateKeyPair, jwtVerify } from 'jose';
import type { TObject } from 'typebox';
import type { CallName } from '../../src/client/call-types.ts';
import { calls } from '../../src/client/calls.ts';
import { rowsOf } from '../../src/client/pages.ts';
import { leash, OutOfTime, pause, retryAfterOf, unless, waitAfter } from '../../src/client/patience.ts';
import { callOf, requestOf } from '../../src/client/requests.ts';
import { send } from '../../src/client/send.ts';
import { openTokens } from '../../src/client/tokens.ts';
import { isForClients } from '../../src/contract/client-calls.ts';
import { exampleOf } from '../../src/contract/openapi-samples.ts';
import { type Route, routes } from '../../src/contract/routes.ts';
import { moduleNumbers, moduleOfSegment } from '../../src/domain/module.ts';

const table = routes as Record<string, Route>;
const names = Object.keys(calls) as CallName[];
const of = (name: CallName, input: object = {}, options = {}) =>
  requestOf('https://passes.example', name, input as Record<string, unknown>, options, 'DEMO');

test('there is a call for each route that a client can ask for', () => {
  assert.deepEqual(
    names,
    Object.keys(table).filter((name) => isForClients(table[name]!)),
  );
  assert.ok(names.length > 50);
});

test("no two parts of a route's input have a field of the same name, but the module of a pass", () => {
  for (const name of names) {
    const { params, query, body } = table[name]!;
    const parts = [params, query, body as TObject | undefined].map((part) => Object.keys(part?.properties ?? {}));
    const all = parts.flat();
    const twice = all.filter((one, index) => all.indexOf(one) !== index);
    assert.deepEqual(twice, name === 'issuePass' ? ['module'] : [], name);
    assert.ok(!all.includes('file'), name);
  }
});

test('the module of a pass leads to its path', () => {
  for (const module of moduleNumbers) {
    const segment = new URL(of('issuePass', { module }).url).pathname.split('/')[3]!;
    assert.equal(moduleOfSegment.get(segment), module);
  }
});

test('a list has one kind of rows', () => {
  for (const name of names.filter((one) => callOf(one).paged !== undefined)) {
    const { data } = exampleOf(name, table[name]!) as { data: Record<string, unknown> };
    const lists = Object.values(data).filter(Array.isArray);
    const inner = Object.values(data)
      .filter((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
      .flatMap((value) => Object.values(value as object).filter(Array.isArray));
    assert.ok(lists.length === 1 ? inner.length === 0 : name === 'listResources', name);
    const rows = rowsOf<'listUsages'>(data as never);
    assert.equal(rows.length, [...lists, ...inner].flat().length, name);
  }
});

test('input goes where the route has it', async () => {
  const got = of('getDelivery', { endpointId: 'ep_1', eventId: 'evt_2' });
  assert.equal(got.url, 'https://passes.example/v2/endpoints/ep_1/deliveries/evt_2');
  assert.equal(got.body, null);
  const listed = of('listResources', { module: [1, 2], iata: undefined, pageSize: 5 });
  assert.equal(listed.url, 'https://passes.example/v2/resources?module=1&module=2&pageSize=5');
  const changed = of('changeEndpoint', { endpointId: 'ep_1', state: 'paused' });
  assert.deepEqual([changed.method, changed.body], ['PATCH', '{"state":"paused"}']);
  assert.equal(of('addSigningKey', { endpointId: 'ep_1' }).body, '{}');
  const uploaded = of('uploadBulk', {
    dryRun: true,
    name: 'ä',
    file: { rows: [{ reference: 'a' }, { reference: 'b' }] },
  });
  assert.equal(uploaded.url, 'https://passes.example/v2/bulk?dryRun=true&name=%C3%A4');
  assert.equal(uploaded.body, '{"reference":"a"}\n{"reference":"b"}\n');
  assert.equal(uploaded.headers['content-type'], 'application/x-ndjson');
  assert.throws(() => of('getEndpoint'), /endpointId is missing/);
  assert.throws(() => of('getEndpoint', { endpointId: '..' }), /endpointId cannot be/);
  assert.equal(new URL(of('getEndpoint', { endpointId: '../x?y' }).url).pathname, '/v2/endpoints/..%2Fx%3Fy');
});

test('each call has an id of its own, a scan too; what was given stays', () => {
  const [one, other] = [of('redeemPass', { dpId: '1' }), of('redeemPass', { dpId: '1' })];
  assert.notEqual(one.requestId, other.requestId);
  assert.equal(one.headers['x-request-id'], one.requestId);
  const scans = [one, other].map(({ body }) => (JSON.parse(body as string) as { scanId: string }).scanId);
  assert.match(scans[0]!, /^[0-9a-f-]{36}$/);
  assert.notEqual(scans[0], scans[1]);
  const own = of('redeemPass', { dpId: '1', scanId: 'mine' }, { requestId: 'r', idempotencyKey: 'k', programId: 'P' });
  assert.equal(JSON.parse(own.body as string).scanId, 'mine');
  const { 'x-request-id': id, 'idempotency-key': key, 'x-program-id': programme } = own.headers;
  assert.deepEqual([id, key, programme], ['r', 'k', 'P']);
});

test('what is sent once only: a test event, and a stream', () => {
  assert.equal(of('testEndpoint', { endpointId: 'ep_1' }).repeatable, false);
  const streamed = of('uploadBulk', { file: { csv: new Blob(['a']).stream() } });
  assert.deepEqual([streamed.repeatable, streamed.resendable], [false, false]);
  assert.equal(of('uploadBulk', { file: { csv: 'a' } }).repeatable, true);
  for (const name of names.filter((one) => one !== 'testEndpoint' && one !== 'uploadBulk')) {
    const values = Object.fromEntries(Object.keys(table[name]!.params?.properties ?? {}).map((key) => [key, 'x']));
    assert.equal(of(name, values).repeatable, true, name);
  }
});

test('waits double up to a limit, are drawn from the whole range, and never fall short of Retry-After', () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7].map((attempts) => waitAfter(attempts, null, 1)),
    [250, 500, 1000, 2000, 4000, 8000, 8000],
  );
  assert.equal(waitAfter(4, null, 0), 0);
  assert.deepEqual([waitAfter(1, 3, 0), waitAfter(5, 3, 1)], [3000, 3250]);
});

test('Retry-After is a number of seconds or a date', () => {
  const now = Date.parse('2028-01-01T00:00:00Z');
  assert.equal(retryAfterOf('7', now), 7);
  assert.equal(retryAfterOf('Sat, 01 Jan 2028 00:00:30 GMT', now), 30);
  assert.equal(retryAfterOf('Sat, 01 Jan 2000 00:00:00 GMT', now), 0);
  for (const nothing of [null, '', 'soon', '-1', '1e9'])
    assert.equal(retryAfterOf(nothing, now), null, String(nothing));
});

test('a leash ends with its signal or its time, and lets go', async () => {
  const own = new AbortController();
  const held = leash(own.signal, 60_000);
  own.abort(new Error('enough'));
  assert.equal((held.signal.reason as Error).message, 'enough');
  held.end();
  const short = leash(undefined, 1);
  await assert.rejects(pause(60_000, short.signal), OutOfTime);
  await assert.rejects(unless(short.signal, new Promise(() => {})), OutOfTime);
  const free = leash(own.signal, 60_000);
  assert.ok(free.signal.aborted, 'it was over before');
  free.end();
  const released = new AbortController();
  const other = leash(released.signal, 60_000);
  other.end();
  released.abort();
  assert.ok(!other.signal.aborted, 'let go');
});

const nobody = () => Promise.reject(new Error('not asked'));

test('tokens are signed with the secret, kept, shared, and made anew when one was refused', async () => {
  const tokens = openTokens({ issuer: 'bank', secret: 's'.repeat(40), kid: 'k1' }, nobody);
  const [first, second] = await Promise.all([tokens.get(), tokens.get()]);
  assert.equal(first.token, second.token);
  assert.deepEqual(await tokens.get(), { token: first.token, isNew: false });
  const { payload, protectedHeader } = await jwtVerify(first.token, new TextEncoder().encode('s'.repeat(40)));
  assert.deepEqual(
    [protectedHeader.alg, protectedHeader.kid, payload.iss, payload.iat],
    ['HS256', 'k1', 'bank', undefined],
  );
  const left = payload.exp! - Date.now() / 1000;
  assert.ok(left > 3_000 && left <= 3_600, String(left));
  tokens.drop('another');
  assert.equal((await tokens.get()).isNew, false);
  tokens.drop(first.token);
  assert.equal((await tokens.get()).isNew, true);
});

test('an upload is not repeated under a new token, and the refused token is not used again', async () => {
  const tokens = openTokens({ issuer: 'bank', secret: 's'.repeat(40), kid: 'k1' }, nobody);
  await tokens.get();
  const refused = { code: 1, error: 'TOKEN_REFUSED', message: 'The token was refused.', details: [], requestId: 'r' };
  const call = async (file: ReadableStream | string) => {
    let sent = 0;
    const fetch = async () => {
      sent += 1;
      return new Response(JSON.stringify(refused), { status: 401 });
    };
    const carrier = {
      fetch,
      tokens,
      patience: { attempts: 5, attemptTimeout: 1_000, deadline: 5_000 },
      onAttempt: () => {},
    };
    await assert.rejects(send(of('uploadBulk', { file: { csv: file } }), carrier), /The token was refused/);
    return sent;
  };
  assert.equal(await call(new Blob(['reference']).stream()), 1);
  assert.equal((await tokens.get()).isNew, true);
  // What can be sent again is: once.
  assert.equal(await call('reference'), 2);
});

test('tokens are signed with a private key in each of its forms', async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  for (const key of [privateKey, await exportPKCS8(privateKey), await exportJWK(privateKey)]) {
    const { token } = await openTokens({ issuer: 'bank', privateKey: key, kid: 'k2' }, nobody).get();
    await jwtVerify(token, publicKey, { algorithms: ['RS256'], issuer: 'bank' });
    assert.equal(decodeProtectedHeader(token).kid, 'k2');
  }
  const bad = openTokens({ issuer: 'bank', privateKey: 'no key' }, nobody);
  await assert.rejects(bad.get(), /PKCS/i);
});

test('tokens are fetched for an id and a secret, or come from elsewhere', async () => {
  let fetched = 0;
  const fetching = openTokens({ clientId: 'bank', secret: 's' }, async ({ clientId }) => {
    fetched += 1;
    if (fetched === 1) throw new Error('not now');
    return { token: `${clientId}-${fetched}`, expiresIn: fetched === 2 ? 60 : 3_600 };
  });
  await assert.rejects(fetching.get(), /not now/);
  assert.equal((await fetching.get()).token, 'bank-2');
  assert.equal((await fetching.get()).token, 'bank-3', 'the one before ended too soon to be kept');
  assert.equal((await fetching.get()).isNew, false);
  assert.equal((await openTokens({ token: 'given' }, nobody).get()).token, 'given');
  const more = ['second', 'first'];
  const own = openTokens({ token: async () => more.pop()! }, nobody);
  assert.deepEqual([(await own.get()).token, (await own.get()).token], ['first', 'second']);
  assert.equal(decodeJwt((await openTokens({ issuer: 'a', secret: 'b' }, nobody).get()).token).iss, 'a');
});
