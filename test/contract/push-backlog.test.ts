/** A long backlog of an endpoint that the planner's statistics do not know yet. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { resendRange } from '../../src/store/delivery-log.ts';
import { bringForward, dueNow, firstDue } from '../../src/store/due-now.ts';
import { eachDatabase } from '../harness/databases.ts';
import { addEndpoint, type TestEndpoint, usePush } from '../harness/push.ts';
import { changeRows, readRows } from '../harness/scene.ts';

const backlog = 2_900;

await eachDatabase('a backlog of a new endpoint', (open) => {
  const scene = usePush(open);
  let endpoint: TestEndpoint;

  const insert = (endpointId: string, from: number, to: number, state: string) =>
    changeRows(
      scene.product,
      `insert into deliveries (program_id, endpoint_id, pass_id, number, event_type, state, created_at, next_attempt_at,
          wait_milliseconds, finished_at)
        select 'DEMO', $1, lpad(n::text, 16, '0'), 1, 'epass.issued', $4, now(), now() + interval '1 hour', 3600000,
          case when $4 <> 'waiting' then now() end
        from generate_series($2::int, $3::int) n`,
      [endpointId, from, to, state],
    );

  before(async () => {
    const old = await addEndpoint(scene.world, 'https://old.example');
    endpoint = await addEndpoint(scene.world, 'https://new.example');
    await changeRows(scene.product, `update endpoints set state = 'paused' where program_id = 'DEMO'`, []);
    await scene.world.directory.refresh();
    for (let from = 1; from <= 30_000; from += 10_000) await insert(old.endpointId, from, from + 9_999, 'delivered');
    await scene.world.database.script('analyze deliveries');
    await insert(endpoint.endpointId, 1, backlog, 'waiting');
  });

  const count = async (condition: string) => {
    const sql = `select count(*)::int as count from deliveries where endpoint_id = $1 and ${condition}`;
    return (await readRows<{ count: number }>(scene.world.database, sql, [endpoint.endpointId]))[0]!.count;
  };

  test('is brought forward step by step, twice as once', async () => {
    const step = async (now: number) => {
      let [moved, after] = [0, firstDue];
      for (let steps = 0; steps < 10; steps += 1) {
        const times = { now, leaseEnds: now + 30_000 };
        const done = await scene.world.database.transaction((transaction) =>
          bringForward(transaction, endpoint, after, times, 1_000),
        );
        moved += done.moved;
        if (done.next === null) return moved;
        after = done.next;
      }
      return moved;
    };
    const now = Date.now() - 1_800_000;
    assert.equal(await step(now), backlog);
    assert.equal(await step(now), 0);
    assert.equal(await count(`next_attempt_at < now() + interval '31 minutes'`), backlog, 'an hour from then on');
  });

  test('is due at once when its endpoint is resumed', async () => {
    await scene.world.database.transaction((transaction) => dueNow(transaction, endpoint, Date.now()));
    assert.equal(await count('next_attempt_at <= now()'), backlog);
  });

  test('is sent again as a range', async () => {
    await changeRows(
      scene.product,
      `update deliveries set state = 'parked', finished_at = now(), attempts = 10 where endpoint_id = $1`,
      [endpoint.endpointId],
    );
    const range = { ...endpoint, states: ['parked'], from: 0, to: Date.now() + 60_000, after: null, most: backlog };
    const { resent, last } = await scene.world.database.transaction((transaction) =>
      resendRange(transaction, range, Date.now()),
    );
    assert.deepEqual([resent, last?.passId], [backlog, String(backlog).padStart(16, '0')]);
    assert.equal(await count(`state = 'waiting' and resent_after = 10 and finished_at is null`), backlog);
  });
});
