/** Many doors at once: a pass is never used more often than it was granted, whatever process answers. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { dataOf, type Reply, refusedOf, type TestClient } from '../harness/client.ts';
import { eachDatabase, withPostgres } from '../harness/databases.ts';
import { useFleet, useScene } from '../harness/scene.ts';

const find = async (partner: TestClient, ePassId: string) =>
  dataOf(await partner.post('/v2/orders/ePasses/search', { ePassId }));

/** So many uses of one pass, all on their way before the first is answered, spread over the doors. */
const rush = (venues: readonly TestClient[], dpId: string, count: number, people = 1): Promise<Reply[]> =>
  Promise.all(
    Array.from({ length: count }, (_, index) => venues[index % venues.length]!.redeem(dpId, { adultCount: people })),
  );

/** Exactly `accepted` got in, one after the other in the books, and all others were told the same. */
function assertAccepted(replies: readonly Reply[], granted: number, accepted: number, people = 1): void {
  const left = replies.filter(({ status }) => status === 200).map((reply) => dataOf(reply).availableUsages);
  assert.equal(left.length, accepted);
  assert.deepEqual(
    left.toSorted((one, two) => two - one),
    Array.from({ length: accepted }, (_, index) => granted - people * (index + 1)),
  );
  for (const reply of replies) if (reply.status !== 200) refusedOf(reply, 'E_PASS_USAGES_EXCEEDED');
}

async function rushOnce(partner: TestClient, venues: readonly TestClient[]): Promise<void> {
  const { ePassId } = await partner.issue(5);
  assertAccepted(await rush(venues, ePassId, 200), 5, 5);
  const { status, extra } = await find(partner, ePassId);
  assert.deepEqual([status, extra.availableUsages, extra.usedUsages], [2, 0, 5]);
}

/** Groups of three on a pass of ten: three groups get in, and the one usage left is nobody's. */
async function rushInGroups(partner: TestClient, venues: readonly TestClient[]): Promise<void> {
  const { ePassId } = await partner.issue(10);
  assertAccepted(await rush(venues, ePassId, 60, 3), 10, 3, 3);
  assert.equal((await find(partner, ePassId)).extra.availableUsages, 1);
}

/** One scan sent by everybody at once is one use. */
async function scanOnce(partner: TestClient, venues: readonly TestClient[]): Promise<void> {
  const { ePassId } = await partner.issue(5);
  const scanId = randomUUID();
  const sent = Array.from({ length: 60 }, (_, index) => venues[index % venues.length]!.redeem(ePassId, { scanId }));
  const replies = await Promise.all(sent);
  assert.equal(new Set(replies.map(({ text }) => text)).size, 1);
  assert.equal(dataOf(replies[0]!).availableUsages, 4);
  assert.equal((await find(partner, ePassId)).extra.usedUsages, 1);
}

/** Every use is given back twice while others use the pass: nothing is lost and nothing is made. */
async function useAndGiveBack(partner: TestClient, venues: readonly TestClient[]): Promise<void> {
  const { ePassId } = await partner.issue(8);
  const giveBack = (orderId: string, index: number) =>
    venues[index % venues.length]!.post('/v2/redemptions/cancel', { orderId, reason: 'x' });
  const replies = await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const used = await venues[index % venues.length]!.redeem(ePassId);
      if (used.status !== 200 || index % 2 === 0) return { used: used.status === 200, back: 0 };
      const { orderId } = dataOf(used);
      const back = await Promise.all([giveBack(orderId, index + 1), giveBack(orderId, index + 2)]);
      return { used: true, back: back.filter(({ status }) => status === 200).length };
    }),
  );
  for (const { back } of replies) assert.ok(back <= 1);
  const standing = replies.filter(({ used, back }) => used && back === 0).length;
  const { extra } = await find(partner, ePassId);
  assert.deepEqual([extra.usedUsages, extra.availableUsages], [standing, 8 - standing]);
}

await eachDatabase('redemption races', (open) => {
  const scene = useScene(open);

  test('two hundred uses of a pass of five: five', () => rushOnce(scene.partner, [scene.venue]));
  test('sixty groups of three on a pass of ten: three groups', () => rushInGroups(scene.partner, [scene.venue]));
  test('one scan sixty times at once: one use', () => scanOnce(scene.partner, [scene.venue]));
  test('uses and give-backs mixed add up', () => useAndGiveBack(scene.partner, [scene.venue]));

  test('a suspension and uses at once: refused ones tell it, and none is accepted after', async () => {
    const seen = { accepted: 0, refused: 0 };
    // Until the suspension has fallen among the uses: when it does depends on the machine.
    for (let round = 0; round < 5 || (round < 200 && Math.min(seen.accepted, seen.refused) === 0); round += 1) {
      const { ePassId } = await scene.partner.issue(1000);
      const suspend = async () => {
        await pause(Math.random() * 20);
        return dataOf(await scene.operator.post('/v2/orders/ePasses/suspend', { ePassId, reason: 'stolen' }));
      };
      const use = async () => {
        await pause(Math.random() * 60);
        return scene.venue.redeem(ePassId);
      };
      const [replies] = await Promise.all([Promise.all(Array.from({ length: 50 }, use)), suspend()]);
      for (const reply of replies) if (reply.status !== 200) refusedOf(reply, 'E_PASS_SUSPENDED');
      const accepted = replies.filter(({ status }) => status === 200).length;
      seen.accepted += accepted;
      seen.refused += replies.length - accepted;
      refusedOf(await scene.venue.redeem(ePassId), 'E_PASS_SUSPENDED');
      assert.equal((await find(scene.partner, ePassId)).extra.usedUsages, accepted);
    }
    assert.ok(seen.accepted > 0 && seen.refused > 0, `the races were none: ${JSON.stringify(seen)}`);
  });
});

await withPostgres('redemption races, three processes on one database', (adminUrl) => {
  const fleet = useFleet(adminUrl, 3);
  const often = async (race: typeof rushOnce) => {
    for (let round = 0; round < 3; round += 1) await race(fleet.partners[round]!, fleet.venues);
  };

  test('two hundred uses of a pass of five: five', () => often(rushOnce));
  test('sixty groups of three on a pass of ten: three groups', () => often(rushInGroups));
  test('one scan sixty times at once: one use', () => often(scanOnce));
  test('uses and give-backs mixed add up', () => often(useAndGiveBack));
});
