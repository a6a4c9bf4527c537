/**
 * The newest PostgreSQL there is a package of, beside the one of the machine that all other tests use: the schema, every
 * verb and every report go through its parser and its planner once.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { audit } from '../../src/operations/audit.ts';
import type { Database } from '../../src/store/database.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { dataOf, refusedOf } from '../harness/client.ts';
import { withOwnPostgres } from '../harness/databases.ts';
import { useScene } from '../harness/scene.ts';

await withOwnPostgres(
  'the newest PostgreSQL',
  (server) => {
    let database: Database;
    const scene = useScene(async () => {
      database = await openPostgres({ url: await server.freshDatabase() });
      return database;
    });
    after(() => database.close());

    test('is 18 or newer', () => {
      assert.ok(Number.parseInt(server.version, 10) >= 18, server.version);
    });

    test('200 uses at once of a pass of 5 usages are 5', async () => {
      const { ePassId } = await scene.partner.issue(5);
      const replies = await Promise.all(Array.from({ length: 200 }, () => scene.venue.redeem(ePassId)));
      assert.equal(replies.filter(({ status }) => status === 200).length, 5);
    });

    test('issue, look up, use, give back, suspend, cancel', async () => {
      const { ePassId, orderId } = await scene.partner.issue(2, {}, 'newest-1');
      const scan = { scanId: '9b2f6a52-6f8e-4c1c-9d53-0c5a5a1f3a01' };
      const first = dataOf(await scene.venue.redeem(ePassId, scan));
      assert.deepEqual(dataOf(await scene.venue.redeem(ePassId, scan)), first);
      dataOf(await scene.venue.post('/v2/redemptions/cancel', { orderId: first.orderId, reason: 'sent away' }));
      dataOf(await scene.operator.post('/v2/orders/ePasses/suspend', { ePassId, reason: 'asked for' }));
      refusedOf(await scene.venue.redeem(ePassId), 'E_PASS_SUSPENDED');
      dataOf(await scene.operator.post('/v2/orders/ePasses/resume', { ePassId, reason: 'asked for' }));
      const found = dataOf(await scene.partner.post('/v2/orders/ePasses/search', { orderId }));
      assert.equal(found.extra.availableUsages, 2);
      dataOf(await scene.partner.call('PATCH', '/v2/orders', { orderId, status: 3 }));
      refusedOf(await scene.venue.redeem(ePassId), 'E_PASS_CANCELLED');
    });

    test('every list and report answers', async () => {
      const day = 86_400_000;
      const [from, to] = [-day, 2 * day].map((away) => new Date(Date.now() + away).toISOString().slice(0, 10));
      for (const path of [
        '/v2/event?pageSize=500',
        '/v2/resources',
        '/v2/transportHubs',
        `/v2/reports/usage?from=${from}&to=${to}&by=iata&step=day`,
        `/v2/reports/liability?from=${from}&to=${to}&step=day`,
        `/v2/reports/refusals?from=${from}&to=${to}&by=reason`,
        '/v2/reports/today',
        '/v2/reports/expiring?days=30',
      ]) {
        dataOf(await (path.startsWith('/v2/event') ? scene.partner : scene.operator).get(path));
      }
      const { ePasses } = dataOf(await scene.operator.post('/v2/orders/ePasses/find', { text: 'newest-1' }));
      assert.equal(ePasses.length, 1);
    });

    test('all of it adds up', async () => {
      assert.deepEqual((await audit(database)).findings, []);
    });
  },
  { programs: 'embedded' },
);
