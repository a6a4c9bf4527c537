/** FLT-01: the product is killed at random moments while 32 clients issue, use, give back and cancel. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openEmbedded } from '../../src/store/embedded.ts';
import { counted, longest } from '../harness/counts.ts';
import { withPostgres } from '../harness/databases.ts';
import { checkInvariants, countsOf, finalAnswer, type History, uncleanAnswers } from '../harness/history.ts';
import type { ReadRows } from '../harness/invariants.ts';
import { type Launched, launch, withSession } from '../harness/launch.ts';
import { findPort } from '../harness/ports.ts';
import { preparedDatabase } from '../harness/templates.ts';
import { replayAll, sendOnce, startTraffic, type Target, targetOf, unanswered } from '../harness/traffic.ts';

interface Setting {
  readonly kills: number;
  /** Longest wait between two starts and the kill, once ready. */
  readonly longest: number;
  readonly start: () => Launched;
  /** Reads the tables after the last process has ended. */
  readonly inspect: <T>(work: (read: ReadRows) => Promise<T>) => Promise<T>;
}

interface Outcome {
  readonly history: History;
  readonly target: Target;
  readonly last: Launched;
  readonly readyTimes: number[];
}

/** Every fifth process is killed while it starts; the others while they serve. */
async function killOften({ kills, longest, start }: Setting): Promise<Outcome> {
  const first = start();
  await first.ready();
  const target = await targetOf(await first.credentials(), first.baseUrl);
  const traffic = startTraffic(target);
  const readyTimes: number[] = [];
  let current = first;
  for (let kill = 0; kill < kills; kill += 1) {
    await pause(20 + Math.random() * longest);
    await current.end('SIGKILL');
    current = start();
    if (kill % 5 !== 4) readyTimes.push(await current.ready());
  }
  await current.ready();
  await pause(500);
  await traffic.stop();
  return { history: traffic.history, target, last: current, readyTimes };
}

/** INV-18: a key that was used is refused for another body, and nothing happens. */
async function refuseOtherBodies({ history, target }: Outcome): Promise<void> {
  for (const request of history.acknowledged('redeem').slice(-20)) {
    const other = { ...request, body: { ...request.body, adultCount: 2 }, answers: [], lost: [] };
    const answer = await sendOnce(target, other);
    assert.equal(answer?.status, 422, answer?.text);
  }
}

async function survive(t: TestContext, setting: Setting): Promise<void> {
  const outcome = await killOften(setting);
  const { history, target, last } = outcome;
  const counts = countsOf(history.requests);
  assert.equal(unanswered(history).length, 0, 'every request got an answer in the end');
  assert.deepEqual(uncleanAnswers(history.requests).slice(0, 5), []);
  const different = await replayAll(target, history);
  assert.equal(different.length, 0, `answered otherwise: ${JSON.stringify(different.slice(0, 2))}`);
  await refuseOtherBodies(outcome);
  assert.equal((await last.end()).code, 0, last.output());
  assert.deepEqual((await setting.inspect((read) => checkInvariants(read, history))).slice(0, 10), []);
  report(t, setting, outcome, counts);
  const acknowledged = history.acknowledged().length;
  assert.ok(acknowledged > 100, `only ${acknowledged} acknowledged, too few to mean anything`);
  assert.ok((counts.lost ?? 0) > 0, 'the kills did not hit requests under way');
}

function report(t: TestContext, { kills }: Setting, { history, readyTimes }: Outcome, counts: object): void {
  const sorted = [...readyTimes].sort((a, b) => a - b);
  const [median, slowest] = [sorted[sorted.length >> 1]!, sorted.at(-1)!].map(Math.round);
  const resolved = history.requests.filter((request) => request.lost.length > 0 && finalAnswer(request)).length;
  t.diagnostic(`${kills} kills, ${history.acknowledged().length} changes acknowledged, 0 lost, 0 doubled`);
  t.diagnostic(`${resolved} requests with lost answers all resolved; answers by status ${JSON.stringify(counts)}`);
  t.diagnostic(`ready again: median ${median} ms, slowest ${slowest} ms`);
}

describe('killed again and again [embedded]', () => {
  test('nothing acknowledged is lost or doubled', { timeout: longest }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'passdesk-kill-'));
    const port = await findPort();
    await survive(t, {
      kills: counted(8, 20),
      longest: 1_000,
      start: () => launch({ dataFolder: folder, port }),
      inspect: (work) => inspectEmbedded(folder, work),
    });
    rmSync(folder, { recursive: true, force: true });
  });
});

async function inspectEmbedded<T>(folder: string, work: (read: ReadRows) => Promise<T>): Promise<T> {
  const database = await openEmbedded({ folder });
  let statements = 0;
  try {
    return await work((text) => database.read({ name: `inspect-${++statements}`, text }, []));
  } finally {
    await database.close();
  }
}

await withPostgres('killed again and again [postgresql]', (adminUrl) => {
  test('nothing acknowledged is lost or doubled', { timeout: longest }, async (t) => {
    const databaseUrl = await preparedDatabase(adminUrl);
    const folder = mkdtempSync(join(tmpdir(), 'passdesk-kill-'));
    const port = await findPort();
    await survive(t, {
      kills: counted(8, 20),
      longest: 1_000,
      start: () => launch({ dataFolder: folder, port, databaseUrl }),
      inspect: (work) => withSession(databaseUrl, work),
    });
    rmSync(folder, { recursive: true, force: true });
  });
});
