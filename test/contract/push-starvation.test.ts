/** Receivers of several programmes that do not answer keep nobody else's events waiting (ATK-48, FLT-27, 32). */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { pushRound } from '../../src/operations/push-round.ts';
import type { Database } from '../../src/store/database.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { altered } from '../harness/altered.ts';
import { issueBody } from '../harness/client.ts';
import { counted } from '../harness/counts.ts';
import { patience, withPostgres } from '../harness/databases.ts';
import { addEndpoint, until, usePush } from '../harness/push.ts';
import { accept, openReceiver, type Receiver } from '../harness/receiver.ts';
import { addProgram, changeRows, holdClock } from '../harness/scene.ts';
import { preparedDatabase } from '../harness/templates.ts';

/** Nothing that hangs ends within these tests. */
const deadline = 29_000;
const hostile = ['BAD0', 'BAD1', 'BAD2', 'BAD3'];
const [endpointsEach, passesEach, events] = [10, 6, counted(30, 300)];

/** As many endpoints as a programme may have, with a copy of one's key: making keys is dear. */
async function addHostile(scene: ReturnType<typeof usePush>, url: string): Promise<void> {
  for (const [index, programId] of hostile.entries()) {
    await addProgram(scene.product, { programId, issuerPrefix: `490${index}`, sandbox: true }, ['N00001']);
  }
  const key = `select kid, private_key, public_key, created_at, signs_from from signing_keys limit 1`;
  await changeRows(
    scene.product,
    `with wanted as (
        select p as program, 'ep_hanging_of_' || p || '_' || n as endpoint
        from unnest($1::text[]) p cross join generate_series(1, $2::int) n
      ), made as (
        insert into endpoints (program_id, endpoint_id, url, event_types, state, created_at)
        select program, endpoint, $3, '{epass.issued}', 'active', $4::timestamptz from wanted
        returning program_id, endpoint_id
      ), allowed as (
        insert into client_programs (program_id, client_id) select unnest($1::text[]), 'demo-partner'
      )
      insert into signing_keys (program_id, endpoint_id, kid, private_key, public_key, created_at, signs_from)
      select made.program_id, made.endpoint_id, key.* from made cross join (${key}) key`,
    [hostile, endpointsEach, url, new Date(scene.world.clock.now()).toISOString()],
  );
}

await withPostgres('receivers that do not answer', (adminUrl) => {
  const clock = holdClock();
  let database: Database;
  const open = async () => (database = await openPostgres({ url: await preparedDatabase(adminUrl), patience }));
  const scene = usePush(open, { clock, push: { deadline } });
  let good: Receiver;
  let hanging: Receiver;
  const baseline: number[] = [];

  before(async () => {
    good = await openReceiver();
    hanging = await openReceiver(() => {});
    await addEndpoint(scene.world, good.url, { eventTypes: ['epass.issued'] });
    await addHostile(scene, hanging.url);
  });
  after(async () => {
    await Promise.all([good.down(), hanging.down()]);
    await database.close();
  });

  const issueIn = async (programId: string, passes: number) => {
    const issue = async () => {
      const headers = { 'x-program-id': programId };
      const { status, text } = await scene.partner.post('/v2/orders/lounges/ePasses', issueBody(1), headers);
      assert.equal(status, 200, text);
    };
    await Promise.all(Array.from({ length: passes }, issue));
  };

  /** Milliseconds until each of some events was there, sorted. */
  async function lags(): Promise<number[]> {
    const from = good.received.length;
    const began = Date.now();
    await issueIn('DEMO', events);
    await until('the events of the good one', () => good.received.length === from + events);
    return good.received
      .slice(from)
      .map(({ at }) => at - began)
      .sort((one, other) => one - other);
  }
  const told = (all: readonly number[]) => `median ${all[all.length >> 1]} ms, last ${all.at(-1)} ms`;

  test('what it is like without them', async (t) => {
    baseline.push(...(await lags()));
    t.diagnostic(told(baseline));
  });

  test(`${hostile.length * endpointsEach} that hang from the first attempt on`, async (t) => {
    for (const programId of hostile) await issueIn(programId, passesEach);
    await until('they hold what they can get', () => hanging.received.length >= 32);
    const ended = scene.world.pushed.unreachable;
    t.diagnostic(`${told(await lags())}; without them ${told(baseline)}`);
    assert.ok(scene.world.pushed.unreachable - ended < events, 'the good one waits for none of them to end');
    await until('each was asked', () => hanging.received.length >= hostile.length * endpointsEach);
    clock.at += 20_000;
    const lag = async () => {
      const text = await (await fetch(`${scene.product.baseUrl}/metrics`)).text();
      return Number(/^passdesk_push_lag_seconds (\S+)/m.exec(text)?.[1]);
    };
    await until('the metric tells how long the others have been due', async () => (await lag()) >= 20);
  });

  test('the same when they have failed, and hang again', async (t) => {
    await hanging.down();
    await hanging.up();
    clock.at += 10_000;
    const before = hanging.received.length;
    await until('they hold what they can get', () => hanging.received.length >= before + 32);
    t.diagnostic(`${told(await lags())}; without them ${told(baseline)}`);
    // Nothing is under way when the product closes.
    hanging.behave(accept);
    await hanging.down();
  });

  test('a look locks no more than there is room for, however much is due', async () => {
    const text = `select count(*)::int as count from (select from deliveries where program_id = any ($1::text[])
      and state = 'waiting' and lease is null for update skip locked) free`;
    const unlocked = () =>
      database.transaction(async (transaction) => {
        const [row] = await transaction.run<{ count: number }>({ name: 'test_unlocked', text }, [hostile]);
        return row!.count;
      });
    const before = hostile.length * endpointsEach * passesEach;
    await until('what failed is written down', async () => (await unlocked()) === before);
    const locked: number[] = [];
    const watched = altered(database, {
      transaction: (work) =>
        database.transaction((open) =>
          work({
            last: (statement, parameters) => open.last(statement, parameters),
            run: async (statement, parameters) => {
              const rows = await open.run(statement, parameters);
              if (statement.name === 'lock_due_deliveries') locked.push(before - (await unlocked()));
              return rows as never;
            },
          }),
        ),
    });
    // All of it is due, for this one alone.
    const later = { ...scene.world, database: watched, clock: { now: () => clock.at + 86_400_000 } };
    const one = () => 1;
    const round = await pushRound(later, [], {
      laneOf: () => 'doubtful',
      ofEndpoint: one,
      ofProgramme: one,
      ofLane: one,
    });
    assert.equal(round.attempts.length, 1);
    assert.ok(locked.length === 1 && locked[0]! > 0 && locked[0]! <= 64, `${locked} locked of ${before}`);
  });
});
