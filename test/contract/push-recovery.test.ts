/** GET /v2/event: every event once, in one order, whoever commits how late (INV-21, INV-28). */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseUnavailable, type Transaction } from '../../src/store/database.ts';
import { dataOf, refusedOf, type TestClient } from '../harness/client.ts';
import { counted } from '../harness/counts.ts';
import { eachDatabase, withPostgres } from '../harness/databases.ts';
import { allTold } from '../harness/push.ts';
import { addClient, addProgram, type Fleet, readRows, useFleet, useScene } from '../harness/scene.ts';

interface Told {
  readonly eventId: string;
  readonly sequence: number;
  readonly eventType: string;
  readonly body: { readonly dpId: string; readonly status: number; readonly orderId: string };
}

interface Page {
  readonly events: readonly Told[];
  readonly nextCursor: string;
  readonly hasMore: boolean;
}

/** Follows the cursor until there is no more now; gives what came and where to go on. */
async function follow(client: TestClient, query: string, after?: string) {
  const events: Told[] = [];
  for (let cursor = after; ; ) {
    const page: Page = dataOf(await client.get(`/v2/event?${query}${cursor === undefined ? '' : `&cursor=${cursor}`}`));
    events.push(...page.events);
    cursor = page.nextCursor;
    if (!page.hasMore) return { events, cursor };
  }
}

/** Every pass's events come in the order of its sequence: 1, 2, 3, without a gap. */
function assertSequences(events: readonly Told[]): void {
  const last = new Map<string, number>();
  for (const { sequence, body } of events) {
    assert.equal(sequence, (last.get(body.dpId) ?? 0) + 1, `pass ${body.dpId}`);
    last.set(body.dpId, sequence);
  }
}

const idsOf = (events: readonly Told[]) => events.map(({ eventId }) => eventId);

/** A pass and lines of its history, behind the product's back, in the hands of the test's own transaction. */
const addPass = (transaction: Transaction, passId: string) =>
  transaction.run(
    {
      name: 'test_add_pass',
      text: `insert into passes (program_id, pass_id, order_id, module, allowed_modules, client_user_id, first_name,
          last_name, created_at, activation_at, expiration_at, granted, restriction, restricted_to, entries)
        select program_id, $1, 'DP' || substr($1, 3), module, allowed_modules, client_user_id, first_name, last_name,
          created_at, activation_at, expiration_at, granted, restriction, restricted_to, 0
        from passes where program_id = 'DEMO' limit 1`,
    },
    [passId],
  );
const addLine = (transaction: Transaction, passId: string, number: number) =>
  transaction.run(
    {
      name: 'test_add_line',
      text: `insert into entries (program_id, pass_id, number, kind, at, units, left_after, order_id, client_id, module,
          adults, children)
        values ('DEMO', $1, $2::int, 'suspend', clock_timestamp(), 0, 1, 'DP' || substr($1, 3), 'test', 1, 0, 0)`,
    },
    [passId, number],
  );
const newPassId = () => `1788${String(randomInt(10 ** 12)).padStart(12, '0')}`;

await eachDatabase('recovery of events', (open) => {
  const scene = useScene(open);
  let other: TestClient;
  before(async () => {
    await addProgram(scene.product, { programId: 'LIVE', issuerPrefix: '4444', sandbox: false }, ['N00001']);
    other = await addClient(scene.product, { scopes: ['issuer', 'operator'], programIds: ['LIVE'] });
  });

  test('tells what happened, in order, with the bodies that are pushed', async () => {
    const none: Page = dataOf(await scene.partner.get('/v2/event'));
    assert.deepEqual([none.events, none.hasMore], [[], false]);
    const { ePassId, orderId } = await scene.partner.issue(3);
    const used = dataOf(await scene.venue.redeem(ePassId, { adultCount: 2 }));
    await scene.venue.post('/v2/redemptions/cancel', { orderId: used.orderId, reason: 'turned away' });
    await scene.operator.post('/v2/orders/ePasses/suspend', { ePassId, reason: 'lost' });
    await scene.operator.post('/v2/orders/ePasses/resume', { ePassId, reason: 'found' });
    await scene.partner.call('PATCH', '/v2/orders', { orderId, status: 3 });
    await allTold(scene.database);
    const { events } = await follow(scene.partner, 'pageSize=2', none.nextCursor);
    const types = ['epass.issued', 'walkin.redemption', 'walkin.redemption', 'epass.suspended', 'epass.resumed'];
    assert.deepEqual(
      events.map(({ eventType }) => eventType),
      [...types, 'epass.cancelled'],
    );
    assert.deepEqual(events.map(({ body }) => body.status).slice(1, 3), [2, 3]);
    assert.deepEqual(events.map(({ body }) => body.orderId).slice(1, 3), [used.orderId, used.orderId]);
    assertSequences(events);
    const whole = await follow(scene.partner, 'pageSize=500');
    assert.deepEqual(whole.events, events);
    const used2 = await follow(scene.operator, 'eventType=walkin.redemption&pageSize=1');
    assert.deepEqual(used2.events, events.slice(1, 3));
    assert.deepEqual((await follow(scene.partner, '', whole.cursor)).events, []);
  });

  test("sees the caller's own programme only, and takes no cursor of another", async () => {
    const cursor = (await follow(scene.partner, '')).cursor;
    assert.deepEqual((await follow(other, '')).events, []);
    const issued = await other.issue();
    await allTold(scene.database);
    const { events } = await follow(other, '');
    assert.deepEqual(
      events.map(({ body }) => body.dpId),
      [issued.ePassId],
    );
    refusedOf(await other.get(`/v2/event?cursor=${cursor}`), 'CURSOR_INVALID');
    const forged = (place: unknown[]) => Buffer.from(JSON.stringify(place)).toString('base64url');
    const [, , , list] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    for (const place of [
      ['-1', '', 0],
      ['1e3', '', 0],
      ['1', "'", 0],
      ['1', '', 1e99],
      ['9'.repeat(30), '', 0],
      [1, '', 0],
    ]) {
      refusedOf(await scene.partner.get(`/v2/event?cursor=${forged([...place, list])}`), 'CURSOR_INVALID');
    }
    refusedOf(await scene.venue.get('/v2/event'), 'SCOPE_MISSING');
    for (const wrong of ['pageSize=501', 'pageSize=0', 'eventType=endpoint.test', 'from=soon', 'after=x']) {
      refusedOf(await scene.partner.get(`/v2/event?${wrong}`), 'REQUEST_INVALID');
    }
  });

  test('a range of time is a part of the whole, in a sandbox and in a live programme', async () => {
    for (const client of [scene.partner, other]) {
      const bounds: string[] = [];
      for (let round = 0; round < 3; round += 1) {
        await pause(20);
        bounds.push(new Date().toISOString());
        await client.issue();
      }
      await allTold(scene.database);
      const whole = idsOf((await follow(client, '')).events);
      const between = idsOf((await follow(client, `from=${bounds[1]}&to=${bounds[2]}`)).events);
      assert.deepEqual(between, whole.slice(-2, -1));
      assert.deepEqual(idsOf((await follow(client, `from=${bounds[1]}`)).events), whole.slice(-2));
      assert.deepEqual(idsOf((await follow(client, `to=${bounds[0]}`)).events), whole.slice(0, -3));
      assert.deepEqual((await follow(client, 'from=2099-01-01T00:00:00Z')).events, []);
    }
  });
});

await eachDatabase('a range of time in a long history', (open) => {
  const scene = useScene(open);
  const hour = 3_600_000;

  test('is told to its end, over pages and over a line that is stamped too late', async () => {
    await addProgram(scene.product, { programId: 'LONG', issuerPrefix: '4445', sandbox: false }, ['N00001']);
    const client = await addClient(scene.product, { scopes: ['issuer'], programIds: ['LONG'] });
    const { ePassId } = await client.issue();
    const from = Date.now() - 6 * hour;
    const write = {
      name: 'test_write_lines',
      text: `insert into entries (program_id, pass_id, number, kind, at, units, left_after, order_id, client_id, module,
          adults, children)
        select program_id, pass_id, number, 'suspend',
          case when number in (2, 2103) then $3::timestamptz else $2::timestamptz + number * interval '1 ms' end,
          0, 1, order_id, 'test', 1, 0, 0
        from passes cross join generate_series(2, 2103) number where program_id = 'LONG' and pass_id = $1`,
    };
    const times = [from, Date.now()].map((at) => new Date(at).toISOString());
    await scene.database.transaction((transaction) => transaction.run(write, [ePassId, ...times]));
    await allTold(scene.database);
    const range = `from=${times[0]}&to=${new Date(from + hour).toISOString()}`;
    const { events } = await follow(client, `${range}&pageSize=500`);
    assert.deepEqual(
      events.map(({ sequence }) => sequence),
      Array.from({ length: 2_100 }, (_, index) => index + 3),
    );
  });
});

await withPostgres('recovery while many write', (adminUrl) => {
  const fleet: Fleet = useFleet(adminUrl, 2);

  test('a page of a table that has grown within moments is found by keys, not by joining all to all', async () => {
    const [product] = fleet.products;
    await addProgram(product!, { programId: 'YOUNG', issuerPrefix: '4555', sandbox: true }, ['N00001']);
    const client = await addClient(product!, { scopes: ['issuer'], programIds: ['YOUNG'] });
    const { reply } = await client.issue(1, {}, 'somebody');
    assert.equal(reply.status, 200, reply.text);
    const { database } = product!.world;
    const grow = {
      name: 'test_grow',
      text: `with made as (
          insert into passes (program_id, pass_id, order_id, module, allowed_modules, client_user_id, first_name,
            last_name, created_at, activation_at, expiration_at, granted, restriction, restricted_to, entries)
          select program_id, '4555' || lpad(n::text, 12, '0'), 'DP' || lpad(n::text, 14, '0'), module, allowed_modules,
            client_user_id, first_name, last_name, created_at, activation_at, expiration_at, granted, restriction,
            restricted_to, 30
          from passes cross join generate_series(1, 200) n where program_id = 'YOUNG' returning pass_id, order_id
        )
        insert into entries (program_id, pass_id, number, kind, at, units, left_after, order_id, client_id, module,
          adults, children)
        select 'YOUNG', pass_id, number, 'suspend', now(), 0, 1, order_id, 'test', 1, 0, 0
        from made cross join generate_series(1, 30) number`,
    };
    await database.transaction((transaction) => transaction.run(grow, []));
    await allTold(database);
    const { events } = await follow(client, 'pageSize=500');
    assert.equal(events.length, 6_001);
    assertSequences(events);
  });

  test('a line written under an older transaction is told after the line before it, and never skipped', async () => {
    const [product] = fleet.products;
    const [partner] = fleet.partners;
    await partner!.issue();
    const passId = newPassId();
    const { database } = product!.world;
    let { cursor } = await follow(partner!, '');
    const polled: number[] = [];
    const poll = async () => {
      const page = await follow(partner!, 'pageSize=1', cursor);
      cursor = page.cursor;
      polled.push(...page.events.filter(({ body }) => body.dpId === passId).map(({ sequence }) => sequence));
    };
    await database.transaction((transaction) => addPass(transaction, passId));
    await database.transaction(async (older) => {
      await older.run({ name: 'test_take_id', text: 'select pg_current_xact_id()::text as id' }, []);
      for (const number of [1, 2]) {
        await database.transaction((younger) => addLine(younger, passId, number));
        await poll();
      }
      assert.deepEqual(polled, [], 'what may still be preceded is not told yet');
      await addLine(older, passId, 3);
      await poll();
    });
    await database.transaction((transaction) => addLine(transaction, passId, 4));
    await allTold(database);
    await poll();
    assert.deepEqual(polled, [1, 2, 3, 4]);
    const written = await readRows<{ number: number }>(
      database,
      'select number from entries where program_id = $1 and pass_id = $2 order by transaction',
      ['DEMO', passId],
    );
    assert.equal(written[0]!.number, 3, 'the order of the transactions is another one');
    for (const pageSize of [1, 2, 3, 500]) {
      const { events } = await follow(partner!, `pageSize=${pageSize}`);
      assertSequences(events);
      assert.equal(events.filter(({ body }) => body.dpId === passId).length, 4);
    }
  });

  const wanted = counted(5_000, 100_000);
  test(`${wanted} events by two processes and late committers: none missed, one order`, async (context) => {
    const all = { scopes: ['issuer', 'venue', 'operator'] as const, resourceIds: ['N00001'] };
    const clients = await Promise.all(fleet.products.map((product) => addClient(product, all)));
    for (const product of fleet.products) await product.world.directory.refresh();
    const polled: Told[] = [];
    // Known once nobody writes. The last lines come when every transaction of the server that is older has ended, also
    // those of other tests.
    let expected = Number.POSITIVE_INFINITY;
    let until = Number.POSITIVE_INFINITY;
    const polling = (async () => {
      for (let cursor: string | undefined; ; await pause(5)) {
        const page = await follow(clients[1]!, 'pageSize=500', cursor);
        cursor = page.cursor;
        polled.push(...page.events);
        if (polled.length >= expected || performance.now() > until) return;
      }
    })();
    const passes = await Promise.all(
      Array.from({ length: 200 }, async (_, index) => (await clients[index % 2]!.issue(10_000)).ePassId),
    );
    let left = wanted;
    const write = async () => {
      for (; left > 0; left -= 1) {
        // Few passes are hot, so that batches of both processes wait for one another.
        const dpId = passes[Math.floor(Math.random() ** 3 * passes.length)]!;
        const used = await clients[randomInt(2)]!.redeem(dpId);
        if (used.status !== 200 || Math.random() > 0.1) continue;
        const { orderId } = used.json.data;
        await clients[randomInt(2)]!.post('/v2/redemptions/cancel', { orderId, reason: 'turned away' });
      }
    };
    const commitLate = async () => {
      const { database } = fleet.products[0]!.world;
      while (left > 0) {
        const passId = newPassId();
        const late = database.transaction(async (transaction) => {
          await addPass(transaction, passId);
          await addLine(transaction, passId, 1);
          await pause(randomInt(200));
        });
        // The product's own batches may keep both lanes for a while; then this one was never begun.
        await late.catch((problem: unknown) => assert.ok(problem instanceof DatabaseUnavailable, String(problem)));
      }
    };
    await Promise.all([...Array.from({ length: 96 }, write), commitLate(), commitLate()]);
    const { database } = fleet.products[0]!.world;
    const [counted] = await readRows<{ entries: number; inverted: number }>(
      database,
      `select count(*)::int as entries, count(*) filter (where transaction < before)::int as inverted
        from (select transaction, lag(transaction) over (partition by program_id, pass_id order by number) as before
          from entries where program_id = 'DEMO') lines`,
    );
    const { entries, inverted } = counted!;
    assert.ok(entries >= wanted, `${entries} events`);
    [expected, until] = [entries, performance.now() + 20_000];
    await polling;
    assert.equal(polled.length, entries);
    assert.equal(new Set(idsOf(polled)).size, entries);
    assertSequences(polled);
    for (const [client, pageSize] of [
      [clients[0]!, 500],
      [clients[1]!, 173],
    ] as const) {
      assert.deepEqual(idsOf((await follow(client, `pageSize=${pageSize}`)).events), idsOf(polled));
    }
    const back = idsOf(polled.filter(({ eventType }) => eventType === 'epass.issued'));
    assert.deepEqual(idsOf((await follow(clients[0]!, 'eventType=epass.issued')).events), back);
    context.diagnostic(`${entries} events, ${inverted} of them under an older transaction than the one before`);
  });
});
