/** Bulk issue: verdicts, references, dry runs, acts on jobs; on both databases. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { bulkRow, inShort, type Job, jobOf, ndjson, rowsOf, run, until } from '../harness/bulk.ts';
import { dataOf, farFuture, issueBody, refusedOf } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { sqlViolations } from '../harness/invariants.ts';
import { countState, readRows, useScene } from '../harness/scene.ts';

await eachDatabase('bulk issue', (open) => {
  const scene = useScene(open);

  /** With a key, so that its answer is kept as the invariants want it. */
  const issueKeyed = async (...what: Parameters<typeof issueBody>) =>
    dataOf(
      await scene.partner.post('/v2/orders/lounges/ePasses', issueBody(...what), { 'x-request-id': randomUUID() }),
    );

  const table = (rows: readonly Job[]) => rows.map((row) => `${row.reference} ${inShort(row)}`);

  test('every row gets the verdict that a single issue would get, before anything is written', async () => {
    const before = await countState(scene.database);
    await issueKeyed(1, { firstName: 'Grace' }, 'known');
    const standing = await countState(scene.database);
    const row = bulkRow('v-1');
    const file = ndjson([
      row,
      bulkRow('v-2', { availableUsages: 0 }),
      bulkRow('v-3', { expirationDate: '2020-01-01T00:00:00Z' }),
      bulkRow('v-4', { activationDate: '2098-01-01T00:00:00Z', expirationDate: '2097-01-01T00:00:00Z' }),
      bulkRow('v-5', { allowedResources: { resourceIds: ['N99999'] } }),
      bulkRow('v-6', { allowedResources: { iata: ['MAN'], countryOrRegion: ['GB'] } }),
      bulkRow('v-7', { allowedResources: { countryOrRegion: ['UK'] } }),
      bulkRow('v-8', { firstName: 'x\u202e' }),
      bulkRow('v-9', {}, 'known'),
      bulkRow('v-10', { firstName: 'GRACE ' }, 'known'),
      { ...bulkRow('v-11'), module: 8 },
      { ...bulkRow('v-12'), misspelt: 1 },
      { ...bulkRow('v-13'), reference: '' },
      '{"reference":"v-14",',
      '[]',
      '',
      ' \r',
      `{"reference":"v-15","reference":"v-15"}`,
      `{"reference":"v-16","module":1.0}`,
      `{"reference":"v-17","pad":"${'x'.repeat(20_000)}"}`,
      `${JSON.stringify(bulkRow('v-18'))}\r`,
      bulkRow('v-19', { expirationDate: 'tomorrow' }),
    ]);
    const job = await run(scene.partner, file.trimEnd(), { query: '?dryRun=true&name=january' });
    const rows = await rowsOf(scene.operator, job.jobId);
    assert.deepEqual(table(rows), [
      'v-1 good',
      'v-2 REQUEST_INVALID extra.availableUsages',
      'v-3 EXPIRATION_IN_PAST extra.expirationDate',
      'v-4 ACTIVATION_NOT_BEFORE_EXPIRATION extra.activationDate',
      'v-5 ALLOWED_RESOURCE_UNKNOWN extra.allowedResources.resourceIds.0',
      'v-6 ALLOWED_RESOURCES_INVALID extra.allowedResources',
      'v-7 COUNTRY_UNKNOWN extra.allowedResources.countryOrRegion.0',
      'v-8 REQUEST_INVALID extra.firstName',
      'v-9 NAME_MISMATCH extra.firstName',
      'v-10 good',
      'v-11 MODULE_NOT_OFFERED module',
      'v-12 REQUEST_INVALID misspelt',
      'null REQUEST_INVALID reference',
      'null JSON_INVALID body',
      'null REQUEST_INVALID body',
      'null REQUEST_INVALID reference',
      'null REQUEST_INVALID module',
      'null BULK_ROW_TOO_LARGE row',
      'v-18 good',
      'v-19 REQUEST_INVALID extra.expirationDate',
    ]);
    assert.deepEqual(
      rows.map((one) => one.row),
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    const { rows: count, good, issued, repeated, refused, name, dryRun, bytes } = job;
    assert.deepEqual([count, good, issued, repeated, refused], [20, 3, 0, 0, 17]);
    assert.deepEqual([name, dryRun, bytes], ['january', true, Buffer.byteLength(file.trimEnd())]);
    assert.deepEqual(await countState(scene.database), standing);
    assert.notDeepEqual(standing, before);
    const good3 = await rowsOf(scene.partner, job.jobId, '&verdict=good');
    assert.deepEqual(table(good3), ['v-1 good', 'v-10 good', 'v-18 good']);
    // Started, it issues the good ones, as a single issue would.
    dataOf(await scene.partner.post(`/v2/bulk/${job.jobId}/start`));
    const done = await until(scene.partner, job.jobId, 'done');
    assert.deepEqual([done.good, done.issued, done.refused], [0, 3, 17]);
    const [first] = await rowsOf(scene.partner, job.jobId, '&verdict=issued');
    const found = dataOf(await scene.partner.post('/v2/orders/ePasses/search', { orderId: first.orderId }));
    assert.equal(found.extra.ePassId, first.ePassId);
    assert.equal(found.clientUserId, row.clientUserId);
    const { ePassStatus, firstName, availableUsages, usedUsages } = found.extra;
    assert.deepEqual([ePassStatus, firstName, availableUsages, usedUsages], [1, 'Ada', 2, 0]);
    dataOf(await scene.venue.redeem(first.ePassId, { scanId: randomUUID() }));
  });

  test('a reference stands for one pass, in one file, in the next one, and in an overlapping one', async () => {
    const rows = Array.from({ length: 250 }, (_, index) => bulkRow(`r-${index}`));
    const other = { ...rows[3]!, extra: { ...rows[3]!.extra, availableUsages: 9 } };
    const file = ndjson([...rows, rows[1]!, other]);
    const checked = await run(scene.partner, file, { query: '?dryRun=true' });
    const told = await rowsOf(scene.partner, checked.jobId);
    assert.deepEqual(table(told.slice(-2)), ['r-1 repeated', 'r-3 BULK_REFERENCE_REUSED reference']);
    assert.equal(told.at(-2).ePassId, null);
    dataOf(await scene.partner.post(`/v2/bulk/${checked.jobId}/start`));
    const first = await until(scene.partner, checked.jobId, 'done');
    assert.deepEqual([first.issued, first.repeated, first.refused], [250, 1, 1]);
    const made = await rowsOf(scene.partner, first.jobId);
    assert.equal(made.at(-2).ePassId, made[1].ePassId);
    const state = await countState(scene.database);
    const again = await run(scene.partner, file);
    assert.deepEqual([again.issued, again.repeated, again.refused], [0, 251, 1]);
    const repeated = await rowsOf(scene.partner, again.jobId);
    const idsOf = (list: Job[]) => list.map(({ reference, ePassId, orderId }) => [reference, ePassId, orderId]);
    assert.deepEqual(idsOf(repeated), idsOf(made));
    assert.deepEqual(await countState(scene.database), state);
    // As CSV the same row is the same row.
    const { clientUserId } = rows[7]!;
    const header = 'reference;module;clientUserId;firstName;lastName;expirationDate;availableUsages;resourceIds';
    const csv = `${header}\r\nr-7;1;${clientUserId};Ada;Lovelace;${farFuture};2;all\r\nr-new;1;${clientUserId};Ada;Lovelace;${farFuture};2;all`;
    const overlapping = await run(scene.partner, csv, { type: 'text/csv' });
    assert.deepEqual([overlapping.issued, overlapping.repeated, overlapping.refused], [1, 1, 0]);
  });

  test('one clientUserId has one name: in one file, against those who are there, and whoever comes meanwhile', async () => {
    const user = randomUUID();
    const file = ndjson([
      bulkRow('n-0', { firstName: 'Other', expirationDate: '2020-01-01T00:00:00Z' }, user),
      bulkRow('n-1', {}, user),
      ...Array.from({ length: 300 }, (_, index) => bulkRow(`n-filler-${index}`)),
      bulkRow('n-2', { lastName: 'Byron' }, user),
      bulkRow('n-3', { firstName: ' ADA' }, user),
    ]);
    const job = await run(scene.partner, file, { query: '?dryRun=true' });
    const short = table(await rowsOf(scene.partner, job.jobId));
    assert.deepEqual(short.slice(0, 2), ['n-0 EXPIRATION_IN_PAST extra.expirationDate', 'n-1 good']);
    assert.deepEqual(short.slice(-2), ['n-2 NAME_MISMATCH extra.lastName', 'n-3 good']);
    // Before it is started, somebody else takes the id.
    await issueKeyed(1, { firstName: 'Augusta' }, user);
    dataOf(await scene.partner.post(`/v2/bulk/${job.jobId}/start`));
    const done = await until(scene.partner, job.jobId, 'done');
    assert.deepEqual([done.issued, done.refused], [300, 4]);
    const after = table(await rowsOf(scene.partner, job.jobId, '&verdict=refused'));
    assert.deepEqual(after.slice(1), [
      'n-1 NAME_MISMATCH extra.firstName',
      'n-2 NAME_MISMATCH extra.lastName',
      'n-3 NAME_MISMATCH extra.firstName',
    ]);
  });

  test('a job is started once, stopped, resumed and cancelled; each act again changes nothing', async () => {
    const rows = Array.from({ length: 3_000 }, (_, index) => bulkRow(`a-${index}`));
    const { jobId } = await run(scene.partner, ndjson(rows), { query: '?dryRun=true' });
    const act = (what: string) => scene.partner.post(`/v2/bulk/${jobId}/${what}`);
    for (const what of ['stop', 'resume']) {
      assert.deepEqual(refusedOf(await act(what), 'BULK_JOB_STATE').facts, { state: 'checked' });
    }
    assert.equal(dataOf(await act('start')).state, 'running');
    assert.ok(['running', 'done'].includes(dataOf(await act('start')).state));
    const stopped = dataOf(await act('stop'));
    assert.equal(stopped.state, 'stopped');
    assert.ok(stopped.issued < 3_000);
    assert.deepEqual(dataOf(await act('stop')), stopped);
    const state = await countState(scene.database);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(await countState(scene.database), state, 'nothing is issued after the answer');
    assert.equal(dataOf(await act('resume')).state, 'running');
    dataOf(await act('stop'));
    const cancelled = dataOf(await act('cancel'));
    assert.equal(cancelled.state, 'cancelled');
    assert.deepEqual(dataOf(await act('cancel')), cancelled);
    for (const what of ['start', 'stop', 'resume']) refusedOf(await act(what), 'BULK_JOB_STATE');
    const issued = await rowsOf(scene.partner, jobId, '&verdict=issued');
    assert.equal(issued.length, cancelled.issued);
    const [{ passes }] = (await readRows<{ passes: number }>(
      scene.database,
      `select count(*)::int as passes from bulk_references where program_id = 'DEMO' and reference like 'a-%'`,
    )) as [{ passes: number }];
    assert.equal(passes, cancelled.issued);
    // The same file goes on where the cancelled job ended.
    const again = await run(scene.partner, ndjson(rows));
    assert.deepEqual([again.issued, again.repeated], [3_000 - passes, passes]);
    const { at, acts } = (
      await readRows<{ at: number; acts: string[] }>(
        scene.database,
        `select max(at) as at, array_agg(act order by number) as acts from audit_log where subject = $1`,
        [jobId],
      )
    )[0]!;
    assert.deepEqual(
      acts,
      ['upload', 'start', 'stop', 'resume', 'stop', 'cancel'].map((what) => `bulk.${what}`),
    );
    assert.ok(at > 0);
  });

  test('afterwards every invariant holds', async () => {
    assert.deepEqual(await sqlViolations((sql) => readRows(scene.database, sql)), []);
    const logged = scene.product.logged.filter(({ level }) => level !== 'info');
    assert.deepEqual(logged, []);
    const jobs = dataOf(await scene.operator.get('/v2/bulk?pageSize=3'));
    assert.equal(jobs.jobs.length, 3);
    const next = dataOf(await scene.operator.get(`/v2/bulk?pageSize=3&cursor=${jobs.nextCursor}`));
    assert.equal(new Set([...jobs.jobs, ...next.jobs].map(({ jobId }: Job) => jobId)).size, 6);
    assert.deepEqual(await jobOf(scene.operator, jobs.jobs[0].jobId), jobs.jobs[0]);
  });
});
