import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClockWatch } from '../../src/worker/clock-watch.ts';

test('a clock that is set back is noticed once, and nothing else is', () => {
  const watch = new ClockWatch();
  const told = (
    [
      [1_000_000, 0, 'the first look'],
      [1_000_500, 500, 'half a second later'],
      [8_200_500, 1_000, 'set forward by two hours'],
      [8_200_500, 4_000, 'it stood still for three seconds'],
      [1_000_500, 4_500, 'set back by two hours'],
      [1_001_000, 5_000, 'it goes on from there'],
      [997_500, 6_500, 'back by five seconds, as when it is corrected'],
    ] as const
  ).filter(([wall, steady]) => watch.wasSetBack(wall, steady));
  assert.deepEqual(
    told.map(([, , what]) => what),
    ['set back by two hours'],
  );
});
