/** FLT-10, 13, 46 and 48 inside the group commit: poison commands, taken ids, failed and unanswered commits. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from '../../src/operations/command.ts';
import { type Database, DatabaseUnavailable, type Transaction } from '../../src/store/database.ts';
import { ids as realIds } from '../../src/system/ids.ts';
import { issueBody } from '../harness/client.ts';
import { eachDatabase, type OpenDatabase } from '../harness/databases.ts';
import {
  closeScene,
  commitOver,
  issueMany,
  limits,
  openScene,
  refused,
  settles,
  statuses,
  usedOf,
  useOf,
} from './group-commit-scene.ts';
import { unanswered } from './unanswered-commits.ts';

await eachDatabase('the group commit under faults', (open) => {
  describe('poison in a batch', () => poison(open));
  describe('ids that are taken', () => takenIds(open));
  describe('transactions that fail', () => failing(open));
  describe('commits that are not answered', () => unanswered(open));
  after(() => closeScene(open));
});

function poison(open: OpenDatabase): void {
  const withNeighbours = async (bad: Partial<Command>, check: (problem: unknown) => boolean) => {
    const scene = await openScene(open);
    const passes = await issueMany(scene, 21);
    const neighbours = passes.slice(1).map((passId) => scene.product.world.commit.submit(useOf(scene, passId)));
    const fault = scene.product.world.commit.submit(useOf(scene, passes[0]!, bad));
    const more = passes.slice(1).map((passId) => scene.product.world.commit.submit(useOf(scene, passId)));
    await assert.rejects(settles(fault), check);
    assert.deepEqual(statuses(await settles(Promise.all([...neighbours, ...more]))), [200]);
    for (const passId of passes.slice(1)) assert.equal(await usedOf(scene, passId), 2);
    assert.equal(await usedOf(scene, passes[0]!), 0);
    await scene.product.world.commit.submit(useOf(scene, passes[0]!));
    assert.equal(await usedOf(scene, passes[0]!), 1);
  };

  it('a rule that throws fails alone', () => {
    const decide = () => {
      throw new Error('poison');
    };
    return withNeighbours({ decide }, (problem) => (problem as Error).message === 'poison');
  });

  it('an answer that throws fails alone', () => {
    const answer = () => {
      throw new Error('no answer');
    };
    return withNeighbours({ answer }, (problem) => (problem as Error).message === 'no answer');
  });

  it('a line of the audit log that cannot be made fails alone, and its change with it', () => {
    const audited = () => {
      throw new Error('no line');
    };
    return withNeighbours({ audited }, (problem) => (problem as Error).message === 'no line');
  });

  it('a row that no constraint lets in fails alone', () => {
    const decide: Command['decide'] = ({ pass }, now) => {
      const after = { ...pass!, entries: pass!.entries + 1 };
      const entry = {
        kind: 'use',
        units: 0,
        left: 5,
        at: now,
        number: after.entries,
        orderId: realIds.orderId(),
      } as const;
      const rest = { clientId: 'test', resourceId: 'N00001', module: 1, adults: 1, children: 0, reason: null };
      return { pass: after, entry: { ...entry, ...rest } };
    };
    return withNeighbours({ decide }, (problem) => (problem as { code?: string }).code === '23514');
  });

  it('over HTTP it is a 500 for one request, and nothing of it stays', async () => {
    let broken = false;
    const orderId = () => {
      if (broken) throw new Error('entropy');
      return realIds.orderId();
    };
    const scene = await openScene(open, { ...realIds, orderId });
    const [passId] = await issueMany(scene, 1);
    broken = true;
    const bad = await scene.venue.redeem(passId!);
    assert.deepEqual([bad.status, bad.json.error], [500, 'INTERNAL']);
    broken = false;
    assert.equal((await scene.venue.redeem(passId!)).status, 200);
    assert.equal(await usedOf(scene, passId!), 1);
  });
}

/** Gives the first value again `times` times, then new ones. */
function repeating(draw: () => string, times: number): { next: () => string; readonly drawn: number } {
  let first: string | undefined;
  const drawing = {
    drawn: 0,
    next: () => {
      drawing.drawn += 1;
      first ??= draw();
      return drawing.drawn <= times + 1 ? first : draw();
    },
  };
  return drawing;
}

function takenIds(open: OpenDatabase): void {
  it('a pass id and an order id that are taken are drawn again', async () => {
    const passIds = repeating(() => realIds.passId('1788'), 2);
    const orderIds = repeating(realIds.orderId, 1);
    const scene = await openScene(open, { ...realIds, passId: passIds.next, orderId: orderIds.next });
    const [first, second] = [await scene.partner.issue(1), await scene.partner.issue(1)];
    assert.deepEqual([first.reply.status, second.reply.status], [200, 200]);
    assert.notEqual(first.ePassId, second.ePassId);
    assert.notEqual(first.orderId, second.orderId);
    assert.ok(passIds.drawn > 3, 'the taken id was drawn');
  });

  it('within one batch too, for passes and for uses', async () => {
    const passIds = repeating(() => realIds.passId('1788'), 5);
    const scene = await openScene(open, { ...realIds, passId: passIds.next });
    const passes = await issueMany(scene, 6);
    assert.equal(new Set(passes).size, 6);

    const orderIds = repeating(realIds.orderId, 12);
    await openScene(open, { ...realIds, orderId: orderIds.next });
    const uses = await Promise.all(passes.map((passId) => scene.venue.redeem(passId)));
    assert.deepEqual([...new Set(uses.map(({ status }) => status))], [200]);
    assert.equal(new Set(uses.map(({ json }) => json.data.orderId)).size, 6);
  });

  it('two names for one clientUserId in one batch: one is bound, the other refused', async () => {
    const scene = await openScene(open);
    const clientUserId = randomUUID();
    const names = ['Ada', 'Grace'].flatMap((name) => Array.from({ length: 5 }, () => name));
    const replies = await Promise.all(
      names.map((firstName) =>
        scene.partner.post('/v2/orders/lounges/ePasses', issueBody(1, { firstName }, clientUserId)),
      ),
    );
    const accepted = names.filter((_, index) => replies[index]!.status === 200);
    assert.equal(new Set(accepted).size, 1);
    assert.equal(accepted.length, 5);
  });
}

function failing(open: OpenDatabase): void {
  for (const code of ['40001', '40P01', '23505']) {
    it(`${code} four times: the fifth attempt answers`, async () => {
      const scene = await openScene(open);
      const passes = await issueMany(scene, 8);
      let failures = 4;
      const transaction = <T>(work: (open: Transaction) => Promise<T>): Promise<T> =>
        scene.database.transaction(async (inner) => {
          const result = await work(inner);
          failures -= 1;
          if (failures >= 0) throw Object.assign(new Error('try again'), { code });
          return result;
        });
      const commit = commitOver(scene, { transaction });
      const answers = await settles(Promise.all(passes.map((passId) => commit.submit(useOf(scene, passId)))));
      assert.deepEqual(statuses(answers), [200]);
      for (const passId of passes) assert.equal(await usedOf(scene, passId), 1);
    });
  }

  it('a serialization failure without end becomes a clean refusal in bounded time', async () => {
    const scene = await openScene(open);
    const [passId] = await issueMany(scene, 1);
    const transaction = () => Promise.reject(Object.assign(new Error('try again'), { code: '40001' }));
    const commit = commitOver(scene, { transaction });
    await assert.rejects(settles(commit.submit(useOf(scene, passId!))), refused('UNAVAILABLE'));
  });

  it('a database that is away: everybody is told, nobody waits, the next is served', async () => {
    const scene = await openScene(open);
    const passes = await issueMany(scene, 8);
    let away = true;
    const transaction: Database['transaction'] = (work) =>
      away ? Promise.reject(new DatabaseUnavailable('away')) : scene.database.transaction(work);
    const commit = commitOver(scene, { transaction });
    const all = await Promise.allSettled(passes.map((passId) => commit.submit(useOf(scene, passId))));
    assert.ok(all.every((one) => one.status === 'rejected' && refused('UNAVAILABLE')(one.reason)));
    away = false;
    assert.equal((await commit.submit(useOf(scene, passes[0]!))).status, 200);
  });

  it('a full queue refuses the next, and answers all it took', async () => {
    const scene = await openScene(open);
    const passes = await issueMany(scene, 4);
    const transaction: Database['transaction'] = async (work) => {
      await pause(200);
      return scene.database.transaction(work);
    };
    const commit = commitOver(scene, { transaction }, limits({ batch: 2, queue: 4 }));
    const all = await Promise.allSettled(
      Array.from({ length: 12 }, (_, n) => commit.submit(useOf(scene, passes[n % 4]!))),
    );
    const full = all.filter((one) => one.status === 'rejected' && refused('OVERLOADED')(one.reason));
    assert.equal(full.length, 8);
    assert.equal(all.filter((one) => one.status === 'fulfilled' && one.value.status === 200).length, 4);
    await commit.drained();
    assert.equal(commit.depth(), 0);
  });
}
