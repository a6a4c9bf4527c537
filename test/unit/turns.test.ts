import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../../src/domain/refusal.ts';
import { Turns } from '../../src/operations/turns.ts';

test('work is done one after the other, in the order in which it came, and a failure holds nobody up', async () => {
  const turns = new Turns();
  const told: string[] = [];
  const work = (name: string, fails = false) =>
    turns.take(async () => {
      told.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      told.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const [first, second, third] = await Promise.allSettled([work('a'), work('b', true), work('c')]);
  assert.deepEqual(told, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  assert.deepEqual([first.status, second.status, third.status], ['fulfilled', 'rejected', 'fulfilled']);
});

test('so many may wait and no more', async () => {
  const turns = new Turns();
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const waiting = Array.from({ length: 100 }, () => turns.take(() => gate));
  await assert.rejects(
    turns.take(async () => {}),
    (refusal) => refusal instanceof Refusal && refusal.refusal === 'OVERLOADED',
  );
  open();
  await Promise.all(waiting);
  assert.equal(await turns.take(async () => 'later'), 'later');
});
