/** FLT-07 to 10 and 12 to 14: the database fails under a product that runs on. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { type CommitProxy, startCommitProxy } from '../harness/commit-proxy.ts';
import { withOwnPostgres } from '../harness/databases.ts';
import {
  checkInvariants,
  countsOf,
  dataIn,
  finalAnswer,
  History,
  isOk,
  type Request,
  uncleanAnswers,
} from '../harness/history.ts';
import { type Launched, launch, openSession, withSession } from '../harness/launch.ts';
import { findPort } from '../harness/ports.ts';
import type { PostgresServer } from '../harness/postgres-server.ts';
import {
  ask,
  issueSpec,
  redeemSpec,
  replayAll,
  sendOnce,
  startTraffic,
  type Target,
  type Traffic,
  targetOf,
} from '../harness/traffic.ts';

let server: PostgresServer;
let databaseUrl: string;
let proxy: CommitProxy;
let product: Launched;
let target: Target;
const folder = mkdtempSync(join(tmpdir(), 'passdesk-faults-'));
/** Milliseconds; no measurement (those are printed), but what is slower than this hangs. */
const hangs = 20_000;
// One history for all, so that the last comparison covers everything that ever happened.
const history = new History();

await withOwnPostgres('PostgreSQL failing under the product', (own) => {
  server = own;
  before(async () => {
    databaseUrl = await server.freshDatabase();
    proxy = await startCommitProxy(databaseUrl);
    product = launch({ dataFolder: folder, port: await findPort(), databaseUrl: proxy.url });
    await product.ready();
    target = await targetOf(await product.credentials(), product.baseUrl);
  });
  after(async () => {
    await product.end();
    await proxy.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('answers of COMMIT are lost: nothing is doubled, nothing is lost', { timeout: 600_000 }, lostCommits);
  it('sessions are ended in storms: clean 503s, and it goes on', { timeout: 600_000 }, storms);
  it('the server crashes five times under load', { timeout: 600_000 }, crashes);
  it('the server is away for five seconds', { timeout: 600_000 }, away);
  describe('foreign locks', foreignLocks);
  it('after all of it every answer stands, byte for byte', { timeout: 600_000 }, everythingHolds);
});

/** Stops the traffic, tells the figures and checks what happened since `first`, the number of its first request. */
async function settle(t: TestContext, traffic: Traffic, first: number, figures: () => string): Promise<void> {
  await traffic.stop();
  const recent = history.requests.slice(first);
  t.diagnostic(`${figures()}; answers by status ${JSON.stringify(countsOf(recent))}`);
  assert.equal(recent.filter((request) => finalAnswer(request) === undefined).length, 0, 'every request got an answer');
  assert.ok(product.alive(), product.output());
  const violations = await withSession(databaseUrl, (read) => checkInvariants(read, history));
  assert.deepEqual(violations.slice(0, 10), []);
  assert.deepEqual(uncleanAnswers(recent).slice(0, 3), []);
}

/** Milliseconds until a use is recorded again. */
async function recovery(): Promise<number> {
  const start = performance.now();
  const request = await ask(target, history, issueSpec(1));
  assert.ok(isOk(request));
  return Math.round(performance.now() - start);
}

async function lostCommits(t: TestContext): Promise<void> {
  const first = history.requests.length;
  const traffic = startTraffic(target, 32, history);
  proxy.percent = 20;
  // So many of each kind, however fast this machine is.
  const end = performance.now() + 60_000;
  while (performance.now() < end && Math.min(...Object.values(proxy.cuts)) < 15) await pause(100);
  proxy.percent = 0;
  const { before: never, during, after: lost } = proxy.cuts;
  await settle(t, traffic, first, () => `COMMITs cut: ${never} before, ${during} during, ${lost} after`);
  assert.ok(never > 5 && during > 5 && lost > 5, 'too few cuts to mean anything');
}

async function storms(t: TestContext): Promise<void> {
  const first = history.requests.length;
  const traffic = startTraffic(target, 32, history);
  const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'passdesk'`;
  let ended = 0;
  let storms = 0;
  // So many sessions, however fast this machine opens new ones.
  for (; storms < 200 && (storms < 40 || ended <= 80); storms += 1) {
    await pause(40 + Math.random() * 120);
    ended += (await server.psql(kill)).length;
  }
  const healed = await recovery();
  await settle(t, traffic, first, () => `${storms} storms ended ${ended} sessions; recovered in ${healed} ms`);
  assert.ok(ended > 80, `only ${ended} sessions were ended`);
  assert.ok(healed < hangs);
}

async function crashes(t: TestContext): Promise<void> {
  const first = history.requests.length;
  const traffic = startTraffic(target, 32, history);
  const healed: number[] = [];
  for (let crash = 0; crash < 5; crash += 1) {
    await pause(300 + Math.random() * 500);
    await server.restart('immediate');
    healed.push(await recovery());
  }
  await settle(t, traffic, first, () => `5 crashes; recovered ${healed.join(', ')} ms after the server was back`);
  assert.ok(Math.max(...healed) < hangs);
}

const get = (path: string) => fetch(product.baseUrl + path);

/** How long requests that were sent while the database was away waited for their 503, the longest first. */
function refusalTimes(first: number, from: number, to: number): number[] {
  const answers = history.requests.slice(first).flatMap((request) => request.answers);
  const refusals = answers.filter(({ sentAt, status }) => sentAt > from && sentAt < to && status >= 500);
  return refusals.map(({ sentAt, answeredAt }) => Math.round(answeredAt - sentAt)).sort((a, b) => b - a);
}

/** /readyz says what is wrong, /livez stays well, and a look-up is refused as cleanly as a change. */
async function checkDoors(orderId: string): Promise<void> {
  const ready = await get('/readyz');
  const { checks } = (await ready.json()) as { checks: { name: string; ok: boolean; detail: string }[] };
  const database = checks.find(({ name }) => name === 'database');
  assert.equal(ready.status, 503);
  assert.equal(database?.ok, false);
  assert.match(database.detail, /database/i);
  assert.equal((await get('/livez')).status, 200);
  const search = await fetch(`${product.baseUrl}/v2/orders/ePasses/search`, {
    method: 'POST',
    headers: { authorization: `Bearer ${target.partner}`, 'content-type': 'application/json' },
    body: JSON.stringify({ orderId }),
  });
  assert.equal(search.status, 503, `a look-up got ${search.status} ${await search.text()}`);
}

async function away(t: TestContext): Promise<void> {
  const first = history.requests.length;
  const { orderId } = dataIn(await ask(target, history, issueSpec(1)));
  const traffic = startTraffic(target, 16, history);
  await pause(300);
  const gone = performance.now();
  proxy.away = true;
  await pause(2_000);
  const doors = await checkDoors(orderId).catch((problem: unknown) => problem);
  await pause(3_000);
  const back = performance.now();
  proxy.away = false;
  const healed = await recovery();
  const refusals = () => refusalTimes(first, gone, back);
  const figures = () =>
    `${refusals().length} refusals, the slowest after ${refusals()[0]} ms; recovered in ${healed} ms`;
  await settle(t, traffic, first, figures);
  assert.equal((await get('/readyz')).status, 200);
  if (doors !== undefined) throw doors;
  assert.ok(healed < hangs);
  assert.ok(refusals()[0]! < hangs, 'a refusal took too long');
}

/** A session that holds the lock of a pass, as a stuck program or an operator's open transaction would. */
async function holdPass(passId: string): Promise<pg.Client> {
  const session = await openSession(databaseUrl);
  await session.query(`set deadlock_timeout = '30s'`);
  await session.query('begin');
  await session.query('select from passes where pass_id = $1 for update', [passId]);
  return session;
}

async function issuePasses(count: number): Promise<string[]> {
  const issued = await Promise.all(Array.from({ length: count }, () => ask(target, history, issueSpec(3))));
  return issued.map((request) => dataIn(request).extra.ePassId as string).sort();
}

const took = (request: Request) => {
  const { answeredAt } = finalAnswer(request) ?? request.answers.at(-1)!;
  return answeredAt - request.firstSentAt;
};

function foreignLocks(): void {
  it('locks in the opposite order: the batch is run again, nobody is given up', { timeout: 600_000 }, deadlocks);
  it('a stuck session: its pass gets a clean 503, the others are served', { timeout: 600_000 }, stuck);
}

/** The session holds the last pass and then wants all others, which batches hold that wait for the last. */
async function deadlocks(t: TestContext): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    const passes = await issuePasses(12);
    const session = await holdPass(passes.at(-1)!);
    const uses = passes.map((passId) => ask(target, history, redeemSpec(passId)));
    await pause(150);
    await session.query('select from passes where pass_id = any ($1) order by pass_id for update', [passes]);
    await session.query('commit');
    await session.end();
    for (const use of await Promise.all(uses)) {
      assert.equal(use.answers.length, 1, use.answers.map(({ text }) => text).join('\n'));
      assert.ok(isOk(use));
    }
  }
  const [row] = await server.psql('select sum(deadlocks)::int as deadlocks from pg_stat_database');
  t.diagnostic(`the server saw ${row?.deadlocks} deadlocks; no request noticed`);
  assert.ok(Number(row?.deadlocks) > 0, 'there was no deadlock');
}

async function stuck(t: TestContext): Promise<void> {
  const passes = await issuePasses(40);
  const session = await holdPass(passes[0]!);
  const request = history.begin(redeemSpec(passes[0]!));
  // All at once, so that the stuck one shares its batch with others.
  const first = sendOnce(target, request);
  const neighbours = passes.slice(1).map((passId) => ask(target, history, redeemSpec(passId)));
  const waits = (await Promise.all(neighbours)).map(took).sort((a, b) => a - b);
  const refused = await first;
  await session.query('rollback');
  await session.end();
  const [median, slowest] = [waits[waits.length >> 1], waits.at(-1)].map((wait) => Math.round(wait!));
  const stuckFor = Math.round(took(request));
  t.diagnostic(`39 neighbours waited ${median} ms (median) to ${slowest} ms; the stuck one ${stuckFor} ms`);
  assert.ok(isOk(await ask(target, history, redeemSpec(passes[0]!))));
  assert.equal(refused?.status, 503, refused?.text);
  assert.notEqual(refused.retryAfter, null);
  assert.ok(slowest! < hangs, `a neighbour waited ${slowest} ms`);
}

async function everythingHolds(t: TestContext): Promise<void> {
  const different = await replayAll(target, history);
  assert.deepEqual(different.slice(0, 2), []);
  const violations = await withSession(databaseUrl, (read) => checkInvariants(read, history));
  assert.deepEqual(violations.slice(0, 10), []);
  t.diagnostic(`${history.acknowledged().length} changes acknowledged in all, 0 lost, 0 doubled`);
  assert.ok(product.alive());
}
