/** FLT-21: the clock of the database is set back while passes are used. Tokens are good for an hour, so it is less here. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { dataOf, refusedOf, type TestClient } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { addClient, addProgram, holdClock, readRows, useScene } from '../harness/scene.ts';

const minute = 60_000;
const inSeconds = (at: number) => `${new Date(at).toISOString().slice(0, 19)}+00:00`;

await eachDatabase('a clock that is set back', (open) => {
  const clock = holdClock();
  const scene = useScene(open, clock);
  let start: number;
  let issuer: TestClient;
  let venue: TestClient;
  let operator: TestClient;
  const to = (minutes: number) => {
    clock.at = start + minutes * minute;
  };
  const instantsOf = async (passId: string) => {
    const text = 'select kind, at from entries where pass_id = $1 order by number';
    const rows = await readRows<{ kind: string; at: number }>(scene.database, text, [passId]);
    return rows.map(({ kind, at }) => [kind, (at - start) / minute]);
  };

  before(async () => {
    start = clock.at;
    await addProgram(scene.product, { programId: 'LIVE', issuerPrefix: '3111', sandbox: false }, ['N00001']);
    const of = (scope: 'issuer' | 'venue' | 'operator') =>
      addClient(scene.product, { scopes: [scope], programIds: ['LIVE'], resourceIds: ['N00001'] });
    [issuer, venue, operator] = [await of('issuer'), await of('venue'), await of('operator')];
  });

  test('a history does not run backwards, and what is answered agrees with it', async () => {
    to(0);
    const { ePassId, orderId } = await issuer.issue(5);
    to(50);
    const first = dataOf(await venue.redeem(ePassId));
    to(20);
    const second = dataOf(await venue.redeem(ePassId));
    dataOf(await venue.post('/v2/redemptions/cancel', { orderId: first.orderId, reason: 'Left at once' }));
    const found = dataOf(await issuer.post('/v2/orders/ePasses/search', { ePassId }));
    const order = dataOf(await venue.post('/v2/orders/ePasses/details', { orderId: second.orderId }));
    dataOf(await operator.post('/v2/orders/ePasses/suspend', { ePassId, reason: 'Asked about' }));
    dataOf(await operator.post('/v2/orders/ePasses/resume', { ePassId, reason: 'Explained' }));
    to(51);
    const third = dataOf(await venue.redeem(ePassId));
    to(10);
    const gone = dataOf(await issuer.call('PATCH', '/v2/orders', { orderId, status: 3 }));
    assert.deepEqual(await instantsOf(ePassId), [
      ['issue', 0],
      ['use', 50],
      ['use', 50],
      ['give-back', 50],
      ['suspend', 50],
      ['resume', 50],
      ['use', 51],
      ['cancel', 51],
    ]);
    const told = [second.usageDate, order.usageDate, found.usageDate, third.usageDate, gone.orderCancelledDate];
    assert.deepEqual(
      told,
      [50, 50, 50, 51, 51].map((minutes) => inSeconds(start + minutes * minute)),
    );
  });

  test('doors decide by the clock as it is', async () => {
    to(0);
    const expirationDate = new Date(start + 30 * minute).toISOString();
    const { ePassId } = await issuer.issue(5, { expirationDate });
    to(50);
    refusedOf(await venue.redeem(ePassId), 'E_PASS_EXPIRED');
    to(20);
    dataOf(await venue.redeem(ePassId));
    assert.deepEqual((await instantsOf(ePassId)).at(-1), ['use', 20]);
  });

  test('nothing is used of which the history tells that it has ended', async () => {
    to(0);
    const expirationDate = new Date(start + 40 * minute).toISOString();
    const { ePassId } = await issuer.issue(5, { expirationDate });
    dataOf(await venue.redeem(ePassId));
    to(50);
    dataOf(await operator.post('/v2/orders/ePasses/suspend', { ePassId, reason: 'Asked about' }));
    dataOf(await operator.post('/v2/orders/ePasses/resume', { ePassId, reason: 'Explained' }));
    to(20);
    const people = { resourceId: 'N00001', adultCount: 1, childCount: 0 };
    assert.equal(
      dataOf(await venue.post('/v2/redemptions/check', { dpId: ePassId, ...people })).error,
      'E_PASS_EXPIRED',
    );
    refusedOf(await venue.redeem(ePassId), 'E_PASS_EXPIRED');
    assert.deepEqual((await instantsOf(ePassId)).at(-1), ['resume', 50]);
  });

  test('a sandbox’s clock is set back on purpose, and the history goes with it', async () => {
    to(0);
    const { ePassId } = await scene.partner.issue(5);
    to(50);
    dataOf(await scene.venue.redeem(ePassId));
    to(20);
    dataOf(await scene.venue.redeem(ePassId));
    assert.deepEqual((await instantsOf(ePassId)).slice(1), [
      ['use', 50],
      ['use', 20],
    ]);
  });
});
