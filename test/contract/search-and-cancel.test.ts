/** Sections 5 and 6 of the contract: finding an order, and ending it for good. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataOf, type Reply, refusedOf, type TestClient } from '../harness/client.ts';
import { eachDatabase, withPostgres } from '../harness/databases.ts';
import { addClient, addProgram, countState, holdClock, useFleet, useScene } from '../harness/scene.ts';

const search = '/v2/orders/ePasses/search';

const cancelAt = (client: TestClient, orderId: string, more: object = {}) =>
  client.call('PATCH', '/v2/orders', { orderId, status: 3, ...more });

const refundOf = (reply: Reply): number => dataOf(reply).refundableUsages;

/**
 * Lets a use and a cancellation of a fresh one-use pass meet, a hundred times in each kind: with
 * `ifUnused` exactly one wins; without, the refund tells whether the use came first.
 */
async function race(issuer: TestClient, venue: TestClient, ifUnused: boolean): Promise<'use' | 'cancel'> {
  const { orderId, ePassId } = await issuer.issue(1);
  const [used, cancelled] = await Promise.all([
    venue.redeem(ePassId),
    cancelAt(issuer, orderId, ifUnused ? { ifUnused } : {}),
  ]);
  const found = dataOf(await issuer.post(search, { orderId }));
  const useWon = used.status === 200;
  assert.equal(found.extra.usedUsages, useWon ? 1 : 0);
  if (useWon && ifUnused) {
    refusedOf(cancelled, 'ORDER_ALREADY_USED');
    assert.equal(found.status, 2);
  } else {
    assert.equal(refundOf(cancelled), useWon ? 0 : 1);
    assert.equal(found.status, 3);
    if (!useWon) refusedOf(used, 'E_PASS_CANCELLED');
  }
  return useWon ? 'use' : 'cancel';
}

async function raceOften(issuer: TestClient, venue: TestClient, ifUnused: boolean): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    await Promise.all(Array.from({ length: 10 }, () => race(issuer, venue, ifUnused)));
  }
}

await eachDatabase('search and cancel', (open) => {
  const clock = holdClock();
  const scene = useScene(open, clock);
  const now = () => `${new Date(clock.at).toISOString().slice(0, 19)}+00:00`;
  const find = async (body: object) => dataOf(await scene.partner.post(search, body));

  test('either id finds the order, as its issue told it', async () => {
    const { orderId, ePassId, reply } = await scene.partner.issue(3);
    for (const body of [{ orderId }, { ePassId }])
      assert.equal((await scene.partner.post(search, body)).text, reply.text);
  });

  test('both ids, none, or another field are refused', async () => {
    const { orderId, ePassId } = await scene.partner.issue();
    for (const body of [{ orderId, ePassId }, {}]) {
      const { fields } = refusedOf(await scene.partner.post(search, body), 'REQUEST_INVALID');
      assert.deepEqual(fields, ['orderId', 'ePassId']);
    }
    const bad: [object, string][] = [
      [{ orderID: orderId }, 'orderID'],
      [{ orderId: 'DP1' }, 'orderId'],
      [{ orderId: orderId.toLowerCase() }, 'orderId'],
      [{ ePassId: Number(ePassId) }, 'ePassId'],
      [{ ePassId: `${ePassId} ` }, 'ePassId'],
    ];
    for (const [body, field] of bad) {
      assert.deepEqual(refusedOf(await scene.partner.post(search, body), 'REQUEST_INVALID').fields, [field]);
    }
  });

  test("an unknown id and another programme's id get the same answer", async () => {
    await addProgram(scene.product, { programId: 'SEARCH', issuerPrefix: '1799', sandbox: false }, ['N00001']);
    const other = await addClient(scene.product, { scopes: ['issuer'], programIds: ['SEARCH'] });
    const { orderId, ePassId } = await scene.partner.issue();
    const bodies = [{ orderId }, { ePassId }, { orderId: 'DP00000000000000' }, { ePassId: '1788000000000000' }];
    const replies = await Promise.all(bodies.map((body) => other.post(search, body)));
    const told = replies.map((reply) => {
      refusedOf(reply, 'ORDER_UNKNOWN');
      return { ...reply.json, requestId: '' };
    });
    for (const one of told) assert.deepEqual(one, told[0]);
    refusedOf(await cancelAt(other, orderId), 'ORDER_UNKNOWN');
    assert.equal((await find({ orderId })).status, 1);
  });

  test('status is 2 once every usage is used, and 1 again after a give-back', async () => {
    const { orderId, ePassId } = await scene.partner.issue(2);
    dataOf(await scene.venue.redeem(ePassId));
    assert.equal((await find({ orderId })).status, 1);
    const use = dataOf(await scene.venue.redeem(ePassId));
    const used = await find({ orderId });
    assert.deepEqual([used.status, used.usageDate, used.extra.ePassStatus], [2, now(), 1]);
    dataOf(await scene.venue.post('/v2/redemptions/cancel', { orderId: use.orderId, reason: 'left at once' }));
    const back = await find({ orderId });
    assert.deepEqual([back.status, back.extra.availableUsages, back.extra.usedUsages], [1, 1, 1]);
  });

  test('a cancellation tells what was left at that very moment, and the order stays as it was', async () => {
    const { orderId, ePassId } = await scene.partner.issue(5);
    dataOf(await scene.venue.redeem(ePassId, { adultCount: 2 }));
    const before = await find({ orderId });
    const reply = await cancelAt(scene.partner, orderId);
    const { refundableUsages, ...order } = dataOf(reply);
    assert.equal(refundableUsages, 3);
    assert.deepEqual(order, {
      ...before,
      status: 3,
      orderCancelledDate: now(),
      extra: { ...before.extra, ePassStatus: 3 },
    });
    assert.deepEqual(await find({ orderId }), order);
  });

  test('cancelling twice is refused, saying when it happened', async () => {
    const { orderId } = await scene.partner.issue();
    const first = dataOf(await cancelAt(scene.partner, orderId));
    clock.at += 3_000;
    const before = await countState(scene.database);
    for (const more of [{}, { ifUnused: true }]) {
      const { facts } = refusedOf(await cancelAt(scene.partner, orderId, more), 'ORDER_ALREADY_CANCELLED');
      assert.deepEqual(facts, { orderCancelledDate: first.orderCancelledDate });
    }
    assert.deepEqual(await countState(scene.database), before);
  });

  test('ifUnused leaves a used pass alone, and tells when and where it was used', async () => {
    const { orderId, ePassId } = await scene.partner.issue(3);
    dataOf(await scene.venue.redeem(ePassId));
    clock.at += 1_000;
    const last = dataOf(await scene.venue.redeem(ePassId, { resourceId: 'N00002' }));
    clock.at += 1_000;
    const before = await find({ orderId });
    const { facts } = refusedOf(await cancelAt(scene.partner, orderId, { ifUnused: true }), 'ORDER_ALREADY_USED');
    assert.deepEqual(facts, { usedUsages: 2, lastUsedDate: last.usageDate, lastUsedResourceId: 'N00002' });
    assert.deepEqual(await find({ orderId }), before);
    assert.equal(refundOf(await cancelAt(scene.partner, orderId, { ifUnused: false })), 1);
  });

  test('ifUnused cancels a pass that was never used, or whose every use was given back', async () => {
    const { orderId, ePassId } = await scene.partner.issue(2);
    const use = dataOf(await scene.venue.redeem(ePassId));
    refusedOf(await cancelAt(scene.partner, orderId, { ifUnused: true }), 'ORDER_ALREADY_USED');
    dataOf(await scene.venue.post('/v2/redemptions/cancel', { orderId: use.orderId, reason: 'wrong guest' }));
    assert.equal(refundOf(await cancelAt(scene.partner, orderId, { ifUnused: true })), 2);
  });

  test('a used up, a suspended and a waiting pass can be cancelled', async () => {
    const spent = await scene.partner.issue(1);
    dataOf(await scene.venue.redeem(spent.ePassId));
    assert.equal(refundOf(await cancelAt(scene.partner, spent.orderId)), 0);
    const held = await scene.partner.issue(4);
    dataOf(await scene.operator.post('/v2/orders/ePasses/suspend', { ePassId: held.ePassId, reason: 'lost' }));
    assert.equal(refundOf(await cancelAt(scene.operator, held.orderId)), 4);
    const waiting = await scene.partner.issue(6, { activationDate: '2090-01-01T00:00:00Z' });
    assert.equal(refundOf(await cancelAt(scene.partner, waiting.orderId)), 6);
  });

  test('what is no cancellation is refused, and changes nothing', async () => {
    const { orderId } = await scene.partner.issue();
    const bad: [object, string][] = [
      [{ status: 1 }, 'status'],
      [{ status: '3' }, 'status'],
      [{ ifUnused: 'true' }, 'ifUnused'],
      [{ ifunused: true }, 'ifunused'],
    ];
    for (const [more, field] of bad) {
      assert.deepEqual(refusedOf(await cancelAt(scene.partner, orderId, more), 'REQUEST_INVALID').fields, [field]);
    }
    const withoutStatus = await scene.partner.call('PATCH', '/v2/orders', { orderId });
    assert.deepEqual(refusedOf(withoutStatus, 'REQUEST_INVALID').fields, ['status']);
    refusedOf(await cancelAt(scene.partner, 'DP00000000000000'), 'ORDER_UNKNOWN');
    refusedOf(await cancelAt(scene.venue, orderId), 'SCOPE_MISSING');
    assert.equal((await find({ orderId })).status, 1);
  });

  test('a hundred races of a use with ifUnused have one winner each', () =>
    raceOften(scene.partner, scene.venue, true));

  test('a hundred races of a use with a cancellation refund exactly what is left', () =>
    raceOften(scene.partner, scene.venue, false));
});

await withPostgres('cancel, two processes on one database', (adminUrl) => {
  const fleet = useFleet(adminUrl, 2);

  for (const ifUnused of [true, false]) {
    test(`a hundred races ${ifUnused ? 'with' : 'without'} ifUnused, use and cancellation at different processes`, () =>
      raceOften(fleet.partners[0]!, fleet.venues[1]!, ifUnused));
  }
});
