/** Endpoints, their keys, and what became of events: the routes of push events (contract, section 10). */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { verifyPushEvent } from '../../src/client/verify-push-event.ts';
import { eventTypes } from '../../src/domain/event.ts';
import { dataOf, openClient, type Reply, refusedOf, type TestClient } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { openProduct, type ProductHere } from '../harness/product.ts';
import { until as holding, postHere } from '../harness/push.ts';
import { accept, answering, openReceiver, type Receiver } from '../harness/receiver.ts';
import { addClient, addProgram, changeRows } from '../harness/scene.ts';

const hour = 3_600_000;
const inFuture = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();

await eachDatabase('push routes', (open) => {
  let product: ProductHere;
  let receiver: Receiver;
  let partner: TestClient;
  let live: TestClient;
  before(async () => {
    receiver = await openReceiver();
    const push = { isAllowedHost: (host: string) => host === '127.0.0.1' };
    product = await openProduct(await open(), { post: postHere, push });
    partner = await openClient(product.baseUrl, product.credentials.partner);
    await addProgram(product, { programId: 'LIVE', issuerPrefix: '4444', sandbox: false }, ['N00001']);
    live = await addClient(product, { scopes: ['operator'], programIds: ['LIVE'] });
  });
  after(async () => {
    await product?.close();
    await receiver?.down();
  });

  const came = (count: number) => holding(`${count} events came`, () => receiver.received.length >= count);
  const body = (more: object = {}) => ({ url: receiver.url, eventTypes: ['epass.issued'], ...more });
  const create = async (more: object = {}) => dataOf(await partner.post('/v2/endpoints', body(more)));
  /** The limit counts for the whole programme: each test begins without endpoints. */
  const forgetEndpoints = async () => {
    for (const table of ['delivery_attempts', 'deliveries', 'signing_keys', 'endpoints']) {
      await changeRows(product, `delete from ${table} where program_id = any ($1::text[])`, [['DEMO', 'LIVE']]);
    }
  };
  /** Waits until a GET says so. */
  const until = async (path: string, says: (data: Reply['json']) => boolean) => {
    for (const end = performance.now() + 15_000; ; await pause(20)) {
      const data = dataOf(await partner.get(path));
      if (says(data)) return data;
      assert.ok(performance.now() < end, `${path}: ${JSON.stringify(data)}`);
    }
  };

  describe('endpoints', () => {
    before(forgetEndpoints);

    test('one is registered with a key of its own, listed, retrieved with its lag, and changed', async () => {
      const made = await create({ eventTypes: ['epass.issued', 'walkin.redemption'] });
      assert.match(made.endpointId, /^ep_[A-Za-z0-9_-]{16,32}$/);
      assert.deepEqual([made.state, made.pausedReason, made.programId], ['active', null, 'DEMO']);
      const [key, ...others] = made.signingKeys;
      assert.deepEqual(others, []);
      assert.equal(key.acceptUntil, null);
      assert.match(key.publicKeyPem, /^-----BEGIN PUBLIC KEY-----\n/);
      assert.deepEqual([key.publicKeyJwk.kid, key.publicKeyJwk.alg], [key.kid, 'RS256']);
      assert.ok(!JSON.stringify(made).includes('PRIVATE'));
      const { endpoints } = dataOf(await partner.get('/v2/endpoints'));
      assert.deepEqual(endpoints, [made]);
      const path = `/v2/endpoints/${made.endpointId}`;
      assert.deepEqual(dataOf(await partner.get(path)), {
        ...made,
        lag: { waiting: 0, oldestWaitingDate: null, parked: 0 },
      });
      const paused = dataOf(await partner.call('PATCH', path, { state: 'paused' }));
      assert.deepEqual([paused.state, paused.url, paused.eventTypes], ['paused', made.url, made.eventTypes]);
      assert.ok(paused.pausedReason.length > 0);
      const url = `${receiver.url}?2`;
      const changed = dataOf(
        await partner.call('PATCH', path, { state: 'active', url, eventTypes: ['epass.resumed'] }),
      );
      assert.deepEqual(changed, { ...made, url, eventTypes: ['epass.resumed'] });
    });

    test('registration is repeatable: the same endpoint and the same key', async () => {
      const headers = { 'x-request-id': randomUUID() };
      const replies = await Promise.all([1, 2, 3].map(() => partner.post('/v2/endpoints', body(), headers)));
      const again = await partner.post('/v2/endpoints', body(), headers);
      assert.deepEqual(
        new Set([...replies, again].map(({ text }) => text)).size,
        1,
        replies.map((one) => one.text).join(),
      );
      assert.equal(again.headers.get('idempotent-replayed'), 'true');
      const { endpoints } = dataOf(await partner.get('/v2/endpoints'));
      assert.equal(endpoints.length, 2);
    });

    test('ten endpoints, and never eleven: also when they come at once', async () => {
      const replies = await Promise.all(Array.from({ length: 14 }, () => partner.post('/v2/endpoints', body())));
      assert.equal(replies.filter(({ status }) => status === 200).length, 8);
      for (const reply of replies.filter(({ status }) => status !== 200)) refusedOf(reply, 'ENDPOINTS_EXHAUSTED');
      assert.equal(dataOf(await partner.get('/v2/endpoints')).endpoints.length, 10);
      refusedOf(await partner.post('/v2/endpoints', body()), 'ENDPOINTS_EXHAUSTED');
    });

    test('addresses that events are never sent to are refused', async () => {
      const hosts = ['10.0.0.1', '127.1.1.1:80', '2130706434', '0x7f.0.0.2', '169.254.169.254', '[::1]', '[fd00::1]'];
      const more = ['[::ffff:10.0.0.1]', '[64:ff9b::a00:1]', 'localhost', 'db.internal', 'intranet', 'LOCALHOST.'];
      const urls = [...hosts, ...more].map((host) => `https://${host}/`);
      const others = [
        'ftp://a.example/',
        'file:///etc/passwd',
        'https://u:p@a.example/',
        'a.example',
        'https://',
        'x:y',
      ];
      for (const url of [...urls, ...others, 'https://a.example/#f']) {
        const { fields } = refusedOf(await partner.post('/v2/endpoints', body({ url })), 'ENDPOINT_URL_REFUSED');
        assert.deepEqual(fields, ['url'], url);
      }
      for (const url of [`https://a.example/${'x'.repeat(2_000)}`, 'https://a.example/ b', '', 5, null]) {
        refusedOf(await partner.post('/v2/endpoints', body({ url })), 'REQUEST_INVALID');
      }
      refusedOf(await live.post('/v2/endpoints', body({ url: 'http://a.example/' })), 'ENDPOINT_URL_REFUSED');
      const held = dataOf(await live.post('/v2/endpoints', body({ url: 'https://a.example/', state: 'paused' })));
      const path = `/v2/endpoints/${held.endpointId}`;
      refusedOf(await live.call('PATCH', path, { url: 'http://a.example/' }), 'ENDPOINT_URL_REFUSED');
    });

    test('what is no request is refused', async () => {
      for (const wrong of [{ eventTypes: [] }, { eventTypes: ['epass.issued', 'epass.issued'] }, { state: 'off' }]) {
        refusedOf(await partner.post('/v2/endpoints', body(wrong)), 'REQUEST_INVALID');
      }
      refusedOf(await partner.post('/v2/endpoints', body({ eventTypes: ['endpoint.test'] })), 'REQUEST_INVALID');
      refusedOf(await partner.post('/v2/endpoints', body({ secret: 'x' })), 'REQUEST_INVALID');
      const { endpoints } = dataOf(await partner.get('/v2/endpoints'));
      const path = `/v2/endpoints/${endpoints[0].endpointId}`;
      refusedOf(await partner.call('PATCH', path, {}), 'REQUEST_INVALID');
      for (const id of ['%00', '%E2%82%AC', "'", 'a%2Fb', '%20']) {
        refusedOf(await partner.get(`/v2/endpoints/${id}`), 'REQUEST_INVALID');
        refusedOf(await partner.get(`${path}/deliveries/${id}`), 'REQUEST_INVALID');
      }
    });

    test("another programme's endpoint is one that does not exist, on every route", async () => {
      const { endpoints } = dataOf(await partner.get('/v2/endpoints'));
      const essence = ({ text }: Reply) => text.replace(/"requestId":"[^"]+"/, '');
      const calls: [string, string, unknown?][] = [
        ['GET', ''],
        ['PATCH', '', { state: 'paused' }],
        ['POST', '/keys', {}],
        ['POST', '/test'],
        ['GET', '/deliveries'],
        ['GET', `/deliveries/evt_${'x'.repeat(24)}`],
        ['POST', '/deliveries/resend', { eventId: `evt_${'x'.repeat(24)}` }],
      ];
      for (const [method, path, sent] of calls) {
        const foreign = await live.call(method, `/v2/endpoints/${endpoints[0].endpointId}${path}`, sent);
        const unknown = await live.call(method, `/v2/endpoints/ep_${'0'.repeat(32)}${path}`, sent);
        refusedOf(foreign, 'ENDPOINT_UNKNOWN');
        assert.equal(essence(foreign), essence(unknown));
      }
      assert.equal(dataOf(await partner.get('/v2/endpoints')).endpoints[0].state, 'active');
    });
  });

  describe('signing keys', () => {
    before(forgetEndpoints);
    const setOf = async () => {
      await pause(1_050);
      const reply = await fetch(`${product.baseUrl}/.well-known/jwks.json`);
      assert.match(reply.headers.get('content-type') ?? '', /^application\/jwk-set\+json/);
      return (await reply.json()) as { keys: { kid: string }[] };
    };

    test('a second key is made, both are to be accepted, and a third is refused', async () => {
      const made = await create({ state: 'paused' });
      const path = `/v2/endpoints/${made.endpointId}/keys`;
      for (const signsFrom of [inFuture(-hour), inFuture(91 * 24 * hour), 'soon']) {
        refusedOf(await partner.post(path, { signsFrom }), 'REQUEST_INVALID');
      }
      const headers = { 'x-request-id': randomUUID() };
      const first = await partner.post(path, {}, headers);
      const { newKey, oldKey, overlap } = dataOf(first);
      assert.equal((await partner.post(path, {}, headers)).text, first.text);
      assert.equal(oldKey.kid, made.signingKeys[0].kid);
      assert.equal(Date.parse(newKey.signsFrom) - Date.parse(overlap.from), 24 * hour);
      assert.equal(Date.parse(oldKey.acceptUntil) - Date.parse(newKey.signsFrom), hour);
      assert.equal(overlap.until, oldKey.acceptUntil);
      refusedOf(await partner.post(path, {}), 'SIGNING_KEYS_EXHAUSTED');
      const kids = (await setOf()).keys.map(({ kid }) => kid);
      assert.ok(kids.includes(oldKey.kid) && kids.includes(newKey.kid));
      assert.equal(dataOf(await partner.get(`/v2/endpoints/${made.endpointId}`)).signingKeys.length, 2);
    });

    test('the new key signs from its time on; the old one is forgotten when its time is over', async () => {
      const { endpointId, signingKeys } = await create({ state: 'paused' });
      const path = `/v2/endpoints/${endpointId}`;
      const kidOf = (reply: Reply) => {
        const [head] = dataOf(reply).sent.headers.Authorization.slice(7).split('.');
        return JSON.parse(Buffer.from(head, 'base64url').toString()).kid;
      };
      assert.equal(kidOf(await partner.post(`${path}/test`)), signingKeys[0].kid);
      const { newKey } = dataOf(await partner.post(`${path}/keys`, { signsFrom: inFuture(0) }));
      assert.equal(kidOf(await partner.post(`${path}/test`)), signingKeys[0].kid, 'told of before it signs');
      assert.ok((await setOf()).keys.some(({ kid }) => kid === newKey.kid));
      await pause(Date.parse(newKey.signsFrom) - Date.now() + 1_100);
      assert.equal(kidOf(await partner.post(`${path}/test`)), newKey.kid);
      const past = "update signing_keys set retired_at = now() - interval '1 s' where program_id = $1 and kid = $2";
      await changeRows(product, past, ['DEMO', signingKeys[0].kid]);
      assert.ok(!(await setOf()).keys.some(({ kid }) => kid === signingKeys[0].kid));
      const next = dataOf(await partner.post(`${path}/keys`, { signsFrom: inFuture(hour) }));
      assert.equal(next.oldKey.kid, newKey.kid);
      const rows = await product.world.database.read<{ kid: string; length: number }>(
        {
          name: 'test_key_length',
          text: 'select kid, length(private_key) as length from signing_keys where program_id = $1 and kid = $2',
        },
        ['DEMO', signingKeys[0].kid],
      );
      assert.equal(rows[0]!.length, 0, 'a private key that nobody accepts');
    });

    test('the keys are open to everybody under every path, and tell nothing private', async () => {
      const texts = await Promise.all(
        ['/.well-known/jwks.json', '/v2/event/keys', '/api/v2/event/keys', '/event/keys'].map(async (path) => {
          const reply = await fetch(product.baseUrl + path);
          assert.equal(reply.headers.get('cache-control'), 'public, max-age=300');
          return reply.text();
        }),
      );
      assert.equal(new Set(texts).size, 1);
      for (const key of JSON.parse(texts[0]!).keys) {
        assert.deepEqual(Object.keys(key).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use']);
      }
    });
  });

  describe('a test event', () => {
    before(forgetEndpoints);

    test('is sent at once, verifies, and tells what came back', async () => {
      const { endpointId, signingKeys } = await create({ state: 'paused' });
      const before = receiver.received.length;
      const told = dataOf(await partner.post(`/v2/endpoints/${endpointId}/test`));
      assert.deepEqual([told.succeeded, told.received.status], [true, 200]);
      assert.equal(told.received.answer, '{"status":"success"}');
      const { headers, body: sent } = receiver.received[before]!;
      assert.equal(sent, told.sent.body);
      const known = { keys: signingKeys[0].publicKeyPem, programId: 'DEMO' };
      const event = await verifyPushEvent(headers, sent, known);
      assert.deepEqual([event.eventId, event.sequence, event.attempt], [told.eventId, 0, 1]);
      assert.equal(event.event.eventType, 'endpoint.test');
      assert.equal(headers['x-event-id'], told.eventId);
    });

    test('tells of a receiver that refuses, of one that is not there, and of one that may not be reached', async () => {
      const { endpointId } = await create({ state: 'paused' });
      const path = `/v2/endpoints/${endpointId}`;
      receiver.behave(answering(500, '<b>'.repeat(300)));
      const refused = dataOf(await partner.post(`${path}/test`));
      receiver.behave(accept);
      assert.deepEqual([refused.succeeded, refused.received.status], [false, 500]);
      assert.equal(refused.received.answer.length, 256);
      const nobody = 'http://127.0.0.1:1/';
      await partner.call('PATCH', path, { url: nobody });
      const gone = dataOf(await partner.post(`${path}/test`));
      assert.deepEqual([gone.succeeded, gone.received.status], [false, null]);
      await changeRows(product, 'update endpoints set url = $3 where program_id = $1 and endpoint_id = $2', [
        'DEMO',
        endpointId,
        'http://127.0.0.2:1/',
      ]);
      const hidden = dataOf(await partner.post(`${path}/test`));
      assert.equal(hidden.received.answer, gone.received.answer, 'the answer maps no network');
    });
  });

  describe('deliveries', () => {
    before(forgetEndpoints);
    let endpointId: string;
    const path = () => `/v2/endpoints/${endpointId}`;
    const list = async (query = '') => dataOf(await partner.get(`${path()}/deliveries${query}`));

    test('are listed and retrieved with what was sent and what came back', async () => {
      ({ endpointId } = await create({ eventTypes }));
      const before = receiver.received.length;
      const { ePassId } = await partner.issue(3);
      await came(before + 1);
      await until(`${path()}/deliveries`, ({ deliveries }) => deliveries[0]?.state === 'delivered');
      const { deliveries, nextCursor } = await list();
      assert.equal(nextCursor, null);
      const [delivery] = deliveries;
      const { lastAttempt, ...rest } = delivery;
      assert.deepEqual([rest.dpId, rest.sequence, rest.attemptCount], [ePassId, 1, 1]);
      assert.equal(lastAttempt.sent.body, receiver.received.at(-1)!.body);
      assert.deepEqual([lastAttempt.received.status, lastAttempt.succeeded], [200, true]);
      const one = dataOf(await partner.get(`${path()}/deliveries/${delivery.eventId}`));
      assert.deepEqual(one, { ...rest, attempts: [lastAttempt] });
      refusedOf(await partner.get(`${path()}/deliveries/evt_${'x'.repeat(24)}`), 'DELIVERY_UNKNOWN');
      const other = await create({ eventTypes, state: 'paused' });
      const foreign = `/v2/endpoints/${other.endpointId}/deliveries/${delivery.eventId}`;
      refusedOf(await partner.get(foreign), 'DELIVERY_UNKNOWN');
    });

    test('page by cursor, filter by state and time, and show every one once', async () => {
      await partner.call('PATCH', path(), { state: 'paused' });
      for (let index = 0; index < 7; index += 1) await partner.issue();
      const seen: string[] = [];
      let query = '?state=waiting&pageSize=3';
      for (let pages = 0; pages < 3; pages += 1) {
        const { deliveries, nextCursor } = await list(query);
        seen.push(...deliveries.map(({ eventId }: { eventId: string }) => eventId));
        assert.equal(nextCursor === null, pages === 2);
        query = `?state=waiting&pageSize=3&cursor=${nextCursor}`;
      }
      assert.equal(new Set(seen).size, 7);
      const { lag } = dataOf(await partner.get(path()));
      assert.equal(lag.waiting, 7);
      assert.ok(Math.abs(Date.parse(lag.oldestWaitingDate) - Date.now()) < 60_000);
      assert.equal((await list('?state=delivered')).deliveries.length, 1);
      assert.equal((await list(`?to=${encodeURIComponent(inFuture(-hour))}`)).deliveries.length, 0);
      assert.equal((await list(`?from=${encodeURIComponent(inFuture(-hour))}`)).deliveries.length, 8);
      const { nextCursor } = await list('?pageSize=1');
      for (const wrong of [`?state=parked&cursor=${nextCursor}`, '?cursor=AAAA', `?cursor=${nextCursor}x`]) {
        refusedOf(await partner.get(`${path()}/deliveries${wrong}`), 'CURSOR_INVALID');
      }
      for (const wrong of ['?pageSize=0', '?pageSize=101', '?state=gone', '?from=soon', '?page=1']) {
        refusedOf(await partner.get(`${path()}/deliveries${wrong}`), 'REQUEST_INVALID');
      }
    });

    test('a paused endpoint that is resumed is told everything that waited', async () => {
      const before = receiver.received.length;
      await partner.call('PATCH', path(), { state: 'active' });
      await came(before + 7);
      await until(path(), ({ lag }) => lag.waiting === 0);
    });

    test('one is resent, with the next number of attempt and the same id', async () => {
      const [delivery] = (await list()).deliveries;
      const before = receiver.received.length;
      const headers = { 'x-request-id': randomUUID() };
      const resend = () => partner.post(`${path()}/deliveries/resend`, { eventId: delivery.eventId }, headers);
      assert.deepEqual(dataOf(await resend()), { resent: 1, nextCursor: null });
      await came(before + 1);
      await until(`${path()}/deliveries/${delivery.eventId}`, ({ state }) => state === 'delivered');
      const { headers: sent, body: told } = receiver.received.at(-1)!;
      assert.deepEqual([sent['x-event-id'], sent['x-event-attempt']], [delivery.eventId, '2']);
      assert.equal(told, delivery.lastAttempt.sent.body);
      assert.equal((await resend()).headers.get('idempotent-replayed'), 'true');
      await pause(700);
      assert.equal(receiver.received.length, before + 1, 'a repeated request resends nothing');
      const unknown = { eventId: `evt_${'y'.repeat(24)}` };
      refusedOf(await partner.post(`${path()}/deliveries/resend`, unknown), 'DELIVERY_UNKNOWN');
    });

    test('a range is resent: parked ones, or all; the lag counts what was parked', async () => {
      await changeRows(
        product,
        `update deliveries set state = 'parked' where program_id = $1 and endpoint_id = $2 and event_id(program_id,
          pass_id, number) in (select event_id(program_id, pass_id, number) from deliveries where program_id = $1
          and endpoint_id = $2 order by created_at limit 3)`,
        ['DEMO', endpointId],
      );
      assert.equal(dataOf(await partner.get(path())).lag.parked, 3);
      const range = { from: inFuture(-hour), to: inFuture(hour) };
      const resend = (more: object) => partner.post(`${path()}/deliveries/resend`, more);
      const before = receiver.received.length;
      assert.equal(dataOf(await resend({ ...range, to: range.from })).resent, 0);
      assert.deepEqual(dataOf(await resend({ ...range, state: 'parked' })), { resent: 3, nextCursor: null });
      await came(before + 3);
      await until(path(), ({ lag }) => lag.waiting === 0 && lag.parked === 0);
      assert.equal(dataOf(await resend(range)).resent, 8);
      await came(before + 11);
      for (const wrong of [
        {},
        { from: range.from },
        { eventId: `evt_${'y'.repeat(24)}`, ...range },
        { eventId: 'x' },
      ]) {
        refusedOf(await resend(wrong), 'REQUEST_INVALID');
      }
      refusedOf(await resend({ ...range, state: 'waiting' }), 'REQUEST_INVALID');
      refusedOf(await resend({ ...range, cursor: 'AAAA' }), 'CURSOR_INVALID');
    });
  });

  test('nothing was broken on the way', () => {
    assert.deepEqual(
      product.logged.filter(({ level }) => level === 'error'),
      [],
    );
  });
});
