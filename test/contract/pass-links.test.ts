/** The links of passes: one at a time, not to be guessed, not to be read from the database, dead when revoked. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { hashOfToken, tokenOf } from '../../src/operations/link-tokens.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { dataOf, openClient, type Reply, refusedOf, type TestClient } from '../harness/client.ts';
import { eachDatabase, withPostgres } from '../harness/databases.ts';
import { embeddedProduct } from '../harness/embedded-product.ts';
import { plainRequest } from '../harness/forged-tokens.ts';
import { freshDatabase } from '../harness/postgres-server.ts';
import { openProduct, type ProductHere } from '../harness/product.ts';
import { addClient, addProgram, holdClock, readRows, useFleet, useScene } from '../harness/scene.ts';
import { addOtherProgramme, type Clients } from '../harness/two-programmes.ts';

const linkPath = '/v2/orders/ePasses/link';
const revokePath = '/v2/orders/ePasses/link/revoke';

const linkOf = async (client: TestClient, ePassId: string) => dataOf(await client.post(linkPath, { ePassId }));
const pageAt = (client: TestClient, token: string): Promise<Reply> => client.get(`/v2/passPages/${token}`);

await eachDatabase('links to pass pages', (open) => {
  const clock = holdClock();
  const scene = useScene(open, clock);
  let traveller: TestClient;
  before(async () => {
    traveller = await openClient(scene.product.baseUrl, null);
  });

  test('the link is the same as long as it stands, whoever of the programme asks', async () => {
    const { ePassId } = await scene.partner.issue(2);
    const first = await linkOf(scene.partner, ePassId);
    assert.match(first.token, /^[\w-]{32}$/);
    assert.equal(first.url, `${scene.product.world.publicUrl}/p/${first.token}`);
    assert.equal(first.createdAt, `${new Date(clock.at).toISOString().slice(0, 19)}+00:00`);
    clock.at += 60_000;
    assert.deepEqual(await linkOf(scene.operator, ePassId), first);
    assert.deepEqual(await linkOf(scene.partner, ePassId), first);
    assert.equal(dataOf(await pageAt(traveller, first.token)).ePassId, ePassId);
  });

  test('twenty requests at once make one link', async () => {
    const { ePassId } = await scene.partner.issue(1);
    const links = await Promise.all(Array.from({ length: 20 }, () => linkOf(scene.partner, ePassId)));
    assert.equal(new Set(links.map(({ token }) => token)).size, 1);
    const rows = await readRows(scene.database, 'select 1 from pass_links where pass_id = $1', [ePassId]);
    assert.equal(rows.length, 1);
  });

  test('every pass has a link of its own', async () => {
    const tokens = new Set<string>();
    for (let index = 0; index < 20; index += 1) {
      const { ePassId } = await scene.partner.issue(1);
      tokens.add((await linkOf(scene.partner, ePassId)).token);
    }
    assert.equal(tokens.size, 20);
  });

  test('a revoked link is dead at once, and the next one is another', async () => {
    const { ePassId } = await scene.partner.issue(1);
    const old = await linkOf(scene.partner, ePassId);
    const revoked = dataOf(await scene.operator.post(revokePath, { ePassId }));
    assert.deepEqual(revoked, { ePassId, revokedDate: `${new Date(clock.at).toISOString().slice(0, 19)}+00:00` });
    refusedOf(await pageAt(traveller, old.token), 'PASS_PAGE_UNKNOWN');
    refusedOf(await scene.partner.post(revokePath, { ePassId }), 'PASS_LINK_UNKNOWN');
    const next = await linkOf(scene.partner, ePassId);
    assert.notEqual(next.token, old.token);
    assert.equal(dataOf(await pageAt(traveller, next.token)).ePassId, ePassId);
    refusedOf(await pageAt(traveller, old.token), 'PASS_PAGE_UNKNOWN');
  });

  test('a revocation repeated under its key gets its first answer, and does not touch the next link', async () => {
    const { ePassId } = await scene.partner.issue(1);
    await linkOf(scene.partner, ePassId);
    const headers = { 'idempotency-key': randomUUID() };
    const first = await scene.partner.post(revokePath, { ePassId }, headers);
    dataOf(first);
    const next = await linkOf(scene.partner, ePassId);
    const again = await scene.partner.post(revokePath, { ePassId }, headers);
    assert.deepEqual([again.text, again.headers.get('idempotent-replayed')], [first.text, 'true']);
    assert.equal(dataOf(await pageAt(traveller, next.token)).ePassId, ePassId);
  });

  test('a pass of another programme is unknown, and its link stays as it is', async () => {
    await addProgram(scene.product, { programId: 'LINKS', issuerPrefix: '1801', sandbox: true }, ['N00001']);
    const other = await addClient(scene.product, { scopes: ['issuer', 'operator'], programIds: ['LINKS'] });
    const { ePassId } = await scene.partner.issue(1);
    const link = await linkOf(scene.partner, ePassId);
    const unknown = `1788${'0'.repeat(12)}`;
    for (const path of [linkPath, revokePath]) {
      const replies = await Promise.all([ePassId, unknown].map((id) => other.post(path, { ePassId: id })));
      for (const reply of replies) refusedOf(reply, 'E_PASS_UNKNOWN');
      const [foreign, none] = replies.map(({ json }) => JSON.stringify({ ...json, requestId: '' }));
      assert.equal(foreign, none);
      refusedOf(await scene.venue.post(path, { ePassId }), 'SCOPE_MISSING');
    }
    assert.deepEqual(await linkOf(scene.partner, ePassId), link);
    assert.equal(dataOf(await pageAt(traveller, link.token)).ePassId, ePassId);
  });

  test('nothing in the database is a token, whatever key the requests came under', async () => {
    const { ePassId } = await scene.partner.issue(1);
    const headers = { 'idempotency-key': randomUUID(), 'x-request-id': randomUUID() };
    const { token } = dataOf(await scene.partner.post(linkPath, { ePassId }, headers));
    await pageAt(traveller, token);
    const tables = await readRows<{ name: string }>(
      scene.database,
      "select relname::text as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace",
    );
    assert.ok(tables.some(({ name }) => name === 'pass_links'));
    for (const { name } of tables) {
      const found = await readRows(scene.database, `select 1 from ${name} t where position($1 in t::text) > 0`, [
        token,
      ]);
      assert.equal(found.length, 0, `the token stands in ${name}`);
    }
    const [row] = await readRows<{ nonce: string; hash: string; program: string }>(
      scene.database,
      'select nonce, token_hash as hash, program_id as program from pass_links where pass_id = $1',
      [ePassId],
    );
    const name = { programId: row!.program, passId: ePassId, nonce: row!.nonce };
    assert.equal(row!.hash, hashOfToken(token), 'it is found by its hash');
    for (const secret of ['', row!.nonce, row!.hash, 'another secret of at least 32 characters']) {
      assert.notEqual(tokenOf(name, secret), token, 'what stands there makes no token without the secret');
    }
  });

  test('what is unknown, revoked or no token at all gets one answer', async () => {
    const { ePassId } = await scene.partner.issue(1);
    const { token } = await linkOf(scene.partner, ePassId);
    dataOf(await scene.partner.post(revokePath, { ePassId }));
    const wrong = [
      ...[token, randomBytes(24).toString('base64url'), token.toLowerCase(), `${token}A`, token.slice(1), ePassId],
      ...['x', '-', '_', '__proto__', "'--", '%00', '%F0%9F%98%80', '%27%20or%201=1--', 'x'.repeat(128)],
      ...[hashOfToken(token), encodeURIComponent('<script>alert(1)</script>'), '*', '%25', 'null'],
    ];
    const answers = new Set<string>();
    for (const text of wrong) {
      const reply = await pageAt(traveller, text);
      refusedOf(reply, 'PASS_PAGE_UNKNOWN');
      const headers = [...reply.headers].filter(([name]) => name !== 'x-request-id' && name !== 'date');
      answers.add(JSON.stringify([reply.status, headers, { ...reply.json, requestId: '' }]));
    }
    assert.equal(answers.size, 1, [...answers].join('\n'));
  });

  test('nobody keeps a page, indexes it or learns where its reader came from', async () => {
    const { ePassId } = await scene.partner.issue(1);
    const { token } = await linkOf(scene.partner, ePassId);
    for (const reply of [await pageAt(traveller, token), await pageAt(traveller, 'nothing')]) {
      assert.equal(reply.headers.get('cache-control'), 'no-store');
      assert.equal(reply.headers.get('referrer-policy'), 'no-referrer');
      assert.equal(reply.headers.get('x-robots-tag'), 'noindex, nofollow');
      assert.equal(reply.headers.get('x-content-type-options'), 'nosniff');
      assert.equal(reply.headers.get('access-control-allow-origin'), null);
    }
  });
});

await withPostgres('links, two processes on one database', (adminUrl) => {
  const fleet = useFleet(adminUrl, 2);

  test('both give the same link, and a link revoked at one is dead at the other, twenty times', async () => {
    const [here, there] = fleet.partners as [TestClient, TestClient];
    const { ePassId } = await here.issue(1);
    for (let round = 0; round < 20; round += 1) {
      const [first, second] = await Promise.all([linkOf(here, ePassId), linkOf(there, ePassId)]);
      assert.equal(first.token, second.token);
      assert.equal(dataOf(await pageAt(there, first.token)).ePassId, ePassId);
      dataOf(await here.post(revokePath, { ePassId }));
      refusedOf(await pageAt(there, first.token), 'PASS_PAGE_UNKNOWN');
    }
  });
});

await withPostgres('links under another secret', (adminUrl) => {
  let here: ProductHere;
  let there: ProductHere;
  before(async () => {
    const url = await freshDatabase(adminUrl);
    here = await openProduct(await openPostgres({ url }));
    const linkSecret = 'the secret after the first one was lost';
    there = await openProduct(await openPostgres({ url }), { credentials: here.credentials, linkSecret });
  });
  after(async () => {
    for (const product of [there, here]) {
      await product?.close();
      await product?.world.database.close();
    }
  });

  test('old links live on, a new one is made beside them, and one revocation ends all', async () => {
    const before = await openClient(here.baseUrl, here.credentials.partner);
    const now = await openClient(there.baseUrl, there.credentials.partner);
    const { ePassId } = await before.issue(1);
    const old = await linkOf(before, ePassId);
    const made = await linkOf(now, ePassId);
    assert.notEqual(made.token, old.token);
    assert.deepEqual(await linkOf(now, ePassId), made);
    for (const token of [old.token, made.token]) assert.equal(dataOf(await pageAt(now, token)).ePassId, ePassId);
    dataOf(await now.post(revokePath, { ePassId }));
    for (const token of [old.token, made.token]) refusedOf(await pageAt(before, token), 'PASS_PAGE_UNKNOWN');
  });
});

describe('guessing links (ATK-49)', () => {
  let clients: Clients;
  const product = embeddedProduct(async (here) => {
    clients = await addOtherProgramme(here);
  });
  const look = (token: string, from: string, headers: Record<string, string> = {}) =>
    plainRequest(`${product().baseUrl}/v2/passPages/${token}`, { from, headers });

  test('an address has 60 wrong guesses a minute; then even a right one waits, and other addresses do not', async () => {
    const { ePassId } = await clients.partnerB.issue(1);
    const { token } = await linkOf(clients.partnerB, ePassId);
    for (let guess = 0; guess < 60; guess += 1) {
      const headers = { 'x-forwarded-for': `10.0.0.${guess}`, forwarded: `for=10.0.0.${guess}` };
      const wrong = guess % 2 === 0 ? randomBytes(24).toString('base64url') : ePassId;
      assert.equal((await look(wrong, '127.0.0.9', headers)).status, 404);
      if (guess % 10 === 0) assert.equal((await look(token, '127.0.0.9')).status, 200, 'right ones are not counted');
    }
    const stopped = await look(randomBytes(24).toString('base64url'), '127.0.0.9', { 'x-forwarded-for': '10.1.1.1' });
    assert.equal(stopped.status, 429);
    assert.equal(JSON.parse(stopped.text).error, 'RATE_LIMITED');
    const wait = Number(stopped.headers['retry-after']);
    assert.ok(wait >= 1 && wait <= 60, `${wait}`);
    assert.equal((await look(token, '127.0.0.9')).status, 429);
    assert.equal((await look(token, '127.0.0.10')).status, 200, 'another address');
  });

  test('one link is looked at 120 times a minute at most, and others are not held up', async () => {
    const [busy, quiet] = await Promise.all(
      ['DEMO', 'DEMO'].map(async () => linkOf(clients.partnerA, (await clients.partnerA.issue(1)).ePassId)),
    );
    const statuses: number[] = [];
    for (let view = 0; view < 121; view += 1) statuses.push((await look(busy.token, '127.0.0.11')).status);
    assert.deepEqual([...new Set(statuses.slice(0, 120))], [200]);
    assert.equal(statuses[120], 429);
    assert.equal((await look(quiet.token, '127.0.0.11')).status, 200);
  });
});
