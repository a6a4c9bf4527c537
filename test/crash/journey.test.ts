/**
 * From the demo on a laptop to PostgreSQL with three processes, and a restart of each in turn, with people travelling
 * all the while. Nothing acknowledged may be lost, and no request may fail other than by a clean 503.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, it, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Credentials } from '../../src/operations/first-start.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { allRows, assertSameRows } from '../harness/back-ups.ts';
import { openBalancer } from '../harness/balancer.ts';
import { jsonLines, runCli, type Started, startCli } from '../harness/cli.ts';
import { withPostgres } from '../harness/databases.ts';
import { checkInvariants, countsOf, finalAnswer, type Request, uncleanAnswers } from '../harness/history.ts';
import { type Launched, launch, withSession } from '../harness/launch.ts';
import { findPort } from '../harness/ports.ts';
import { freshDatabase } from '../harness/postgres-server.ts';
import { replayAll, startTraffic, targetOf, unanswered } from '../harness/traffic.ts';

const folder = mkdtempSync(join(tmpdir(), 'passdesk-journey-'));
after(() => rmSync(folder, { recursive: true, force: true }));

await withPostgres('the journey of an installation', (adminUrl) => {
  it('laptop, move, three processes, rolling restart', { timeout: 540_000 }, (t) => journey(t, adminUrl));
});

/** The demo as somebody tries it, with fewer passes: the file of its own has all of them. */
async function startDemo(dataFolder: string, port: number): Promise<Started> {
  const demo = startCli(['demo', '--passes', '150', '--json'], { DATA_DIR: dataFolder, PORT: String(port) });
  while (!demo.output().includes('"curl"')) {
    assert.equal(demo.child.exitCode, null, demo.output());
    await pause(20);
  }
  return demo;
}

async function journey(t: TestContext, adminUrl: string): Promise<void> {
  const dataFolder = join(folder, 'laptop');
  const laptop = `http://127.0.0.1:${await findPort()}`;
  const demo = await startDemo(dataFolder, Number(new URL(laptop).port));
  const made = JSON.parse(/^\{"baseUrl".*$/m.exec(demo.output())![0]) as {
    passes: number;
    visits: number;
    seconds: number;
  };
  assert.equal(made.passes, 150);
  assert.ok(made.visits > 60, JSON.stringify(made));
  const pass = await runCurl(demo.output());
  t.diagnostic(`demo: ${made.passes} passes, ${made.visits} visits in ${made.seconds} s; curl answered ${pass}`);

  const credentials = JSON.parse(readFileSync(join(dataFolder, 'credentials.json'), 'utf8')) as Credentials;
  const balancer = openBalancer([laptop]);
  const target = await targetOf(credentials, () => balancer.next());
  const traffic = startTraffic(target, 12);
  await pause(1_000);

  const databaseUrl = await freshDatabase(adminUrl);
  const moved = await runCli(['db', 'move', '--to', databaseUrl, '--json'], { DATA_DIR: dataFolder });
  assert.equal(moved.code, 0, moved.out + moved.error);
  const [move] = jsonLines(moved);
  const { rows, rounds, heldUpMilliseconds } = move;
  t.diagnostic(`move: ${rows} rows, then ${JSON.stringify(rounds)}; changes refused for ${heldUpMilliseconds} ms`);
  assert.deepEqual(move.audit.findings, []);
  await oldPlaceIsClosed(laptop);
  const counted = await sameCounts(dataFolder, databaseUrl, demo);

  const processes = await Promise.all([1, 2, 3].map(() => startOn(databaseUrl, dataFolder)));
  balancer.use(processes.map(({ baseUrl }) => baseUrl));
  await balancer.ready(3);
  const atRestart = traffic.history.requests.length;
  await pause(500);
  for (const [index, old] of processes.entries()) {
    const { code } = await old.end('SIGTERM');
    assert.equal(code, 0, old.output());
    processes[index] = launch({ dataFolder, port: Number(new URL(old.baseUrl).port), databaseUrl });
    await processes[index].ready();
    await balancer.ready(3);
  }
  await traffic.stop();
  await balancer.stop();

  const { history } = traffic;
  const during = history.requests.slice(atRestart);
  t.diagnostic(`${counted} rows at both places after the move`);
  t.diagnostic(`rolling restart: ${during.length} requests, answers ${JSON.stringify(countsOf(during))}`);
  t.diagnostic(
    `whole journey: ${history.requests.length} requests, answers ${JSON.stringify(countsOf(history.requests))}`,
  );
  await judge(target, history, databaseUrl, () => processes[0]!.baseUrl);
  for (const { end } of processes) assert.equal((await end()).code, 0);
}

/** What the demo printed can be pasted; gives the status. */
async function runCurl(output: string): Promise<number> {
  const { curl } = JSON.parse(/^\{"baseUrl".*$/m.exec(output)![0]) as { curl: string };
  const [, url] = /curl -s (\S+)/.exec(curl)!;
  const headers = Object.fromEntries(
    [...curl.matchAll(/-H '([^:]+): ([^']+)'/g)].map(([, name, value]) => [name!, value!]),
  );
  const body = /-d '([^']+)'/.exec(curl)![1]!;
  const { status } = await fetch(url!, { method: 'POST', headers, body });
  assert.equal(status, 200);
  return status;
}

async function startOn(databaseUrl: string, dataFolder: string): Promise<Launched> {
  const process = launch({ dataFolder, port: await findPort(), databaseUrl });
  await process.ready();
  return process;
}

/** The old server says no, cleanly, and where to look; the folder is served no more. */
async function oldPlaceIsClosed(laptop: string): Promise<void> {
  const answer = await fetch(`${laptop}/v2/resources`);
  assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '1']);
  const ready = await fetch(`${laptop}/readyz`);
  assert.equal(ready.status, 503);
  assert.match(await ready.text(), /has moved to another database/);
}

/** Stops the old place and counts at both: not one row may be missing, and no other be there. */
async function sameCounts(dataFolder: string, databaseUrl: string, demo: Started): Promise<number> {
  demo.child.kill('SIGTERM');
  assert.equal(await demo.ended, 0, demo.output());
  const again = await runCli(['serve', '--port', '0'], { DATA_DIR: dataFolder });
  assert.equal(again.code, 1);
  assert.match(again.error, /moved to postgres:\/\/.*set DATABASE_URL/);
  assert.doesNotMatch(again.error, new RegExp(new URL(databaseUrl).password));
  const [old, next] = [await openEmbedded({ folder: dataFolder }), await openPostgres({ url: databaseUrl })];
  const count = assertSameRows(await allRows(next), await allRows(old));
  await Promise.all([old.close(), next.close()]);
  return count;
}

/** What may become of an attempt besides an answer: the balancer had not yet seen that a process is gone. */
const notThere = ['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET'];

async function judge(
  target: Awaited<ReturnType<typeof targetOf>>,
  history: ReturnType<typeof startTraffic>['history'],
  databaseUrl: string,
  baseUrl: () => string,
): Promise<void> {
  assert.equal(unanswered(history).length, 0);
  assert.deepEqual(uncleanAnswers(history.requests).slice(0, 3), []);
  const failed = history.requests.filter((request) => !mayBe(request));
  assert.deepEqual(failed.slice(0, 3), [], `${failed.length} requests failed in another way`);
  const different = await replayAll({ ...target, baseUrl }, history);
  assert.deepEqual(different.slice(0, 2), []);
  const violations = await withSession(databaseUrl, async (read) => {
    for (const view of withoutDemo) await read(view);
    return checkInvariants(read, history);
  });
  assert.deepEqual(violations.slice(0, 5), []);
}

const demoPasses = `select program_id, pass_id from public.passes where client_user_id ~ '^(traveller|visitor)-'`;

/** What the demo did is in nobody's history: these stand before the tables, for this session. */
const withoutDemo = [
  `create temp view passes as select * from public.passes where client_user_id !~ '^(traveller|visitor)-'`,
  `create temp view holders as select * from public.holders where client_user_id !~ '^(traveller|visitor)-'`,
  `create temp view entries as select * from public.entries where (program_id, pass_id) not in (${demoPasses})`,
  `create temp view answers as select * from public.answers where status <> 200
    or body::jsonb->'data'->>'orderId' is null
    or body::jsonb->'data'->>'orderId' not in (select order_id from public.entries
      where (program_id, pass_id) in (${demoPasses}))`,
];

function mayBe(request: Request): boolean {
  const known = [200, 409, 422, 503];
  const clean = request.answers.every(({ status }) => known.includes(status));
  return clean && finalAnswer(request) !== undefined && request.lost.every((why) => notThere.includes(why));
}
