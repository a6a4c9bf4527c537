/** FLT-02, INV-03: the process dies before COMMIT, and between COMMIT and answer, of each verb; the same request is sent again. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { type CommitProxy, startCommitProxy } from '../harness/commit-proxy.ts';
import { withPostgres } from '../harness/databases.ts';
import { checkInvariants, dataIn, History, type RequestSpec } from '../harness/history.ts';
import { type Launched, launch, openSession } from '../harness/launch.ts';
import { findPort } from '../harness/ports.ts';
import { preparedDatabase } from '../harness/templates.ts';
import {
  ask,
  cancelSpec,
  giveBackSpec,
  issueSpec,
  redeemSpec,
  sendOnce,
  type Target,
  targetOf,
} from '../harness/traffic.ts';

const folder = mkdtempSync(join(tmpdir(), 'passdesk-points-'));
const history = new History();
let proxy: CommitProxy;
let session: pg.Client;
let product: Launched;
let target: Target;
let start: () => Launched;

await withPostgres('killed at a named point', (adminUrl) => {
  before(async () => {
    const url = await preparedDatabase(adminUrl);
    const port = await findPort();
    [proxy, session] = await Promise.all([startCommitProxy(url), openSession(url)]);
    start = () => launch({ dataFolder: folder, port, databaseUrl: proxy.url });
    product = start();
    await product.ready();
    target = await targetOf(await product.credentials(), product.baseUrl);
  });
  after(async () => {
    await product.end();
    await Promise.all([proxy.close(), session.end()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const issued = async () => {
    const { orderId, extra } = dataIn(await ask(target, history, issueSpec(3)));
    return { orderId: orderId as string, passId: extra.ePassId as string };
  };
  const used = async () => dataIn(await ask(target, history, redeemSpec((await issued()).passId))).orderId as string;

  const verbs: Record<string, () => Promise<RequestSpec>> = {
    'an issue': async () => issueSpec(3),
    'a use': async () => redeemSpec((await issued()).passId, { scanId: randomUUID() }),
    'a give-back': async () => giveBackSpec(await used()),
    'a cancellation': async () => cancelSpec((await issued()).orderId),
  };

  for (const [verb, make] of Object.entries(verbs)) {
    test(`${verb}, before COMMIT: nothing is there, and it is done when it is sent again`, {
      timeout: 120_000,
    }, async () => {
      await die('before', await make());
    });
    test(`${verb}, between COMMIT and answer: it is there once, and so is its first answer`, {
      timeout: 120_000,
    }, async () => {
      await die('after', await make());
    });
  }

  test('afterwards every invariant holds', async () => {
    const read = async (sql: string) => (await session.query<Record<string, unknown>>(sql)).rows;
    assert.deepEqual(await checkInvariants(read, history), []);
  });
});

const linesWritten = async () => Number((await session.query('select count(*) from entries')).rows[0].count);

/** Whether a transaction of the group commit waits for its next statement; others commit, too. */
async function isOpen(): Promise<boolean> {
  const { rows } = await session.query(`select from pg_stat_activity
    where application_name = 'passdesk' and datname = current_database() and state = 'idle in transaction'
      and query !~ '(traffic|refusals)'`);
  return rows.length > 0;
}

/** Sends a request, kills the process at the point, starts another and sends the same request to that. */
async function die(point: 'before' | 'after', spec: RequestSpec): Promise<void> {
  const lines = await linesWritten();
  proxy.hold = point;
  const request = history.begin(spec);
  const first = sendOnce(target, request);
  const isThere = point === 'after' ? async () => (await linesWritten()) > lines : isOpen;
  while (proxy.held === 0 || !(await isThere())) await pause(2);
  await product.end('SIGKILL');
  assert.equal(await first, null, 'it was answered');
  assert.equal((await linesWritten()) - lines, point === 'after' ? 1 : 0);
  proxy.hold = null;
  product = start();
  await product.ready();
  const again = await sendOnce(target, request);
  assert.deepEqual([again?.status, again?.replayed], [200, point === 'after'], again?.text);
  const third = await sendOnce(target, request);
  assert.deepEqual([third?.text, third?.replayed], [again?.text, true]);
  assert.equal((await linesWritten()) - lines, 1);
}
