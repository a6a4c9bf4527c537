/** What is forgotten in time is found without reading what stays, and without keeping the door waiting. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { answersKeptFor, purgeAnswers } from '../../src/store/answers.ts';
import type { Database } from '../../src/store/database.ts';
import { eachDatabase } from '../harness/databases.ts';

interface Counts {
  readonly read: number;
  readonly gone: number;
}

/** How many rows of the table were read and deleted so far, once the server has counted `gone` deletions. */
async function countsOf(database: Database, gone: number): Promise<Counts> {
  const statements = [
    { name: 'flush', text: 'select pg_stat_force_next_flush()::text' },
    {
      name: 'counts',
      text: `select seq_tup_read + coalesce(idx_tup_fetch, 0) as read, n_tup_del as gone
        from pg_stat_user_tables where relname = 'answers'`,
    },
  ];
  for (;;) {
    const answers = await Promise.all(statements.map((one) => database.read<Counts>(one, [])));
    const counts = answers[1]![0]!;
    if (counts.gone >= gone) return counts;
    await pause(100);
  }
}

await eachDatabase('request ids that are 72 hours old', (open) => {
  let database: Database;
  const now = Date.parse('2026-01-08T00:00:00Z');

  before(async () => {
    database = await open();
    await database.script(`insert into answers (program_id, client_id, route, key, fingerprint, status, body, created_at)
      select 'DEMO', case when g % 1000 = 0 then 'client' else '' end, 'redeemPass', g::text, 'f', 200, '{}', '2026-01-01'
      from generate_series(1, 20000) g`);
  });

  test('are found without reading the scan ids of all time', { timeout: 60_000 }, async () => {
    const earlier = await countsOf(database, 0);
    assert.equal(await purgeAnswers(database, Date.parse('2026-01-01') + answersKeptFor), 0);
    assert.equal(await purgeAnswers(database, now), 20);
    const { read } = await countsOf(database, earlier.gone + 20);
    assert.ok(read - earlier.read < 200, `${read - earlier.read} rows were read`);
  });

  test('are forgotten although every connection of the door is taken', { timeout: 60_000 }, async (t) => {
    if (database.kind === 'embedded') return t.diagnostic('the embedded database has one connection for all');
    let leave = () => {};
    const enough = new Promise<void>((resolve) => (leave = resolve));
    const held = Array.from({ length: database.lanes }, () =>
      database.transaction(async (transaction) => {
        await transaction.run({ name: 'one', text: 'select 1 as one' }, []);
        await enough;
      }),
    );
    try {
      assert.equal(await purgeAnswers(database, now), 0);
    } finally {
      leave();
      await Promise.all(held);
    }
  });
});
