/** Which clock decides when this process's own and the database's do not agree (INV-14, FLT-20). */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { openSharedClock } from '../../src/operations/shared-clock.ts';
import type { Database } from '../../src/store/database.ts';

const noon = Date.UTC(2027, 5, 1, 12);
const hour = 3_600_000;

/** A clock of a process and one of its database that only move when told to, and what was logged. */
async function clocks(kind: Database['kind'], wrongBy: number) {
  const times = { own: noon + wrongBy, there: noon, looks: 0 };
  const logged: string[] = [];
  const health = async () => {
    times.looks += 1;
    return { answers: true, clockDifference: times.there - times.own };
  };
  const database = { kind, health } as unknown as Database;
  const clock = await openSharedClock(database, { now: () => times.own }, (level) => void logged.push(level));
  return { clock, times, logged, database };
}

/** Lets a second pass, and what is asked in it be answered. */
async function second(): Promise<void> {
  mock.timers.tick(1_000);
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

test('clocks that nearly agree: the own one, which is finer than a question over a network', async () => {
  for (const wrongBy of [0, 500, -500]) {
    const { clock, logged } = await clocks('postgresql', wrongBy);
    assert.equal(clock.now(), noon + wrongBy);
    assert.deepEqual(logged, []);
    clock.close();
  }
});

test('a clock that is an hour off decides nothing from the first moment on', async () => {
  for (const wrongBy of [hour, -hour, 24 * hour, 501, -501]) {
    const { clock, logged } = await clocks('postgresql', wrongBy);
    assert.equal(clock.now(), noon, String(wrongBy));
    assert.deepEqual(logged, ['warn']);
    clock.close();
  }
});

test('a clock that jumps is followed within a second, and left alone once it is right; told once each', async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  const { clock, times, logged, database } = await clocks('postgresql', 0);
  times.own += 2 * hour;
  await second();
  assert.equal(clock.now(), noon);
  times.own += hour;
  await second();
  assert.equal(clock.now(), noon);
  times.own = noon + 3;
  await second();
  assert.equal(clock.now(), noon + 3);
  assert.deepEqual(logged, ['warn', 'info']);
  // While the database is away what was known last holds.
  times.own -= hour;
  await second();
  Object.assign(database, { health: async () => ({ answers: false, clockDifference: 0 }) });
  await second();
  assert.equal(clock.now(), noon);
  clock.close();
  const { looks } = times;
  await second();
  assert.equal(times.looks, looks, 'closed, it asks no more');
  mock.timers.reset();
});

test('a start waits for a database that is slow to answer, and fails without one', async () => {
  let silent = 3;
  const health = async () => ({ answers: silent-- <= 0, clockDifference: hour });
  const database = { kind: 'postgresql', health } as unknown as Database;
  const clock = await openSharedClock(database, { now: () => noon }, () => {});
  assert.equal(clock.now(), noon + hour);
  clock.close();
  silent = 1_000;
  await assert.rejects(
    openSharedClock(database, { now: () => noon }, () => {}),
    /does not tell the time/,
  );
});

test('the embedded database has the clock of this machine: nothing is asked', async () => {
  const { clock, times } = await clocks('embedded', hour);
  assert.equal(clock.now(), noon + hour);
  assert.equal(times.looks, 0);
  clock.close();
});
