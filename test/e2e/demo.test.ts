/** The demo as somebody tries it: an airport in a terminal, whose travellers do not stop coming. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type Airport, openAirport } from '../../src/cli/demo-airport.ts';
import { type Started, startCli, startInTerminal, withoutTerminal } from '../harness/cli.ts';
import { embeddedProduct } from '../harness/embedded-product.ts';
import { readTerminalCode } from '../harness/read-codes.ts';

const folder = mkdtempSync(join(tmpdir(), 'passdesk-demo-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const environment = { DATA_DIR: join(folder, 'data'), PORT: '0' };

const visitsIn = (output: string) =>
  [...output.matchAll(/\d{16} at (?:N|C)\d{5}: (\w+)/g)].map(([, verdict]) => verdict!);

/** Waits until the demo has printed what is looked for. */
async function until(demo: Started, isThere: (output: string) => boolean): Promise<void> {
  while (!isThere(demo.output())) {
    assert.equal(demo.child.exitCode, null, demo.output());
    await pause(20);
  }
}

const admitted = (count: number) => (output: string) =>
  visitsIn(output).filter((verdict) => verdict === 'admitted').length >= count;

test('in a terminal: three venues, 500 passes, a QR code to scan, a line to paste, and visits that go on', {
  skip: withoutTerminal,
  timeout: 120_000,
}, async (t) => {
  const demo = startInTerminal(['demo'], environment);
  await until(demo, admitted(2));
  const printed = demo.output();
  const [, passes, visits, seconds] = /(\d+) passes made and (\d+) visits in ([\d.]+) s/.exec(printed)!;
  assert.equal(passes, '500');
  assert.ok(Number(visits) > 200, visits);
  t.diagnostic(`made in ${seconds} s`);
  assert.match(printed, /Making \S+ \d+ % · \d+ of 500 · /, 'a bar, as it takes longer than a second');
  const venues = [...printed.matchAll(/^ {2}([NC]\d{5}) {2}.+: (\d+) visits\r?$/gm)];
  assert.equal(new Set(venues.map(([, resourceId]) => resourceId)).size, 3, printed);
  for (const [line, , count] of venues) assert.ok(Number(count) > 0, line);
  const [, shown] = /The pass (\d{16})/.exec(printed)!;
  assert.deepEqual(await readTerminalCode(printed), [shown]);
  const [curl] = /^curl .*'(?=\r?$)/m.exec(printed)!;
  const answer = JSON.parse(execFileSync('bash', ['-c', curl], { encoding: 'utf8' }));
  assert.deepEqual([answer.code, answer.data.dpId], [0, shown], JSON.stringify(answer));
  demo.child.stdin!.write('\u0003');
  assert.equal(await demo.ended, 0, demo.output().slice(-500));

  const again = startCli(['demo'], environment);
  await until(again, admitted(2));
  assert.match(again.output(), /^0 passes made and 0 visits/m, 'it goes on with what is there');
  again.child.kill('SIGINT');
  assert.equal(await again.ended, 0, again.output().slice(-500));
});

describe('the airport of the demo', () => {
  const product = embeddedProduct();

  /** How many of so many who come are let in. */
  async function comeIn(airport: Airport, people: number): Promise<number> {
    let count = 0;
    for (let come = 0; come < people; come += 1) if ((await airport.visit()).admitted) count += 1;
    return count;
  }

  test('people are let in for as long as it runs, and after it was started again', async () => {
    const { baseUrl, credentials } = product();
    const airport = await openAirport(baseUrl, credentials);
    assert.equal(await airport.isFresh(), true);
    await airport.makeHistory(20, 1, () => {});
    // More than the passes that there were at first have usages for.
    await comeIn(airport, 200);
    const late = await comeIn(airport, 50);
    assert.ok(late > 25, `${late} of 50 late ones`);

    const restarted = await openAirport(baseUrl, credentials);
    assert.equal(await restarted.isFresh(), false);
    const first = await comeIn(restarted, 50);
    assert.ok(first > 25, `${first} of 50 after a restart`);
  });
});
