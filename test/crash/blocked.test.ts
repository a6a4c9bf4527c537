/** FLT-04, FLT-14: another process stands still after it wrote a holder or an answer; who wants the same is refused alone. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, it } from 'node:test';
import { issuePass } from '../../src/operations/issue-pass.ts';
import type { World } from '../../src/operations/world.ts';
import type { Transaction } from '../../src/store/database.ts';
import { issueBody } from '../harness/client.ts';
import { withPostgres } from '../harness/databases.ts';
import {
  closeScene,
  commitOver,
  issueMany,
  limits,
  openScene,
  refused,
  type Scene,
  settles,
  usedOf,
  useOf,
} from './group-commit-scene.ts';

const holder = { name: 'hold_holder', text: `insert into holders values ('DEMO', $1, 'ada', 'lovelace', now())` };
const answers = {
  name: 'hold_answers',
  text: `insert into answers select 'DEMO', 'test', 'redeemPass', key, '', 200, '', now() from unnest($1::text[]) key`,
};

await withPostgres('rows that somebody holds', (_adminUrl, open) => {
  after(() => closeScene(open));

  /** Another session that has written and does neither commit nor end, until it is told to. */
  async function hold({ database }: Scene, write: (transaction: Transaction) => Promise<unknown>) {
    let release = () => {};
    const released = new Promise<void>((done) => {
      release = done;
    });
    let ended: Promise<void> = Promise.resolve();
    await new Promise<void>((written) => {
      const undone = new Error('rolled back');
      const session = database.background(async (transaction) => {
        await write(transaction);
        written();
        await released;
        throw undone;
      });
      ended = assert.rejects(session, undone);
    });
    return async () => {
      release();
      await ended;
    };
  }

  const issueThrough = (scene: Scene, commit: World['commit'], clientUserId: string) => {
    const { world } = scene.product;
    const caller = world.directory.current().clientsById.get('demo-partner')!;
    const call = { caller, programId: null, requestId: randomUUID(), key: randomUUID(), operationId: 'issuePass' };
    const body = issueBody(1, {}, clientUserId) as Parameters<typeof issuePass>[2]['body'];
    return issuePass({ ...world, commit }, call, { params: { module: 'lounges' }, body });
  };

  it('a holder and answers: who wants the same is told to come again, and no neighbour is', async () => {
    const scene = await openScene(open);
    const commit = commitOver(scene, {}, limits({ undivided: 256, sortingOut: 30_000 }));
    const passes = await issueMany(scene, 40);
    const [uses, user] = [passes.map((passId) => useOf(scene, passId)), randomUUID()];
    const isHeld = (index: number) => index % 3 === 1;
    const release = await hold(scene, async (transaction) => {
      await transaction.run(holder, [user]);
      await transaction.run(answers, [uses.filter((_, index) => isHeld(index)).map((use) => use.repeats[0]!.key)]);
    });
    const issues = Array.from({ length: 20 }, (_, n) => issueThrough(scene, commit, n === 7 ? user : randomUUID()));
    const all = await settles(Promise.allSettled([...uses.map((use) => commit.submit(use)), ...issues]));
    await release();
    for (const [index, one] of all.entries()) {
      const blocked = index < passes.length ? isHeld(index) : index === passes.length + 7;
      if (blocked) assert.ok(one.status === 'rejected' && refused('UNAVAILABLE')(one.reason), `${index}`);
      else assert.ok(one.status === 'fulfilled' && one.value.status === 200, `${index}: ${JSON.stringify(one)}`);
    }
    for (const [index, passId] of passes.entries()) assert.equal(await usedOf(scene, passId), isHeld(index) ? 0 : 1);
    assert.equal((await commit.submit(uses[1]!)).status, 200);
    assert.equal((await issueThrough(scene, commit, user)).status, 200);
  });

  it('they are looked for no longer than is good for whoever waits behind them', async () => {
    const scene = await openScene(open);
    let attempts = 0;
    const transaction = () => {
      attempts += 1;
      return Promise.reject(Object.assign(new Error('lock timeout'), { code: '55P03' }));
    };
    const commit = commitOver(scene, { transaction }, limits({ sortingOut: 0 }));
    const uses = (await issueMany(scene, 8)).map((passId) => commit.submit(useOf(scene, passId)));
    for (const one of await settles(Promise.allSettled(uses))) {
      assert.ok(one.status === 'rejected' && refused('UNAVAILABLE')(one.reason));
    }
    assert.equal(attempts, 2);
  });
});
