/** Clients, their secrets and keys, and what they asked for, as people manage them. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { forgetOldSecrets, forgetOldTraffic } from '../../src/operations/upkeep.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import {
  clientWith,
  dataOf,
  openClient,
  type Reply,
  refusedOf,
  signToken,
  type TestClient,
} from '../harness/client.ts';
import { eachDatabase, withPostgres } from '../harness/databases.ts';
import { claimsOf, showToken, signedByHmac, signedByRsa } from '../harness/forged-tokens.ts';
import { openPerson, type PersonClient } from '../harness/people.ts';
import { openProduct, type ProductHere } from '../harness/product.ts';
import { addProgram, changeRows, type HeldClock, holdClock, readRows, useScene } from '../harness/scene.ts';
import { preparedDatabase } from '../harness/templates.ts';

const hour = 3_600_000;
const pairs = [1, 2, 3].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }));
const pem = (index: number) => pairs[index]!.publicKey.export({ type: 'spki', format: 'pem' }) as string;
const bySecret = (issuer: string, secret: string) => signedByHmac({ alg: 'HS256' }, claimsOf(issuer), secret);
const byKey = (issuer: string, kid: string, index: number) =>
  signedByRsa({ alg: 'RS256', kid }, claimsOf(issuer), pairs[index]!.privateKey);
const wish = <T extends object>(more: T = {} as T) => ({
  name: 'Partner',
  scopes: ['issuer'],
  programIds: ['DEMO'],
  ...more,
});

await eachDatabase('clients', (open) => {
  const scene = useScene(open);
  let admin: PersonClient;
  let operator: PersonClient;
  before(async () => {
    await addProgram(scene.product, { programId: 'OTHER', issuerPrefix: '4444', sandbox: true }, ['N00001']);
    admin = await openPerson(scene.product, { role: 'administrator' });
    operator = await openPerson(scene.product, { role: 'operator', programIds: ['DEMO'] });
  });
  const create = async (more: object = {}) => dataOf(await admin.post('/v2/clients', wish(more)));
  const patch = (clientId: string, body: object) => admin.call('PATCH', `/v2/clients/${clientId}`, body);
  const statusOf = async (token: string) => (await showToken(scene.product.baseUrl, token)).status;
  const actsOf = async (subject: string) =>
    readRows<{ act: string; details: string }>(
      scene.database,
      'select act, details from audit_log where subject = $1 order by number',
      [subject],
    );

  describe('a client', () => {
    test('is created with a secret that is told once and works at once', async () => {
      const headers = { 'x-request-id': randomUUID() };
      const body = wish({ clientId: 'airline', issuer: 'https://airline.example', ratePerMinute: 50 });
      const first = await admin.post('/v2/clients', body, headers);
      const { client, secret } = dataOf(first);
      assert.match(secret, /^[A-Za-z0-9_-]{43}$/);
      const { createdDate, secretCreatedDate, ...told } = client;
      const nothing = { resourceIds: [], revokedDate: null, oldSecretUntil: null, keys: [] };
      assert.deepEqual(told, { ...body, ...nothing });
      assert.equal(createdDate, secretCreatedDate);
      const again = await admin.post('/v2/clients', body, headers);
      assert.deepEqual([again.text, again.headers.get('idempotent-replayed')], [first.text, 'true']);
      assert.equal(await statusOf(bySecret('https://airline.example', secret)), 200);
      assert.deepEqual(dataOf(await admin.get('/v2/clients/airline')), client);
      const partner = await openClient(scene.product.baseUrl, { issuer: body.issuer, secret });
      assert.equal((await partner.issue()).reply.status, 200);
      const fetched = await partner.post('/v2/auth/token', { clientId: 'airline', secret });
      assert.equal(await statusOf(dataOf(fetched).token), 200);
      const [act, ...more] = await actsOf('airline');
      assert.deepEqual([act!.act, more], ['client.create', []]);
      const lists = await admin.get('/v2/clients?pageSize=100');
      for (const text of [JSON.stringify(act), lists.text, JSON.stringify(scene.product.logged)]) {
        assert.ok(!text.includes(secret), 'a secret is told once and written nowhere else');
      }
    });

    test('draws an id of its own; ids and issuers are never used again', async () => {
      const { client } = await create();
      assert.match(client.clientId, /^cl_[0-9a-f]{32}$/);
      assert.deepEqual([client.issuer, client.ratePerMinute], [client.clientId, 6_000]);
      const taken = async (more: object) =>
        refusedOf(await admin.post('/v2/clients', wish(more)), 'CLIENT_EXISTS').fields;
      assert.deepEqual(await taken({ clientId: 'airline' }), ['clientId']);
      assert.deepEqual(await taken({ issuer: 'https://airline.example' }), ['issuer']);
      dataOf(await admin.post(`/v2/clients/${client.clientId}/revoke`));
      assert.deepEqual(await taken({ clientId: client.clientId }), ['clientId']);
      assert.deepEqual(await taken({ issuer: client.issuer }), ['issuer']);
    });

    test('is refused what it cannot have, by field', async () => {
      const cases: [object, string[]][] = [
        [{ programIds: ['DEMO', 'NOWHERE'] }, ['programIds.1']],
        [{ programIds: [] }, ['programIds']],
        [{ scopes: ['administrator'] }, ['scopes.0']],
        [{ scopes: ['issuer', 'issuer'] }, ['scopes']],
        [{ scopes: ['venue'] }, ['resourceIds']],
        [{ resourceIds: ['N00001'] }, ['resourceIds']],
        [{ scopes: ['venue'], resourceIds: ['N00001', 'N99999'] }, ['resourceIds.1']],
        [{ scopes: ['venue'], resourceIds: ['N00002'], programIds: ['OTHER'] }, ['resourceIds.0']],
        [{ clientId: 'account:eve@example.com' }, ['clientId']],
        [{ ratePerMinute: 0 }, ['ratePerMinute']],
        [{ name: '\u202e' }, ['name']],
        [{ secret: 'x'.repeat(43) }, ['secret']],
      ];
      for (const [wrong, fields] of cases) {
        const reply = await admin.post('/v2/clients', wish(wrong));
        assert.deepEqual(refusedOf(reply, 'REQUEST_INVALID').fields, fields, JSON.stringify(wrong));
      }
    });

    test('is changed, and the change is in force', async () => {
      const { client, secret } = await create({ scopes: ['venue'], resourceIds: ['N00001', 'N00002'] });
      const { clientId } = client;
      const door = await openClient(scene.product.baseUrl, { issuer: clientId, secret });
      const { ePassId } = await scene.partner.issue(9);
      dataOf(await door.redeem(ePassId, { resourceId: 'N00002' }));
      const changed = dataOf(await patch(clientId, { name: 'Door', resourceIds: ['N00001'], ratePerMinute: 77 }));
      assert.deepEqual([changed.name, changed.resourceIds, changed.ratePerMinute], ['Door', ['N00001'], 77]);
      const refused = await door.redeem(ePassId, { resourceId: 'N00002' });
      refusedOf(refused, 'RESOURCE_NOT_YOURS');
      assert.match(refused.headers.get('ratelimit-policy') ?? '', /q=77;/);
      const both = dataOf(await patch(clientId, { programIds: ['DEMO', 'OTHER'] }));
      assert.deepEqual(both.programIds, ['DEMO', 'OTHER']);
      refusedOf(await door.get('/v2/resources'), 'PROGRAM_REQUIRED');
      const one = dataOf(await patch(clientId, { programIds: ['OTHER'], scopes: ['venue', 'issuer'] }));
      assert.deepEqual([one.programIds, one.scopes], [['OTHER'], ['venue', 'issuer']]);
      dataOf(await patch(clientId, { scopes: ['issuer'], resourceIds: [] }));
      assert.equal((await door.issue()).ePassId.slice(0, 4), '4444');
      for (const wrong of [{}, { clientId: 'x' }, { scopes: ['venue'] }, { resourceIds: ['N00001'] }]) {
        refusedOf(await patch(clientId, wrong), 'REQUEST_INVALID');
      }
      const { details } = (await actsOf(clientId)).at(-1)!;
      assert.deepEqual(JSON.parse(details), {
        before: { scopes: ['venue', 'issuer'], resourceIds: ['N00001'] },
        after: { scopes: ['issuer'], resourceIds: [] },
      });
    });

    test('keeps a door that was withdrawn since, and is renamed all the same', async () => {
      const { client } = await create({ scopes: ['venue'], resourceIds: ['N00002', 'N00012'] });
      dataOf(await operator.post('/v2/resources/N00002/withdraw'));
      dataOf(await patch(client.clientId, { name: 'Renamed' }));
      assert.deepEqual(dataOf(await patch(client.clientId, { resourceIds: ['N00002'] })).resourceIds, ['N00002']);
      const other = await create({ scopes: ['venue'], resourceIds: ['N00012'] });
      refusedOf(await patch(other.client.clientId, { resourceIds: ['N00002'] }), 'REQUEST_INVALID');
      dataOf(await operator.post('/v2/resources/N00002/offer', {}));
    });

    test('is revoked for ever', async () => {
      const { client, secret } = await create({ clientId: 'short-lived' });
      const token = bySecret('short-lived', secret);
      assert.equal(await statusOf(token), 200);
      const headers = { 'x-request-id': randomUUID() };
      const revoked = await admin.post('/v2/clients/short-lived/revoke', undefined, headers);
      assert.equal(dataOf(revoked).clientId, client.clientId);
      assert.notEqual(dataOf(revoked).revokedDate, null);
      assert.equal((await admin.post('/v2/clients/short-lived/revoke', undefined, headers)).text, revoked.text);
      assert.equal(await statusOf(token), 401);
      refusedOf(await admin.post('/v2/auth/token', { clientId: 'short-lived', secret }), 'CREDENTIALS_REFUSED');
      const path = '/v2/clients/short-lived';
      for (const [call, body] of [
        ['revoke', undefined],
        ['secret', {}],
        ['keys', { kid: 'k', publicKey: pem(0) }],
        ['keys/revoke', { kid: 'k' }],
      ] as const) {
        refusedOf(await admin.post(`${path}/${call}`, body), 'CLIENT_REVOKED');
      }
      refusedOf(await patch('short-lived', { name: 'X' }), 'CLIENT_REVOKED');
      const idsOf = async (state: string) =>
        dataOf(await admin.get(`/v2/clients?pageSize=100&state=${state}`)).clients.map(
          ({ clientId }: { clientId: string }) => clientId,
        );
      assert.ok((await idsOf('revoked')).includes('short-lived'));
      assert.ok(!(await idsOf('active')).includes('short-lived'));
    });
  });

  describe('a secret', () => {
    test('is rotated: both work during the overlap, and the old one ends with it, to the millisecond', async () => {
      const { secret: old } = await create({ clientId: 'turning' });
      const headers = { 'x-request-id': randomUUID() };
      const first = await admin.post('/v2/clients/turning/secret', { overlapMinutes: 10 }, headers);
      const { secret, oldSecretUntil } = dataOf(first);
      assert.match(secret, /^[A-Za-z0-9_-]{43}$/);
      assert.ok(Math.abs(Date.parse(oldSecretUntil) - Date.now() - 600_000) < 60_000, oldSecretUntil);
      assert.equal((await admin.post('/v2/clients/turning/secret', { overlapMinutes: 10 }, headers)).text, first.text);
      assert.equal(dataOf(await admin.get('/v2/clients/turning')).oldSecretUntil, oldSecretUntil);
      const tokens = [bySecret('turning', old), bySecret('turning', secret)];
      for (const token of [...tokens, ...tokens]) assert.equal(await statusOf(token), 200);
      const fetched: string[] = [];
      for (const shown of [old, secret]) {
        const { token } = dataOf(await admin.post('/v2/auth/token', { clientId: 'turning', secret: shown }));
        fetched.push(token);
        assert.equal(await statusOf(token), 200);
      }
      assert.equal(await statusOf(bySecret('turning', 'x'.repeat(43))), 401);
      await changeRows(scene.product, 'update clients set old_secret_until = now() where client_id = $1', ['turning']);
      assert.equal(await statusOf(tokens[0]!), 401, 'a token that was verified before');
      assert.equal(await statusOf(fetched[0]!), 401, 'a token that was fetched for the old secret');
      assert.equal(await statusOf(bySecret('turning', old)), 401, 'a new token');
      const refetched = await admin.post('/v2/auth/token', { clientId: 'turning', secret: old });
      refusedOf(refetched, 'CREDENTIALS_REFUSED');
      for (const token of [tokens[1]!, fetched[1]!]) assert.equal(await statusOf(token), 200);
      assert.equal(dataOf(await admin.get('/v2/clients/turning')).oldSecretUntil, null);
      const [, act] = await actsOf('turning');
      assert.deepEqual([act!.act, JSON.parse(act!.details)], ['client.rotate-secret', { oldSecretUntil }]);
    });

    test('there are never more than two; a rotation without overlap ends the old ones at once', async () => {
      const { secret: first } = await create({ clientId: 'leaked' });
      const { secret: second } = dataOf(await admin.post('/v2/clients/leaked/secret', {}));
      const refused = await admin.post('/v2/clients/leaked/secret', {});
      assert.match(String(refusedOf(refused, 'CLIENT_SECRETS_EXHAUSTED').facts.until), /^\d{4}-/);
      const shown = [first, second].map((secret) => bySecret('leaked', secret));
      for (const token of shown) assert.equal(await statusOf(token), 200);
      const { secret: third, oldSecretUntil } = dataOf(
        await admin.post('/v2/clients/leaked/secret', { overlapMinutes: 0 }),
      );
      assert.equal(oldSecretUntil, null);
      for (const token of shown) assert.equal(await statusOf(token), 401);
      assert.equal(await statusOf(bySecret('leaked', third)), 200);
      const [row] = await readRows<{ kept: string | null }>(
        scene.database,
        'select old_secret as kept from clients where client_id = $1',
        ['leaked'],
      );
      assert.equal(row!.kept, null);
    });
  });

  describe('public keys', () => {
    test('two are registered, a third is refused, and a revoked one ends its tokens', async () => {
      await create({ clientId: 'signing' });
      const path = '/v2/clients/signing/keys';
      const jwk = pairs[1]!.publicKey.export({ format: 'jwk' });
      const [one] = dataOf(await admin.post(path, { kid: 'k1', publicKey: pem(0) })).keys;
      assert.deepEqual([one.kid, one.bits], ['k1', 2048]);
      const { keys } = dataOf(await admin.post(path, { kid: 'k2', publicKey: { ...jwk, kid: 'k2', use: 'sig' } }));
      assert.deepEqual(
        keys.map(({ kid }: { kid: string }) => kid),
        ['k1', 'k2'],
      );
      assert.notEqual(keys[0].sha256, keys[1].sha256);
      for (const [kid, index] of [
        ['k1', 0],
        ['k2', 1],
      ] as const) {
        assert.equal(await statusOf(byKey('signing', kid, index)), 200, kid);
      }
      refusedOf(await admin.post(path, { kid: 'k3', publicKey: pem(2) }), 'CLIENT_KEYS_EXHAUSTED');
      refusedOf(await admin.post(path, { kid: 'k1', publicKey: pem(2) }), 'CLIENT_KEY_EXISTS');
      const old = byKey('signing', 'k1', 0);
      assert.equal(await statusOf(old), 200);
      assert.equal(dataOf(await admin.post(`${path}/revoke`, { kid: 'k1' })).keys.length, 1);
      assert.equal(await statusOf(old), 401);
      refusedOf(await admin.post(`${path}/revoke`, { kid: 'k1' }), 'CLIENT_KEY_UNKNOWN');
      assert.deepEqual(
        (await actsOf('signing')).map(({ act }) => act),
        ['client.create', 'client.add-key', 'client.add-key', 'client.revoke-key'],
      );
    });

    test('a private key is refused as what it is, and kept nowhere', async () => {
      await create({ clientId: 'careless' });
      const path = '/v2/clients/careless/keys';
      const privatePem = pairs[2]!.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
      const privateJwk = pairs[2]!.privateKey.export({ format: 'jwk' });
      const headers = { 'x-request-id': randomUUID() };
      for (const publicKey of [privatePem, privateJwk]) {
        const reply = await admin.post(path, { kid: 'k1', publicKey }, headers);
        const { problems } = refusedOf(reply, 'CLIENT_KEY_REFUSED');
        assert.match(problems[0]!, /private key/);
        assert.ok(!reply.text.includes(privateJwk.d!.slice(0, 30)));
      }
      const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({
        type: 'spki',
        format: 'pem',
      });
      refusedOf(await admin.post(path, { kid: 'k1', publicKey: short }), 'CLIENT_KEY_REFUSED');
      const wrong = [
        { kid: 'k 1' },
        { kid: '' },
        { publicKey: {} },
        { publicKey: 7 },
        { publicKey: 'x'.repeat(4_001) },
      ];
      for (const more of wrong) {
        refusedOf(await admin.post(path, { kid: 'k1', publicKey: pem(2), ...more }), 'REQUEST_INVALID');
      }
      assert.deepEqual(dataOf(await admin.get('/v2/clients/careless')).keys, []);
    });

    test('two who register at once never make three', async () => {
      await create({ clientId: 'hasty' });
      const replies = await Promise.all(
        [0, 1, 2].map((index) => admin.post('/v2/clients/hasty/keys', { kid: `k${index}`, publicKey: pem(index) })),
      );
      assert.deepEqual(replies.map((reply: Reply) => reply.status).sort(), [200, 200, 409]);
    });
  });

  describe('those who have some programmes only', () => {
    const foreignIds = ['theirs', 'nobody'];
    let alien: string;
    before(async () => {
      ({ secret: alien } = await create({ clientId: 'theirs', programIds: ['OTHER'] }));
      await create({ clientId: 'shared', scopes: ['venue'], programIds: ['DEMO', 'OTHER'], resourceIds: ['N00001'] });
    });

    test('a client of another programme is one that does not exist, for reading and for changing', async () => {
      const essence = ({ text, headers }: Reply, id: string) => [
        text.replaceAll(id, '<id>').replace(/"requestId":"[^"]+"/, ''),
        [...headers.keys()].sort().join(),
      ];
      for (const path of ['', '/traffic']) {
        for (const [client, headers] of [
          [operator, {}],
          [scene.operator, {}],
          [admin, { 'x-program-id': 'DEMO' }],
        ] as [TestClient, Record<string, string>][]) {
          const [theirs, nobodys] = [
            await client.get(`/v2/clients/${foreignIds[0]}${path}`, headers),
            await client.get(`/v2/clients/${foreignIds[1]}${path}`, headers),
          ];
          refusedOf(theirs, 'CLIENT_UNKNOWN');
          assert.deepEqual(essence(theirs, 'theirs'), essence(nobodys, 'nobody'));
        }
      }
      const inDemo = { 'x-program-id': 'DEMO' };
      for (const [call, body] of [
        ['revoke', undefined],
        ['secret', {}],
        ['keys', { kid: 'k', publicKey: pem(0) }],
        ['keys/revoke', { kid: 'k' }],
      ] as const) {
        refusedOf(await admin.post(`/v2/clients/theirs/${call}`, body, inDemo), 'CLIENT_UNKNOWN');
        for (const client of [operator, scene.operator, scene.partner]) {
          refusedOf(await client.post(`/v2/clients/theirs/${call}`, body), 'SCOPE_MISSING');
          refusedOf(await client.post(`/v2/clients/demo-partner/${call}`, body), 'SCOPE_MISSING');
        }
      }
      refusedOf(await operator.post('/v2/clients', wish()), 'SCOPE_MISSING');
      refusedOf(await operator.call('PATCH', '/v2/clients/demo-partner', { scopes: ['operator'] }), 'SCOPE_MISSING');
      assert.equal(await statusOf(bySecret('theirs', alien)), 200, 'nothing of it changed');
    });

    test('of a shared client each sees what is its own; its figures are seen by those who have all', async () => {
      const seen = dataOf(await operator.get('/v2/clients/shared'));
      assert.deepEqual([seen.programIds, seen.resourceIds], [['DEMO'], ['N00001']]);
      assert.ok(!JSON.stringify(seen).includes('OTHER'));
      refusedOf(await operator.get('/v2/clients/shared/traffic'), 'CLIENT_SHARED');
      assert.equal(dataOf(await admin.get('/v2/clients/shared/traffic')).requests, 0);
      assert.deepEqual(dataOf(await admin.get('/v2/clients/shared')).programIds, ['DEMO', 'OTHER']);
    });

    test('what is told within one programme can be sent back: nothing of the others is taken away', async () => {
      const inOther = { 'x-program-id': 'OTHER' };
      const told = dataOf(await admin.get('/v2/clients/shared', inOther));
      assert.deepEqual(told.programIds, ['DEMO', 'OTHER']);
      const { programIds, resourceIds } = told;
      const wish = { name: 'Shared still', programIds, resourceIds };
      assert.deepEqual(dataOf(await admin.call('PATCH', '/v2/clients/shared', wish, inOther)).programIds, programIds);
      const { clients } = dataOf(await admin.get('/v2/clients?pageSize=100', inOther));
      const listed = clients.find(({ clientId }: { clientId: string }) => clientId === 'shared');
      assert.deepEqual(
        [listed.name, listed.programIds, listed.resourceIds],
        ['Shared still', ['DEMO', 'OTHER'], resourceIds],
      );
    });

    test('the list pages by cursor and holds the clients of the programmes alone', async () => {
      const idsOf = async (client: TestClient, headers: Record<string, string> = {}) => {
        const ids: string[] = [];
        for (let query = '?pageSize=3'; query !== ''; ) {
          const { clients, nextCursor } = dataOf(await client.get(`/v2/clients${query}`, headers));
          ids.push(...clients.map(({ clientId }: { clientId: string }) => clientId));
          query = nextCursor === null ? '' : `?pageSize=3&cursor=${nextCursor}`;
        }
        return ids;
      };
      const all = await readRows<{ id: string }>(scene.database, 'select client_id as id from clients order by 1');
      assert.deepEqual(
        await idsOf(admin),
        all.map(({ id }) => id),
      );
      const own = await idsOf(operator);
      assert.ok(!own.includes('theirs') && own.includes('shared') && own.includes('demo-partner'));
      assert.deepEqual(await idsOf(admin, { 'x-program-id': 'DEMO' }), own);
      assert.deepEqual(
        (await idsOf(admin, { 'x-program-id': 'OTHER' })).filter((id) => ['theirs', 'shared'].includes(id)),
        ['shared', 'theirs'],
      );
      const { nextCursor } = dataOf(await admin.get('/v2/clients?pageSize=1'));
      refusedOf(await admin.get(`/v2/clients?pageSize=1&state=active&cursor=${nextCursor}`), 'CURSOR_INVALID');
      refusedOf(await admin.get('/v2/clients?state=gone'), 'REQUEST_INVALID');
    });
  });

  test('nothing was broken on the way', () => {
    assert.deepEqual(
      scene.product.logged.filter(({ level }) => level === 'error'),
      [],
    );
  });
});

await eachDatabase('traffic', (open) => {
  const clock: HeldClock = holdClock();
  // Tokens are signed in real time, and the suites before may have taken long.
  before(() => {
    clock.at = holdClock().at;
  });
  const scene = useScene(open, clock);
  let admin: PersonClient;
  let partner: TestClient;
  const of = async (query = '') => dataOf(await admin.get(`/v2/clients/counted/traffic${query}`));
  const thisHour = () => Math.floor(clock.at / hour) * hour;
  before(async () => {
    admin = await openPerson(scene.product, { role: 'administrator' });
    const { secret } = dataOf(await admin.post('/v2/clients', wish({ clientId: 'counted' })));
    const token = await signToken({ issuer: 'counted', secret }, '3h');
    partner = clientWith(scene.product.baseUrl, token, { authorization: `Bearer ${token}` });
  });

  test('every answer is counted by operation and refusal, those before the body is read, too', async () => {
    dataOf((await partner.issue()).reply);
    dataOf((await partner.issue()).reply);
    refusedOf(await partner.post('/v2/orders/ePasses/search', { ePassId: '1788000000000000' }), 'ORDER_UNKNOWN');
    refusedOf(await partner.post('/orders/ePasses/search', {}), 'REQUEST_INVALID');
    refusedOf(await partner.post('/api/v2/orders/ePasses/search', '{"a'), 'JSON_INVALID');
    refusedOf(await partner.redeem('1788000000000000'), 'SCOPE_MISSING');
    const nobody = await openClient(scene.product.baseUrl, { issuer: 'counted', secret: 'x'.repeat(43) });
    refusedOf(await nobody.get('/v2/resources'), 'TOKEN_REFUSED');
    const told = await of();
    assert.deepEqual([told.requests, told.errors], [6, 4]);
    assert.deepEqual(told.hours, [{ hour: told.hours[0].hour, requests: 6, errors: 4 }]);
    assert.equal(Date.parse(told.hours[0].hour), thisHour());
    const one = (error: string) => ({ error, requests: 1 });
    const refusals = ['JSON_INVALID', 'ORDER_UNKNOWN', 'REQUEST_INVALID'].map(one);
    assert.deepEqual(told.operations, [
      { operation: 'searchPass', requests: 3, errors: 3, refusals },
      { operation: 'issuePass', requests: 2, errors: 0, refusals: [] },
      { operation: 'redeemPass', requests: 1, errors: 1, refusals: [one('SCOPE_MISSING')] },
    ]);
  });

  test('hours are kept apart, and a range begins with a whole hour', async () => {
    dataOf(await admin.call('PATCH', '/v2/clients/counted', { ratePerMinute: 1 }));
    clock.at += hour;
    admin = await openPerson(scene.product, { role: 'administrator' });
    for (let index = 0; index < 4; index += 1) await partner.get('/v2/resources');
    const told = await of();
    assert.deepEqual([told.hours.length, told.requests], [2, 10]);
    assert.deepEqual([told.hours[0].requests, told.hours[1].requests], [6, 4]);
    const [limited] = told.operations.filter(({ operation }: { operation: string }) => operation === 'listResources');
    assert.deepEqual(
      limited.refusals.map(({ error }: { error: string }) => error),
      ['RATE_LIMITED'],
    );
    assert.equal(limited.refusals[0].requests, limited.errors);
    const at = (milliseconds: number) => encodeURIComponent(new Date(milliseconds).toISOString());
    const last = await of(`?from=${at(clock.at)}`);
    assert.deepEqual([last.requests, last.hours.length], [4, 1]);
    const first = await of(`?from=${at(clock.at - hour)}&to=${at(thisHour())}`);
    assert.deepEqual([first.requests, first.operations.length], [6, 3]);
    for (const query of [
      '?from=soon',
      `?from=${at(clock.at)}&to=${at(clock.at - 2 * hour)}`,
      `?from=${at(clock.at - 800 * hour)}`,
    ]) {
      refusedOf(await admin.get(`/v2/clients/counted/traffic${query}`), 'REQUEST_INVALID');
    }
  });

  test('a clock that is set back over the hour, and comes to it again, keeps no count back', async () => {
    const before = await of();
    const { traffic } = scene.product.world;
    for (const at of [thisHour() + 1, thisHour() - 1, thisHour() + 1]) traffic.count('counted', 'getOrder', '', at);
    const told = await of();
    const requests = told.hours.map((one: { requests: number }) => one.requests);
    assert.deepEqual(requests, [before.hours[0].requests + 1, before.hours[1].requests + 2]);
  });

  test('people and their sessions are no clients, and are not counted', async () => {
    const rows = await readRows<{ id: string }>(scene.database, 'select distinct client_id as id from client_traffic');
    assert.ok(rows.every(({ id }) => !id.startsWith('account:')));
    refusedOf(await admin.get('/v2/clients/nobody/traffic'), 'CLIENT_UNKNOWN');
  });

  test('figures are forgotten after 30 days, and old secrets when their time is over', async () => {
    const { world } = scene.product;
    dataOf(await admin.post('/v2/clients/counted/secret', { overlapMinutes: 1 }));
    assert.deepEqual([await forgetOldTraffic(world), await forgetOldSecrets(world)], [0, 0]);
    clock.at += 30 * 24 * hour - hour;
    assert.ok((await forgetOldTraffic(world)) > 0);
    assert.equal(await forgetOldSecrets(world), 1);
    const [left] = await readRows<{ hours: number; secrets: number }>(
      scene.database,
      `select (select count(distinct hour)::int from client_traffic) as hours,
        (select count(*)::int from clients where old_secret is not null) as secrets`,
    );
    assert.deepEqual(left, { hours: 1, secrets: 0 });
  });
});

await withPostgres('managing clients reaches two processes', (adminUrl) => {
  const products: ProductHere[] = [];
  const atMost = 1_000;
  let admin: PersonClient;
  before(async () => {
    const url = await preparedDatabase(adminUrl);
    const first = await openProduct(await openPostgres({ url }));
    products.push(first, await openProduct(await openPostgres({ url }), { credentials: first.credentials }));
    admin = await openPerson(first, { role: 'administrator' });
  });
  after(async () => {
    for (const product of products) {
      await product.close();
      await product.world.database.close();
    }
  });

  /** Milliseconds until the other process answers so. */
  async function until(token: string, status: number): Promise<number> {
    const since = performance.now();
    for (;;) {
      const shown = await showToken(products[1]!.baseUrl, token);
      const took = performance.now() - since;
      if (shown.status === status) return took;
      assert.ok(took < 5_000, `still ${shown.status} after 5 s`);
    }
  }

  test('a new client, a new secret, a new key and every revocation are known to the other within a second', async () => {
    const { secret } = dataOf(await admin.post('/v2/clients', wish({ clientId: 'far' })));
    const token = bySecret('far', secret);
    const took = [await until(token, 200)];
    const { secret: next } = dataOf(await admin.post('/v2/clients/far/secret', { overlapMinutes: 5 }));
    took.push(await until(bySecret('far', next), 200));
    assert.equal((await showToken(products[1]!.baseUrl, token)).status, 200, 'the old one still works');
    dataOf(await admin.post('/v2/clients/far/secret', { overlapMinutes: 0 }));
    took.push(await until(token, 401));
    dataOf(await admin.post('/v2/clients/far/keys', { kid: 'k1', publicKey: pem(0) }));
    took.push(await until(byKey('far', 'k1', 0), 200));
    dataOf(await admin.post('/v2/clients/far/keys/revoke', { kid: 'k1' }));
    took.push(await until(byKey('far', 'k1', 0), 401));
    const { secret: last } = dataOf(await admin.post('/v2/clients/far/secret', { overlapMinutes: 0 }));
    took.push(await until(bySecret('far', last), 200));
    dataOf(await admin.post('/v2/clients/far/revoke'));
    took.push(await until(bySecret('far', last), 401));
    assert.ok(Math.max(...took) <= atMost, took.map(Math.round).join(', '));
  });

  test('two processes count together, and what one has counted is kept when it stops', async () => {
    const { secret } = dataOf(await admin.post('/v2/clients', wish({ clientId: 'both' })));
    await until(bySecret('both', secret), 200);
    const partners = await Promise.all(products.map(({ baseUrl }) => openClient(baseUrl, { issuer: 'both', secret })));
    const before = dataOf(await admin.get('/v2/clients/both/traffic'));
    await Promise.all(
      partners.flatMap((partner) => Array.from({ length: 10 }, () => partner.get('/v2/transportHubs'))),
    );
    const stopped = products.pop()!;
    await stopped.close();
    await stopped.world.database.close();
    const { operations } = dataOf(await admin.get('/v2/clients/both/traffic'));
    const hubs = operations.find(({ operation }: { operation: string }) => operation === 'listTransportHubs');
    assert.deepEqual([hubs.requests, hubs.errors], [20, 0]);
    assert.ok(before.requests >= 0);
  });
});
