/** Push events while the processes that deliver them are killed and the receiver comes and goes (INV-20 to 24). */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Database } from '../../src/store/database.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { counted, longest } from '../harness/counts.ts';
import { patience, withPostgres } from '../harness/databases.ts';
import { type Launched, launch } from '../harness/launch.ts';
import { findPort } from '../harness/ports.ts';
import { openProducer } from '../harness/producer.ts';
import { addEndpoint, type TestEndpoint, until, verify } from '../harness/push.ts';
import { accept, type Behaviour, openReceiver, type Received, type Receiver } from '../harness/receiver.ts';
import { readRows } from '../harness/scene.ts';
import { fillFolder, preparedDatabase } from '../harness/templates.ts';
import { startTraffic, type Target, targetOf } from '../harness/traffic.ts';

process.env.PUSH_ALLOW_PRIVATE = '127.0.0.1/32';

/** What a receiver saw: each arrival in order, and what it did with it. */
interface Arrival {
  readonly id: string;
  readonly pass: string;
  readonly sequence: number;
  /** It has it, whether or not it could say so. */
  readonly taken: boolean;
  readonly accepted: boolean;
  readonly event: {
    readonly eventType: string;
    readonly status: number;
    readonly availableUsages?: number;
    readonly passengers?: { readonly cardholder: number; readonly guests: number };
  };
}

/** Events that there are at least, made at once, before what the traffic adds. */
const mostly = counted(2_500, 10_000);
const kills = counted(6, 20);

/** Now and then it answers 500, or takes an event in and breaks the connection before it says so. */
function flaky(arrivals: Arrival[], endpoint: TestEndpoint, receiver: Receiver): void {
  receiver.behave((received, response) => {
    const luck = Math.random();
    arrivals.push(arrivalOf(received, endpoint, { taken: luck >= 0.005, accepted: luck >= 0.01 }));
    if (luck >= 0.01) return accept(received, response);
    if (luck < 0.005) return void response.writeHead(500).end();
    response.socket!.destroy();
  });
}

function accepting(arrivals: Arrival[], endpoint: TestEndpoint): Behaviour {
  return (received, response) => {
    arrivals.push(arrivalOf(received, endpoint, { taken: true, accepted: true }));
    return accept(received, response);
  };
}

function arrivalOf(received: Received, endpoint: TestEndpoint, did: Pick<Arrival, 'taken' | 'accepted'>): Arrival {
  const { jti, sub, sequence } = verify(received, endpoint.keys);
  return { id: jti, pass: sub, sequence, ...did, event: JSON.parse(received.body) };
}

/** A pass as the books of a partner have it. */
interface Booked {
  left: number;
  used: number;
  cancelled: boolean;
}

/** INV-23: the books of a partner who takes each event once, by its id, in whatever order it comes again. */
function booksOf(arrivals: readonly Arrival[]): Map<string, Booked> {
  const taken = new Map(arrivals.filter((one) => one.taken).map((one) => [one.id, one]));
  const books = new Map<string, Booked>();
  for (const { pass, event } of taken.values()) {
    const book = books.get(pass) ?? { left: 0, used: 0, cancelled: false };
    books.set(pass, book);
    const { cardholder, guests } = event.passengers ?? { cardholder: 0, guests: 0 };
    const used = (cardholder + guests) * (event.status === 3 ? -1 : 1);
    if (event.eventType === 'epass.issued') book.left += event.availableUsages!;
    if (event.eventType === 'epass.cancelled') book.cancelled = true;
    if (event.eventType !== 'walkin.redemption') continue;
    book.used += used;
    book.left -= used;
  }
  return books;
}

/** Reads whole tables, as a report does: what the doors read is planned by key. */
const readAll = <R>(database: Database, text: string) =>
  database.report<R>({ name: `test_${hash('sha256', text, 'hex').slice(0, 16)}`, text }, []);

async function checkBooks(database: Database, arrivals: readonly Arrival[]): Promise<void> {
  const passes = await readAll<Booked & { pass: string }>(
    database,
    `select pass_id as pass, granted - used as left, used, cancelled_at is not null as cancelled from passes
      where exists (select from deliveries d where d.program_id = passes.program_id and d.pass_id = passes.pass_id)`,
  );
  const books = booksOf(arrivals);
  const wrong = passes.filter(({ pass, ...ours }) => !isDeepStrictEqual(books.get(pass), ours));
  assert.equal(
    wrong.length,
    0,
    `${wrong.length} passes, such as ${JSON.stringify([wrong[0], books.get(wrong[0]?.pass ?? '')])}`,
  );
  assert.equal(books.size, passes.length);
}

/** INV-24: nothing is sent before what comes before it in its pass was accepted. */
function orderProblems(arrivals: readonly Arrival[]): string[] {
  const accepted = new Map<string, number>();
  return arrivals.flatMap(({ pass, sequence, accepted: ok }) => {
    const before = accepted.get(pass) ?? 0;
    if (ok) accepted.set(pass, Math.max(before, sequence));
    return sequence > before + 1 ? [`${pass} ${sequence} came when ${before} was the last accepted`] : [];
  });
}

/** One id for one event, however often it came. */
function idProblems(arrivals: readonly Arrival[]): string[] {
  const ids = new Map<string, string>();
  const events = new Map<string, string>();
  return arrivals.flatMap(({ id, pass, sequence }) => {
    const event = `${pass} ${sequence}`;
    const problem = (ids.get(event) ?? id) !== id || (events.get(id) ?? event) !== event;
    ids.set(event, id);
    events.set(id, event);
    return problem ? [`${event} ${id}`] : [];
  });
}

const broken: readonly [what: string, sql: string][] = [
  [
    'a line of history without its delivery',
    `select e.pass_id from entries e left join deliveries d using (program_id, pass_id, number) where d.number is null`,
  ],
  [
    'a delivery without its line of history',
    `select d.pass_id from deliveries d left join entries e using (program_id, pass_id, number) where e.number is null`,
  ],
  ['a delivery that is not delivered', `select pass_id from deliveries where state <> 'delivered'`],
  [
    'a delivery whose attempts are not all written down',
    `select d.pass_id from deliveries d left join delivery_attempts a using (program_id, endpoint_id, pass_id, number)
      group by d.program_id, d.endpoint_id, d.pass_id, d.number, d.attempts
      having count(a.attempt) <> d.attempts or max(a.attempt) <> d.attempts
        or count(*) filter (where a.succeeded) <> 1`,
  ],
];

async function check(t: TestContext, database: Database, arrivals: readonly Arrival[]): Promise<void> {
  for (const [what, sql] of broken) {
    const rows = await readAll<{ pass_id: string }>(database, sql);
    assert.equal(rows.length, 0, `${what}: ${rows.length}, such as ${rows[0]?.pass_id}`);
  }
  const entries = await readAll<{ pass_id: string; number: number }>(database, 'select pass_id, number from entries');
  const told = new Set(arrivals.filter(({ accepted }) => accepted).map(({ pass, sequence }) => `${pass} ${sequence}`));
  const missing = entries.filter(({ pass_id, number }) => !told.has(`${pass_id} ${number}`));
  assert.equal(missing.length, 0, `${missing.length} events never came`);
  assert.deepEqual(orderProblems(arrivals).slice(0, 5), []);
  assert.deepEqual(idProblems(arrivals).slice(0, 5), []);
  await checkBooks(database, arrivals);
  assert.ok(entries.length >= mostly, `only ${entries.length} events`);
  const twice = arrivals.length - new Set(arrivals.map(({ id }) => id)).size;
  t.diagnostic(`${entries.length} events, ${kills} kills, ${arrivals.length} arrivals, ${twice} of them again`);
}

/** Time passes for what waits to be tried again, and is the next of its pass; what a worker holds or touches is left alone, unless all are dead. */
const hurry = (database: Database, dead = false) =>
  database.transaction((transaction) =>
    transaction.run(
      {
        name: 'test_hurry',
        text: `update deliveries d set next_attempt_at = $1::timestamptz from (
            select program_id, endpoint_id, pass_id, number from deliveries later
            where state = 'waiting' and (lease is null or $2::boolean) and next_attempt_at > $1::timestamptz
              and not exists (select from deliveries b where b.program_id = later.program_id and b.state = 'waiting'
                and b.endpoint_id = later.endpoint_id and b.pass_id = later.pass_id and b.number < later.number)
            for update skip locked) w
          where d.program_id = w.program_id and d.endpoint_id = w.endpoint_id and d.pass_id = w.pass_id
            and d.number = w.number`,
      },
      [new Date().toISOString(), dead],
    ),
  );

/** Waits until a few or up to `most` more have come, but not for ever: whoever is killed shall have been at work. */
async function some(arrivals: readonly Arrival[], most = 500): Promise<void> {
  const wanted = arrivals.length + most * (0.2 + 0.8 * Math.random());
  const end = performance.now() + 8_000;
  while (arrivals.length < wanted && performance.now() < end) await pause(5);
}

const waitingIn = async (database: Database) => {
  const sql = `select count(*)::int as count from deliveries where state = 'waiting'`;
  return (await readRows<{ count: number }>(database, sql))[0]!.count;
};

/** Off for a moment every other second, until it is told to stop. */
function outages(receiver: Receiver): () => Promise<number> {
  let stopping = false;
  const run = async () => {
    let count = 0;
    while (!stopping) {
      await pause(1_500 + Math.random() * 1_000);
      await receiver.down();
      await pause(300);
      await receiver.up();
      count += 1;
    }
    return count;
  };
  const running = run();
  return () => {
    stopping = true;
    return running;
  };
}

async function makeEndpoint(database: Database, url: string): Promise<TestEndpoint> {
  const directory = { refresh: async () => {} };
  return addEndpoint(
    { database, directory, clock: { now: Date.now } } as unknown as Parameters<typeof addEndpoint>[0],
    url,
  );
}

await withPostgres('push events through kills [postgresql]', (adminUrl) => {
  test(`three workers, ${kills} kills, ${mostly} events`, { timeout: longest }, async (t) => {
    const databaseUrl = await preparedDatabase(adminUrl);
    const folders = Array.from({ length: 3 }, () => mkdtempSync(join(tmpdir(), 'passdesk-push-')));
    const ports = await Promise.all(folders.map(findPort));
    const start = (index: number) => launch({ dataFolder: folders[index]!, port: ports[index]!, databaseUrl });
    const fleet: Launched[] = [start(0)];
    t.after(() => Promise.all(fleet.map((one) => one.end('SIGKILL'))));
    await fleet[0]!.ready();
    for (const index of [1, 2]) fleet.push(start(index));
    await Promise.all(fleet.map((one) => one.ready()));
    const database = await openPostgres({ url: databaseUrl, patience });
    const arrivals: Arrival[] = [];
    const receiver = await openReceiver();
    t.after(() => receiver.down());
    const endpoint = await makeEndpoint(database, receiver.url);
    flaky(arrivals, endpoint, receiver);
    await pause(1_500);
    const anyUrl = () => fleet[Math.floor(Math.random() * fleet.length)]!.baseUrl;
    const target: Target = await targetOf(await fleet[0]!.credentials(), anyUrl);
    const traffic = startTraffic(target, 4);
    const producer = await openProducer(database);
    const noOutages = outages(receiver);
    // The last three at once.
    const single = kills - fleet.length;
    for (let kill = 0; kill < single; kill += 1) {
      const making = producer.make(Math.ceil(mostly / 5 / single), 4);
      const index = kill % fleet.length;
      await fleet[index]!.ready();
      await some(arrivals);
      await fleet[index]!.end('SIGKILL');
      fleet[index] = start(index);
      await making;
      await hurry(database);
    }
    producer.close();
    await traffic.stop();
    const out = await noOutages();
    await Promise.all(fleet.map((one) => one.ready()));
    await some(arrivals);
    await Promise.all(fleet.map((one) => one.end('SIGKILL')));
    // What they held would come when their leases end, within 30 s.
    await hurry(database, true);
    for (const index of [0, 1, 2]) fleet[index] = start(index);
    await Promise.all(fleet.map((one) => one.ready()));
    const rest = await waitingIn(database);
    const drained = performance.now();
    await until(
      'nothing waits',
      async () => {
        await hurry(database);
        await pause(500);
        return (await waitingIn(database)) === 0;
      },
      70_000,
    );
    t.diagnostic(`${out} outages; ${rest} waited at the end, for ${Math.round(performance.now() - drained)} ms`);
    for (const one of fleet) assert.equal((await one.end()).code, 0, one.output());
    await check(t, database, arrivals);
    await database.close();
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
});

describe('push events through kills [embedded]', () => {
  test(`one process, ${kills} kills, ${mostly} events`, { timeout: longest }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'passdesk-push-'));
    fillFolder(folder);
    const port = await findPort();
    const arrivals: Arrival[] = [];
    const receiver = await openReceiver();
    t.after(() => receiver.down());
    let current = launch({ dataFolder: folder, port });
    t.after(() => current.end('SIGKILL'));
    await current.ready();
    const credentials = await current.credentials();
    await current.end();
    const opened = await openEmbedded({ folder });
    const endpoint = await makeEndpoint(opened, receiver.url);
    const producer = await openProducer(opened);
    await producer.make(mostly / 5, 4);
    producer.close();
    await opened.close();
    flaky(arrivals, endpoint, receiver);
    current = launch({ dataFolder: folder, port });
    await current.ready();
    const traffic = startTraffic(await targetOf(credentials, () => `http://127.0.0.1:${port}`), 2);
    const noOutages = outages(receiver);
    for (let kill = 0; kill < kills; kill += 1) {
      await some(arrivals, 150);
      await current.end('SIGKILL');
      current = launch({ dataFolder: folder, port });
      await current.ready();
    }
    await some(arrivals);
    await traffic.stop();
    const out = await noOutages();
    await current.end();
    // What fails once more now would have to wait for minutes.
    receiver.behave(accepting(arrivals, endpoint));
    const database = await openEmbedded({ folder });
    // What the killed ones held would come when their leases end, within 30 s.
    await hurry(database, true);
    const rest = await waitingIn(database);
    await database.close();
    const drained = performance.now();
    current = launch({ dataFolder: folder, port, lasting: true });
    await current.ready();
    const waiting = async () =>
      Number(/^passdesk_push_waiting (\d+)/m.exec(await (await fetch(`${current.baseUrl}/metrics`)).text())?.[1]);
    await until('the rest is sent', async () => pause(100).then(async () => (await waiting()) === 0), 240_000);
    t.diagnostic(`${out} outages; ${rest} waited at the end, for ${Math.round(performance.now() - drained)} ms`);
    assert.equal((await current.end()).code, 0, current.output());
    const final = await openEmbedded({ folder });
    await check(t, final, arrivals);
    await final.close();
    rmSync(folder, { recursive: true, force: true });
  });
});
