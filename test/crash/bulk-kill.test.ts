/** A bulk job whose process is killed at random moments, beside the usual traffic: nothing doubled, nothing half there. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openEmbedded } from '../../src/store/embedded.ts';
import { bulkRow, type Job, ndjson, until, upload } from '../harness/bulk.ts';
import { dataOf, openClient, type TestClient } from '../harness/client.ts';
import { counted, longest } from '../harness/counts.ts';
import { withPostgres } from '../harness/databases.ts';
import { uncleanAnswers } from '../harness/history.ts';
import { type ReadRows, sqlViolations } from '../harness/invariants.ts';
import { type Launched, launch, withSession } from '../harness/launch.ts';
import { findPort } from '../harness/ports.ts';
import { preparedDatabase } from '../harness/templates.ts';
import { replayAll, startTraffic, targetOf, unanswered } from '../harness/traffic.ts';

interface Setting {
  readonly rows: number;
  readonly kills: number;
  readonly start: () => Launched;
  readonly inspect: <T>(work: (read: ReadRows) => Promise<T>) => Promise<T>;
}

/** Some rows repeat earlier ones, some contradict them; the rest are good. */
function fileOf(rows: number): string {
  const lines = Array.from({ length: rows }, (_, index) => bulkRow(`kill-${index}`, {}, `kill-user-${index}`));
  const repeated = lines.slice(0, 20);
  const contrary = lines.slice(20, 40).map((row) => ({ ...row, extra: { ...row.extra, availableUsages: 7 } }));
  return ndjson([...lines, ...repeated, ...contrary]);
}

/** Looks at a job while its process may be dead. */
async function lookAt(client: TestClient, jobId: string): Promise<Job | null> {
  try {
    const reply = await client.get(`/v2/bulk/${jobId}`);
    return reply.status === 200 ? reply.json.data : null;
  } catch {
    return null;
  }
}

async function survive(t: TestContext, { rows, kills, start, inspect }: Setting): Promise<void> {
  let current = start();
  await current.ready();
  const credentials = await current.credentials();
  const target = await targetOf(credentials, current.baseUrl);
  const partner = await openClient(current.baseUrl, credentials.partner);
  const file = fileOf(rows);
  const restart = async () => {
    await current.end('SIGKILL');
    current = start();
    await current.ready();
  };
  // In the middle of the upload: what has arrived stays behind, and nothing comes of it.
  const cut = upload(partner, file).catch(() => null);
  await pause(30 + Math.random() * 100);
  await restart();
  await cut;
  const traffic = startTraffic(target, 4);
  const { jobId } = dataOf(await upload(partner, file));
  let died = 0;
  for (; died < kills && (await lookAt(partner, jobId))?.state !== 'done'; died += 1) {
    await pause(20 + Math.random() * 400);
    await restart();
  }
  const job = await until(partner, jobId, 'done');
  await traffic.stop();
  assert.equal(job.rows, rows + 40);
  assert.deepEqual([job.issued + job.repeated, job.good], [rows + 20, 0]);
  assert.deepEqual([job.refused, job.problem], [20, null]);
  const again = await until(partner, dataOf(await upload(partner, file)).jobId, 'done');
  assert.deepEqual([again.issued, again.repeated, again.refused], [0, rows + 20, 20]);
  assert.equal(unanswered(traffic.history).length, 0);
  assert.deepEqual(uncleanAnswers(traffic.history.requests).slice(0, 5), []);
  assert.equal((await replayAll(target, traffic.history)).length, 0);
  assert.equal((await current.end()).code, 0, current.output());
  assert.deepEqual(await inspect(sqlViolations), []);
  const made = `select count(*)::int as made, count(distinct p.client_user_id)::int as users from bulk_references r
    join passes p using (program_id, pass_id) where r.reference like 'kill-%'`;
  assert.deepEqual({ ...(await inspect((read) => read(made)))[0] }, { made: rows, users: rows });
  t.diagnostic(`${died} kills while ${rows} rows were issued, ${traffic.history.acknowledged().length} other changes`);
}

describe('bulk job killed again and again [embedded]', () => {
  test('goes on where it was', { timeout: longest }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'passdesk-bulk-'));
    const port = await findPort();
    const inspect: Setting['inspect'] = async (work) => {
      const database = await openEmbedded({ folder });
      let statements = 0;
      try {
        return await work((text) => database.read({ name: `inspect-${++statements}`, text }, []));
      } finally {
        await database.close();
      }
    };
    await survive(t, {
      rows: counted(1_000, 10_000),
      kills: counted(2, 10),
      start: () => launch({ dataFolder: folder, port }),
      inspect,
    });
    rmSync(folder, { recursive: true, force: true });
  });
});

await withPostgres('bulk job killed again and again [postgresql]', (adminUrl) => {
  test('goes on where it was', { timeout: longest }, async (t) => {
    const databaseUrl = await preparedDatabase(adminUrl);
    const folder = mkdtempSync(join(tmpdir(), 'passdesk-bulk-'));
    const port = await findPort();
    const start = () => launch({ dataFolder: folder, port, databaseUrl });
    await survive(t, {
      rows: counted(6_000, 40_000),
      kills: counted(3, 20),
      start,
      inspect: (work) => withSession(databaseUrl, work),
    });
    rmSync(folder, { recursive: true, force: true });
  });
});
