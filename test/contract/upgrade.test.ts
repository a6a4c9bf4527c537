/** From the first release to this program: its data, made by itself, through every migration since. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { eventIdOf } from '../../src/contract/events.ts';
import { audit } from '../../src/operations/audit.ts';
import type { Credentials } from '../../src/operations/first-start.ts';
import { finishRestore, type RestoreResult, restore } from '../../src/operations/restore.ts';
import { migrations } from '../../src/product.ts';
import type { Database } from '../../src/store/database.ts';
import { migrate, schemaState } from '../../src/store/migrate.ts';
import { readBackUp } from '../../src/system/backup-file.ts';
import { restoreSettings } from '../harness/back-ups.ts';
import { dataOf, openClient } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { sqlViolations } from '../harness/invariants.ts';
import { openProduct } from '../harness/product.ts';
import { allTold } from '../harness/push.ts';
import { readRows } from '../harness/scene.ts';

// Two programmes, passes of every kind and restriction, uses, give-backs, cancellations, suspensions, events that were
// delivered and parked: all made through the API of release 0.1.0, whose schema had three migrations.
const fixture = 'test/fixtures/first-release.backup';

await eachDatabase(
  'an upgrade from the first release',
  (open) => {
    let database: Database;
    let restored: RestoreResult;

    before(async () => {
      database = await open();
      restored = await restore(database, await readBackUp(fixture), restoreSettings);
    });

    test('the data is there as the first release left it', async () => {
      const state = await schemaState(database, migrations);
      assert.equal(state.applied, 3);
      const counts = Object.fromEntries(restored.tables.map(({ table, rows }) => [table, rows]));
      assert.deepEqual([counts.passes, counts.holders, counts.programs, counts.endpoints], [22, 22, 2, 2]);
      const kinds = await readRows<{ kind: string }>(database, 'select distinct kind from entries order by kind');
      assert.deepEqual(
        kinds.map(({ kind }) => kind),
        ['cancel', 'expiring', 'give-back', 'issue', 'resume', 'suspend', 'use'],
      );
    });

    test('every migration since goes through, and nothing is lost or changed', async () => {
      const sums =
        'select count(*)::int as entries, sum(units)::int as units, max(transaction)::text as last from entries';
      const before = await readRows(database, sums);
      await migrate(database, migrations, Date.now());
      assert.deepEqual((await schemaState(database, migrations)).pending, []);
      assert.deepEqual(await readRows(database, sums), before);
      assert.deepEqual((await audit(database)).findings, []);
      const read = (sql: string) => readRows<Record<string, unknown>>(database, sql);
      // Some of its requests had no key, and so their answers were not kept.
      const violations = await sqlViolations(read);
      assert.deepEqual(
        violations.filter((name) => !name.startsWith('INV-19 no effect without its stored yes')),
        [],
      );
      assert.equal(await finishRestore(database, restored, restoreSettings), 1);
    });

    test('its clients, passes, cursors and event ids go on', async () => {
      const credentials = JSON.parse(restored.head.files['credentials.json']!) as Credentials;
      const product = await openProduct(database, { credentials });
      const partner = await openClient(product.baseUrl, credentials.partner);
      const venue = await openClient(product.baseUrl, credentials.venue);
      const { ePasses } = dataOf(await partner.post('/v2/users/ePasses', { clientUserId: 'traveller-1' }));
      const { ePassId, lastName, availableUsages } = ePasses[0].extra;
      assert.deepEqual([lastName, availableUsages], ['O’Brien-Łukasz', 2]);
      await allTold(database);
      const page = dataOf(await partner.get('/v2/event?pageSize=500'));
      const own = page.events.filter(({ body }: { body: { dpId: string } }) => body.dpId === ePassId);
      for (const { eventId, sequence } of own) {
        assert.equal(eventId, eventIdOf({ programId: 'DEMO', passId: ePassId, number: sequence, epoch: 0 }));
      }
      assert.equal(own.length, 4);
      const { orderId } = dataOf(await venue.redeem(ePassId));
      await allTold(database);
      const after = dataOf(await partner.get(`/v2/event?cursor=${page.nextCursor}`)).events;
      assert.deepEqual(
        after.map(({ body }: { body: { orderId: string } }) => body.orderId),
        [orderId],
      );
      const { endpoints } = dataOf(await partner.get('/v2/endpoints'));
      const [{ endpointId }] = endpoints;
      const { deliveries } = dataOf(await partner.get(`/v2/endpoints/${endpointId}/deliveries?pageSize=100`));
      const old = deliveries.find(({ eventId }: { eventId: string }) => eventId === own[0].eventId);
      assert.equal(dataOf(await partner.get(`/v2/endpoints/${endpointId}/deliveries/${old.eventId}`)).sequence, 1);
      await product.close();
    });
  },
  { prepared: false },
);
