/** When events are tried again, when they are given up, and whom that concerns. */

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { tellAllExpiring } from '../../src/operations/tell-expiring.ts';
import { forgetOldDeliveries } from '../../src/operations/upkeep.ts';
import { openWorld } from '../../src/product.ts';
import { listAttempts, listDeliveries } from '../../src/store/delivery-log.ts';
import { insertOffer, insertResource, insertTransportHub } from '../../src/store/places.ts';
import { altered } from '../harness/altered.ts';
import { dataOf, issueBody } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { addEndpoint, addKey, allSent, postHere, type TestEndpoint, until, usePush, verify } from '../harness/push.ts';
import { accept, answering, openReceiver, type Receiver } from '../harness/receiver.ts';
import { addClient, addProgram, changeRows, holdClock, readRows } from '../harness/scene.ts';

const ecKey = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey;

const [second, minute, hour] = [1_000, 60_000, 3_600_000];
const waits = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour];

interface Row {
  readonly state: string;
  readonly attempts: number;
  readonly next: number;
  readonly lease: string | null;
}

await eachDatabase('the schedule of push events', (open) => {
  const clock = holdClock();
  let random = 0.5;
  const scene = usePush(open, { clock, push: { jitter: () => random } });
  const receivers: Receiver[] = [];
  let receiver: Receiver;
  let endpoint: TestEndpoint;

  async function another(): Promise<{ receiver: Receiver; endpoint: TestEndpoint }> {
    const opened = await openReceiver();
    receivers.push(opened);
    return { receiver: opened, endpoint: await addEndpoint(scene.world, opened.url) };
  }
  before(async () => {
    ({ receiver, endpoint } = await another());
  });
  after(() => Promise.all(receivers.map((one) => one.down())));

  const rowOf = async (passId: string, { endpointId }: TestEndpoint = endpoint, number = 1): Promise<Row> => {
    const [row] = await readRows<Row>(
      scene.world.database,
      `select state, attempts, next_attempt_at as next, lease from deliveries
        where program_id = 'DEMO' and endpoint_id = $1 and pass_id = $2 and number = $3::int`,
      [endpointId, passId, number],
    );
    return row!;
  };
  const attempted = async (passId: string, attempts: number, of = endpoint) => {
    await until(`attempt ${attempts}`, async () => (await rowOf(passId, of))?.attempts === attempts);
    return rowOf(passId, of);
  };
  const attemptTimes = async (passId: string) =>
    (
      await readRows<{ at: number }>(
        scene.world.database,
        'select at from delivery_attempts where pass_id = $1 and endpoint_id = $2 order by attempt',
        [passId, endpoint.endpointId],
      )
    ).map(({ at }) => at);

  for (const [at, factor] of [
    [0, 0.8],
    [0.999999, 1.2],
  ] as const) {
    test(`the wait is spread: ${factor} times at the random number ${at}`, async () => {
      receiver.behave(answering(500));
      random = at;
      const { ePassId } = await scene.partner.issue(1);
      const { next } = await attempted(ePassId, 1);
      random = 0.5;
      assert.equal(next - clock.at, Math.round(5_000 * factor));
    });
  }

  const date = (instant: number) => new Date(instant).toUTCString();
  const asked: readonly [name: string, status: number, retryAfter: () => string, wait: number][] = [
    ['seconds of a 429', 429, () => '120', 120_000],
    ['seconds of a 503', 503, () => '120', 120_000],
    ['a date', 429, () => date(clock.at + 600_000), 600_000],
    ['less than the schedule', 429, () => '1', 5_000],
    ['a date that is over', 429, () => date(clock.at - 600_000), 5_000],
    ['an absurd time', 429, () => '1000000000', 24 * hour],
    ['an absurd number', 429, () => '9'.repeat(400), 24 * hour],
    ['rubbish', 429, () => 'soon', 5_000],
    ['a negative number', 429, () => '-5', 5_000],
    ['a status that does not ask', 500, () => '120', 5_000],
  ];
  for (const [name, status, retryAfter, wait] of asked) {
    test(`Retry-After: ${name}`, async () => {
      receiver.behave(answering(status, '', { 'retry-after': retryAfter() }));
      const { ePassId } = await scene.partner.issue(1);
      assert.equal((await attempted(ePassId, 1)).next - clock.at, wait);
    });
  }

  test('a clock that is set back by hours holds no event up', async () => {
    const down = await another();
    for (const one of [receiver, down.receiver]) one.behave(answering(500));
    const { ePassId } = await scene.partner.issue(2);
    for (const one of [endpoint, down.endpoint]) await attempted(ePassId, 1, one);
    clock.at += minute;
    for (const one of [endpoint, down.endpoint]) await attempted(ePassId, 2, one);
    // Somebody took the next one and is gone.
    const [{ until: leasedUntil }] = (await readRows<{ until: number }>(
      scene.world.database,
      `update deliveries set lease = 'of a process that died', leased_until = next_attempt_at
        where endpoint_id = $1 and pass_id = $2 returning leased_until as until`,
      [endpoint.endpointId, ePassId],
    )) as [{ until: number }];
    down.receiver.behave(accept);
    receiver.behave(accept);
    clock.at -= 2 * hour;
    await until('the event that failed waits for its time', async () => {
      const { next } = await rowOf(ePassId, down.endpoint);
      return next === clock.at + 5 * minute;
    });
    await until('what was taken comes when its lease is over, as the clock is now', async () => {
      const left = await rowOf(ePassId);
      return left.next < leasedUntil - hour;
    });
    clock.at += 5 * minute;
    await until('the event that failed', async () => (await rowOf(ePassId, down.endpoint)).state === 'delivered');
    await until('the event that was taken', async () => (await rowOf(ePassId)).state === 'delivered');
    // One that was decided before and is committed only now.
    const late = await scene.partner.issue(1);
    await until('the late one, as usual', async () => (await rowOf(late.ePassId)).state === 'delivered');
    clock.at -= 10 * second;
    await changeRows(
      scene.product,
      `update deliveries set state = 'waiting', lease = null, leased_until = null, next_attempt_at = $2::timestamptz
        where endpoint_id = $1 and pass_id = $3`,
      [endpoint.endpointId, new Date(clock.at + 2 * hour).toISOString(), late.ePassId],
    );
    await until('the event that came late', async () => (await rowOf(late.ePassId)).state === 'delivered');
    clock.at += 2 * hour + 10 * second;
  });

  test('a clock that is set back costs no attempt, however many processes see it', async () => {
    const down = await another();
    down.receiver.behave(answering(500));
    const asking = await another();
    asking.receiver.behave(answering(503, '', { 'retry-after': '7200' }));
    const others = await Promise.all([1, 2, 3].map(() => openWorld({ ...scene.world, post: postHere })));
    const { ePassId } = await scene.partner.issue(1);
    for (const one of [down, asking]) await attempted(ePassId, 1, one.endpoint);
    clock.at += minute;
    await attempted(ePassId, 2, down.endpoint);
    await allSent(scene.world);
    for (let again = 0; again < 2; again += 1) {
      clock.at -= 10 * second;
      await pause(2_000);
    }
    // The second look comes after six seconds.
    await pause(5_500);
    const [failed, asked] = [await rowOf(ePassId, down.endpoint), await rowOf(ePassId, asking.endpoint)];
    assert.deepEqual([failed.attempts, asked.attempts], [2, 1]);
    assert.equal(failed.next, clock.at + 5 * minute);
    assert.ok(asked.next >= clock.at + 2 * hour - minute, 'as long as the receiver asked for');
    clock.at += 5 * minute;
    await attempted(ePassId, 3, down.endpoint);
    await Promise.all(others.map((one) => one.close()));
    clock.at += minute;
  });

  test('a key that was emptied is not taken up again when the clock is set back to its time', async () => {
    const { receiver: opened, endpoint: one } = await another();
    await changeRows(
      scene.product,
      `update signing_keys set private_key = '', signs_from = $2::timestamptz, retired_at = $3::timestamptz
        where endpoint_id = $1`,
      [one.endpointId, new Date(clock.at - hour).toISOString(), new Date(clock.at + hour).toISOString()],
    );
    const kid = await addKey(scene.world, one, clock.at + hour);
    const { ePassId } = await scene.partner.issue(1);
    await until('it has arrived', async () => (await rowOf(ePassId, one)).state === 'delivered');
    assert.equal(verify(opened.received.at(-1)!, one.keys).sub, ePassId);
    assert.ok(one.keys.has(kid));
  });

  test('a signature that never comes keeps nobody else waiting, and is asked for again', async (context) => {
    const { deadline } = scene.world.push;
    Object.assign(scene.world.push, { deadline: 300 });
    const other = await another();
    const sign = context.mock.method(crypto.subtle, 'sign', () => new Promise<never>(() => {}));
    const passes = await Promise.all(Array.from({ length: 6 }, () => scene.partner.issue(1)));
    const taken = async () =>
      (await Promise.all(passes.map(({ ePassId }) => rowOf(ePassId, other.endpoint)))).filter(({ lease }) => lease);
    await until('as many as it gets at once', async () => (await taken()).length >= 2);
    await pause(100);
    assert.ok(sign.mock.callCount() >= 2);
    sign.mock.restore();
    clock.at += minute;
    for (const { ePassId } of passes) {
      await until('all events', async () => (await rowOf(ePassId, other.endpoint)).state === 'delivered');
    }
    Object.assign(scene.world.push, { deadline });
    const delivered = passes.map(({ ePassId }) => rowOf(ePassId, other.endpoint));
    for (const row of await Promise.all(delivered)) assert.equal(row.attempts, 1, 'nothing was sent before');
  });

  test('410 pauses the endpoint with a reason; its events wait and go when it is resumed', async () => {
    const gone = await another();
    gone.receiver.behave(answering(410));
    const { ePassId } = await scene.partner.issue(1);
    await attempted(ePassId, 1, gone.endpoint);
    const [row] = await readRows<{ state: string; reason: string }>(
      scene.world.database,
      'select state, paused_reason as reason from endpoints where endpoint_id = $1',
      [gone.endpoint.endpointId],
    );
    assert.deepEqual(row, { state: 'paused', reason: 'the receiver answered 410 Gone' });
    gone.receiver.behave(accept);
    clock.at += minute;
    await scene.venue.redeem(ePassId);
    await pause(1_000);
    assert.equal(gone.receiver.received.length, 1);
    const resume = `update endpoints set state = 'active', paused_reason = null where endpoint_id = $1`;
    await changeRows(scene.product, resume, [gone.endpoint.endpointId]);
    await until('both events', () => gone.receiver.received.length === 3);
    const told = gone.receiver.received.slice(1).map((one) => verify(one, gone.endpoint.keys).sequence);
    assert.deepEqual(told, [1, 2]);
  });

  test('a dead endpoint never delays another', async () => {
    receiver.behave(accept);
    const dead = await another();
    dead.receiver.behave(() => {});
    const slow = await another();
    slow.receiver.behave((received, response) => void setTimeout(() => accept(received, response), 300));
    const passes = await Promise.all(Array.from({ length: 30 }, () => scene.partner.issue(2)));
    await Promise.all(passes.map(({ ePassId }) => scene.venue.redeem(ePassId)));
    const mine = new Set(passes.map(({ ePassId }) => ePassId));
    const here = () => receiver.received.filter(({ body }) => mine.has(JSON.parse(body).dpId)).length;
    await until('60 events', () => here() === 60);
    assert.ok(dead.receiver.received.length <= 2, 'no more than 2 at once');
    await changeRows(scene.product, `update endpoints set state = 'paused' where endpoint_id = any ($1::text[])`, [
      [dead.endpoint.endpointId, slow.endpoint.endpointId],
    ]);
  });

  test('an event that cannot be made is parked with the reason, and the later ones of its pass go on', async () => {
    receiver.behave(accept);
    const { ePassId } = await scene.partner.issue(5);
    await attempted(ePassId, 1);
    const broken = {
      transportHubId: 'A9',
      name: 'Nowhere',
      iata: null,
      city: 'Nowhere',
      countryOrRegion: 'GB',
      zone: 'Mars/Olympus',
      latitude: 0,
      longitude: 0,
    };
    await scene.world.database.transaction(async (transaction) => {
      await insertTransportHub(transaction, broken);
      const place = {
        transportHubId: 'A9',
        module: 1 as const,
        name: 'Lost Lounge',
        location: '',
        latitude: 0,
        longitude: 0,
      };
      await insertResource(transaction, { ...place, resourceId: 'N99999' });
      await insertOffer(transaction, 'DEMO', 'N99999', true);
    });
    await changeRows(scene.product, 'insert into client_resources (client_id, resource_id) values ($1, $2)', [
      'demo-venue',
      'N99999',
    ]);
    assert.equal((await scene.venue.redeem(ePassId, { resourceId: 'N99999' })).status, 200);
    await scene.venue.redeem(ePassId);
    await until('the later event', () =>
      receiver.received.some(
        ({ body, headers }) => JSON.parse(body).dpId === ePassId && headers['x-event-sequence'] === '3',
      ),
    );
    assert.equal((await rowOf(ePassId, endpoint, 2)).state, 'parked');
    const [attempt] = await readRows<{ answer: string; status: number | null }>(
      scene.world.database,
      'select answer, status from delivery_attempts where pass_id = $1 and endpoint_id = $2 and number = 2',
      [ePassId, endpoint.endpointId],
    );
    assert.equal(attempt!.status, null);
    assert.match(attempt!.answer, /^the event cannot be made: .*Mars\/Olympus/);
  });

  const unsendable = async () =>
    Number(/^passdesk_push_attempts_total\{outcome="unsendable"\} (\d+)/m.exec(await metrics())?.[1]);
  const metrics = async () => (await fetch(`${scene.product.baseUrl}/metrics`)).text();

  const brokenKeys: readonly [what: string, sql: string, reason: RegExp][] = [
    [
      'is broken',
      `update signing_keys set private_key = 'not a key' where endpoint_id = $1`,
      /key of the endpoint cannot be read$/,
    ],
    ['is not RSA', `update signing_keys set private_key = '${ecKey}' where endpoint_id = $1`, /cannot be read$/],
    ['is missing', `delete from signing_keys where endpoint_id = $1`, /the endpoint has no key to sign with$/],
  ];
  for (const [what, sql, reason] of brokenKeys) {
    test(`an event whose signing key ${what} is parked with the reason at once, and counted as unsendable`, async () => {
      const other = await another();
      await changeRows(scene.product, sql, [other.endpoint.endpointId]);
      const before = await unsendable();
      const { ePassId } = await scene.partner.issue(1);
      const { state, attempts } = await attempted(ePassId, 1, other.endpoint);
      assert.deepEqual([state, attempts], ['parked', 1]);
      await attempted(ePassId, 1);
      const [told] = await readRows<{ answer: string; status: number | null; body: string }>(
        scene.world.database,
        'select answer, status, body from delivery_attempts where pass_id = $1 and endpoint_id = $2',
        [ePassId, other.endpoint.endpointId],
      );
      assert.equal(told!.status, null);
      assert.match(told!.answer, /^the event cannot be signed: /);
      assert.match(told!.answer, reason);
      assert.match(told!.body, /epass.issued/);
      assert.equal(await unsendable(), before + 1);
      assert.equal(other.receiver.connections(), 0);
      const tried = await scene.operator.post(`/v2/endpoints/${other.endpoint.endpointId}/test`);
      assert.equal(tried.status, 200, tried.text);
      assert.match(tried.json.data.received.answer, reason);
      await changeRows(scene.product, `update endpoints set state = 'paused' where endpoint_id = $1`, [
        other.endpoint.endpointId,
      ]);
    });
  }

  test('a live programme is pushed to over https only', async () => {
    await addProgram(scene.product, { programId: 'LIVE', issuerPrefix: '4999', sandbox: false }, ['N00001']);
    const plain = await openReceiver();
    receivers.push(plain);
    const live = await addEndpoint(scene.world, plain.url, { programId: 'LIVE' });
    await changeRows(scene.product, 'insert into client_programs (program_id, client_id) values ($1, $2)', [
      'LIVE',
      'demo-partner',
    ]);
    const issued = await scene.partner.post('/v2/orders/lounges/ePasses', issueBody(1), { 'x-program-id': 'LIVE' });
    assert.equal(issued.status, 200, issued.text);
    const answer = async () =>
      (
        await readRows<{ answer: string }>(
          scene.world.database,
          'select answer from delivery_attempts where endpoint_id = $1',
          [live.endpointId],
        )
      )[0]?.answer;
    await until('the attempt', async () => (await answer()) !== undefined);
    const reason = 'the address must begin with https:// in a live programme';
    assert.equal(await answer(), reason);
    const operator = await addClient(scene.product, { scopes: ['operator'], programIds: ['LIVE'] });
    const tried = dataOf(await operator.post(`/v2/endpoints/${live.endpointId}/test`));
    assert.deepEqual([tried.succeeded, tried.received.answer], [false, reason]);
    assert.equal(plain.connections(), 0);
    await changeRows(scene.product, `delete from client_programs where program_id = 'LIVE' and client_id = $1`, [
      'demo-partner',
    ]);
  });

  test('a pass that ends soon is told of once, and none that does not', async () => {
    receiver.behave(accept);
    const inDays = (days: number) => new Date(clock.at + days * 24 * hour).toISOString();
    const soon = await scene.partner.issue(1, { expirationDate: inDays(7) });
    const cancelled = await scene.partner.issue(1, { expirationDate: inDays(3) });
    await scene.partner.call('PATCH', '/v2/orders', { orderId: cancelled.orderId, status: 3 });
    const used = await scene.partner.issue(1, { expirationDate: inDays(3) });
    await scene.venue.redeem(used.ePassId);
    const later = await scene.partner.issue(1, {
      expirationDate: new Date(clock.at + 7 * 24 * hour + 1_000).toISOString(),
    });
    const suspended = await scene.partner.issue(1, { expirationDate: inDays(3) });
    await scene.operator.post('/v2/orders/ePasses/suspend', { ePassId: suspended.ePassId, reason: 'lost' });
    // Two processes that look in the same moment.
    const second = await openWorld({ ...scene.world, post: postHere });
    const [here, there] = await Promise.all([tellAllExpiring(scene.world), tellAllExpiring(second.world)]);
    assert.equal(here + there, 1);
    await second.close();
    assert.equal(await tellAllExpiring(scene.world), 0);
    clock.at += 1_000;
    await scene.operator.post('/v2/orders/ePasses/resume', { ePassId: suspended.ePassId, reason: 'found' });
    assert.equal(await tellAllExpiring(scene.world), 2);
    const told = () =>
      receiver.received
        .map(({ body }) => JSON.parse(body) as { eventType: string; dpId: string; ePassStatus: number })
        .filter(({ eventType }) => eventType === 'epass.expiring');
    await until('three events', () => told().length === 3);
    assert.deepEqual(
      told()
        .map(({ dpId }) => dpId)
        .sort(),
      [soon, later, suspended].map(({ ePassId }) => ePassId).sort(),
    );
    assert.ok(told().every(({ ePassStatus }) => ePassStatus === 1));
  });

  test('a pass that is suspended while it is looked at is told of when it is resumed', async () => {
    receiver.behave(accept);
    const { ePassId } = await scene.partner.issue(1, {
      expirationDate: new Date(clock.at + 2 * 24 * hour).toISOString(),
    });
    const { database } = scene.world;
    const suspending = altered(database, {
      read: async (statement, parameters) => {
        const rows = await database.read(statement, parameters);
        if (statement.name === 'expiring_passes' && rows.length > 0) {
          await scene.operator.post('/v2/orders/ePasses/suspend', { ePassId, reason: 'lost' });
        }
        return rows as never;
      },
    });
    assert.equal(await tellAllExpiring({ ...scene.world, database: suspending }), 0);
    await scene.operator.post('/v2/orders/ePasses/resume', { ePassId, reason: 'found' });
    clock.at += 1_000;
    assert.equal(await tellAllExpiring(scene.world), 1);
    await allSent(scene.world);
  });

  test('a programme says how many days ahead a pass is told to expire, and 0 tells of none', async () => {
    const setDays = (days: number) =>
      changeRows(scene.product, `update programs set expiring_days = $1::int where program_id = 'DEMO'`, [days]);
    const issue = (left: number) => scene.partner.issue(1, { expirationDate: new Date(clock.at + left).toISOString() });
    await setDays(0);
    const within = await issue(3 * 24 * hour);
    const beyond = await issue(3 * 24 * hour + 60_000);
    assert.equal(await tellAllExpiring(scene.world), 0);
    await setDays(3);
    assert.equal(await tellAllExpiring(scene.world), 1);
    const told = () =>
      receiver.received.map(({ body }) => JSON.parse(body)).filter(({ eventType }) => eventType === 'epass.expiring');
    const of = (passId: string) => told().filter(({ dpId }) => dpId === passId).length;
    await until('the event', () => of(within.ePassId) === 1);
    await allSent(scene.world);
    clock.at += 59_000;
    assert.equal(await tellAllExpiring(scene.world), 0);
    clock.at += 1_000;
    assert.equal(await tellAllExpiring(scene.world), 1);
    await until('the other event', () => of(beyond.ePassId) === 1);
    assert.equal(of(within.ePassId), 1);
    await setDays(7);
  });

  // Last, because every token of the scene has expired after it.
  test('attempts come exactly by the schedule, and after the last the event is parked', async () => {
    receiver.behave(answering(500));
    const start = clock.at;
    const { ePassId } = await scene.partner.issue(1);
    await attempted(ePassId, 1);
    for (const [index, wait] of waits.entries()) {
      assert.deepEqual(await rowOf(ePassId), {
        state: 'waiting',
        attempts: index + 1,
        next: clock.at + wait,
        lease: null,
      });
      clock.at += wait - 1;
      await pause(index === 0 ? 1_200 : 20);
      assert.equal((await rowOf(ePassId)).attempts, index + 1, 'not a millisecond too early');
      clock.at += 1;
      await attempted(ePassId, index + 2);
    }
    assert.equal((await rowOf(ePassId)).state, 'parked');
    const expected = [start];
    for (const wait of waits) expected.push(expected.at(-1)! + wait);
    assert.deepEqual(await attemptTimes(ePassId), expected);
    const [total] = await readRows<{ count: number }>(
      scene.world.database,
      'select count(*)::int as count from delivery_attempts where pass_id = $1 and endpoint_id = $2',
      [ePassId, endpoint.endpointId],
    );
    assert.equal(total!.count, 10);
    const gauge = async (name: string) =>
      Number(new RegExp(`^passdesk_push_${name} (\\S+)`, 'm').exec(await metrics())?.[1]);
    await until('the metric tells of it', async () => (await gauge('parked')) >= 1);
    clock.at += 240 * hour;
    await pause(1_200);
    assert.equal((await rowOf(ePassId)).attempts, 10, 'a parked event is left alone');
  });

  test('the same body is kept once, and told for every attempt', async () => {
    const { database } = scene.world;
    const { endpointId } = endpoint;
    const [kept] = await readRows<{ pass: string; bodies: number }>(
      database,
      `select pass_id as pass, count(body)::int as bodies from delivery_attempts
        where endpoint_id = $1 group by pass_id having count(*) = 10`,
      [endpointId],
    );
    assert.equal(kept!.bodies, 1);
    const told = await listAttempts(database, { programId: 'DEMO', endpointId }, { passId: kept!.pass, number: 1 });
    assert.equal(told.length, 10);
    const sent = receiver.received.filter(({ body }) => body.includes(kept!.pass)).map(({ body }) => body);
    assert.deepEqual(
      told.map(({ body }) => body),
      sent,
    );
    const listed = await listDeliveries(database, { programId: 'DEMO', endpointId, state: 'parked' }, null, 100);
    const [last] = listed.filter(({ passId }) => passId === kept!.pass);
    assert.deepEqual([last!.attempt, last!.body], [10, sent[0]]);
  });

  test('deliveries are forgotten with their attempts: delivered ones after 30 days, parked ones after 90', async () => {
    const counts = async () => {
      const rows = await readRows<{ state: string; count: number }>(
        scene.world.database,
        'select state, count(*)::int as count from deliveries group by state',
      );
      return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
    };
    const [last] = await readRows<{ delivered: number; parked: number }>(
      scene.world.database,
      `select max(finished_at) filter (where state = 'delivered') as delivered,
        max(finished_at) filter (where state = 'parked') as parked from deliveries`,
    );
    const before = await counts();
    assert.ok(before.delivered! > 0 && before.parked! > 0 && before.waiting! > 0, JSON.stringify(before));
    const at = (instant: number) => forgetOldDeliveries({ ...scene.world, clock: { now: () => instant } });
    await at(last!.delivered + 30 * 24 * hour);
    assert.ok((await counts()).delivered! > 0, 'not a millisecond too early');
    await at(last!.delivered + 30 * 24 * hour + 1);
    assert.deepEqual(await counts(), { parked: before.parked, waiting: before.waiting });
    await at(last!.parked + 90 * 24 * hour + 1);
    assert.deepEqual(await counts(), { waiting: before.waiting });
    const [left] = await readRows<{ count: number }>(
      scene.world.database,
      `select count(*)::int as count from delivery_attempts a where not exists (select from deliveries d
        where d.program_id = a.program_id and d.endpoint_id = a.endpoint_id and d.pass_id = a.pass_id
          and d.number = a.number)`,
    );
    assert.equal(left!.count, 0);
  });
});
