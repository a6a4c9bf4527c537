import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { CommitUnknown, type Database, DatabaseUnavailable, type Transaction } from '../../src/store/database.ts';
import type { OpenDatabase } from '../harness/databases.ts';
import {
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

/** The last statement sends no COMMIT ahead, so that the transaction can still be rolled back. */
const withoutCommit = (transaction: Transaction): Transaction => ({
  run: (statement, parameters) => transaction.run(statement, parameters),
  last: (statement, parameters) => transaction.run(statement, parameters),
});

/** Commits whose answer is lost: what became of them is found out, never guessed (FLT-10). */
export function unanswered(open: OpenDatabase): void {
  const lostAnswer = () => new CommitUnknown('the answer was lost');
  const undone = new Error('rolled back');

  /** Runs eight uses through a database of which only the first commit goes wrong. */
  const through = async (
    first: (scene: Scene) => Database['transaction'],
    over: Partial<Database> = {},
    inquiries = 100,
  ) => {
    const scene = await openScene(open);
    const passes = await issueMany(scene, 8);
    let failures = 1;
    const transaction: Database['transaction'] = (work) => {
      failures -= 1;
      return failures === 0 ? first(scene)(work) : scene.database.transaction(work);
    };
    const commit = commitOver(scene, { transaction, ...over }, limits({ inquiries, inquiryEvery: 50 }));
    const commands = passes.map((passId) => useOf(scene, passId));
    const all = await settles(Promise.allSettled(commands.map((command) => commit.submit(command))));
    return { scene, passes, commit, commands, all };
  };

  const allOnce = async ({ scene, passes, commit, commands, all }: Awaited<ReturnType<typeof through>>) => {
    for (const [index, one] of all.entries()) {
      assert.ok(one.status === 'fulfilled', String((one as PromiseRejectedResult).reason));
      assert.equal(one.value.status, 200);
      assert.equal((await commit.submit(commands[index]!)).body, one.value.body, 'the same answer again');
    }
    for (const passId of passes) assert.equal(await usedOf(scene, passId), 1);
  };

  const committed =
    (scene: Scene): Database['transaction'] =>
    async (work) => {
      await scene.database.transaction(work);
      throw lostAnswer();
    };

  it('it was committed: the answers are given, nothing happens twice', async () => {
    await allOnce(await through(committed));
  });

  it('it was not committed: it is run again', async () => {
    const notCommitted =
      (scene: Scene): Database['transaction'] =>
      async (work) => {
        const rolledBack = scene.database.transaction(async (inner) => {
          await work(withoutCommit(inner));
          throw undone;
        });
        await assert.rejects(rolledBack, undone);
        throw lostAnswer();
      };
    await allOnce(await through(notCommitted));
  });

  for (const end of ['committed', 'rolled back']) {
    it(`it is still under way and is ${end} later: waited for, not guessed`, async () => {
      const later =
        (scene: Scene): Database['transaction'] =>
        (work) =>
          new Promise((_, reject) => {
            const underWay = scene.database.transaction(async (inner) => {
              await work(withoutCommit(inner));
              reject(lostAnswer());
              await pause(700);
              if (end === 'rolled back') throw undone;
            });
            underWay.catch(() => {});
          });
      await allOnce(await through(later));
    });
  }

  it('nobody can be asked: the outcome is unknown, and the same key tells it later', async () => {
    const read = () => Promise.reject(new DatabaseUnavailable('away'));
    const { scene, passes, commit, commands, all } = await through(committed, { read }, 4);
    assert.ok(all.every((one) => one.status === 'rejected' && refused('OUTCOME_UNKNOWN')(one.reason)));
    for (const command of commands) {
      const answer = await commit.submit(command);
      assert.deepEqual([answer.status, answer.replayed], [200, true]);
    }
    for (const passId of passes) assert.equal(await usedOf(scene, passId), 1);
  });

  it('who comes while nobody can be asked is told so and does not wait for the fate', async () => {
    const scene = await openScene(open);
    const passes = await issueMany(scene, 2);
    let failures = 1;
    const transaction: Database['transaction'] = (work) => {
      failures -= 1;
      return failures === 0 ? committed(scene)(work) : Promise.reject(new DatabaseUnavailable('away'));
    };
    const read = () => Promise.reject(new DatabaseUnavailable('away'));
    const commit = commitOver(scene, { transaction, read }, limits({ inquiries: 20, inquiryEvery: 50 }));
    const first = commit.submit(useOf(scene, passes[0]!)).catch(() => {});
    await pause(100);
    const start = performance.now();
    await assert.rejects(settles(commit.submit(useOf(scene, passes[1]!))), refused('UNAVAILABLE'));
    const waited = Math.round(performance.now() - start);
    await first;
    assert.ok(waited < 10_000, `waited ${waited} ms for a refusal`);
  });

  it('refusals alone leave no trace to look for, and are answered all the same', async () => {
    const scene = await openScene(open);
    let failures = 1;
    const transaction: Database['transaction'] = (work) => {
      failures -= 1;
      return failures === 0 ? committed(scene)(work) : scene.database.transaction(work);
    };
    const commit = commitOver(scene, { transaction });
    const answer = await settles(commit.submit(useOf(scene, '1788000000000000')));
    assert.equal(answer.status, 404);
  });

  it('no commit ever succeeds: an answer comes in bounded time', async () => {
    const scene = await openScene(open);
    const [passId] = await issueMany(scene, 1);
    let attempts = 0;
    const transaction: Database['transaction'] = async (work) => {
      attempts += 1;
      if (attempts > 200) return scene.database.transaction(work);
      const failing = (inner: Transaction) => work(withoutCommit(inner)).then(() => Promise.reject(undone));
      await scene.database.transaction(failing).catch(() => {});
      throw lostAnswer();
    };
    const commit = commitOver(scene, { transaction });
    await assert.rejects(settles(commit.submit(useOf(scene, passId!))), refused('UNAVAILABLE'));
    assert.ok(attempts <= 20, `${attempts} attempts`);
  });
}
