/** The links of passes: one at a time, not to be guessed, not to be read from the database, dead when revoked. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { hashOfToken, tokenOf } from '../../src/operations/link-tokens.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { dataOf, openClient, type Reply, refusedOf, type TestClient } from '../harness/client.ts';
import { eachDatabase, withPostgres } from '../harness/databases.ts';
import { openPerson } from '../harness/people.ts';
import { freshDatabase } from '../harness/postgres-server.ts';
import { openProduct, type ProductHere } from '../harness/product.ts';
import { addClient, addProgram, holdClock, readRows, useScene } from '../harness/scene.ts';

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

  test('four hundred passes have a link of their own each, wanted at once', async () => {
    const passes = await Promise.all(Array.from({ length: 400 }, () => scene.partner.issue(1)));
    // On a machine that is busy with other things no connection may be free for a second: nothing was changed then.
    const untilMade = async (ePassId: string) => {
      let reply = await scene.partner.post(linkPath, { ePassId });
      while (reply.json.error === 'UNAVAILABLE') reply = await scene.partner.post(linkPath, { ePassId });
      return dataOf(reply);
    };
    const links = await Promise.all(passes.map(({ ePassId }) => untilMade(ePassId)));
    assert.equal(new Set(links.map(({ token }) => token)).size, 400);
    for (const index of [0, 123, 399]) {
      const page = dataOf(await pageAt(traveller, links[index].token));
      assert.equal(page.ePassId, passes[index]!.ePassId);
    }
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

  test('what people do to links stands in the audit log, without the token; what systems do stands in the link', async () => {
    const person = await openPerson(scene.product, { role: 'operator' });
    const { ePassId } = await scene.partner.issue(1);
    const headers = { 'x-program-id': 'DEMO' };
    const { token } = dataOf(await person.post(linkPath, { ePassId }, headers));
    dataOf(await person.post(linkPath, { ePassId }, headers));
    dataOf(await person.post(revokePath, { ePassId }, headers));
    await linkOf(scene.partner, ePassId);
    const lines = await readRows<{ act: string; actor: string; text: string }>(
      scene.database,
      'select act, actor, l::text as text from audit_log l where subject = $1 order by number',
      [ePassId],
    );
    const actor = `account:${person.email}`;
    assert.deepEqual(
      lines.map((line) => [line.act, line.actor]),
      [
        ['link.make', actor],
        ['link.revoke', actor],
      ],
    );
    assert.ok(!JSON.stringify(lines).includes(token));
    const rows = await readRows<{ made: string; revoked: string | null }>(
      scene.database,
      'select created_by as made, revoked_by as revoked from pass_links where pass_id = $1 order by revoked_at nulls last',
      [ePassId],
    );
    assert.deepEqual(rows, [
      { made: actor, revoked: actor },
      { made: scene.product.credentials.partner.clientId, revoked: null },
    ]);
    const auditor = await openPerson(scene.product, { role: 'auditor' });
    for (const path of [linkPath, revokePath])
      refusedOf(await auditor.post(path, { ePassId }, headers), 'SCOPE_MISSING');
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

await withPostgres('links, three processes on one database, one of them under another secret', (adminUrl) => {
  const products: ProductHere[] = [];
  const partners: TestClient[] = [];
  before(async () => {
    const url = await freshDatabase(adminUrl);
    for (const linkSecret of [
      'the secret of the first two processes',
      'the secret of the first two processes',
      'another',
    ]) {
      const first = products[0];
      const more = first === undefined ? {} : { credentials: first.credentials };
      const product = await openProduct(await openPostgres({ url }), { linkSecret, ...more });
      products.push(product);
      partners.push(await openClient(product.baseUrl, product.credentials.partner));
    }
  });
  after(async () => {
    for (const product of products) {
      await product.close();
      await product.world.database.close();
    }
  });

  test('the first two give the same link, and one revoked at either is dead at both, twenty times', async () => {
    const [here, there] = partners as [TestClient, TestClient, TestClient];
    const { ePassId } = await here.issue(1);
    for (let round = 0; round < 20; round += 1) {
      const [first, second] = await Promise.all([linkOf(here, ePassId), linkOf(there, ePassId)]);
      assert.equal(first.token, second.token);
      assert.equal(dataOf(await pageAt(there, first.token)).ePassId, ePassId);
      dataOf(await here.post(revokePath, { ePassId }));
      refusedOf(await pageAt(there, first.token), 'PASS_PAGE_UNKNOWN');
    }
  });

  test('under another secret old links live on, a new one is made beside them, and one revocation ends all', async () => {
    const [before, , now] = partners as [TestClient, TestClient, TestClient];
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
