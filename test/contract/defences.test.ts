/** What holds although nobody asks for it: rates, readiness, the database's own refusals, clocks and pictures. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openDirectory } from '../../src/operations/directory.ts';
import { readiness } from '../../src/operations/readiness.ts';
import type { World } from '../../src/operations/world.ts';
import { migrations } from '../../src/product.ts';
import { insertClient, revokeClient } from '../../src/store/clients.ts';
import type { Database } from '../../src/store/database.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { dataOf, openClient, refusedOf, type TestClient } from '../harness/client.ts';
import { eachDatabase, withPostgres } from '../harness/databases.ts';
import { embeddedProduct } from '../harness/embedded-product.ts';
import { openSession } from '../harness/launch.ts';
import { freshDatabase } from '../harness/postgres-server.ts';
import { openProduct, type ProductHere } from '../harness/product.ts';
import { changeRows, holdClock, readRows, useScene } from '../harness/scene.ts';

await eachDatabase('refusals that are found before anything is locked', (open) => {
  const scene = useScene(open);

  /** Each with another body of the same route that would be refused otherwise or accepted. */
  const cases: [
    string,
    (key: Record<string, string>, id: string) => Promise<Awaited<ReturnType<TestClient['get']>>>,
  ][] = [
    ['cancel', (key, id) => scene.partner.call('PATCH', '/v2/orders', { orderId: `DP${id}`, status: 3 }, key)],
    ['give back', (key, id) => scene.operator.post('/v2/redemptions/cancel', { orderId: `DP${id}`, reason: 'x' }, key)],
    ['redeem', (key, id) => redeemAt(`99${id}`, key)],
  ];
  const redeemAt = (dpId: string, key: Record<string, string>) => {
    const body = { dpId, resourceId: 'N00001', adultCount: 1, childCount: 0 };
    return scene.venue.post('/v2/redemptions', body, key);
  };
  for (const [name, send] of cases) {
    test(`${name}: kept under the key, and another body under it is refused`, async () => {
      const key = { 'idempotency-key': randomUUID() };
      const first = await send(key, '00000000000001');
      assert.equal(first.status, 404, first.text);
      const again = await send(key, '00000000000001');
      assert.deepEqual([again.text, again.headers.get('idempotent-replayed')], [first.text, 'true']);
      refusedOf(await send(key, '00000000000002'), 'IDEMPOTENCY_KEY_REUSED');
    });
  }

  test('a request that changes nothing takes any X-Request-ID', async () => {
    const { ePassId } = await scene.partner.issue();
    const found = await scene.partner.post('/v2/orders/ePasses/search', { ePassId }, { 'x-request-id': 'mine-1' });
    dataOf(found);
    assert.match(found.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  });

  test('terms, history and cancellation are final for the database too (INV-06, INV-08, INV-11)', async () => {
    const { ePassId, orderId } = await scene.partner.issue(2);
    dataOf(await scene.partner.call('PATCH', '/v2/orders', { orderId, status: 3 }));
    const terms = [
      'granted = granted + 1',
      `expiration_at = '2098-01-01'`,
      'cancelled_at = null',
      `first_name = 'Eve'`,
    ];
    terms.push(`last_name = 'Eve'`, `created_at = created_at - interval '1 day'`, `pass_id = '9999999999999999'`);
    for (const term of terms) {
      const text = `update passes set ${term} where pass_id = $1`;
      await assert.rejects(changeRows(scene.product, text, [ePassId]), { code: '23000', message: /final/ }, text);
    }
    const rename = `update holders set last_key = 'eve' where client_user_id = (select client_user_id from passes
      where pass_id = $1)`;
    await assert.rejects(changeRows(scene.product, rename, [ePassId]), { code: '23000', message: /final/ });
    for (const table of ['entries', 'audit_log', 'settlement_rates']) {
      for (const text of [`update ${table} set number = 0`, `delete from ${table}`, `truncate ${table}`]) {
        await assert.rejects(changeRows(scene.product, text, []), { code: '42501', message: /append-only/ }, text);
      }
    }
    const [row] = await readRows<{ granted: number }>(scene.database, 'select granted from passes where pass_id = $1', [
      ePassId,
    ]);
    assert.equal(row?.granted, 2);
  });
});

describe('rates of a client', () => {
  let slow: TestClient;
  const product = embeddedProduct(async ({ baseUrl, world }) => {
    const client = {
      clientId: 'slow',
      name: 'slow',
      issuer: 'slow',
      scopes: ['issuer'] as const,
      secret: 's'.repeat(43),
    };
    await world.database.transaction((open) => insertClient(open, { ...client, ratePerMinute: 5 }, ['DEMO'], [], 0));
    await world.directory.refresh();
    slow = await openClient(baseUrl, client);
  });

  test('so many requests a minute; the headers tell, and the next one is told when to come', async () => {
    for (let left = 4; left >= 0; left -= 1) {
      const { status, headers } = await slow.get('/v2/resources');
      assert.equal(status, 200);
      assert.equal(headers.get('ratelimit-policy'), '"default";q=5;w=60');
      assert.match(headers.get('ratelimit') ?? '', new RegExp(`^"default";r=${left};t=[1-9][0-9]?$`));
    }
    const refused = await slow.get('/v2/resources');
    refusedOf(refused, 'RATE_LIMITED');
    const wait = Number(refused.headers.get('retry-after'));
    assert.ok(wait >= 1 && wait <= 60);
    const counted = await (await fetch(`${product().baseUrl}/metrics`)).text();
    assert.match(counted, /passdesk_refusals_total\{error="RATE_LIMITED"\} 1/);
  });

  test('wrong secrets of one client keep no other from its token', async () => {
    const { baseUrl, credentials } = product();
    const nobody = await openClient(baseUrl, null);
    const ask = (clientId: string, secret: string) => nobody.post('/v2/auth/token', { clientId, secret });
    for (let wrong = 0; wrong < 60; wrong += 1) refusedOf(await ask('slow', 'wrong'), 'CREDENTIALS_REFUSED');
    refusedOf(await ask('slow', 'wrong'), 'RATE_LIMITED');
    const { clientId, secret } = credentials.partner;
    assert.equal((await ask(clientId, secret)).status, 200);
  });

  test('many look-ups of one known pass at once are no guesses', async () => {
    const { baseUrl, world, credentials } = product();
    await world.database.transaction((open) =>
      open.run({ name: 'live', text: 'update programs set sandbox = false' }, []),
    );
    await world.directory.refresh();
    const partner = await openClient(baseUrl, credentials.partner);
    const { ePassId } = await partner.issue();
    const look = () => partner.post('/v2/orders/ePasses/search', { ePassId });
    const statuses = await Promise.all(Array.from({ length: 600 }, async () => (await look()).status));
    assert.deepEqual([...new Set(statuses)], [200]);
  });
});

describe('readiness', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'passdesk-ready-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function checksOf(product: ProductHere) {
    const reply = await fetch(`${product.baseUrl}/readyz`);
    const { checks } = (await reply.json()) as { checks: { name: string; ok: boolean; detail: string }[] };
    return { status: reply.status, find: (name: string) => checks.find((check) => check.name === name)! };
  }

  test('is false while no change can be written, or the clocks are apart (INV-39, FLT-20)', async () => {
    const writable = await openEmbedded({ folder });
    const product = await openProduct(writable);
    assert.equal((await checksOf(product)).status, 200);
    assert.equal((await fetch(`${product.baseUrl}/readyz`, { method: 'HEAD' })).status, 200);
    const health = async () => ({ ...(await writable.health()), clockDifference: -1_001 });
    const elsewhere = { ...product.world, database: { kind: 'embedded', health, read: writable.read.bind(writable) } };
    const checks = await readiness(elsewhere as unknown as World, migrations);
    assert.deepEqual(
      checks.filter(({ ok }) => !ok).map(({ name }) => name),
      ['clock'],
    );
    await product.close();
    await writable.close();
    const full = await openEmbedded({ folder, minimumFreeBytes: 2 ** 52 });
    const [check] = await readiness({ ...product.world, database: full }, migrations);
    assert.deepEqual([check?.name, check?.ok], ['database', false]);
    assert.match(check?.detail ?? '', /free/);
    await full.close();
    assert.equal(statSync(join(folder, 'postgres')).mode & 0o077, 0, 'others may not look into the database');
  });
});

await withPostgres('readiness and the clock on PostgreSQL', (adminUrl) => {
  const clock = holdClock();
  let url: string;
  let product: ProductHere;
  let database: Database;
  before(async () => {
    url = await freshDatabase(adminUrl);
    database = await openPostgres({ url });
    product = await openProduct(database, { clock });
  });
  after(async () => {
    await product?.close();
    await database?.close();
  });

  test('a use that waited for a lock across the expiry is refused (FLT-23)', async () => {
    const [partner, venue] = await Promise.all(
      [product.credentials.partner, product.credentials.venue].map((who) => openClient(product.baseUrl, who)),
    );
    const { ePassId } = await partner!.issue(1, { expirationDate: new Date(clock.at + 60_000).toISOString() });
    const session = await openSession(url);
    await session.query('begin');
    await session.query('select from passes where pass_id = $1 for update', [ePassId]);
    const use = venue!.redeem(ePassId);
    const watch = await openSession(url);
    const waits = `select count(*)::int as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    let looks = 0;
    for (let waiting = 0; waiting === 0; looks += 1) {
      assert.ok(looks < 2_000, 'nobody waits for the lock');
      waiting = (await watch.query(waits)).rows[0].waiting;
    }
    await watch.end();
    clock.at += 60_000;
    await session.query('commit');
    await session.end();
    refusedOf(await use, 'E_PASS_EXPIRED');
  });

  test('a slow read of the directory does not bring back what a later one saw revoked', async () => {
    let hold: Promise<void> | null = null;
    let release = () => {};
    const read: Database['read'] = async (statement, parameters) => {
      const rows = await database.read(statement, parameters);
      if (statement.name.includes('endpoints') && hold !== null) await hold;
      return rows as never;
    };
    const slow = { ...database, lanes: database.lanes, read } as unknown as Database;
    const directory = await openDirectory(slow, () => {});
    directory.close();
    const change = (text: string) => database.transaction((open) => open.run({ name: `dir_${text.length}`, text }, []));
    await change(`update clients set name = 'another name' where client_id = 'demo-partner'`);
    hold = new Promise((done) => {
      release = done;
    });
    const late = directory.refresh();
    await new Promise((done) => setTimeout(done, 200));
    hold = null;
    await database.transaction((open) => revokeClient(open, 'demo-partner', clock.at));
    await directory.refresh();
    assert.equal(directory.current().clientsById.has('demo-partner'), false);
    release();
    await late;
    assert.equal(directory.current().clientsById.has('demo-partner'), false, 'the revoked client is back');
  });

  test('a server that takes no changes is not ready', async () => {
    const session = await openSession(url);
    const name = new URL(url).pathname.slice(1);
    await session.query(`alter database ${name} set default_transaction_read_only = on`);
    await session.end();
    const readOnly = await openPostgres({ url });
    assert.match((await readOnly.health()).problem ?? '', /read_only/);
    await readOnly.close();
  });
});
