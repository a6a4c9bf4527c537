/** Chunks of a file that are issued beside one another: how many, in which order they are committed, and what one that fails takes along. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { decideChunk, type Held, LeaseLost, OutOfTurn } from '../../src/operations/bulk-issue.ts';
import { issueInLine } from '../../src/operations/bulk-line.ts';
import type { World } from '../../src/operations/world.ts';
import { findChunk } from '../../src/store/bulk-chunks.ts';
import { findJob } from '../../src/store/bulk-jobs.ts';
import type { Database } from '../../src/store/database.ts';
import { altered } from '../harness/altered.ts';
import { bulkRow, ndjson, rowsOf, run, until, violations } from '../harness/bulk.ts';
import { withPostgres } from '../harness/databases.ts';
import { readRows, useScene } from '../harness/scene.ts';

const inChunk = 500;

await withPostgres('chunks beside one another', (_adminUrl, openDatabase) => {
  const scene = useScene(openDatabase);

  /**
   * A checked job of so many chunks, whose last row is its first row again, under a lease of ours. Every third row is
   * of `user`, if one is given.
   */
  async function heldJob(name: string, chunks: number, over: Partial<World> = {}, user: string | null = null) {
    const { world } = scene.product;
    const rows = Array.from({ length: chunks * inChunk - 1 }, (_, index) =>
      bulkRow(`${name}-${index}`, {}, index % 3 === 0 && user !== null ? user : randomUUID()),
    );
    const { jobId } = await run(scene.partner, ndjson([...rows, rows[0]!]), { query: '?dryRun=true' });
    const key = { programId: 'DEMO', jobId };
    await world.database.script(`update bulk_jobs set state = 'running', lease = 'ours', started_at = now(),
      leased_until = now() + interval '1 hour' where program_id = 'DEMO' and job_id = '${jobId}'`);
    const state = async () => (await findJob(world.database, key))!;
    const issued = async () => {
      const text = 'select count(*)::int as issued from bulk_references where reference like $1';
      return (await readRows<{ issued: number }>(world.database, text, [`${name}-%`]))[0]!.issued;
    };
    const held: Held = { world: { ...world, ...over }, job: await state(), lease: 'ours' };
    const issueFrom = (first: number) =>
      issueInLine(
        held,
        first,
        () => false,
        async (number, ahead) => decideChunk(held, (await findChunk(world.database, key, number))!, ahead, false),
      );
    const giveBack = () =>
      world.database.script(`update bulk_jobs set lease = null, leased_until = null
        where program_id = 'DEMO' and job_id = '${jobId}'`);
    return { jobId, state, issued, issueFrom, giveBack };
  }

  /** The database, with transactions of jobs that are counted; the first one does its work, and commits only after `gate`. */
  function watched(gate: Promise<void>) {
    const { database } = scene.product.world;
    const seen = { now: 0, most: 0, all: 0 };
    const background: Database['background'] = async (work) => {
      // Signs of life of the job are transactions, too.
      let chunk = 0;
      try {
        return await database.background((transaction) =>
          work({
            run: async (statement, parameters) => {
              if (statement.name === 'is_bulk_job_leased') {
                seen.all += 1;
                seen.now += 1;
                seen.most = Math.max(seen.most, seen.now);
                chunk = seen.all;
              }
              if (chunk === 1 && statement.name === 'count_bulk_rows_decided') await gate;
              return transaction.run(statement, parameters);
            },
            last: (statement, parameters) => transaction.last(statement, parameters),
          }),
        );
      } finally {
        if (chunk > 0) seen.now -= 1;
      }
    };
    return { seen, database: altered(database, { background }) };
  }

  /** Opens, or fails, what waits for it. */
  function gateway() {
    let open = () => {};
    let fail: (problem: Error) => void = () => {};
    const gate = new Promise<void>((resolve, reject) => {
      open = resolve;
      fail = reject;
    });
    gate.catch(() => {});
    return { gate, open: () => open(), fail: (problem: Error) => fail(problem) };
  }

  /** A job whose first chunk is written and waits to be committed, beside the second. */
  async function twoBegun(name: string, chunks: number) {
    const { gate, open, fail } = gateway();
    const { seen, database } = watched(gate);
    const job = await heldJob(name, chunks, { database });
    const issuing = job.issueFrom(0);
    await come(() => seen.now === 2);
    return { job, seen, issuing, open, fail };
  }

  async function come(what: () => boolean): Promise<void> {
    for (const end = Date.now() + 20_000; !what(); await pause(5)) assert.ok(Date.now() < end, String(what));
  }

  test('two are written at once, and committed in their order', async () => {
    const { job, seen, issuing, open } = await twoBegun('order', 5);
    await pause(50);
    assert.deepEqual([seen.most, seen.all], [2, 2]);
    assert.equal(await job.issued(), 0, 'the second waits for the first');
    open();
    assert.deepEqual(await issuing, { next: 5, problem: null });
    assert.deepEqual([seen.most, seen.all], [2, 5]);
    const { nextChunk, issued, repeated } = await job.state();
    assert.deepEqual([nextChunk, issued, repeated], [5, 2_499, 1]);
    await job.giveBack();
    assert.equal((await until(scene.partner, job.jobId, 'done')).issued, 2_499);
  });

  test('what counted on one that fails is not committed either, and is issued afterwards all the same', async () => {
    const { job, issuing, fail } = await twoBegun('fails', 2);
    const problem = new Error('the disk of the test');
    fail(problem);
    assert.deepEqual(await issuing, { next: 0, problem });
    assert.equal(await job.issued(), 0);
    assert.equal((await job.state()).nextChunk, 0);
    await job.giveBack();
    const done = await until(scene.partner, job.jobId, 'done');
    assert.deepEqual([done.issued, done.repeated], [999, 1]);
    const verdicts = await rowsOf(scene.partner, job.jobId);
    assert.equal(verdicts.at(-1)!.ePassId, verdicts[0]!.ePassId, 'the pass that was made, not one that was not');
    assert.deepEqual(await violations(scene.database), []);
  });

  test('whoever waits long for its turn lets go of what others may wait for, and comes again', async () => {
    const { job, seen, issuing, open } = await twoBegun('turn', 3);
    await come(() => seen.now === 1);
    open();
    const { next, problem } = await issuing;
    assert.ok(problem instanceof OutOfTurn);
    assert.equal(next, 1);
    assert.deepEqual(await job.issueFrom(next), { next: 3, problem: null });
    await job.giveBack();
    assert.equal((await until(scene.partner, job.jobId, 'done')).issued, 1_499);
  });

  test('a chunk that takes long keeps its job: the lease is renewed meanwhile', async () => {
    const { job, issuing, open } = await twoBegun('long', 2);
    await scene.database.script(`update bulk_jobs set leased_until = now() + interval '4 seconds'
      where program_id = 'DEMO' and job_id = '${job.jobId}'`);
    const text = `select lease = 'ours' and leased_until > now() + interval '4.2 seconds' as renewed
      from bulk_jobs where job_id = $1`;
    const isRenewed = async () => (await readRows<{ renewed: boolean }>(scene.database, text, [job.jobId]))[0]!.renewed;
    try {
      for (const end = Date.now() + 10_000; !(await isRenewed()); await pause(20)) assert.ok(Date.now() < end);
    } finally {
      open();
    }
    await issuing;
    await job.giveBack();
    assert.equal((await until(scene.partner, job.jobId, 'done')).issued, 999);
  });

  test('of a job that is stopped nothing more is committed, not even what is written', async () => {
    const { job, issuing, open } = await twoBegun('stopped', 2);
    await pause(100);
    await scene.database.script(`update bulk_jobs set state = 'stopped' where job_id = '${job.jobId}'`);
    open();
    const { next, problem } = await issuing;
    assert.ok(problem instanceof LeaseLost);
    assert.equal(next, 0);
    assert.equal(await job.issued(), 0);
  });

  test('one traveller in chunks beside one another is no conflict', async () => {
    const job = await heldJob('one', 3, {}, randomUUID());
    assert.deepEqual(await job.issueFrom(0), { next: 3, problem: null });
    assert.equal(await job.issued(), 1_499);
    await job.giveBack();
    await until(scene.partner, job.jobId, 'done');
  });

  test('one at a time while somebody waits at a door', async () => {
    const { seen, database } = watched(Promise.resolve());
    const commit = { ...scene.product.world.commit, depth: () => 1 };
    const job = await heldJob('doors', 3, { database, commit });
    assert.deepEqual(await job.issueFrom(0), { next: 3, problem: null });
    assert.deepEqual([seen.most, seen.all], [1, 3]);
    await job.giveBack();
    await until(scene.partner, job.jobId, 'done');
  });

  test('rows that the database will not take, in chunks beside one another, are refused alone', async () => {
    await scene.database.script("alter table passes add constraint test_poison check (first_name not like 'Poison%')");
    const poison = new Set([3, 777, 1_234]);
    const user = 'f3b1c6de-3a51-4a7e-9a37-0f1d6b9c1111';
    const rows = Array.from({ length: 1_600 }, (_, index) => {
      const firstName = poison.has(index) ? `Poison ${index}` : 'Ada';
      // One traveller in every chunk: each counts on the name that the one before binds.
      return index % 400 === 10 ? bulkRow(`poison-${index}`, {}, user) : bulkRow(`poison-${index}`, { firstName });
    });
    const job = await scene.product.withFaults(() => run(scene.partner, ndjson(rows)));
    await scene.database.script('alter table passes drop constraint test_poison');
    assert.deepEqual([job.issued, job.refused], [1_597, 3]);
    const refused = await rowsOf(scene.partner, job.jobId, '&verdict=refused');
    assert.deepEqual(
      refused.map(({ row }) => row),
      [4, 778, 1_235],
    );
    assert.deepEqual(await violations(scene.database), []);
  });
});
