import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { audit } from '../../src/operations/audit.ts';
import { exportAll } from '../../src/operations/export.ts';
import type { Database } from '../../src/store/database.ts';
import type { Progress } from '../../src/store/progress.ts';
import { openClient } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { openPerson } from '../harness/people.ts';
import { openProduct } from '../harness/product.ts';

/** Ways to break what must never break; each is undone by the transaction it runs in. */
const breaks: readonly { readonly check: string; readonly sql: string }[] = [
  { check: 'the uses of a pass minus', sql: `update passes set used = used + 1 where used = 1` },
  { check: 'each line of history tells', sql: `update entries set left_after = left_after + 1 where kind = 'use'` },
  { check: 'the history of a pass is numbered', sql: `update entries set number = number + 5 where kind = 'use'` },
  { check: 'every pass is found by the prefix', sql: `update programs set issuer_prefix = '0000'` },
  {
    check: 'no use lies outside the dates',
    sql: `update entries set at = '2001-01-01' where kind = 'use'`,
  },
  {
    check: 'no use lies outside the places',
    sql: `update passes set restriction = 'iata', restricted_to = '{HKG}' where used = 1`,
  },
  { check: 'the last use of a pass', sql: `update passes set last_use_number = 9 where used = 1` },
  { check: 'a cancelled pass, and no other', sql: `update passes set cancelled_at = null` },
  { check: 'every pass has the name', sql: `update passes set last_name = 'Mallory' where used = 1` },
  { check: 'every pass has the name', sql: `update holders set first_key = 'eve'` },
  { check: 'every line of history belongs', sql: `update entries set kind = 'resume' where kind = 'issue'` },
  { check: 'the audit log is numbered', sql: `update audit_log set actor = 'account:somebody@else' where number = 2` },
  { check: 'the audit log is numbered', sql: `update audit_log set at = at + interval '1 second' where number = 1` },
  { check: 'the audit log is numbered', sql: `update audit_log set details = '{}' where number = 1` },
  { check: 'the audit log is numbered', sql: 'delete from audit_log where number = 2' },
];

class Undo extends Error {}

/** Somebody who looks on, and what they were told. */
function watch() {
  const told = { all: -1, done: 0 };
  const progress: Progress = {
    total(count) {
      told.all = count;
    },
    add(count) {
      told.done += count;
    },
  };
  return { told, progress };
}

await eachDatabase('audit', (open) => {
  let database: Database;

  before(async () => {
    database = await open();
    const product = await openProduct(database);
    const partner = await openClient(product.baseUrl, product.credentials.partner);
    const venue = await openClient(product.baseUrl, product.credentials.venue);
    const used = await partner.issue(2);
    assert.equal((await venue.redeem(used.ePassId)).status, 200);
    const admin = await openPerson(product, { role: 'administrator' });
    for (const closed of [true, false])
      await admin.call('PATCH', '/v2/resources/N00001', { closed, reason: 'Renovation' });
    const cancelled = await partner.issue(1);
    assert.equal((await partner.call('PATCH', '/v2/orders', { orderId: cancelled.orderId, status: 3 })).status, 200);
    await product.close();
  });

  test('a sound database gives no finding', async () => {
    const { told, progress } = watch();
    const { checks, findings, head } = await audit(database, progress);
    assert.deepEqual(findings, []);
    assert.deepEqual(told, { all: checks, done: checks }, 'whoever looks on sees it go on to its end');
    assert.equal(head?.number, 3);
    assert.ok(checks >= new Set(breaks.map(({ check }) => check)).size);
  });

  test('an export tells how much there is, and each part of it, by whatever it is narrowed', async () => {
    const all = { programId: null, from: null, to: null };
    for (const [kind, filter] of [
      ['passes', all],
      ['usages', all],
      ['entries', all],
      ['usages', { programId: 'DEMO', from: 0, to: Date.now() + 60_000 }],
      ['entries', { ...all, to: 0 }],
    ] as const) {
      const { told, progress } = watch();
      const count = await exportAll(database, kind, filter, Date.now(), async () => {}, progress);
      assert.deepEqual(told, { all: count, done: count }, `${kind} ${JSON.stringify(filter)}`);
      assert.equal(count > 0, filter.to !== 0, kind);
    }
  });

  for (const { check, sql } of breaks) {
    test(`finds it when not: ${check} (${sql})`, async () => {
      const undone = database.transaction(async (transaction) => {
        for (const table of ['passes', 'holders', 'entries', 'audit_log']) {
          await transaction.run({ name: `off_${table}`, text: `alter table ${table} disable trigger user` }, []);
        }
        await transaction.run({ name: `break_${breaks.findIndex((one) => one.sql === sql)}`, text: sql }, []);
        const inside = { ...database, read: transaction.run.bind(transaction) } as unknown as Database;
        const { findings } = await audit(inside);
        assert.ok(
          findings.some((finding) => finding.check.startsWith(check)),
          `not found: ${JSON.stringify(findings)}`,
        );
        throw new Undo();
      });
      await assert.rejects(undone, Undo);
    });
  }
});
