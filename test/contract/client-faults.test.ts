/** The client over a network and a server that fail: the same answer once, or the truth about not knowing. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import {
  type Attempt,
  type CallProblem,
  CallRefused,
  CallUnanswered,
  openPassdesk,
  type Passdesk,
  type Settings,
} from '../../src/client/passdesk.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { type Gated, gated } from '../../src/store/gate.ts';
import { bulkRow, ndjson } from '../harness/bulk.ts';
import { issueBody } from '../harness/client.ts';
import { findPort } from '../harness/ports.ts';
import { openProduct, type ProductHere } from '../harness/product.ts';
import { startProxy, type TcpProxy } from '../harness/tcp-proxy.ts';

/** An answer of something on the way that is not Passdesk. */
const answered = (status: string, ...headers: readonly string[]) =>
  [`HTTP/1.1 ${status}`, 'content-type: text/html', 'connection: close', ...headers, '', '<h1>proxy</h1>'].join('\r\n');

describe('the client, when things fail', () => {
  let folder: string;
  let gate: Gated;
  let product: ProductHere;
  let proxy: TcpProxy;
  let partner: Passdesk;
  let venue: Passdesk;
  let attempts: Attempt[] = [];

  const open = (who: 'partner' | 'venue', more: Partial<Settings> = {}) =>
    openPassdesk({
      baseUrl: proxy.through(product.baseUrl),
      credentials: product.credentials[who],
      onAttempt: (attempt) => attempts.push(attempt),
      ...more,
    });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'passdesk-client-'));
    gate = gated(await openEmbedded({ folder }));
    product = await openProduct(gate.database);
    proxy = await startProxy(Number(new URL(product.baseUrl).port));
    partner = open('partner');
    venue = open('venue');
  });
  beforeEach(() => {
    attempts = [];
    proxy.mode = 'pass';
    proxy.next.length = 0;
  });
  after(async () => {
    await proxy?.close();
    await product?.close();
    await gate?.database.close();
    await rm(folder, { recursive: true, force: true });
  });

  const pass = (clientUserId: string = randomUUID(), usages = 2) => ({
    ...issueBody(usages, {}, clientUserId),
    module: 1 as const,
  });
  const scan = (dpId: string) => ({ dpId, resourceId: 'N00001', adultCount: 1, childCount: 0 });
  const issuedFor = async (clientUserId: string) => {
    const { ePasses } = await open('partner', { onAttempt: () => {} }).listUserPasses({ clientUserId });
    return ePasses.map(({ orderId }) => orderId);
  };
  const statuses = () => attempts.map(({ status }) => status);
  /** Every attempt of one call went out under one id. */
  const oneId = () => assert.equal(new Set(attempts.map(({ requestId }) => requestId)).size, 1);
  async function problemOf(call: Promise<unknown>): Promise<CallProblem> {
    try {
      await call;
    } catch (problem) {
      return problem as CallProblem;
    }
    return assert.fail('it was done');
  }

  it('a connection reset after the commit: the pass is issued once, and its first answer given', async () => {
    const clientUserId = randomUUID();
    proxy.next.push('lose-reply', 'lose-reply');
    const { orderId } = await partner.issuePass(pass(clientUserId));
    assert.deepEqual(statuses(), [null, null, 200]);
    oneId();
    assert.deepEqual(await issuedFor(clientUserId), [orderId]);
  });

  it('the same for a use: nobody is admitted twice', async () => {
    const { extra } = await partner.issuePass(pass());
    proxy.next.push('lose-reply');
    const use = await venue.redeemPass(scan(extra.ePassId));
    assert.deepEqual([use.usedUsages, use.availableUsages], [1, 1]);
    assert.equal((await partner.searchPass({ ePassId: extra.ePassId })).extra.usedUsages, 1);
  });

  it('a connection that is cut before the server heard of it', async () => {
    proxy.next.push('cut');
    await partner.issuePass(pass());
    assert.deepEqual(statuses(), [null, 200]);
  });

  it('a 503 of the server with Retry-After: waited for, and done', async () => {
    const reopen = await gate.shut('a test holds changes up');
    const patient = open('partner', {
      onAttempt: (attempt) => {
        attempts.push(attempt);
        reopen();
      },
    });
    await patient.issuePass(pass());
    assert.deepEqual(statuses(), [503, 200]);
    assert.equal(attempts[0]!.problem, 'UNAVAILABLE');
    assert.ok(attempts[0]!.retryIn! >= 1000, 'the second that the server asked for');
    oneId();
  });

  it('a wait that the deadline does not allow is not begun', async () => {
    const reopen = await gate.shut('a test holds changes up');
    const problem = await problemOf(partner.issuePass(pass(), { deadline: 900 }));
    reopen();
    assert.ok(problem instanceof CallRefused);
    assert.deepEqual(
      [problem.refusal, problem.status, problem.retryAfter, problem.attempts, problem.outcomeUnknown],
      ['UNAVAILABLE', 503, 1, 1, false],
    );
    assert.equal(attempts[0]!.retryIn, null);
  });

  it('attempts are limited', async () => {
    proxy.next.push('cut', 'cut', 'cut', 'cut');
    const problem = await problemOf(open('partner', { attempts: 3 }).searchPass({ orderId: 'DP00000000000001' }));
    assert.ok(problem instanceof CallUnanswered);
    assert.deepEqual([problem.attempts, problem.outcomeUnknown, statuses().length], [3, false, 3]);
    assert.match(problem.message, /ECONNRESET|other side closed|terminated/);
  });

  it('answers of a proxy: those that say "not now" are waited for, others are told', async () => {
    proxy.next.push(answered('503 Service Unavailable', 'retry-after: 1'), answered('502 Bad Gateway'));
    await partner.issuePass(pass());
    assert.deepEqual(statuses(), [503, 502, 200]);
    assert.ok(attempts[0]!.retryIn! >= 1000);
    oneId();
    proxy.next.push(answered('302 Found', 'location: http://127.0.0.1:1/'));
    const problem = await problemOf(partner.issuePass(pass()));
    assert.ok(problem instanceof CallUnanswered);
    assert.deepEqual([problem.status, problem.attempts], [302, 1]);
  });

  it('when the outcome stays unknown it says so, and the same request id tells it later', async () => {
    const clientUserId = randomUUID();
    const asked = pass(clientUserId);
    proxy.next.push('lose-reply', 'cut');
    const problem = await problemOf(open('partner', { attempts: 2 }).issuePass(asked));
    assert.ok(problem instanceof CallUnanswered && problem.outcomeUnknown);
    const [orderId] = await issuedFor(clientUserId);
    const { requestId } = problem;
    assert.equal((await partner.issuePass(asked, { requestId })).orderId, orderId);
    assert.equal((await issuedFor(clientUserId)).length, 1);
  });

  it('a lost answer, then a server that is away: still unknown', async () => {
    let reopen = () => {};
    proxy.next.push('lose-reply');
    const call = open('partner', {
      deadline: 1_200,
      onAttempt: async ({ attempt }) => {
        if (attempt === 1) reopen = await gate.shut('a test holds changes up');
      },
    }).issuePass(pass());
    const problem = await problemOf(call);
    reopen();
    assert.ok(problem instanceof CallRefused && problem.refusal === 'UNAVAILABLE');
    assert.ok(problem.outcomeUnknown, 'the first attempt was done');
  });

  it('a refusal by a rule decides, whatever was lost before', async () => {
    const clientUserId = randomUUID();
    await partner.issuePass(pass(clientUserId));
    proxy.next.push('lose-reply');
    const other = { ...pass(clientUserId), extra: { ...pass().extra, firstName: 'Grace' } };
    const problem = await problemOf(partner.issuePass(other));
    assert.ok(problem instanceof CallRefused && problem.refusal === 'NAME_MISMATCH');
    assert.deepEqual([problem.attempts, problem.outcomeUnknown], [2, false]);
  });

  it('a silent server: the deadline ends it, and the caller can', async () => {
    proxy.mode = 'silent';
    const timedOut = await problemOf(partner.issuePass(pass(), { deadline: 300 }));
    assert.ok(timedOut instanceof CallUnanswered && timedOut.outcomeUnknown);
    assert.match(timedOut.message, /no answer within 300 ms \(1 attempt\)/);
    const impatient = open('partner', { attemptTimeout: 50, attempts: 2 });
    assert.equal((await problemOf(impatient.listEndpoints())).attempts, 2);
    const reason = new Error('the traveller went away');
    const controller = new AbortController();
    const call = partner.issuePass(pass(), { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await assert.rejects(call, reason);
    await assert.rejects(partner.listEndpoints({}, { signal: AbortSignal.abort(reason) }), reason);
  });

  it('two at once under one request id get one answer', async () => {
    const asked = pass();
    const requestId = randomUUID();
    const all = await Promise.all([1, 2, 3].map(() => partner.issuePass(asked, { requestId })));
    assert.equal(new Set(all.map(({ orderId }) => orderId)).size, 1);
    const named = { idempotencyKey: 'order-4711' };
    const again = pass();
    assert.equal(
      (await partner.issuePass(again, named)).orderId,
      (await partner.issuePass(again, named)).orderId,
      'under a name of the caller, too',
    );
  });

  it('a file is taken once, although its answer was lost; a stream is not sent again', async () => {
    const rows = [bulkRow(randomUUID()), bulkRow(randomUUID())] as never[];
    proxy.next.push('lose-reply');
    const { jobId } = await partner.uploadBulk({ dryRun: true, file: { rows } });
    assert.deepEqual(statuses(), [null, 200]);
    const jobs = await partner.listBulkJobs();
    assert.deepEqual(
      jobs.jobs.map((job) => job.jobId),
      [jobId],
    );
    await partner.cancelBulkJob({ jobId });
    proxy.next.push('cut');
    const stream = new Blob([ndjson([bulkRow(randomUUID())])]).stream();
    const problem = await problemOf(partner.uploadBulk({ dryRun: true, file: { ndjson: stream } }));
    assert.equal(problem.attempts, 1);
  });

  it('a test event is not sent again when nobody knows whether it went out', async () => {
    proxy.next.push('lose-reply');
    assert.equal((await problemOf(partner.testEndpoint({ endpointId: 'ep_none' }))).attempts, 1);
  });

  it('a token that is refused although it was kept is made anew, once', async () => {
    let spoil = 0;
    const spoiling: typeof fetch = (url, init) => {
      spoil -= 1;
      const headers = {
        ...(init!.headers as Record<string, string>),
        ...(spoil >= 0 ? { authorization: 'Bearer x.y.z' } : {}),
      };
      return fetch(url, { ...init, headers });
    };
    const client = open('partner', { fetch: spoiling });
    await client.listEndpoints();
    attempts = [];
    spoil = 1;
    await client.listEndpoints();
    assert.deepEqual(statuses(), [401, 200]);
    spoil = 5;
    const problem = await problemOf(client.listEndpoints());
    assert.ok(problem instanceof CallRefused && problem.refusal === 'TOKEN_REFUSED');
    assert.equal(problem.attempts, 2);
  });

  it('nobody there: told with the reason, and nothing is unknown', async () => {
    const client = open('partner', { baseUrl: `http://127.0.0.1:${await findPort()}`, attempts: 2 });
    const problem = await problemOf(client.issuePass(pass()));
    assert.ok(problem instanceof CallUnanswered && !problem.outcomeUnknown);
    assert.match(problem.message, /ECONNREFUSED/);
  });
});
