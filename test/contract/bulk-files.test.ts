/** Files for bulk issue as they come over the wire: forms, limits, broken uploads, keys, result files. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Refusal } from '../../src/domain/refusal.ts';
import { rowsOf as readRowsOf } from '../../src/operations/bulk-reader.ts';
import { uploadBulk } from '../../src/operations/bulk-upload.ts';
import { bulkRow, inShort, type Job, jobOf, ndjson, rowsOf, run, until, upload } from '../harness/bulk.ts';
import { dataOf, farFuture, openClient, refusedOf, type TestClient } from '../harness/client.ts';
import { embeddedProduct, stateOf } from '../harness/embedded-product.ts';
import { openSocket } from '../harness/raw-http.ts';

const header = 'reference,module,clientUserId,firstName,lastName,activationDate,expirationDate,availableUsages';
const csv = { type: 'text/csv; charset=UTF-8' };

describe('files for bulk issue', () => {
  let partner: TestClient;
  const product = embeddedProduct(async (here) => {
    partner = await openClient(here.baseUrl, here.credentials.partner);
  });
  const short = async (jobId: string) =>
    (await rowsOf(partner, jobId)).map((row) => `${row.row} ${row.reference} ${inShort(row)}`);
  const openJobs = async () => {
    const { jobs } = dataOf(await partner.get('/v2/bulk?pageSize=500'));
    return jobs.filter(({ state }: Job) => !['done', 'cancelled', 'broken'].includes(state));
  };
  const cancelAll = async () => {
    // But the slow one, which is still on its way.
    for (const { jobId } of (await openJobs()).filter(({ state }: Job) => state !== 'receiving'))
      dataOf(await partner.post(`/v2/bulk/${jobId}/cancel`));
  };

  // Longer than any other request may take; it ends while the other tests run.
  let slow: Promise<string>;
  before(async () => {
    const { baseUrl } = product();
    const body = [bulkRow('slow-1'), bulkRow('slow-2')].map((row) => `${JSON.stringify(row)}\n`);
    const socket = await openSocket(baseUrl);
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
    });
    const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
    const length = Buffer.byteLength(body.join(''));
    socket.write(
      `POST /v2/bulk HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${partner.token}\r\nConnection: close\r\nContent-Type: application/x-ndjson\r\nContent-Length: ${length}\r\n\r\n${body[0]}`,
    );
    slow = pause(11_500).then(() => {
      socket.write(body[1]!);
      return closed;
    });
  });

  test('CSV: columns in any order, empty cells, quotes, places, and what a spreadsheet does to a file', async () => {
    const file = `\ufeff${header},resourceIds,iata,countryOrRegion\r
c-1,1,u-1,Ada,"Love ""lace"", ""L.""",,${farFuture},2,all,,\r
c-2,1,u-2,Zoë,美玲,2098-01-01T00:00:00+08:00,${farFuture},1,N00001 N00012,,\r
c-3,1,u-3,Ada,Lovelace,,${farFuture},1,,MAN;LHR,\r
c-4,0,u-4,Ada,Lovelace,,${farFuture},1,,,GB FR\r
,,,,,,,,,,\r
\r
c-5,1,u-5,Ada,Lovelace,,${farFuture},1,,,\r
c-6,1,u-6,Ada,Lovelace,,${farFuture},1,all,MAN,\r
c-7,1,u-7,Ada,Lovelace,,${farFuture},01,all,,\r
c-8,1.0,u-8,Ada,Lovelace,,${farFuture},1,all,,\r
c-9,1,u-9,Ada,,,${farFuture},1,all,,\r
c-10,1,u-10,Ada,Lovelace,,${farFuture},1,N99999,,\r
c-11,1,u-11,Ada\r
c-12,1,u-1,Ada,Byron,,${farFuture},1,all,,\r
c-13,1,u-13,${'x'.repeat(17_000)},L,,${farFuture},1,all,,\r
c-14,1,u-14,Ada,Lovelace,,${farFuture},1, ,,\r
c-15,1,u-15,Ada,Lovelace,,${farFuture},1,;|,,\r
`;
    const job = await run(partner, file, csv);
    assert.deepEqual(await short(job.jobId), [
      '1 c-1 issued',
      '2 c-2 issued',
      '3 c-3 issued',
      '4 c-4 issued',
      '5 c-5 ALLOWED_RESOURCES_INVALID allowedResources',
      '6 c-6 ALLOWED_RESOURCES_INVALID allowedResources',
      '7 c-7 REQUEST_INVALID availableUsages',
      '8 c-8 REQUEST_INVALID module',
      '9 c-9 REQUEST_INVALID lastName',
      '10 c-10 ALLOWED_RESOURCE_UNKNOWN resourceIds.0',
      '11 null REQUEST_INVALID row',
      '12 c-12 NAME_MISMATCH lastName',
      '13 null BULK_ROW_TOO_LARGE row',
      // What looks empty never means everywhere.
      '14 c-14 ALLOWED_RESOURCES_INVALID allowedResources',
      '15 c-15 ALLOWED_RESOURCES_INVALID allowedResources',
    ]);
    const [first, second, third] = await rowsOf(partner, job.jobId);
    const order = async (orderId: string) => dataOf(await partner.post('/v2/orders/ePasses/search', { orderId }));
    assert.equal((await order(first.orderId)).extra.lastName, 'Love "lace", "L."');
    const { firstName, activationDate, allowedResources } = (await order(second.orderId)).extra;
    assert.deepEqual([firstName, activationDate], ['Zoë', '2097-12-31T16:00:00+00:00']);
    assert.deepEqual(allowedResources, { resourceIds: ['N00001', 'N00012'] });
    assert.deepEqual((await order(third.orderId)).extra.allowedResources, { iata: ['MAN', 'LHR'] });
  });

  test('a file that cannot be read is refused as a whole, says why, and issues nothing', async () => {
    // The audit log tells of every file, broken ones too; of the programme nothing changes.
    const state = await stateOf(product(), 'DEMO');
    const good = `x-1,1,u,A,B,,${farFuture},1,all`;
    const latin = Buffer.concat([
      Buffer.from(`${header},resourceIds\nx,1,u,Zo`),
      Buffer.from([0xeb]),
      Buffer.from(',B\n'),
    ]);
    const files: [file: string | Buffer, type: string, fields: string[]][] = [
      ['', 'text/csv', ['body']],
      ['\n\n \n', 'application/x-ndjson', ['body']],
      [`${header},resourceIds\n`, 'text/csv', ['body']],
      [`${header},resourceIds,misspelt\n${good},`, 'text/csv', ['misspelt']],
      [`${header},resourceIds,iata,iata\n${good},,`, 'text/csv', ['iata']],
      [`${header.replace('module,', '')},resourceIds\n${good}`, 'text/csv', ['module']],
      [`${header}\n${good}`, 'text/csv', ['resourceIds']],
      [`${header},resourceIds\nx,1,u,"A,B,,${farFuture},1,all\n${good}\n`, 'text/csv', ['body']],
      [latin, 'text/csv', ['body']],
    ];
    for (const [file, type, fields] of files) {
      const reply = await fetch(`${product().baseUrl}/v2/bulk`, {
        method: 'POST',
        headers: { authorization: `Bearer ${partner.token}`, 'content-type': type },
        body: file,
      });
      const text = await reply.text();
      const told = { status: reply.status, headers: reply.headers, text, json: JSON.parse(text) };
      const { fields: named, facts } = refusedOf(told, 'BULK_FILE_REFUSED');
      assert.deepEqual(named, fields, text);
      const job = await jobOf(partner, facts.jobId as string);
      assert.deepEqual([job.state, job.issued], ['broken', 0]);
      assert.match(job.problem, /^The file was refused: /);
    }
    for (const type of ['application/json', 'text/plain', 'text/csv; charset=latin1']) {
      refusedOf(await upload(partner, 'x', { type }), 'CONTENT_TYPE_UNSUPPORTED');
    }
    const elsewhere = await partner.call('POST', '/v2/redemptions', 'a', { 'content-type': 'text/csv' });
    assert.ok(['CONTENT_TYPE_UNSUPPORTED', 'SCOPE_MISSING'].includes(elsewhere.json.error));
    assert.equal(await stateOf(product(), 'DEMO'), state);
    assert.deepEqual(await openJobs().then((jobs) => jobs.filter(({ state: now }: Job) => now !== 'receiving')), []);
  });

  test('an upload that ends early leaves a job that says so, and the same key may be used again', async () => {
    const rows = Array.from({ length: 300 }, (_, index) => bulkRow(`cut-${index}`));
    const file = ndjson(rows);
    const headers = { 'x-request-id': randomUUID() };
    const socket = await openSocket(product().baseUrl);
    socket.write(
      `POST /v2/bulk HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${partner.token}\r\nX-Request-ID: ${headers['x-request-id']}\r\nContent-Type: application/x-ndjson\r\nContent-Length: ${Buffer.byteLength(file)}\r\n\r\n${file.slice(0, file.length - 30)}`,
    );
    const receiving = async () => (await openJobs()).find((job: Job) => job.rows >= 100 && job.dryRun === false);
    let job: Job = await receiving();
    for (; job === undefined; job = await receiving()) await pause(10);
    refusedOf(await upload(partner, file, { headers }), 'REQUEST_IN_PROGRESS');
    socket.destroy();
    for (; job.state === 'receiving'; job = await jobOf(partner, job.jobId)) await pause(10);
    assert.deepEqual([job.state, job.problem, job.issued], ['broken', 'The upload ended before its end.', 0]);
    refusedOf(await partner.post(`/v2/bulk/${job.jobId}/start`), 'BULK_JOB_STATE');
    const first = await upload(partner, file, { headers });
    assert.equal((await until(partner, dataOf(first).jobId, 'done')).issued, 300);
    const again = await upload(partner, file, { headers });
    assert.deepEqual([again.text, again.headers.get('idempotent-replayed')], [first.text, 'true']);
    refusedOf(await upload(partner, `${file}\n`, { headers }), 'IDEMPOTENCY_KEY_REUSED');
    refusedOf(await upload(partner, file, { headers, query: '?dryRun=true' }), 'IDEMPOTENCY_KEY_REUSED');
  });

  test('a programme has ten jobs that are not over; cancelling one makes room', async () => {
    await cancelAll();
    const { length: taken } = await openJobs();
    for (let index = taken; index < 10; index += 1)
      await run(partner, ndjson([bulkRow('x')]), { query: '?dryRun=true' });
    assert.deepEqual(refusedOf(await upload(partner, ndjson([bulkRow('x')])), 'BULK_JOBS_EXHAUSTED').facts, {
      most: 10,
    });
    const open = await openJobs();
    dataOf(await partner.post(`/v2/bulk/${open.find(({ state }: Job) => state === 'checked').jobId}/cancel`));
    await run(partner, ndjson([bulkRow('y')]), { query: '?dryRun=true' });
    await cancelAll();
  });

  test('result files tell every row, and hold nothing that a spreadsheet runs (ATK-62)', async () => {
    const names = ['=1+1', '+1', '-1', '@SUM(A1)', "'=1", '"=1"', 'a,b', 'a;b', 'plain', '=cmd|"/C calc"!A0'];
    const rows = names.map((name) => bulkRow(name));
    const job = await run(partner, ndjson([...rows, bulkRow('bad', { availableUsages: 0 }), 'no json']));
    const told = await rowsOf(partner, job.jobId);
    const lines = await partner.get(`/v2/bulk/${job.jobId}/result.ndjson`);
    assert.equal(lines.headers.get('content-type'), 'application/x-ndjson');
    assert.deepEqual(
      lines.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
      told,
    );
    const table = await partner.get(`/v2/bulk/${job.jobId}/result.csv`);
    assert.equal(table.headers.get('content-type'), 'text/csv; charset=utf-8');
    assert.equal(table.headers.get('content-disposition'), `attachment; filename="${job.jobId}.csv"`);
    const cells = table.text.trimEnd().split('\r\n');
    assert.equal(cells[0], '"row","reference","verdict","orderId","ePassId","error","details"');
    assert.equal(cells.length, 1 + told.length);
    assert.equal(cells[1], `1,"'=1+1","issued","${told[0].orderId}","${told[0].ePassId}",,""`);
    assert.equal(cells[10]!.startsWith(`10,"'=cmd|""/C calc""!A0","issued"`), true, cells[10]);
    assert.match(cells[11]!, /^11,"bad","refused",,,"REQUEST_INVALID","extra\.availableUsages /);
    for (const line of cells) assert.doesNotMatch(line, /(?:^|,)"?[=+\-@\t]/, line);
  });

  test('no more of a file is taken than can be written: counted, whatever its size', async () => {
    const { world } = product();
    const caller = world.directory.current().clientsById.get(product().credentials.partner.clientId)!;
    const call = { caller, programId: null, requestId: randomUUID(), key: null, operationId: 'uploadBulk' };
    let given = 0;
    let ahead = 0;
    async function* pieces(): AsyncGenerator<Buffer> {
      for (let piece = 0; piece < 150; piece += 1) {
        const text =
          'select coalesce(max(created_at), now()) as at, (select rows from bulk_jobs order by created_at desc limit 1) as rows from bulk_jobs';
        const [row] = await world.database.read<{ rows: number }>({ name: 'test_ahead', text }, []);
        ahead = Math.max(ahead, given - row!.rows);
        given += 20;
        yield Buffer.from(ndjson(Array.from({ length: 20 }, (_, index) => bulkRow(`m-${piece}-${index}`))));
      }
    }
    const answer = await uploadBulk(world, call, {
      query: { dryRun: 'true' },
      upload: { format: 'ndjson', bytes: pieces() },
    });
    assert.equal(JSON.parse(answer.body).data.rows, 3_000);
    assert.ok(ahead > 0 && ahead <= 320, `${ahead} rows were read and not yet written; a chunk has 100`);
    await cancelAll();
    // A line without an end is one row, and refused.
    const endless = (async function* () {
      for (let piece = 0; piece < 200; piece += 1) yield Buffer.alloc(65_536, 0x61);
    })();
    let most = 0;
    const watch = { arrived: { bytes: 0 }, signal: new AbortController().signal, digest: null };
    for await (const rows of readRowsOf({ format: 'ndjson', bytes: endless }, watch)) {
      most = Math.max(most, rows.length);
    }
    assert.deepEqual([watch.arrived.bytes, most], [200 * 65_536, 1]);
  });

  test('a file of more bytes than may be is refused, and nothing of it is kept', async () => {
    const { world } = product();
    const caller = world.directory.current().clientsById.get(product().credentials.partner.clientId)!;
    const call = { caller, programId: null, requestId: randomUUID(), key: null, operationId: 'uploadBulk' };
    const piece = Buffer.alloc(32 * 1024 * 1024, 0x20);
    const bytes = (async function* () {
      for (let given = 0; given <= 512 * 1024 * 1024; given += piece.length) yield piece;
    })();
    await assert.rejects(
      uploadBulk(world, call, { query: {}, upload: { format: 'ndjson', bytes } }),
      (problem: Refusal) => problem.refusal === 'BULK_FILE_TOO_LARGE',
    );
    const { jobs } = dataOf(await partner.get('/v2/bulk?pageSize=1'));
    assert.deepEqual([jobs[0].state, jobs[0].rows], ['broken', 0]);
  });

  test('an upload may take longer than any other request', async () => {
    assert.match(await slow, /^HTTP\/1\.1 200 /);
    const { jobs } = dataOf(await partner.get('/v2/bulk?pageSize=500'));
    const { jobId } = jobs.find(({ rows }: Job) => rows === 2);
    assert.equal((await until(partner, jobId, 'done')).issued, 2);
  });

  test('nothing of all this was a fault', () => {
    assert.deepEqual(
      product().logged.filter(({ level }) => level === 'error'),
      [],
    );
  });
});
