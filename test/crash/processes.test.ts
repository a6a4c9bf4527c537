/** FLT-34 to 36 and 40: three product processes on one PostgreSQL database, and two on one data folder. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it, type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { insertClient, revokeClient } from '../../src/store/clients.ts';
import type { Database } from '../../src/store/database.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { signToken } from '../harness/client.ts';
import { withPostgres } from '../harness/databases.ts';
import {
  checkInvariants,
  dataIn,
  finalAnswer,
  History,
  isOk,
  type RequestSpec,
  uncleanAnswers,
} from '../harness/history.ts';
import { type Launched, launch, withSession } from '../harness/launch.ts';
import { findPort } from '../harness/ports.ts';
import { preparedDatabase } from '../harness/templates.ts';
import { ask, cancelSpec, giveBackSpec, issueSpec, redeemSpec, type Target, targetOf } from '../harness/traffic.ts';

const work = mkdtempSync(join(tmpdir(), 'passdesk-processes-'));
after(() => rmSync(work, { recursive: true, force: true }));

let databaseUrl: string;
let processes: Launched[] = [];
let targets: Target[] = [];
const history = new History();

async function folder(name: string): Promise<string> {
  const path = join(work, name);
  mkdirSync(path, { recursive: true });
  return path;
}

/** Starts a process on the shared database with a data folder of its own. */
async function startOne(name: string): Promise<Launched> {
  return launch({ dataFolder: await folder(name), port: await findPort(), databaseUrl });
}

const anywhere = (n: number) => targets[n % targets.length]!;

await withPostgres('three processes on one database', (adminUrl) => {
  before(async () => {
    databaseUrl = await preparedDatabase(adminUrl);
    const first = await startOne('one');
    await first.ready();
    const others = [await startOne('two'), await startOne('three')];
    await Promise.all(others.map((other) => other.ready()));
    processes = [first, ...others];
    const credentials = await first.credentials();
    targets = await Promise.all(processes.map(({ baseUrl }) => targetOf(credentials, baseUrl)));
  });
  after(() => Promise.all(processes.map((one) => one.end())));

  it('the same demo credentials are good at all of them', sameCredentials);
  it('200 uses at once of a pass with five: exactly five', { timeout: 600_000 }, exactlyFive);
  it('with cancellations and give-backs in between there is one winner', { timeout: 600_000 }, oneWinner);
  it('one scan sent to all at once is one use; one request id is one effect', { timeout: 600_000 }, oneEffect);
  it('one clientUserId is bound to one name', { timeout: 600_000 }, oneName);
  it('a revocation is in force everywhere within a second', { timeout: 600_000 }, revocation);
  it('afterwards every invariant holds', invariants);
});

async function sameCredentials(): Promise<void> {
  for (const target of targets) assert.ok(isOk(await ask(target, history, issueSpec(1))));
  assert.deepEqual(
    ['one', 'two', 'three'].map((name) => existsSync(join(work, name, 'credentials.json'))),
    [true, false, false],
  );
}

async function issued(usages: number): Promise<{ orderId: string; passId: string }> {
  const { orderId, extra } = dataIn(await ask(targets[0]!, history, issueSpec(usages)));
  return { orderId, passId: extra.ePassId };
}

async function exactlyFive(t: TestContext): Promise<void> {
  const start = performance.now();
  for (let round = 0; round < 5; round += 1) {
    const { passId } = await issued(5);
    const uses = Array.from({ length: 200 }, (_, n) => ask(anywhere(n), history, redeemSpec(passId)));
    assert.equal((await Promise.all(uses)).filter(isOk).length, 5);
  }
  t.diagnostic(`5 rounds of 200 uses over three processes: ${Math.round(performance.now() - start)} ms`);
}

/** "Cancel if unused" against uses; then plain cancellations against uses and give-backs. */
async function oneWinner(t: TestContext): Promise<void> {
  const won = { cancel: 0, use: 0 };
  // Until each side has won: how often one does depends on the machine.
  let rounds = 0;
  for (; rounds < 60 || (rounds < 1_000 && Math.min(won.cancel, won.use) === 0); rounds += 1) {
    const { orderId, passId } = await issued(1);
    const cancels = Array.from({ length: 3 }, (_, n) => ask(anywhere(n + 1), history, cancelSpec(orderId, true)));
    // A cancellation looks its pass up first: without a head start it loses, with a long one it wins.
    if (rounds % 2 === 0) await pause(Math.random() * 12);
    const uses = Array.from({ length: 3 }, (_, n) => ask(anywhere(n), history, redeemSpec(passId)));
    const used = (await Promise.all(uses)).filter(isOk).length;
    const cancelled = (await Promise.all(cancels)).filter(isOk).length;
    assert.equal(used + cancelled, 1, `${used} uses and ${cancelled} cancellations of a pass with one usage`);
    won[used === 1 ? 'use' : 'cancel'] += 1;
  }
  assert.ok(won.use > 0 && won.cancel > 0, `the races were none: ${JSON.stringify(won)}`);
  for (let round = 0; round < 30; round += 1) await mixedRound();
  t.diagnostic(`${rounds} races: the use won ${won.use}, "cancel if unused" ${won.cancel}`);
}

async function mixedRound(): Promise<void> {
  const { orderId, passId } = await issued(4);
  const first = dataIn(await ask(anywhere(0), history, redeemSpec(passId)));
  const back = Array.from({ length: 3 }, (_, n) => ask(anywhere(n), history, giveBackSpec(first.orderId)));
  const uses = Array.from({ length: 9 }, (_, n) => ask(anywhere(n), history, redeemSpec(passId)));
  await pause(Math.random() * 8);
  const cancels = Array.from({ length: 3 }, (_, n) => ask(anywhere(n), history, cancelSpec(orderId)));
  const given = (await Promise.all(back)).filter(isOk).length;
  const used = 1 + (await Promise.all(uses)).filter(isOk).length;
  const winners = (await Promise.all(cancels)).filter(isOk);
  assert.equal(winners.length, 1, `${winners.length} cancellations won`);
  assert.ok(given <= 1 && used - given <= 4);
  assert.equal(dataIn(winners[0]!).refundableUsages, 4 - (used - given), 'conservation');
}

async function oneEffect(): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    const { orderId, passId } = await issued(3);
    const scanId = randomUUID();
    // Each door sends the scan under a request id of its own.
    const scans = targets.map((target) => ask(target, new History(), redeemSpec(passId, { scanId })));
    const bodies = (await Promise.all(scans)).map((scan) => finalAnswer(scan)!.text);
    assert.equal(new Set(bodies).size, 1, bodies.join(' / '));
    // As one request in the history: one effect.
    await ask(targets[0]!, history, redeemSpec(passId, { scanId }));
    for (const spec of [redeemSpec(passId), cancelSpec(orderId), issueSpec(2)]) await sameAnswers(spec);
  }
}

/** The same request id to all three at once, of which only the first is written into the history. */
async function sameAnswers(spec: RequestSpec): Promise<void> {
  const [one, ...others] = targets;
  const sent = [ask(one!, history, spec), ...others.map((target) => ask(target, new History(), spec))];
  const answers = (await Promise.all(sent)).map((request) => finalAnswer(request)!);
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
  assert.equal(answers.filter(({ replayed }) => !replayed).length, 1, 'the others say that it is a repetition');
}

async function oneName(): Promise<void> {
  for (let round = 0; round < 20; round += 1) {
    const clientUserId = randomUUID();
    const names = Array.from({ length: 9 }, (_, n) => ['Ada', 'Grace', 'Mary'][(n + round) % 3]!);
    const requests = await Promise.all(
      names.map((firstName, n) => ask(anywhere(n), history, issueSpec(1, clientUserId, { firstName }))),
    );
    const bound = new Set(names.filter((_, n) => isOk(requests[n]!)));
    assert.equal(bound.size, 1, `bound to ${[...bound].join(' and ')}`);
    assert.equal(requests.filter(isOk).length, 3);
  }
}

async function revocation(t: TestContext): Promise<void> {
  const database = await openPostgres({ url: databaseUrl });
  const client = { clientId: 'short-lived', name: 'Short-lived', issuer: 'short-lived', secret: randomUUID() };
  const row = { ...client, scopes: ['issuer'] as const, ratePerMinute: 100_000 };
  await database.transaction((open) => insertClient(open, row, ['DEMO'], [], Date.now()));
  const token = await signToken(client);
  const known = await Promise.all(processes.map((one) => until(one, token, 404)));
  // One is stopped meanwhile, as a machine that sleeps, with requests in its sockets.
  const [, stopped] = processes;
  stopped!.child.kill('SIGSTOP');
  const inSockets = Array.from({ length: 20 }, () => lookUp(stopped!, token));
  await pause(2_500);
  await database.transaction((open) => revokeClient(open, client.clientId, Date.now()));
  stopped!.child.kill('SIGCONT');
  assert.deepEqual([...new Set(await Promise.all(inSockets))], [401]);
  const revoked = await Promise.all(processes.map((one) => until(one, token, 401)));
  t.diagnostic(`known after ${known.join(', ')} ms, revoked after ${revoked.join(', ')} ms`);
  await (database as Database).close();
  // The figures are told above; on a machine that is busy with other things a poll may come late.
  assert.ok(Math.max(...revoked) < 20_000);
}

/** Milliseconds until a look-up with this token is answered with `status`. */
async function until(product: Launched, token: string, status: number): Promise<number> {
  const start = performance.now();
  for (;;) {
    const told = await lookUp(product, token);
    if (told === status) return Math.round(performance.now() - start);
    assert.ok(performance.now() - start < 10_000, `still ${told}`);
    await pause(20);
  }
}

/** The status of the answer to a look-up with this token. */
async function lookUp({ baseUrl }: Launched, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ ePassId: '1788000000000000' });
  const reply = await fetch(`${baseUrl}/v2/orders/ePasses/search`, { method: 'POST', headers, body });
  await reply.text();
  return reply.status;
}

async function invariants(t: TestContext): Promise<void> {
  assert.deepEqual(uncleanAnswers(history.requests).slice(0, 3), []);
  const violations = await withSession(databaseUrl, (read) => checkInvariants(read, history));
  assert.deepEqual(violations.slice(0, 10), []);
  t.diagnostic(`${history.acknowledged().length} changes acknowledged over three processes, 0 lost, 0 doubled`);
}

await withPostgres('starting at the same time', (adminUrl) => {
  test('two processes on an empty database: both come up, with one demo', { timeout: 600_000 }, async () => {
    for (let round = 0; round < 3; round += 1) {
      databaseUrl = await preparedDatabase(adminUrl);
      const two = [await startOne(`left-${round}`), await startOne(`right-${round}`)];
      await Promise.all(two.map((one) => one.ready()));
      const having = two.filter(({ dataFolder }) => existsSync(join(dataFolder, 'credentials.json')));
      assert.equal(having.length, 1, 'one of them made the demo');
      const credentials = await having[0]!.credentials();
      for (const { baseUrl } of two) {
        assert.ok(isOk(await ask(await targetOf(credentials, baseUrl), new History(), issueSpec(1))));
      }
      const count = (read: (sql: string) => Promise<unknown[]>) => read('select from programs');
      assert.equal((await withSession(databaseUrl, count)).length, 1);
      for (const one of two) assert.equal((await one.end()).code, 0);
    }
  });

  test('credentials that are handed over are kept, with the address of the process', async () => {
    databaseUrl = await preparedDatabase(adminUrl);
    const first = await startOne('giver');
    await first.ready();
    cpSync(join(first.dataFolder, 'credentials.json'), join(await folder('taker'), 'credentials.json'));
    const second = await startOne('taker');
    await second.ready();
    const given = await first.credentials();
    assert.deepEqual(await second.credentials(), { ...given, baseUrl: second.baseUrl });
    for (const one of [first, second]) assert.equal((await one.end()).code, 0);
  });
});

test('a second process on the same embedded data is refused, and the first serves on', async () => {
  const dataFolder = await folder('embedded');
  const first = launch({ dataFolder, port: await findPort() });
  await first.ready();
  const second = launch({ dataFolder, port: await findPort() });
  assert.equal(await second.ended, 4, 'the exit code for a folder that is in use');
  assert.match(second.output(), new RegExp(`in use by process ${first.child.pid}\\b`));
  assert.doesNotMatch(second.output(), /\n\s+at /, 'a sentence, no stack');
  const target = await targetOf(await first.credentials(), first.baseUrl);
  assert.ok(isOk(await ask(target, new History(), issueSpec(1))));
  // A holder that was killed does not keep the next one out.
  await first.end('SIGKILL');
  const third = launch({ dataFolder, port: await findPort() });
  await third.ready();
  assert.equal((await third.end()).code, 0);
});
