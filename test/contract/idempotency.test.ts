/** Section 2 of the contract: the same request under the same key happens once. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { purgeAnswers } from '../../src/store/answers.ts';
import { dataOf, issueBody, openClient, type Reply, refusedOf, type TestClient } from '../harness/client.ts';
import { eachDatabase, withPostgres } from '../harness/databases.ts';
import { openProduct } from '../harness/product.ts';
import { addClient, changeRows, countState, readRows, useFleet, useScene } from '../harness/scene.ts';

const lounges = '/v2/orders/lounges/ePasses';
const hour = 3_600_000;
const isReplayed = (reply: Reply) => reply.headers.get('idempotent-replayed') === 'true';

function assertReplayed(again: Reply, first: Reply): void {
  assert.deepEqual([again.status, again.text], [first.status, first.text]);
  assert.equal(isReplayed(again), true);
  assert.equal(isReplayed(first), false);
}

/** The two headers that make a request repeatable. */
const keys: [string, () => Record<string, string>][] = [
  ['X-Request-ID', () => ({ 'x-request-id': randomUUID() })],
  ['Idempotency-Key', () => ({ 'idempotency-key': `order/${randomUUID()}~!` })],
];

/** Sends one request under one key a hundred times at once: one effect, and no other answer. */
async function rush(clients: readonly TestClient[]): Promise<void> {
  const clientUserId = randomUUID();
  const headers = { 'idempotency-key': randomUUID() };
  const send = (index: number) =>
    clients[index % clients.length]!.post(lounges, issueBody(1, {}, clientUserId), headers);
  const replies = await Promise.all(Array.from({ length: 100 }, (_, index) => send(index)));
  const answers = new Set<string>();
  for (const reply of replies) {
    if (reply.status === 200) answers.add(reply.text);
    // On a machine that is busy with other things no connection may be free for a second: nothing was changed then.
    else if (reply.json.error === 'UNAVAILABLE') assert.equal(reply.status, 503);
    else {
      refusedOf(reply, 'REQUEST_IN_PROGRESS');
      assert.match(reply.headers.get('retry-after') ?? '', /^[1-9][0-9]*$/);
    }
  }
  assert.equal(answers.size, 1);
  assert.equal(replies.filter((reply) => reply.status === 200 && !isReplayed(reply)).length, 1);
  assert.equal((await send(0)).text, [...answers][0]);
  const passes = dataOf(await clients[0]!.post('/v2/users/ePasses', { clientUserId }));
  assert.equal(passes.pagination.totalNumber, 1);
}

await eachDatabase('idempotency', (open) => {
  const scene = useScene(open);

  for (const [name, key] of keys) {
    test(`${name}: the first answer again, byte for byte, and one effect`, async () => {
      const headers = key();
      const body = issueBody(3);
      const first = await scene.partner.post(lounges, body, headers);
      dataOf(first);
      const before = await countState(scene.database);
      for (const path of [lounges, `/api${lounges}`, lounges.slice(3)]) {
        assertReplayed(await scene.partner.post(path, body, headers), first);
      }
      assert.deepEqual(await countState(scene.database), before);
    });

    test(`${name}: another body is refused, and the first answer stands`, async () => {
      const headers = key();
      const body = issueBody(3);
      const first = await scene.partner.post(lounges, body, headers);
      const before = await countState(scene.database);
      refusedOf(
        await scene.partner.post(lounges, issueBody(4, {}, body.clientUserId), headers),
        'IDEMPOTENCY_KEY_REUSED',
      );
      assert.deepEqual(await countState(scene.database), before);
      assertReplayed(await scene.partner.post(lounges, body, headers), first);
    });
  }

  test('the id comes back on every answer, and is made when absent', async () => {
    const id = randomUUID();
    const sent = await scene.partner.post(lounges, issueBody(), { 'x-request-id': id });
    assert.equal(sent.headers.get('x-request-id'), id);
    const refused = await scene.partner.post(lounges, {}, { 'x-request-id': id });
    assert.deepEqual([refused.headers.get('x-request-id'), refused.json.requestId], [id, id]);
    const made = await scene.partner.post(lounges, {});
    assert.match(made.json.requestId, /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
    assert.equal(made.headers.get('x-request-id'), made.json.requestId);
  });

  test('the order of keys and the white space of the JSON do not matter; lists do', async () => {
    const headers = { 'x-request-id': randomUUID() };
    const body = issueBody(1, { allowedResources: { iata: ['HKG', 'MAN'] } });
    const first = await scene.partner.post(lounges, body, headers);
    const { module, clientUserId, extra } = body;
    const turned = { extra: Object.fromEntries(Object.entries(extra).reverse()), clientUserId, module };
    assertReplayed(await scene.partner.post(lounges, JSON.stringify(turned, null, 3), headers), first);
    const other = { ...body, extra: { ...extra, allowedResources: { iata: ['MAN', 'HKG'] } } };
    refusedOf(await scene.partner.post(lounges, other, headers), 'IDEMPOTENCY_KEY_REUSED');
  });

  test('a UUID is the same in capitals', async () => {
    const id = randomUUID();
    const body = issueBody();
    const first = await scene.partner.post(lounges, body, { 'x-request-id': id });
    assertReplayed(await scene.partner.post(lounges, body, { 'x-request-id': id.toUpperCase() }), first);
  });

  test('what is no key is refused, and nothing happens', async () => {
    const before = await countState(scene.database);
    const long = 'k'.repeat(256);
    for (const [name, value] of [
      ['x-request-id', 'not-a-uuid'],
      ['x-request-id', ''],
      ['idempotency-key', ''],
      ['idempotency-key', long],
      ['idempotency-key', 'a b'],
    ] as const) {
      refusedOf(await scene.partner.post(lounges, issueBody(), { [name]: value }), 'REQUEST_ID_INVALID');
    }
    assert.deepEqual(await countState(scene.database), before);
    dataOf(await scene.partner.post(lounges, issueBody(), { 'idempotency-key': long.slice(1) }));
  });

  test('a refusal by a rule is kept: it is told again after its reason is gone', async () => {
    const { ePassId } = await scene.partner.issue(1);
    const suspension = { ePassId, reason: 'lost' };
    dataOf(await scene.operator.post('/v2/orders/ePasses/suspend', suspension));
    const headers = { 'x-request-id': randomUUID() };
    const use = { dpId: ePassId, resourceId: 'N00001', adultCount: 1, childCount: 0 };
    const first = await scene.venue.post('/v2/redemptions', use, headers);
    refusedOf(first, 'E_PASS_SUSPENDED');
    dataOf(await scene.operator.post('/v2/orders/ePasses/resume', suspension));
    assertReplayed(await scene.venue.post('/v2/redemptions', use, headers), first);
    dataOf(await scene.venue.post('/v2/redemptions', use, { 'x-request-id': randomUUID() }));
  });

  test('401, 403 and a malformed body are not kept', async () => {
    const headers = { 'x-request-id': randomUUID() };
    const nobody = await openClient(scene.product.baseUrl, null);
    refusedOf(await nobody.post(lounges, issueBody(), headers), 'TOKEN_REFUSED');
    refusedOf(await scene.venue.post(lounges, issueBody(), headers), 'SCOPE_MISSING');
    refusedOf(await scene.partner.post(lounges, {}, headers), 'REQUEST_INVALID');
    dataOf(await scene.partner.post(lounges, issueBody(), headers));
    const { ePassId: dpId } = await scene.partner.issue(1);
    const small = await addClient(scene.product, { scopes: ['venue'], resourceIds: ['N00002'] });
    const use = { dpId, resourceId: 'N00001', adultCount: 1, childCount: 0 };
    refusedOf(await small.post('/v2/redemptions', use, headers), 'RESOURCE_NOT_YOURS');
    dataOf(await small.post('/v2/redemptions', { ...use, resourceId: 'N00002' }, headers));
  });

  test('whoever may no longer ask is not told the answer again (INV-19c)', async () => {
    const gone = await addClient(scene.product, { scopes: ['issuer'] });
    const [body, key] = [issueBody(), { 'x-request-id': randomUUID() }];
    const send = () => gone.post('/v2/orders/lounges/ePasses', body, key);
    assert.equal((await send()).status, 200);
    assert.equal((await send()).headers.get('idempotent-replayed'), 'true');
    const { iss } = JSON.parse(Buffer.from(gone.token.split('.')[1]!, 'base64url').toString());
    await changeRows(scene.product, `update clients set scopes = '{venue}' where issuer = $1`, [iss]);
    refusedOf(await send(), 'SCOPE_MISSING');
    await changeRows(scene.product, `update clients set scopes = '{issuer}' where issuer = $1`, [iss]);
    assert.equal((await send()).status, 200);
    await changeRows(scene.product, 'update clients set revoked_at = now() where issuer = $1', [iss]);
    refusedOf(await send(), 'TOKEN_REFUSED');
  });

  test('a key belongs to its client and its route', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const other = await addClient(scene.product, { scopes: ['issuer'] });
    const body = issueBody();
    const mine = await scene.partner.post(lounges, body, headers);
    const theirs = await other.post(lounges, body, headers);
    assert.notEqual(dataOf(theirs).orderId, dataOf(mine).orderId);
    const cancel = { orderId: dataOf(mine).orderId, status: 3 };
    const first = await scene.partner.call('PATCH', '/v2/orders', cancel, headers);
    assert.equal(dataOf(first).refundableUsages, 1);
    assertReplayed(await scene.partner.call('PATCH', '/v2/orders', cancel, headers), first);
  });

  test('every changing verb is repeatable', async () => {
    const { ePassId, orderId } = await scene.partner.issue(9);
    const twice = async (client: TestClient, method: string, path: string, body: object) => {
      const headers = { 'x-request-id': randomUUID() };
      const first = await client.call(method, path, body, headers);
      assertReplayed(await client.call(method, path, body, headers), first);
      return dataOf(first);
    };
    const use = { dpId: ePassId, resourceId: 'N00001', adultCount: 1, childCount: 0 };
    const used = await twice(scene.venue, 'POST', '/v2/redemptions', use);
    const back = { orderId: used.orderId, reason: 'x' };
    assert.equal((await twice(scene.venue, 'POST', '/v2/redemptions/cancel', back)).availableUsages, 9);
    const simulated = { dpId: ePassId, adultCount: 1, childCount: 0 };
    const { transactionId } = await twice(scene.partner, 'POST', '/v2/simulations/lounges/redemptions', simulated);
    await twice(scene.partner, 'POST', '/v2/simulations/lounges/cancellation', { dpId: ePassId, transactionId });
    await twice(scene.operator, 'POST', '/v2/orders/ePasses/suspend', { ePassId, reason: 'x' });
    await twice(scene.operator, 'POST', '/v2/orders/ePasses/resume', { ePassId, reason: 'x' });
    await twice(scene.operator, 'PATCH', '/v2/resources/N00002', { closed: true, reason: 'x' });
    await twice(scene.operator, 'PATCH', '/v2/resources/N00002', { closed: false });
    await twice(scene.partner, 'POST', '/v2/simulations/clock', { now: null });
    const cancelled = await twice(scene.partner, 'PATCH', '/v2/orders', { orderId, status: 3 });
    assert.equal(cancelled.refundableUsages, 9);
  });

  test('a hundred at once under one key: one effect', async () => {
    for (let round = 0; round < 3; round += 1) await rush([scene.partner]);
  });

  test('the key survives a restart of the product', async () => {
    const headers = { 'x-request-id': randomUUID() };
    const body = issueBody();
    const first = await scene.partner.post(lounges, body, headers);
    const { credentials } = scene.product;
    const second = await openProduct(scene.database, { credentials });
    try {
      const partner = await openClient(second.baseUrl, credentials.partner);
      assertReplayed(await partner.post(lounges, body, headers), first);
      refusedOf(await partner.post(lounges, issueBody(), headers), 'IDEMPOTENCY_KEY_REUSED');
    } finally {
      await second.close();
    }
  });

  test('keys are forgotten after 72 hours; scan ids never', async () => {
    const { ePassId } = await scene.partner.issue(5);
    const headers = { 'x-request-id': randomUUID() };
    const use = { dpId: ePassId, resourceId: 'N00001', adultCount: 1, childCount: 0 };
    const scan = { ...use, scanId: randomUUID() };
    dataOf(await scene.venue.post('/v2/redemptions', use, headers));
    const scanned = await scene.venue.post('/v2/redemptions', scan);
    const now = Date.now();
    await purgeAnswers(scene.database, now + 72 * hour - 600_000);
    assert.equal(isReplayed(await scene.venue.post('/v2/redemptions', use, headers)), true);
    assert.ok((await purgeAnswers(scene.database, now + 72 * hour + 600_000)) > 0);
    const left = await readRows(scene.database, `select 1 as one from answers where client_id <> ''`);
    assert.equal(left.length, 0);
    assert.equal(isReplayed(await scene.venue.post('/v2/redemptions', use, headers)), false);
    assertReplayed(await scene.venue.post('/v2/redemptions', scan), scanned);
  });
});

await withPostgres('idempotency, two processes on one database', (adminUrl) => {
  const fleet = useFleet(adminUrl, 2);

  test('a hundred at once at both under one key: one effect', async () => {
    for (let round = 0; round < 5; round += 1) await rush(fleet.partners);
  });

  test('the test clock set at both at once under one key is set once', async () => {
    const body = { now: '2031-01-01T00:00:00Z' };
    for (let round = 0; round < 5; round += 1) {
      const headers = { 'x-request-id': randomUUID() };
      const send = (index: number) => fleet.partners[index % 2]!.post('/v2/simulations/clock', body, headers);
      const replies = await Promise.all(Array.from({ length: 10 }, (_, index) => send(index)));
      for (const reply of replies) if (reply.status !== 200) refusedOf(reply, 'REQUEST_IN_PROGRESS');
      const done = replies.filter(({ status }) => status === 200);
      assert.equal(new Set(done.map(({ text }) => text)).size, 1);
      assert.equal(done.filter((reply) => !isReplayed(reply)).length, 1);
    }
    dataOf(await fleet.partners[0]!.post('/v2/simulations/clock', { now: null }));
  });
});
