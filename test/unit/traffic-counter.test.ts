/** Counting what clients ask for: nothing is lost but what nobody knows, and nothing is counted twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TrafficCounter } from '../../src/operations/traffic-counter.ts';
import { CommitUnknown } from '../../src/store/database.ts';
import type { TrafficRow } from '../../src/store/traffic.ts';

const hour = 3_600_000;
const start = 1_000 * hour;

/** A table that adds up what it is given; `fail` is thrown in place of the next call. */
function table() {
  const sums = new Map<string, number>();
  const kept = { sums, calls: 0, rows: 0, fail: null as Error | null, hold: Promise.resolve() };
  const add = async (rows: readonly TrafficRow[]) => {
    kept.calls += 1;
    kept.rows += rows.length;
    await kept.hold;
    const { fail } = kept;
    kept.fail = null;
    if (fail !== null) throw fail;
    for (const { clientId, operation, refusal, requests, ...at } of rows) {
      const key = [clientId, at.hour / hour, operation, refusal].join(' ');
      sums.set(key, (sums.get(key) ?? 0) + requests);
    }
  };
  return { ...kept, add, kept };
}

test('answers are counted by client, hour, operation and refusal', async () => {
  const counter = new TrafficCounter();
  const { add, sums, kept } = table();
  for (let index = 0; index < 5; index += 1) counter.count('a', 'issue', '', start + index);
  counter.count('a', 'issue', 'NAME', start);
  counter.count('b', 'issue', '', start + hour - 1);
  counter.count('a', 'issue', '', start + hour);
  await counter.keep(add);
  const expected = { 'a 1000 issue ': 5, 'a 1000 issue NAME': 1, 'b 1000 issue ': 1, 'a 1001 issue ': 1 };
  assert.deepEqual(Object.fromEntries(sums), expected);
  await counter.keep(add);
  assert.equal(kept.calls, 1, 'nothing new, nothing written');
  counter.count('a', 'issue', '', start + hour);
  await counter.keep(add);
  assert.deepEqual(Object.fromEntries(sums), { ...expected, 'a 1001 issue ': 2 });
  assert.equal(kept.rows, 5, 'only what is new is written');
});

test('a database that is away loses nothing; a commit that nobody knows of is not counted twice', async () => {
  const counter = new TrafficCounter();
  const { add, sums, kept } = table();
  counter.count('a', 'issue', '', start);
  kept.fail = new Error('away');
  await assert.rejects(counter.keep(add), /away/);
  counter.count('a', 'issue', '', start);
  counter.count('a', 'issue', '', start + hour);
  await counter.keep(add);
  assert.deepEqual(Object.fromEntries(sums), { 'a 1000 issue ': 2, 'a 1001 issue ': 1 });
  counter.count('a', 'issue', '', start + hour);
  kept.fail = new CommitUnknown('lost');
  await counter.keep(add);
  await counter.keep(add);
  assert.equal(sums.get('a 1001 issue '), 1);
});

test('two who keep at once keep one after the other, and what is counted meanwhile is kept next', async () => {
  const counter = new TrafficCounter();
  const { add, sums, kept } = table();
  let release = () => {};
  kept.hold = new Promise((resolve) => {
    release = resolve;
  });
  counter.count('a', 'issue', '', start);
  const [first, second] = [counter.keep(add), counter.keep(add)];
  await Promise.resolve();
  counter.count('a', 'issue', '', start);
  release();
  await Promise.all([first, second]);
  assert.equal(sums.get('a 1000 issue '), 2);
});

test('memory is bounded: past the limit no counter is opened, and the next hour begins anew', async () => {
  const counter = new TrafficCounter();
  const { add, sums } = table();
  for (let index = 0; index < 120_000; index += 1) counter.count(`c${index}`, 'issue', '', start);
  await counter.keep(add);
  assert.ok(sums.size > 40_000 && sums.size <= 100_000, `${sums.size}`);
  counter.count('c0', 'issue', '', start);
  counter.count('late', 'issue', '', start + hour);
  await counter.keep(add);
  assert.equal(sums.get('c0 1000 issue '), 2);
  assert.equal(sums.get('late 1001 issue '), 1);
});
