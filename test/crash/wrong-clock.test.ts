/** FLT-20: processes on one database whose machines are an hour ahead and an hour behind (INV-09, INV-14). */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { withPostgres } from '../harness/databases.ts';
import { dataIn, History, type RequestSpec } from '../harness/history.ts';
import { type Launched, launch } from '../harness/launch.ts';
import { findPort } from '../harness/ports.ts';
import { preparedDatabase } from '../harness/templates.ts';
import { ask, issueSpec, redeemSpec, sendOnce, type Target, targetOf } from '../harness/traffic.ts';

const hour = 3_600_000;
const at = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();
const checkSpec = (dpId: string): RequestSpec => ({ ...redeemSpec(dpId), path: '/v2/redemptions/check', headers: {} });

await withPostgres('machines whose clocks are wrong', (adminUrl) => {
  const folders = Array.from({ length: 3 }, () => mkdtempSync(join(tmpdir(), 'passdesk-clock-')));
  const history = new History();
  let processes: Launched[] = [];
  let right: Target;
  let wrong: Target[] = [];

  before(async () => {
    const databaseUrl = await preparedDatabase(adminUrl);
    const start = async (index: number, clockWrongBy: number) =>
      launch({ dataFolder: folders[index]!, port: await findPort(), databaseUrl, clockWrongBy });
    const first = await start(0, 0);
    await first.ready();
    processes = [first, await start(1, hour), await start(2, -hour)];
    await Promise.all(processes.map((one) => one.ready()));
    const credentials = await first.credentials();
    const targets = await Promise.all(processes.map(({ baseUrl }) => targetOf(credentials, baseUrl)));
    [right, ...wrong] = targets as [Target, ...Target[]];
  });
  after(async () => {
    await Promise.all(processes.map((one) => one.end()));
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  /** One attempt: a token that is refused stays refused. */
  const answerOf = async (target: Target, spec: RequestSpec) => (await sendOnce(target, history.begin(spec)))!;

  async function passUntil(expiresIn: number, activeIn?: number): Promise<string> {
    const dates = { expirationDate: at(expiresIn), ...(activeIn ? { activationDate: at(activeIn) } : {}) };
    return dataIn(await ask(right, history, issueSpec(10, undefined, dates))).extra.ePassId;
  }

  test('a pass that is good for half an hour is good at each, and one of in half an hour at none', async () => {
    const today = await passUntil(hour / 2);
    const later = await passUntil(3 * hour, hour / 2);
    for (const target of [right, ...wrong]) {
      const used = await answerOf(target, redeemSpec(today));
      assert.equal(used.status, 200, used.text);
      const early = await answerOf(target, redeemSpec(later));
      assert.match(early.text, /E_PASS_NOT_YET_ACTIVE/);
      assert.match((await answerOf(target, checkSpec(later))).text, /E_PASS_NOT_YET_ACTIVE/);
    }
  });

  test('a pass that has just expired is refused at each, and tokens are good for as long as they say', async () => {
    const short = await passUntil(6_000);
    await new Promise((done) => setTimeout(done, 6_500));
    for (const target of [right, ...wrong]) {
      const late = await answerOf(target, redeemSpec(short));
      assert.match(late.text, /E_PASS_EXPIRED/);
      const issued = await answerOf(target, issueSpec(1, undefined, { expirationDate: at(-hour / 2) }));
      assert.equal(issued.status, 400, issued.text);
    }
  });

  test('they say that they are not ready, and the log says why', async () => {
    for (const one of processes.slice(1)) {
      const reply = await fetch(`${one.baseUrl}/readyz`);
      assert.equal(reply.status, 503);
      const { checks } = (await reply.json()) as { checks: { name: string; ok: boolean }[] };
      assert.deepEqual(
        checks.filter(({ ok }) => !ok).map(({ name }) => name),
        ['clock'],
      );
      assert.match(one.output(), /the clock is wrong/);
    }
    assert.equal((await fetch(`${processes[0]!.baseUrl}/readyz`)).status, 200);
    assert.doesNotMatch(processes[0]!.output(), /the clock is wrong/);
  });
});
