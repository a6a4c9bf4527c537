/** Section 9 of the contract: simulated uses, and a clock that integrators can move. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataOf, issueBody, refusedOf, type TestClient } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { addClient, addProgram, countState, holdClock, useScene } from '../harness/scene.ts';

const redemptions = '/v2/simulations/lounges/redemptions';
const cancellation = '/v2/simulations/lounges/cancellation';
const iso = (at: number) => new Date(at).toISOString();
const inSeconds = (at: number) => `${iso(at).slice(0, 19)}+00:00`;
const day = 86_400_000;

await eachDatabase('sandbox', (open) => {
  const clock = holdClock();
  const scene = useScene(open, clock);
  const find = async (ePassId: string) => dataOf(await scene.partner.post('/v2/orders/ePasses/search', { ePassId }));
  const setClock = (at: number | null, client: TestClient = scene.partner) =>
    client.post('/v2/simulations/clock', { now: at === null ? null : iso(at) });
  const simulate = (dpId: string, more: object = {}) =>
    scene.partner.post(redemptions, { dpId, adultCount: 1, childCount: 0, ...more });

  test('a simulated use and its cancellation, field by field', async () => {
    const { ePassId: dpId } = await scene.partner.issue(5);
    const done = await simulate(dpId, { adultCount: 2, childCount: 1 });
    const { transactionId } = dataOf(done);
    assert.match(transactionId, /^DP[0-9]{14}$/);
    assert.equal(done.text, JSON.stringify({ code: 0, data: { dpId, transactionId, message: 'Order Created' } }));
    assert.equal((await find(dpId)).extra.usedUsages, 3);
    const back = await scene.partner.post(cancellation, { dpId, transactionId });
    assert.equal(back.text, JSON.stringify({ code: 0, data: { dpId, transactionId, message: 'Order Cancelled' } }));
    assert.equal((await find(dpId)).extra.usedUsages, 0);
  });

  test('it is a usage order at N00012 like one of a real venue', async () => {
    const { ePassId } = await scene.partner.issue(5);
    const { transactionId } = dataOf(await simulate(ePassId));
    const order = dataOf(await scene.venue.post('/v2/orders/ePasses/details', { orderId: transactionId }));
    assert.deepEqual([order.resourceId, order.status, order.usedUsages], ['N00012', 2, 1]);
    dataOf(await scene.venue.post('/v2/redemptions/cancel', { orderId: transactionId, reason: 'x' }));
    const twice = await scene.partner.post(cancellation, { dpId: ePassId, transactionId });
    refusedOf(twice, 'USAGE_ALREADY_GIVEN_BACK');
  });

  test('it is refused like at a real venue', async () => {
    const { ePassId, orderId } = await scene.partner.issue(2);
    refusedOf(await simulate(ePassId, { adultCount: 3 }), 'E_PASS_USAGES_EXCEEDED');
    refusedOf(await simulate('1788000000000000'), 'E_PASS_UNKNOWN');
    assert.deepEqual(refusedOf(await simulate(ePassId, { adultCount: 0 }), 'REQUEST_INVALID').fields.length, 2);
    assert.deepEqual(refusedOf(await simulate(ePassId, { resourceId: 'N00001' }), 'REQUEST_INVALID').fields, [
      'resourceId',
    ]);
    const elsewhere = await scene.partner.issue(2, { allowedResources: { iata: ['MAN'] } });
    refusedOf(await simulate(elsewhere.ePassId), 'E_PASS_AIRPORT_NOT_ALLOWED');
    dataOf(await scene.partner.call('PATCH', '/v2/orders', { orderId, status: 3 }));
    refusedOf(await simulate(ePassId), 'E_PASS_CANCELLED');
    refusedOf(await scene.venue.post(redemptions, { dpId: ePassId, adultCount: 1, childCount: 0 }), 'SCOPE_MISSING');
  });

  test('only simulated uses of that pass are cancelled there', async () => {
    const { ePassId } = await scene.partner.issue(5);
    const other = await scene.partner.issue(5);
    const real = dataOf(await scene.venue.redeem(ePassId));
    const { transactionId } = dataOf(await simulate(ePassId));
    const before = await countState(scene.database);
    for (const body of [
      { dpId: ePassId, transactionId: real.orderId },
      { dpId: other.ePassId, transactionId },
      { dpId: ePassId, transactionId: 'DP00000000000000' },
    ]) {
      refusedOf(await scene.partner.post(cancellation, body), 'USAGE_ORDER_UNKNOWN');
    }
    assert.deepEqual(await countState(scene.database), before);
  });

  test('the clock moves activation: usable only after that very instant', async () => {
    const activationAt = clock.at + 30 * day;
    const { ePassId, reply } = await scene.partner.issue(5, { activationDate: iso(activationAt) });
    assert.equal(dataOf(reply).extra.ePassStatus, 0);
    try {
      for (const [at, status] of [
        [activationAt - 1, 0],
        [activationAt, 0],
        [activationAt + 1, 1],
      ] as const) {
        dataOf(await setClock(at));
        assert.equal((await find(ePassId)).extra.ePassStatus, status, `${at - activationAt} ms after activation`);
        const use = await scene.venue.redeem(ePassId);
        if (status === 0) refusedOf(use, 'E_PASS_NOT_YET_ACTIVE');
        else assert.equal(dataOf(use).usageDate, inSeconds(at));
      }
    } finally {
      dataOf(await setClock(null));
    }
    assert.equal((await find(ePassId)).extra.ePassStatus, 0);
  });

  test('the clock moves expiry: usable until just before that very instant', async () => {
    const expirationAt = clock.at + 30 * day;
    const { ePassId } = await scene.partner.issue(5, { expirationDate: iso(expirationAt) });
    try {
      for (const [at, status] of [
        [expirationAt - 1, 1],
        [expirationAt, 9],
        [expirationAt + 365 * day, 9],
      ] as const) {
        dataOf(await setClock(at));
        assert.equal((await find(ePassId)).extra.ePassStatus, status);
        const use = await scene.venue.redeem(ePassId);
        if (status === 1) dataOf(use);
        else assert.deepEqual(refusedOf(use, 'E_PASS_EXPIRED').facts, { expirationDate: inSeconds(expirationAt) });
      }
    } finally {
      dataOf(await setClock(null));
    }
    dataOf(await scene.venue.redeem(ePassId));
  });

  test('a pass without an activation date is active from its first instant', async () => {
    const { ePassId } = await scene.partner.issue(1);
    dataOf(await scene.venue.redeem(ePassId));
  });

  test('the clock goes on from where it was set, and tells the programme’s time', async () => {
    const target = Date.UTC(2030, 0, 1);
    try {
      assert.deepEqual(dataOf(await setClock(target)), { programId: 'DEMO', now: '2030-01-01T00:00:00+00:00' });
      clock.at += 5_000;
      const { reply } = await scene.partner.issue(1);
      assert.equal(dataOf(reply).orderCreatedDate, '2030-01-01T00:00:05+00:00');
      const past = issueBody(1, { expirationDate: '2029-12-31T00:00:00Z' });
      refusedOf(await scene.partner.post('/v2/orders/lounges/ePasses', past), 'EXPIRATION_IN_PAST');
      const offset = await scene.partner.post('/v2/simulations/clock', { now: '2031-06-01T08:00:00+08:00' });
      assert.equal(dataOf(offset).now, '2031-06-01T00:00:00+00:00');
    } finally {
      assert.equal(dataOf(await setClock(null)).now, inSeconds(clock.at));
    }
  });

  test('a clock set back makes younger passes wait, and nothing breaks', async () => {
    const { ePassId, orderId } = await scene.partner.issue(5);
    const used = dataOf(await scene.venue.redeem(ePassId));
    try {
      dataOf(await setClock(clock.at - day));
      refusedOf(await scene.venue.redeem(ePassId), 'E_PASS_NOT_YET_ACTIVE');
      assert.equal((await find(ePassId)).extra.ePassStatus, 0);
      dataOf(await scene.venue.post('/v2/redemptions/cancel', { orderId: used.orderId, reason: 'x' }));
      const cancelled = dataOf(await scene.partner.call('PATCH', '/v2/orders', { orderId, status: 3 }));
      assert.equal(cancelled.refundableUsages, 5);
    } finally {
      dataOf(await setClock(null));
    }
  });

  test('what is no instant is refused; the edges of time can be set and used', async () => {
    const bad = ['tomorrow, at about noon', '1999-12-31T23:59:59Z', '2028-02-30T00:00:00Z', '9900-01-01T00:00:00Z'];
    for (const now of [...bad, '9999-12-31T23:59:59Z', 0, undefined]) {
      assert.deepEqual(
        refusedOf(await scene.partner.post('/v2/simulations/clock', { now }), 'REQUEST_INVALID').fields,
        ['now'],
      );
    }
    try {
      for (const now of ['2000-01-01T00:00:00Z', '9899-12-31T23:59:59Z']) {
        dataOf(await scene.partner.post('/v2/simulations/clock', { now }));
        const { ePassId } = await scene.partner.issue(1, { expirationDate: '9999-12-31T23:59:59Z' });
        dataOf(await scene.venue.redeem(ePassId));
      }
    } finally {
      dataOf(await setClock(null));
    }
  });

  test('a live programme has no simulations and no test clock', async () => {
    await addProgram(scene.product, { programId: 'LIVE', issuerPrefix: '1804', sandbox: false }, ['N00012']);
    const live = await addClient(scene.product, { scopes: ['issuer'], programIds: ['LIVE'] });
    const { ePassId: dpId } = await live.issue(5);
    const before = await countState(scene.database);
    const use = { dpId, adultCount: 1, childCount: 0 };
    refusedOf(await live.post(redemptions, use), 'SANDBOX_ONLY');
    refusedOf(await live.post(cancellation, { dpId, transactionId: 'DP00000000000000' }), 'SANDBOX_ONLY');
    refusedOf(await setClock(clock.at + day, live), 'SANDBOX_ONLY');
    // The demo's own simulator knows no passes of another programme.
    refusedOf(await scene.partner.post(redemptions, use), 'E_PASS_UNKNOWN');
    assert.deepEqual(await countState(scene.database), before);
  });

  test('the clock of one programme does not move another’s', async () => {
    await addProgram(scene.product, { programId: 'SANDBOX2', issuerPrefix: '1805', sandbox: true }, ['N00012']);
    const other = await addClient(scene.product, { scopes: ['issuer'], programIds: ['SANDBOX2'] });
    try {
      dataOf(await setClock(clock.at + 365 * day));
      const { reply } = await other.issue(1);
      assert.equal(dataOf(reply).orderCreatedDate, inSeconds(clock.at));
    } finally {
      dataOf(await setClock(null));
    }
  });
});
