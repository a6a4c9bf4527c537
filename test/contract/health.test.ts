/** What /readyz and /metrics tell of a schema that is not this program's, of a directory that is old, and of requests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { openClient } from '../harness/client.ts';
import { eachDatabase, withPostgres } from '../harness/databases.ts';
import { changeRows, useFleet, useScene } from '../harness/scene.ts';

interface Readiness {
  readonly status: number;
  readonly headers: Headers;
  /** By the check's name; what holds is left out. */
  readonly broken: Readonly<Record<string, string>>;
  readonly names: readonly string[];
}

async function readinessOf(baseUrl: string): Promise<Readiness> {
  const reply = await fetch(`${baseUrl}/readyz`);
  const { checks } = (await reply.json()) as { checks: { name: string; ok: boolean; detail: string }[] };
  const broken = checks.filter(({ ok }) => !ok).map(({ name, detail }) => [name, detail]);
  return {
    status: reply.status,
    headers: reply.headers,
    broken: Object.fromEntries(broken),
    names: checks.map(({ name }) => name),
  };
}

/** The checks of which /metrics says that they do not hold. */
async function gaugesAtZero(baseUrl: string): Promise<string[]> {
  const text = await (await fetch(`${baseUrl}/metrics`)).text();
  const gauges = [...text.matchAll(/^passdesk_ready\{check="(\w+)"\} ([01])$/gm)];
  assert.equal(gauges.length, 8, text);
  return gauges.filter(([, , value]) => value === '0').map(([, check]) => check!);
}

await eachDatabase('health', (open, kind) => {
  const scene = useScene(open);

  test('ready: every check by name, and that fsync was seen to work', async () => {
    const { status, broken, names, headers } = await readinessOf(scene.product.baseUrl);
    assert.deepEqual([status, broken], [200, {}]);
    assert.deepEqual(names, ['process', 'database', 'durability', 'storage', 'clock', 'schema', 'directory', 'queue']);
    assert.equal(headers.get('cache-control'), 'no-store');
    const { checks } = (await (await fetch(`${scene.product.baseUrl}/readyz`)).json()) as {
      checks: { name: string; detail: string }[];
    };
    const durability = checks.find(({ name }) => name === 'durability')!.detail;
    assert.match(durability, kind === 'embedded' ? /fsync/ : /survives a crash and a power cut/);
  });

  test('a schema that lacks a migration, or has one of a newer program or another text, is not ready', async () => {
    const { product } = scene;
    const rows = [
      [`update migrations set checksum = 'x' where number = 2`, /0002_\w+\.sql was changed after it was applied/],
      [
        `insert into migrations values (999, '0999_later.sql', 'x', now())`,
        /newer than this program \(it has 0999_later\.sql\); start the newer version/,
      ],
      ['delete from migrations where number = (select max(number) from migrations)', /^pending: \d{4}_\w+\.sql$/],
    ] as const;
    await changeRows(product, 'create table kept as select * from migrations', []);
    for (const [sql, detail] of rows) {
      await changeRows(product, sql, []);
      const { status, broken, headers } = await readinessOf(product.baseUrl);
      assert.equal(status, 503, sql);
      assert.deepEqual(Object.keys(broken), ['schema'], sql);
      assert.match(broken.schema!, detail);
      assert.deepEqual(await gaugesAtZero(product.baseUrl), ['schema'], sql);
      assert.equal(headers.get('retry-after'), '1');
      await changeRows(product, 'delete from migrations', []);
      await changeRows(product, 'insert into migrations select * from kept', []);
      assert.equal((await readinessOf(product.baseUrl)).status, 200);
    }
    await changeRows(product, 'drop table kept', []);
  });

  test('metrics count answers by operation and refusals by name, and hold no id and no name', async () => {
    const { baseUrl } = scene.product;
    const { ePassId, orderId } = await scene.partner.issue(1, { firstName: 'Canaria', lastName: 'Vogel' });
    assert.equal((await scene.venue.redeem(ePassId)).status, 200);
    assert.equal((await scene.venue.redeem(ePassId)).status, 409);
    const nobody = await openClient(baseUrl, null);
    assert.equal((await nobody.post('/v2/orders/ePasses/search', { ePassId })).status, 401);
    const reply = await fetch(`${baseUrl}/metrics`);
    assert.match(reply.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    const lines = (await reply.text()).split('\n');
    const value = (name: string) => Number(lines.find((line) => line.startsWith(`${name} `))?.split(' ')[1]);
    assert.equal(value('passdesk_requests_total{operation="issuePass",status="200"}'), 1);
    assert.equal(value('passdesk_requests_total{operation="redeemPass",status="200"}'), 1);
    assert.equal(value('passdesk_requests_total{operation="redeemPass",status="409"}'), 1);
    assert.equal(value('passdesk_refusals_total{error="E_PASS_USAGES_EXCEEDED"}'), 1);
    assert.equal(value('passdesk_request_seconds_count{operation="redeemPass"}'), 2);
    assert.equal(value('passdesk_commit_queue'), 0);
    for (const name of ['push_waiting', 'push_parked', 'push_lag_seconds'])
      assert.equal(value(`passdesk_${name}`), 0, name);
    assert.ok(value('process_resident_memory_bytes') > 0);
    assert.deepEqual(await gaugesAtZero(baseUrl), []);
    const text = lines.join('\n');
    for (const secret of [ePassId, orderId, 'Canaria', 'Vogel', 'demo-partner', 'N00001', scene.partner.token]) {
      assert.ok(!text.includes(secret), secret);
    }
  });
});

await withPostgres('a directory that cannot be read anew', (adminUrl) => {
  const fleet = useFleet(adminUrl, 1);

  test('turns the process not ready within three seconds, and ready again by itself', async () => {
    const [product] = fleet.products;
    const { baseUrl, world } = product!;
    const [{ name } = { name: '' }] = await world.database.read<{ name: string }>(
      { name: 'test_database', text: 'select current_database() as name' },
      [],
    );
    const url = new URL(adminUrl);
    url.pathname = `/${name}`;
    const other = new pg.Client({ connectionString: url.href });
    await other.connect();
    try {
      await other.query('begin; lock table directory_version in access exclusive mode');
      await until(async () => (await readinessOf(baseUrl)).broken.directory !== undefined);
      const { status, broken } = await readinessOf(baseUrl);
      assert.equal(status, 503);
      assert.match(broken.directory!, /^clients and catalogue confirmed \d+ ms ago \(limit 2000\)$/);
    } finally {
      await other.query('rollback').catch(() => {});
      await other.end();
    }
    await until(async () => (await readinessOf(baseUrl)).status === 200);
  });

  async function until(holds: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + 30_000;
    while (!(await holds())) {
      assert.ok(Date.now() < end, 'it does not happen');
      await pause(100);
    }
  }
});
