/** Who may send how much at once: what hangs or fails makes room for what answers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PushSlots } from '../../src/worker/push-slots.ts';

type Part = { readonly delivery: { readonly programId: string; readonly endpointId: string } };
type Slots = PushSlots<Part>;
const endpoint = (programId: string, endpointId: string) => ({ programId, endpointId });

/** Takes as many slots for an endpoint as it may have at that time; gives them. */
function fill(slots: Slots, name: Part['delivery'], now: number): Part[] {
  const taken: Part[] = [];
  for (;;) {
    const free = slots.free(now);
    const lane = free.laneOf(name);
    if (Math.min(free.ofLane(lane), free.ofProgramme(name.programId, lane), free.ofEndpoint(name)) <= 0) return taken;
    const part = { delivery: { ...name } };
    slots.take(part, now);
    taken.push(part);
  }
}
const room = (slots: Slots, name: Part['delivery'], now: number) => {
  const taken = fill(slots, name, now);
  for (const part of taken) slots.giveBack(part);
  return taken.length;
};
const many = (programmes: number, endpoints: number) =>
  Array.from({ length: programmes * endpoints }, (_, index) =>
    endpoint(`P${index % programmes}`, `e${Math.floor(index / programmes)}`),
  );

test('an endpoint gets 2 places, 16 once it has answered, and 2 again when it fails', () => {
  const slots: Slots = new PushSlots();
  const one = endpoint('P', 'e');
  assert.equal(room(slots, one, 0), 2);
  slots.learn(one, true);
  assert.equal(room(slots, one, 0), 16);
  slots.learn(one, false);
  assert.equal(room(slots, one, 0), 2);
});

test('endpoints that fail, however many, leave the places of the others alone', () => {
  const slots: Slots = new PushSlots();
  for (const one of many(20, 10)) slots.learn(one, false);
  const held = many(20, 10).flatMap((one) => fill(slots, one, 0));
  assert.equal(held.length, 64, 'and are not stopped altogether');
  const good = many(8, 10).map(({ programId, endpointId }) => endpoint(`Good${programId}`, endpointId));
  for (const one of good) slots.learn(one, true);
  assert.equal(good.flatMap((one) => fill(slots, one, 0)).length, 64);
});

test('endpoints that nobody has heard of yet take no place of a good one', () => {
  const slots: Slots = new PushSlots();
  assert.equal(many(20, 10).flatMap((one) => fill(slots, one, 0)).length, 32);
  const good = endpoint('P0', 'good');
  slots.learn(good, true);
  assert.equal(room(slots, good, 0), 16);
  assert.equal(room(slots, endpoint('New', 'e'), 1_000), 2, 'and those that hang, none of the next new one');
});

test('the failing endpoints of a programme leave a place to its good one', () => {
  const slots: Slots = new PushSlots();
  const [good, ...bad] = many(1, 40);
  for (const one of bad) slots.learn(one, false);
  assert.equal(bad.flatMap((one) => fill(slots, one, 0)).length, 32);
  slots.learn(good!, true);
  assert.equal(room(slots, good!, 0), 16);
});

test('good endpoints that begin to hang, all at once, hold their places for a second', () => {
  const slots: Slots = new PushSlots();
  const hanging = many(2, 2);
  for (const one of hanging) slots.learn(one, true);
  assert.equal(hanging.flatMap((one) => fill(slots, one, 0)).length, 64);
  const good = endpoint('Good', 'e');
  slots.learn(good, true);
  assert.equal(room(slots, good, 999), 0);
  assert.equal(room(slots, good, 1_000), 16);
  assert.ok(
    hanging.every((one) => room(slots, one, 1_000) === 0),
    'and get no more than they had',
  );
});

test('what is under way is bounded, of a programme and in all', () => {
  const slots: Slots = new PushSlots();
  for (const one of many(10, 10)) slots.learn(one, true);
  for (let second = 0; second < 6; second += 1) {
    for (const one of many(10, 10)) fill(slots, one, second * 1_000);
  }
  assert.equal(slots.underWay.length, 256);
  const ofOne = slots.underWay.filter(({ delivery }) => delivery.programId === 'P0').length;
  assert.ok(ofOne <= 64, `${ofOne}`);
});
