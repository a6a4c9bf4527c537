/** Who works on bulk jobs: several processes, zombies, traffic beside them, rows that will not go in, and what is forgotten. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { decideChunk, LeaseLost, nothingAhead, writeChunk } from '../../src/operations/bulk-issue.ts';
import { forgetOldBulkRows } from '../../src/operations/bulk-upkeep.ts';
import { findChunk } from '../../src/store/bulk-chunks.ts';
import { claimJob, findJob } from '../../src/store/bulk-jobs.ts';
import { revokeClient } from '../../src/store/clients.ts';
import { bulkRow, inShort, type Job, jobOf, ndjson, rowsOf, run, until, upload, violations } from '../harness/bulk.ts';
import { dataOf, farFuture, issueBody, refusedOf } from '../harness/client.ts';
import { eachDatabase, withPostgres } from '../harness/databases.ts';
import { addClient, holdClock, readRows, useFleet, useScene } from '../harness/scene.ts';

const fileOf = (name: string, rows: number, extra: object = {}) =>
  ndjson(Array.from({ length: rows }, (_, index) => bulkRow(`${name}-${index}`, extra)));

await eachDatabase('work on bulk jobs', (open) => {
  const clock = holdClock();
  // As late as can be: a token that is made later than this clock says is not valid yet.
  before(() => {
    clock.at = Math.floor(Date.now() / 1000) * 1000;
  });
  const scene = useScene(open, clock);
  const script = (sql: string) => scene.database.script(sql);

  test('issues, redemptions and cancellations beside a job keep every invariant', async () => {
    const users = Array.from({ length: 60 }, () => randomUUID());
    const rows = Array.from({ length: 600 }, (_, index) => bulkRow(`t-${index}`, {}, users[index % 60]));
    const keyed = () => ({ 'x-request-id': randomUUID() });
    const { jobId } = dataOf(await upload(scene.partner, ndjson(rows)));
    const others = Array.from({ length: 12 }, async (_, client) => {
      for (let round = 0; round < 10; round += 1) {
        // Half of them race with the file for one clientUserId, under another name.
        const user = users[(client * 5 + round) % 60]!;
        const name = round % 2 === 0 ? { firstName: 'Augusta' } : {};
        const made = await scene.partner.post('/v2/orders/lounges/ePasses', issueBody(2, name, user), keyed());
        if (made.status !== 200) {
          refusedOf(made, 'NAME_MISMATCH');
          continue;
        }
        const { orderId, extra } = dataOf(made);
        dataOf(await scene.venue.redeem(extra.ePassId, { scanId: randomUUID() }));
        if (round % 3 === 0) dataOf(await scene.partner.call('PATCH', '/v2/orders', { orderId, status: 3 }, keyed()));
      }
    });
    await Promise.all(others);
    const job = await until(scene.partner, jobId, 'done');
    assert.deepEqual([job.good, job.issued + job.refused], [0, 600]);
    const refused = await rowsOf(scene.partner, jobId, '&verdict=refused');
    assert.deepEqual([...new Set(refused.map(inShort))].slice(1), []);
    const [first] = await rowsOf(scene.partner, jobId, '&verdict=issued');
    dataOf(await scene.venue.redeem(first.ePassId, { scanId: randomUUID() }));
    assert.deepEqual(await violations(scene.database), []);
  });

  test('two jobs with the same rows at once make them once', async () => {
    const file = fileOf('two', 350);
    const sent = await Promise.all([upload(scene.partner, file), upload(scene.partner, file)]);
    const jobs = await Promise.all(sent.map((reply) => until(scene.partner, dataOf(reply).jobId, 'done')));
    assert.equal(jobs[0].issued + jobs[1].issued, 350);
    assert.equal(jobs[0].repeated + jobs[1].repeated, 350);
    const [one, other] = await Promise.all(jobs.map(({ jobId }) => rowsOf(scene.partner, jobId)));
    assert.deepEqual(
      one!.map(({ ePassId }) => ePassId),
      other!.map(({ ePassId }) => ePassId),
    );
  });

  test('a row that the database will not take is refused alone', async () => {
    await script("alter table passes add constraint test_poison check (first_name not like 'Poison%')");
    const rows = Array.from({ length: 230 }, (_, index) =>
      bulkRow(`p-${index}`, { firstName: index === 3 || index === 177 ? `Poison ${index}` : 'Ada' }),
    );
    const job = await scene.product.withFaults(() => run(scene.partner, ndjson(rows)));
    await script('alter table passes drop constraint test_poison');
    assert.deepEqual([job.issued, job.refused], [228, 2]);
    const refused = await rowsOf(scene.partner, job.jobId, '&verdict=refused');
    assert.deepEqual(
      refused.map((row) => `${row.row} ${inShort(row)}`),
      ['4 BULK_ROW_FAILED', '178 BULK_ROW_FAILED'],
    );
    assert.deepEqual((await run(scene.partner, ndjson(rows))).issued, 2, 'they may be sent again');
  });

  test('every pass that a file made is told of, in order, as of any other', async () => {
    const endpoint = { url: 'https://partner.example/', eventTypes: ['epass.issued'], state: 'paused' };
    const { endpointId } = dataOf(await scene.partner.post('/v2/endpoints', endpoint));
    await run(scene.partner, fileOf('told', 120));
    const [{ told }] = (await readRows<{ told: number }>(
      scene.database,
      `select count(*)::int as told from deliveries d join bulk_references r using (program_id, pass_id)
        where d.endpoint_id = $1 and d.number = 1 and d.event_type = 'epass.issued' and r.reference like 'told-%'`,
      [endpointId],
    )) as [{ told: number }];
    assert.equal(told, 120);
  });

  test('whoever loses the right to issue has his jobs stopped', async () => {
    // The client's token is made now, whatever the time that is held.
    clock.at = Math.max(clock.at, Date.now());
    const client = await addClient(scene.product, { scopes: ['issuer'] });
    const checked = await run(client, fileOf('lost', 150), { query: '?dryRun=true' });
    await scene.database.transaction((transaction) => revokeClient(transaction, checked.clientId, clock.now()));
    await scene.product.world.directory.refresh();
    dataOf(await scene.partner.post(`/v2/bulk/${checked.jobId}/start`));
    const job = await until(scene.partner, checked.jobId, 'stopped');
    assert.equal(job.issued, 0);
    assert.match(job.problem, /may not issue/);
    dataOf(await scene.partner.post(`/v2/bulk/${checked.jobId}/cancel`));
  });

  test('what expires while a job waits is refused when it is issued', async () => {
    const soon = new Date(clock.now() + 600_000).toISOString();
    const file = fileOf('soon', 20, { expirationDate: soon }) + fileOf('later', 20);
    const { jobId } = await run(scene.partner, file, { query: '?dryRun=true' });
    clock.at += 600_000;
    dataOf(await scene.partner.post(`/v2/bulk/${jobId}/start`));
    const job = await until(scene.partner, jobId, 'done');
    assert.deepEqual([job.issued, job.refused], [20, 20]);
    const [first] = await rowsOf(scene.partner, jobId, '&verdict=refused');
    assert.equal(inShort(first), 'EXPIRATION_IN_PAST extra.expirationDate');
  });

  test('rows are forgotten after 30 days, counts are not, and references never', async () => {
    const kept = await run(scene.partner, fileOf('old', 130));
    const waiting = await run(scene.partner, fileOf('waiting', 130), { query: '?dryRun=true' });
    const before = clock.at;
    clock.at += 29 * 86_400_000;
    assert.equal(await forgetOldBulkRows(scene.product.world), 0);
    clock.at += 86_400_000 + 1;
    for (let gone = 1; gone > 0; ) gone = await forgetOldBulkRows(scene.product.world);
    // Tokens do not last as long.
    clock.at = before;
    const old = await jobOf(scene.partner, kept.jobId);
    assert.deepEqual([old.state, old.issued], ['done', 130]);
    assert.notEqual(old.rowsDeletedDate, null);
    const cancelled = await jobOf(scene.partner, waiting.jobId);
    assert.deepEqual([cancelled.state, cancelled.problem], ['cancelled', 'Nobody went on with it for 30 days.']);
    for (const path of ['rows', 'result.csv', 'result.ndjson'])
      refusedOf(await scene.partner.get(`/v2/bulk/${kept.jobId}/${path}`), 'BULK_ROWS_DELETED');
    const [{ left }] = (await readRows<{ left: number }>(
      scene.database,
      'select (select count(*) from bulk_chunks)::int + (select count(*) from bulk_keys)::int as left',
    )) as [{ left: number }];
    assert.equal(left, 0);
    assert.deepEqual(await violations(scene.database), []);
    assert.equal((await run(scene.partner, fileOf('old', 5))).refused, 5, 'other travellers under the same references');
  });
});

await withPostgres('several processes on bulk jobs', (adminUrl) => {
  const fleet = useFleet(adminUrl, 3);

  test('share the jobs, and see each other’s acts', async () => {
    const files = Array.from({ length: 5 }, (_, index) => fileOf(`share-${index}`, 1_100));
    const sent = await Promise.all(files.map((file, index) => upload(fleet.partners[index % 3]!, file)));
    const jobs: Job[] = await Promise.all(
      sent.map((reply, index) => until(fleet.partners[(index + 1) % 3]!, dataOf(reply).jobId, 'done')),
    );
    assert.deepEqual(
      jobs.map(({ issued }) => issued),
      [1_100, 1_100, 1_100, 1_100, 1_100],
    );
  });

  test('a process that was thought dead and comes back writes nothing', async () => {
    const { world } = fleet.products[0]!;
    const partner = fleet.partners[0]!;
    const { jobId } = await run(partner, fileOf('zombie', 700), { query: '?dryRun=true' });
    const key = { programId: 'DEMO', jobId };
    // It claims the job as it starts, decides a chunk, and freezes; its lease runs out.
    await world.database.script(`update bulk_jobs set state = 'running' where program_id = 'DEMO' and job_id = '${jobId}';
      update bulk_jobs set lease = 'another', leased_until = now() - interval '1 second', started_at = now()
      where program_id = 'DEMO' and job_id = '${jobId}'`);
    const job = (await findJob(world.database, key))!;
    const chunk = (await findChunk(world.database, key, 0))!;
    const held = { world, job, lease: 'another' };
    const decided = await decideChunk(held, chunk, nothingAhead, false);
    const done = await until(partner, jobId, 'done');
    assert.equal(done.issued, 700);
    await assert.rejects(writeChunk(held, decided), LeaseLost);
    const late = await world.database.background((transaction) => claimJob(transaction, key, 'late', false, ''));
    assert.equal(late, null);
    const read = <R extends Record<string, unknown>>(sql: string) => readRows<R>(world.database, sql);
    const [{ made }] = (await read<{ made: number }>(
      `select count(*)::int as made from passes where expiration_at = '${farFuture}' and program_id = 'DEMO'
        and pass_id in (select pass_id from bulk_references where reference like 'zombie-%')`,
    )) as [{ made: number }];
    assert.equal(made, 700);
    assert.deepEqual(await violations(world.database), []);
  });
});
