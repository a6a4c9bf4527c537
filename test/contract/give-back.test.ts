/** Section 7 of the contract: giving a use back, in full, as a new line of the history. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataOf, refusedOf, type TestClient } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { addClient, countState, holdClock, readRows, useScene } from '../harness/scene.ts';

const minutes = 60_000;
const inSeconds = (at: number) => `${new Date(at).toISOString().slice(0, 19)}+00:00`;
const giveBack = (client: TestClient, orderId: string, reason = 'left at once') =>
  client.post('/v2/redemptions/cancel', { orderId, reason });

await eachDatabase('give back', (open) => {
  const clock = holdClock();
  const scene = useScene(open, clock);
  const find = async (ePassId: string) => dataOf(await scene.partner.post('/v2/orders/ePasses/search', { ePassId }));
  const use = async (dpId: string, more: object = {}) => dataOf(await scene.venue.redeem(dpId, more));
  /** Moves the programme's clock, as an integrator does in the sandbox; the real one stands still. */
  const moveClock = async (milliseconds: number | null) =>
    dataOf(
      await scene.partner.post('/v2/simulations/clock', {
        now: milliseconds === null ? null : new Date(clock.at + milliseconds).toISOString(),
      }),
    );

  test('the usage order is told again as cancelled, with what is left afterwards', async () => {
    const { ePassId } = await scene.partner.issue(5);
    const first = await use(ePassId, { adultCount: 2, childCount: 1 });
    await use(ePassId);
    clock.at += 2_000;
    const reply = await giveBack(scene.venue, first.orderId);
    const expected = { ...first, status: 3, orderCancelledDate: inSeconds(clock.at), availableUsages: 4 };
    assert.equal(reply.text, JSON.stringify({ code: 0, data: expected }));
    assert.deepEqual(
      dataOf(await scene.venue.post('/v2/orders/ePasses/details', { orderId: first.orderId })),
      expected,
    );
    const { extra } = await find(ePassId);
    assert.deepEqual([extra.availableUsages, extra.usedUsages], [4, 1]);
  });

  test('a give-back is a new entry of the history, with its reason, and nothing is deleted', async () => {
    const { ePassId } = await scene.partner.issue(5);
    const used = await use(ePassId, { adultCount: 2 });
    dataOf(await giveBack(scene.venue, used.orderId, 'wrong 🛋 lounge'));
    const rows = await readRows(
      scene.database,
      `select number, kind, units, left_after, order_id = $2 as same, reason from entries where pass_id = $1 order by number`,
      [ePassId, used.orderId],
    );
    assert.deepEqual(rows, [
      { number: 1, kind: 'issue', units: 0, left_after: 5, same: false, reason: null },
      { number: 2, kind: 'use', units: 2, left_after: 3, same: true, reason: null },
      { number: 3, kind: 'give-back', units: -2, left_after: 5, same: true, reason: 'wrong 🛋 lounge' },
    ]);
  });

  test('the venue has 15 minutes, to the millisecond; an operator has longer', async () => {
    const { ePassId } = await scene.partner.issue(5);
    const [early, late] = [await use(ePassId), await use(ePassId)];
    try {
      await moveClock(15 * minutes - 1);
      dataOf(await giveBack(scene.venue, early.orderId));
      await moveClock(15 * minutes);
      const before = await countState(scene.database);
      const { facts } = refusedOf(await giveBack(scene.venue, late.orderId), 'GIVE_BACK_TOO_LATE');
      assert.deepEqual(facts, { usageDate: late.usageDate, until: inSeconds(clock.at + 15 * minutes) });
      assert.deepEqual(await countState(scene.database), before);
      await moveClock(100 * 24 * 60 * minutes);
      dataOf(await giveBack(scene.operator, late.orderId));
      assert.equal((await find(ePassId)).extra.availableUsages, 5);
    } finally {
      await moveClock(null);
    }
  });

  test('a use is given back once, saying when it happened', async () => {
    const { ePassId } = await scene.partner.issue(5);
    const used = await use(ePassId);
    const first = dataOf(await giveBack(scene.venue, used.orderId));
    clock.at += 2_000;
    for (const client of [scene.venue, scene.operator]) {
      const { facts } = refusedOf(await giveBack(client, used.orderId), 'USAGE_ALREADY_GIVEN_BACK');
      assert.deepEqual(facts, { orderCancelledDate: first.orderCancelledDate });
    }
    assert.equal((await find(ePassId)).extra.availableUsages, 5);
  });

  test('fifty give-backs of one use at once: one succeeds', async () => {
    const { ePassId } = await scene.partner.issue(5);
    const used = await use(ePassId, { adultCount: 3 });
    const clients = [scene.venue, scene.operator];
    const replies = await Promise.all(
      Array.from({ length: 50 }, (_, index) => giveBack(clients[index % 2]!, used.orderId)),
    );
    assert.equal(replies.filter(({ status }) => status === 200).length, 1);
    for (const reply of replies) if (reply.status !== 200) refusedOf(reply, 'USAGE_ALREADY_GIVEN_BACK');
    assert.equal((await find(ePassId)).extra.availableUsages, 5);
  });

  test('not after a cancellation, which has told what is refunded', async () => {
    const { orderId, ePassId } = await scene.partner.issue(5);
    const used = await use(ePassId);
    const cancelled = dataOf(await scene.partner.call('PATCH', '/v2/orders', { orderId, status: 3 }));
    for (const client of [scene.venue, scene.operator]) {
      const { facts } = refusedOf(await giveBack(client, used.orderId), 'E_PASS_CANCELLED');
      assert.deepEqual(facts, { cancelledDate: cancelled.orderCancelledDate });
    }
    assert.equal((await find(ePassId)).extra.availableUsages, 4);
  });

  test('the usage date goes back to the previous use that stands', async () => {
    const { ePassId } = await scene.partner.issue(5);
    const uses: { orderId: string; usageDate: string }[] = [];
    for (let index = 0; index < 4; index += 1) {
      uses.push(await use(ePassId, { resourceId: ['N00001', 'N00002', 'N00012', 'N00001'][index]! }));
      clock.at += 2_000;
    }
    const lastAfter = async (index: number) => {
      dataOf(await giveBack(scene.venue, uses[index]!.orderId));
      return (await find(ePassId)).usageDate;
    };
    // The middle one goes: the last stays. Then the last goes: the one before the middle is the last.
    assert.equal(await lastAfter(2), uses[3]!.usageDate);
    assert.equal(await lastAfter(3), uses[1]!.usageDate);
    const { facts } = refusedOf(await scene.venue.redeem(ePassId, { adultCount: 9 }), 'E_PASS_USAGES_EXCEEDED');
    assert.deepEqual([facts.lastUsedDate, facts.lastUsedResourceId], [uses[1]!.usageDate, 'N00002']);
    assert.equal(await lastAfter(1), uses[0]!.usageDate);
    assert.equal(await lastAfter(0), null);
    assert.equal((await find(ePassId)).extra.availableUsages, 5);
  });

  test('all uses given back and used again at once leave a history that adds up', async () => {
    const { ePassId } = await scene.partner.issue(20);
    const uses = await Promise.all(Array.from({ length: 10 }, () => use(ePassId)));
    await Promise.all(uses.flatMap(({ orderId }) => [giveBack(scene.venue, orderId).then(dataOf), use(ePassId)]));
    const order = await find(ePassId);
    assert.deepEqual([order.extra.availableUsages, order.extra.usedUsages], [10, 10]);
    const rows = await readRows<{ units: number; left_after: number }>(
      scene.database,
      'select units, left_after from entries where pass_id = $1 order by number',
      [ePassId],
    );
    let left = 20;
    for (const { units, left_after } of rows) {
      left -= units;
      assert.equal(left_after, left);
    }
    assert.equal(rows.length, 31);
  });

  test('a suspended and an expired pass give back too', async () => {
    const { ePassId } = await scene.partner.issue(5, { expirationDate: new Date(clock.at + minutes).toISOString() });
    const [one, two] = [await use(ePassId), await use(ePassId)];
    dataOf(await scene.operator.post('/v2/orders/ePasses/suspend', { ePassId, reason: 'lost' }));
    dataOf(await giveBack(scene.venue, one.orderId));
    clock.at += 2 * minutes;
    dataOf(await giveBack(scene.venue, two.orderId));
    assert.equal((await find(ePassId)).extra.availableUsages, 5);
  });

  test('a venue gives back the uses of its own resources only; issuers give nothing back', async () => {
    const { ePassId, orderId } = await scene.partner.issue(5);
    const used = await use(ePassId);
    const other = await addClient(scene.product, { scopes: ['venue'], resourceIds: ['N00002'] });
    refusedOf(await giveBack(other, used.orderId), 'USAGE_ORDER_UNKNOWN');
    refusedOf(await giveBack(scene.partner, used.orderId), 'SCOPE_MISSING');
    // The order of the pass is no usage order.
    refusedOf(await giveBack(scene.venue, orderId), 'USAGE_ORDER_UNKNOWN');
    refusedOf(await giveBack(scene.venue, 'DP00000000000000'), 'USAGE_ORDER_UNKNOWN');
    dataOf(await giveBack(scene.venue, used.orderId));
  });

  test('a process whose clock is a little behind adds nothing before what another one has written (FLT-21)', async () => {
    const { ePassId, orderId } = await scene.partner.issue(5);
    const steps = [
      async () => giveBack(scene.venue, (await use(ePassId)).orderId),
      () => scene.venue.redeem(ePassId),
      () => scene.operator.post('/v2/orders/ePasses/suspend', { ePassId, reason: 'lost' }),
      () => scene.operator.post('/v2/orders/ePasses/resume', { ePassId, reason: 'found' }),
      async () => giveBack(scene.venue, (await use(ePassId)).orderId),
      () => scene.partner.call('PATCH', '/v2/orders', { orderId, status: 3 }),
    ];
    for (const [index, step] of steps.entries()) {
      // Every second step falls to a process that is 0.9 s behind.
      clock.at += index % 2 === 0 ? 1_400 : -900;
      dataOf(await step());
    }
    clock.at += minutes;
    const text = 'select kind, at from entries where pass_id = $1 order by number';
    const history = await readRows<{ kind: string; at: number }>(scene.database, text, [ePassId]);
    const kinds = ['issue', 'use', 'give-back', 'use', 'suspend', 'resume', 'use', 'give-back', 'cancel'];
    assert.deepEqual(
      history.map(({ kind }) => kind),
      kinds,
    );
    const times = history.map(({ at }) => at);
    assert.deepEqual(
      times,
      [...times].sort((one, other) => one - other),
    );
  });

  test('a reason is required, and is text that can be kept', async () => {
    const { ePassId } = await scene.partner.issue(5);
    const used = await use(ePassId);
    for (const reason of [undefined, null, '', 'two\nlines', 'x'.repeat(201), 'half \ud83d', '\udecb half']) {
      const reply = await scene.venue.post('/v2/redemptions/cancel', { orderId: used.orderId, reason });
      assert.deepEqual(refusedOf(reply, 'REQUEST_INVALID').fields, ['reason'], String(reason));
    }
    assert.equal((await find(ePassId)).extra.availableUsages, 4);
  });
});
