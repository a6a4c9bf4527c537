/** The log of what people did: one chain, written with the act itself, and only ever appended to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordAct } from '../../src/operations/audit-log.ts';
import type { Caller } from '../../src/operations/caller.ts';
import type { Transaction } from '../../src/store/database.ts';
import { eachDatabase } from '../harness/databases.ts';
import { readRows, useScene } from '../harness/scene.ts';

interface Line {
  readonly number: number;
  readonly actor: string;
  readonly act: string;
  readonly subject: string;
  readonly in_program: string | null;
  readonly details: string;
}

await eachDatabase('audit log', (open, kind) => {
  const scene = useScene(open);
  const lines = () => readRows<Line>(scene.database, 'select * from audit_log order by number');
  const callerNamed = (clientId: string): Caller => ({
    client: {
      kind: 'account',
      clientId,
      scopes: new Set(['auditor']),
      ratePerMinute: 1,
      programs: new Map(),
      resources: new Set(),
    },
    programId: null,
    requestId: 'request-1',
    key: null,
    operationId: 'test',
  });
  const record = (transaction: Transaction, subject: string) =>
    recordAct(
      transaction,
      callerNamed('account:ada@example.com'),
      { act: 'test.act', subject, details: {} },
      Date.now(),
    );

  test('an act and its line are there together or not at all', async () => {
    const closed = await scene.operator.call('PATCH', '/v2/resources/N00001', { closed: true, reason: 'Water "leak"' });
    assert.equal(closed.status, 200, closed.text);
    const opened = await scene.operator.call('PATCH', '/v2/resources/N00001', { closed: false });
    assert.equal(opened.status, 200);
    const [close, reopen] = await lines();
    assert.deepEqual([close!.act, close!.subject, close!.in_program], ['resource.close', 'N00001', 'DEMO']);
    assert.deepEqual(JSON.parse(close!.details), { reason: 'Water "leak"' });
    assert.equal(reopen!.act, 'resource.open');
    const before = await lines();
    const undone = scene.database.transaction(async (transaction) => {
      await record(transaction, 'undone');
      throw new Error('undone');
    });
    await assert.rejects(undone, /undone/);
    assert.deepEqual(await lines(), before);
  });

  test('acts at the same time make one chain without a gap or a fork', async () => {
    const before = (await lines()).length;
    const width = kind === 'embedded' ? 4 : 8;
    const acts = Array.from({ length: 40 }, (_, index) => index);
    await Promise.all(
      Array.from({ length: width }, async () => {
        for (let index = acts.shift(); index !== undefined; index = acts.shift()) {
          const subject = `subject-${index}`;
          await scene.database.transaction((transaction) => record(transaction, subject));
        }
      }),
    );
    const numbers = (await lines()).map(({ number }) => number);
    assert.deepEqual(
      numbers,
      Array.from({ length: before + 40 }, (_, index) => index + 1),
    );
    const broken = await readRows(
      scene.database,
      `select number from (select *, coalesce(lag(hash) over (order by number), '') as previous from audit_log) l
       where hash <> audit_hash(previous, number, at, actor, act, subject, in_program, request_id, details)`,
    );
    assert.deepEqual(broken, []);
  });

  test('a line can neither be changed nor taken out', async () => {
    for (const sql of [`update audit_log set actor = 'x'`, 'delete from audit_log', 'truncate audit_log']) {
      const tried = scene.database.transaction((transaction) =>
        transaction.run({ name: sql.slice(0, 20), text: sql }, []),
      );
      await assert.rejects(tried, { code: '42501' }, sql);
    }
  });
});
