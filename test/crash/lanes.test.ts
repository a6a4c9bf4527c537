/** Which batches the group commit makes of what comes, with two lanes: how many at once, how large, and of which passes. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, it, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { type Database, DatabaseUnavailable } from '../../src/store/database.ts';
import { openClient, refusedOf } from '../harness/client.ts';
import { eachDatabase, withPostgres } from '../harness/databases.ts';
import { openProduct } from '../harness/product.ts';
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

await withPostgres('lanes of the group commit', (_adminUrl, open) => {
  after(() => closeScene(open));

  /** A group commit with two lanes whose transactions are counted, and begin only once `gate` is open. */
  async function watched(over: Parameters<typeof limits>[0]) {
    const scene = await openScene(open);
    const seen = { now: 0, most: 0, all: 0 };
    let gate = Promise.resolve();
    const transaction: Database['transaction'] = async (work) => {
      seen.now += 1;
      seen.all += 1;
      seen.most = Math.max(seen.most, seen.now);
      try {
        await gate;
        return await scene.database.transaction(work);
      } finally {
        seen.now -= 1;
      }
    };
    const hold = () => {
      let release = () => {};
      gate = new Promise((done) => {
        release = done;
      });
      return release;
    };
    const commit = commitOver(scene, { transaction, lanes: 2 }, limits({ longBatch: 60_000, ...over }));
    return { scene, seen, hold, commit };
  }

  it('what waits beside a batch is one more batch, not one in another lane', async () => {
    const { scene, seen, hold, commit } = await watched({});
    const passes = await issueMany(scene, 20);
    const release = hold();
    const first = commit.submit(useOf(scene, passes[0]!));
    await pause(50);
    const rest = passes.slice(1).map((passId) => commit.submit(useOf(scene, passId)));
    await pause(50);
    assert.deepEqual(seen, { now: 1, most: 1, all: 1 });
    release();
    assert.deepEqual(statuses(await settles(Promise.all([first, ...rest]))), [200]);
    assert.deepEqual(seen, { now: 0, most: 1, all: 2 });
  });

  it('so many that wait are worth a second lane, and no third', async () => {
    const { scene, seen, hold, commit } = await watched({ batch: 4, undivided: 4, secondLane: 8 });
    const passes = await issueMany(scene, 30);
    const release = hold();
    const all = passes.map((passId) => commit.submit(useOf(scene, passId)));
    await pause(50);
    assert.deepEqual(seen, { now: 2, most: 2, all: 2 });
    release();
    assert.deepEqual(statuses(await settles(Promise.all(all))), [200]);
    assert.equal(seen.most, 2);
    for (const passId of passes) assert.equal(await usedOf(scene, passId), 1);
  });

  it('half of what waits is one batch, so that the other half follows at once', async () => {
    const { scene, seen, commit } = await watched({ undivided: 2, secondLane: 1_000 });
    const passes = await issueMany(scene, 16);
    assert.deepEqual(statuses(await settles(Promise.all(passes.map((id) => commit.submit(useOf(scene, id)))))), [200]);
    // 8, 4, 2 and the last 2.
    assert.deepEqual(seen, { now: 0, most: 1, all: 4 });
  });

  it('the next batch is on its way before the answers of the last are given', async () => {
    const { scene, seen, commit } = await watched({ undivided: 2, secondLane: 1_000 });
    const passes = await issueMany(scene, 4);
    const begun: number[] = [];
    const told = passes.map((id) => commit.submit(useOf(scene, id)).then(() => begun.push(seen.all)));
    await settles(Promise.all(told));
    assert.deepEqual(begun, [2, 2, 2, 2]);
  });

  it('answers are given some at a time, and the database is heard in between', async () => {
    const { scene, commit } = await watched({ undivided: 64 });
    const passes = await issueMany(scene, 40);
    let steps = 0;
    let counting = setImmediate(function count() {
      steps += 1;
      counting = setImmediate(count);
    });
    const given = new Map<number, number>();
    const told = passes.map(async (id) => {
      const { status } = await commit.submit(useOf(scene, id));
      given.set(steps, (given.get(steps) ?? 0) + 1);
      return status;
    });
    await settles(commit.drained());
    clearImmediate(counting);
    assert.deepEqual([...given.values()], [16, 16, 8], 'all of them, before it is drained');
    assert.deepEqual([...new Set(await Promise.all(told))], [200]);
  });

  it('a batch that waits for a lock keeps others waiting for a moment only, and its passes in their order', async () => {
    const { scene, seen, commit } = await watched({ longBatch: 50 });
    const [held, ...free] = await issueMany(scene, 6, 3);
    let release = () => {};
    let locking: Promise<void> = Promise.resolve();
    await new Promise<void>((locked) => {
      locking = scene.database.background(async (transaction) => {
        await transaction.run({ name: 'hold_pass', text: 'select from passes where pass_id = $1 for update' }, [held!]);
        const released = new Promise<void>((done) => {
          release = done;
        });
        locked();
        await released;
      });
    });
    const waiting = [1, 2, 3, 4].map(() => commit.submit(useOf(scene, held!)));
    await pause(20);
    const others = free.map((passId) => commit.submit(useOf(scene, passId)));
    assert.deepEqual(statuses(await settles(Promise.all(others), 1_500)), [200], 'before the lock is given up');
    assert.equal(seen.most, 2);
    release();
    await locking;
    const outcomes = await settles(Promise.all(waiting));
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      [200, 200, 200, 409],
      'the first three of the four have it',
    );
    assert.equal(await usedOf(scene, held!), 3);
  });

  it('beside a batch that takes long the other lane goes on with whatever comes', async () => {
    const { scene, hold, commit } = await watched({ longBatch: 2_000 });
    const passes = await issueMany(scene, 3);
    const releaseFirst = hold();
    const first = commit.submit(useOf(scene, passes[0]!));
    await pause(2_100);
    const releaseSecond = hold();
    const second = commit.submit(useOf(scene, passes[1]!));
    await pause(50);
    const third = commit.submit(useOf(scene, passes[2]!));
    hold()();
    releaseSecond();
    // It does not wait until somebody looks again.
    assert.deepEqual(statuses(await settles(Promise.all([second, third]), 1_500)), [200]);
    releaseFirst();
    assert.equal((await settles(first)).status, 200);
  });

  it('nothing is left behind, however lanes end beside one another', async () => {
    const { scene, commit } = await watched({ batch: 3, undivided: 1, secondLane: 2, longBatch: 1 });
    const passes = await issueMany(scene, 5, 1_000);
    let done = 0;
    for (let round = 0; round < 40; round += 1) {
      const size = 1 + (round % 9);
      const asked = Array.from({ length: size }, (_, n) => commit.submit(useOf(scene, passes[(round + n) % 5]!)));
      assert.deepEqual(statuses(await settles(Promise.all(asked), 10_000)), [200]);
      done += size;
    }
    const used = await Promise.all(passes.map((passId) => usedOf(scene, passId)));
    assert.equal(
      used.reduce((sum, one) => sum + one, 0),
      done,
    );
    await settles(commit.drained());
    assert.equal(commit.depth(), 0);
  });

  /** What becomes of three that wait, one a batch, beside one that the database does not answer for a while. */
  async function besideSilence(health: Database['health'], end: 'lost' | 'answered') {
    const scene = await openScene(open);
    const passes = await issueMany(scene, 4);
    let begun = 0;
    const transaction: Database['transaction'] = async (work) => {
      begun += 1;
      if (begun > 1) return scene.database.transaction(work);
      await pause(300);
      if (end === 'lost') throw new DatabaseUnavailable('no answer');
      return scene.database.transaction(work);
    };
    const short = limits({ undivided: 1, batch: 1, longBatch: 20, silence: 100 });
    const commit = commitOver(scene, { transaction, health }, short);
    const all = await settles(Promise.allSettled(passes.map((passId) => commit.submit(useOf(scene, passId)))));
    return { begun, outcomes: all.map((one) => (one.status === 'rejected' ? one.reason.refusal : one.value.status)) };
  }

  const health = { durability: '', clockDifference: 0, problem: null };

  it('a batch that found the database silent tells all who wait, instead of one batch after the other', async () => {
    const { begun, outcomes } = await besideSilence(() => new Promise(() => {}), 'lost');
    assert.deepEqual(outcomes, Array(4).fill('UNAVAILABLE'));
    assert.equal(begun, 1);
  });

  it('who waits beside a batch that hangs is told as soon as nobody answers', async () => {
    const { begun, outcomes } = await besideSilence(async () => ({ ...health, answers: false }), 'answered');
    assert.deepEqual(outcomes, [200, 'UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE']);
    assert.equal(begun, 1);
  });

  it('who waits beside a batch that takes long goes on waiting while the database answers others', async () => {
    const { outcomes } = await besideSilence(async () => ({ ...health, answers: true }), 'answered');
    assert.deepEqual(outcomes, [200, 200, 200, 200]);
  });

  it('a full queue refuses the next one whichever lane is free', async () => {
    const { scene, hold, commit } = await watched({ batch: 1, undivided: 1, secondLane: 1_000, queue: 3 });
    const passes = await issueMany(scene, 6);
    const release = hold();
    const first = commit.submit(useOf(scene, passes[0]!));
    await pause(50);
    const rest = passes.slice(1).map((passId) => commit.submit(useOf(scene, passId)));
    await assert.rejects(rest[3]!, refused('OVERLOADED'));
    await assert.rejects(rest[4]!, refused('OVERLOADED'));
    release();
    assert.deepEqual(statuses(await settles(Promise.all([first, ...rest.slice(0, 3)]))), [200]);
  });
});

await eachDatabase('more than the product can take', (open) => {
  test('is told so at once, with when to come back, and the same request is taken then', async () => {
    const database = await open();
    const product = await openProduct(database, { limits: limits({ batch: 1, undivided: 1, queue: 4 }) });
    const partner = await openClient(product.baseUrl, product.credentials.partner);
    const venue = await openClient(product.baseUrl, product.credentials.venue);
    const { ePassId } = await partner.issue(60);
    const keys = Array.from({ length: 60 }, () => randomUUID());
    const use = (key: string) => venue.redeem(ePassId, { scanId: key });
    const first = await Promise.all(keys.map(use));
    const refusedOnes = first.filter(({ status }) => status === 503);
    assert.ok(refusedOnes.length > 0 && refusedOnes.length < 60, `${refusedOnes.length} of 60 refused`);
    for (const reply of refusedOnes) {
      refusedOf(reply, 'OVERLOADED');
      assert.match(reply.headers.get('retry-after') ?? '', /^[1-9][0-9]*$/);
    }
    assert.ok(first.every(({ status }) => status === 200 || status === 503));
    for (const [index, key] of keys.entries()) {
      const again = await use(key);
      assert.equal(again.status, 200);
      if (first[index]!.status === 200) assert.equal(again.text, first[index]!.text, 'the first answer');
    }
    assert.equal((await partner.post('/v2/orders/ePasses/search', { ePassId })).json.data.extra.usedUsages, 60);
    await product.close();
  });
});
