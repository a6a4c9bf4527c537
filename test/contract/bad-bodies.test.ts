/** A thousand bad bodies and more for every route that takes one (ATK-18, 28..31, 36, 37). */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { Agent, request } from 'node:http';
import { after, before, test } from 'node:test';
import { type OperationId, type Route, routes } from '../../src/contract/routes.ts';
import type { Role } from '../../src/domain/access.ts';
import { type BadBody, badBodies, fill } from '../harness/bad-bodies.ts';
import type { Shape } from '../harness/bad-values.ts';
import { issueBody, openClient, type TestClient } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { addClient, productOn, stateOf } from '../harness/embedded-product.ts';
import { addAccount, openPerson } from '../harness/people.ts';

const seed = Number(process.env.PASSDESK_SEED ?? Date.now() % 1_000_000);
const reason = 'Fire alarm';

interface Good {
  /** Taken in turn: a thousand bodies are more than one account may send in a minute. */
  readonly clients: readonly TestClient[];
  readonly path: string;
  readonly body: object;
}

await eachDatabase(`bad bodies (PASSDESK_SEED=${seed})`, (open, kind) => {
  const goods = new Map<string, Good>();
  let columns: string[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  after(() => agent.destroy());
  const product = productOn(open);

  before(async () => {
    const { baseUrl, credentials, world } = product();
    const partner = await openClient(baseUrl, credentials.partner);
    const venue = await openClient(baseUrl, credentials.venue);
    const wish = { clientId: 'operator', scopes: ['operator'] as const, programs: ['DEMO'] };
    const operator = await openClient(baseUrl, await addClient(product(), wish));
    const [pass, suspended] = [await partner.issue(20), await partner.issue(20)];
    await operator.post('/v2/orders/ePasses/suspend', { ePassId: suspended.ePassId, reason });
    const use = await venue.redeem(pass.ePassId);
    const people = { adultCount: 1, childCount: 1 };
    const simulated = await partner.post('/v2/simulations/lounges/redemptions', { dpId: pass.ePassId, ...people });
    const scanId = '00000000-0000-4000-8000-000000000077';
    const dates = { activationDate: '2098-01-01T00:00:00Z', allowedResources: { resourceIds: ['N00001'] } };
    const endpoint = { url: 'https://partner.example/', eventTypes: ['epass.issued'], state: 'paused' };
    const { endpointId } = (await partner.post('/v2/endpoints', endpoint)).json.data;
    await addAccount(product(), { role: 'auditor', email: 'changed@example.com' });
    const add = (operation: OperationId, client: TestClient | readonly TestClient[], body: object) =>
      goods.set(operation, {
        clients: [client].flat(),
        path: routes[operation].path
          .replace('{module}', 'lounges')
          .replace('{resourceId}', operation === 'offerResource' ? 'C10826' : 'N00002')
          .replace('{programId}', 'DEMO')
          .replace('{transportHubId}', 'A00001')
          .replace('{clientId}', 'changed')
          .replace('{endpointId}', endpointId)
          .replace('{email}', 'changed@example.com')
          .replace('{programId}', 'DEMO'),
        body,
      });
    add('issuePass', partner, issueBody(2, dates, 'bad-bodies'));
    add('cancelOrder', partner, { orderId: pass.orderId, status: 3, ifUnused: false });
    add('suspendPass', operator, { ePassId: pass.ePassId, reason });
    add('resumePass', operator, { ePassId: suspended.ePassId, reason });
    add('redeemPass', venue, { dpId: pass.ePassId, resourceId: 'N00001', ...people, scanId });
    add('giveBackUse', venue, { orderId: use.json.data.orderId, reason });
    add('simulateRedemption', partner, { dpId: pass.ePassId, ...people });
    add('simulateCancellation', partner, { dpId: pass.ePassId, transactionId: simulated.json.data.transactionId });
    add('setClock', partner, { now: '2030-01-01T00:00:00Z' });
    add('checkPass', venue, { dpId: pass.ePassId, resourceId: 'N00001', ...people, scanId });
    add('searchPass', partner, { orderId: pass.orderId });
    add('listUserPasses', partner, { clientUserId: 'someone', pageSize: 5, pageNumber: 1 });
    add('usageDetails', venue, { orderId: use.json.data.orderId });
    add('listUsages', partner, {
      ePassId: pass.ePassId,
      resourceId: 'N00001',
      from: '2020-01-01T00:00:00Z',
      pageSize: 5,
    });
    add('fetchToken', partner, { clientId: credentials.partner.clientId, secret: credentials.partner.secret });
    add('linkPass', partner, { ePassId: pass.ePassId });
    add('revokePassLink', operator, { ePassId: pass.ePassId });
    add('createDevice', operator, { name: 'Entrance', resourceId: 'N00001', everyProgram: false });
    const codes = (await operator.post('/v2/devices', { name: 'Exit', resourceId: 'N00001' })).json.data;
    add('pairDevice', partner, { pairingCode: codes.pairingCode, attemptId: scanId });
    add('createEndpoint', partner, endpoint);
    add('changeEndpoint', operator, endpoint);
    add('addSigningKey', operator, { signsFrom: new Date(Date.now() + 3_600_000).toISOString() });
    const range = { from: '2020-01-01T00:00:00Z', to: '2099-01-01T00:00:00Z', state: 'parked' };
    add('resendDeliveries', partner, range);
    add('findPasses', operator, { text: 'Lovelace, Ada', pageSize: 5 });
    // Each its own person: a thousand bodies are nearly what one account may send in a minute.
    const person = (role: Role) => openPerson(product(), { role });
    const password = 'not the password of anybody';
    add('signIn', await openClient(baseUrl, null), { email: 'nobody@example.com', password });
    add('changeLanguage', await person('auditor'), { language: 'de' });
    add('changePassword', await person('auditor'), { currentPassword: password, newPassword: password });
    const access = { role: 'operator', programIds: ['DEMO'] };
    add('createAccount', await person('administrator'), { ...access, email: 'new@example.com', language: 'en' });
    add('changeAccount', await person('administrator'), { ...access, disabled: false });
    await addManaged(add);
    add('enterRate', await person('administrator'), {
      module: 1,
      amount: 2150,
      currency: 'GBP',
      validFrom: '2026-07-01T00:00:00Z',
    });
    const text = `select distinct column_name::text as name from information_schema.columns where table_schema = 'public'`;
    columns = (await world.database.read<{ name: string }>({ name: 'test_columns', text }, [])).map(({ name }) => name);
  });

  /** What only people manage; the client that is changed is not one that the others use. */
  async function addManaged(add: (operation: OperationId, client: readonly TestClient[], body: object) => unknown) {
    // One after the other: many who sign in at once look like somebody who guesses passwords.
    const two = async (role: Role) => [await openPerson(product(), { role }), await openPerson(product(), { role })];
    const admins = () => two('administrator');
    await addClient(product(), { clientId: 'changed', scopes: ['issuer'], programs: ['DEMO'] });
    const operators = await two('operator');
    await operators[0]!.post('/v2/resources/C10826/withdraw');
    const settings = {
      name: 'Another',
      sandbox: true,
      modules: [1, 2, 3, 4],
      crossModules: [1, 3, 4],
      expiringDays: 7,
    };
    add('createProgramme', await admins(), { programId: 'ANOTHER', issuerPrefix: '9999', ...settings });
    add('changeProgramme', await admins(), { issuerPrefix: '1788', ...settings });
    const where = {
      city: 'Leith',
      countryOrRegion: 'GB',
      timezone: 'Europe/London',
      latitude: '55.9',
      longitude: '-3.1',
    };
    add('createTransportHub', await admins(), {
      transportHubId: 'ALEITH',
      transportHubName: 'Leith',
      iata: 'EDI',
      ...where,
    });
    add('changeTransportHub', await admins(), { transportHubName: 'Leith', iata: 'MAN', ...where });
    const place = {
      resourceName: 'Place',
      location: 'Gate 1',
      coordinates: '1.5,-2',
      image: 'https://a.example/b.png',
    };
    const offered = {
      module: 1,
      transportHubId: 'A00001',
      resourceId: 'NBAD',
      programIds: ['DEMO'],
      childrenCount: true,
    };
    add('createResource', await admins(), { ...place, ...offered });
    add('changeResource', await admins(), { ...place, closed: true, reason, childrenCount: true });
    add('offerResource', operators, { childrenCount: false });
    const access = {
      name: 'Client',
      scopes: ['venue'],
      programIds: ['DEMO'],
      resourceIds: ['N00001'],
      ratePerMinute: 5,
    };
    add('createClient', await admins(), { clientId: 'new', issuer: 'new', ...access });
    add('changeClient', await admins(), access);
    add('rotateSecret', await admins(), { overlapMinutes: 5 });
    const publicKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
    add('addClientKey', await admins(), { kid: 'k1', publicKey });
    add('revokeClientKey', await admins(), { kid: 'k1' });
  }

  let sent = 0;
  function send(
    { clients, path }: Good,
    method: string,
    bytes: string | Buffer,
  ): Promise<{ status: number; text: string }> {
    const headers = {
      ...clients[sent++ % clients.length]!.always,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(bytes),
    };
    return new Promise((resolve, reject) => {
      const posted = request(product().baseUrl + path, { method, headers, agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode!, text }));
      });
      posted.on('error', reject);
      posted.end(bytes);
    });
  }

  function isObject(bytes: string | Buffer): boolean {
    try {
      const value: unknown = JSON.parse(bytes.toString('utf8'));
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    } catch {
      return false;
    }
  }

  function judge(bad: BadBody, status: number, text: string): void {
    const told = `${bad.what}\n${bad.bytes.toString('utf8').slice(0, 500)}\nwas answered ${status} ${text}`;
    assert.ok(status >= 400 && status < 500, told);
    const { details, error } = JSON.parse(text);
    if (status !== 400) return;
    if (isObject(bad.bytes))
      assert.ok(details.length > 0 && details[0].field !== '' && details[0].problem !== '', told);
    if (bad.field !== undefined && error === 'REQUEST_INVALID') {
      const named = details.map(({ field }: { field: string }) => field);
      assert.ok(named.includes(bad.field.slice(0, 120)) || named.length === 20, told);
    }
  }

  const withBody = (Object.entries(routes) as [string, Route][]).filter(([, { body }]) => body !== undefined);

  test('every route that takes a body is attacked', () => {
    assert.deepEqual(
      withBody.map(([operation]) => operation).filter((operation) => !goods.has(operation)),
      [],
    );
  });

  for (const [operation, route] of withBody) {
    test(`${operation}: none is accepted, none is a fault, none changes a row`, async (context) => {
      const good = goods.get(operation)!;
      const single = badBodies(route.body as Shape, good.body, columns);
      const all = fill(single, 1_000, seed);
      assert.ok(all.length >= 1_000);
      // What differs between the databases is what reaches them, and that is seen with a part of the bodies.
      const bodies = kind === 'embedded' ? all : all.filter((_, index) => index % 8 === seed % 8);
      const state = await stateOf(product());
      const left = [...bodies];
      const worker = async () => {
        for (let bad = left.pop(); bad !== undefined; bad = left.pop()) {
          const { status, text } = await send(good, route.method, bad.bytes);
          judge(bad, status, text);
          assert.equal(({} as { polluted?: unknown }).polluted, undefined, bad.what);
        }
      };
      await Promise.all(Array.from({ length: 16 }, worker));
      assert.equal(await stateOf(product()), state);
      assert.deepEqual(
        product().logged.filter(({ level }) => level === 'error'),
        [],
      );
      context.diagnostic(`${bodies.length} bodies`);
    });
  }

  test('the good bodies they were made from are accepted', async () => {
    // With a second programme, people would have to say which one they mean.
    const last = ['giveBackUse', 'simulateCancellation', 'suspendPass', 'cancelOrder', 'setClock', 'createProgramme'];
    for (const operation of last) goods.set(operation, pull(operation));
    for (const [operation, good] of goods) {
      const { status, text } = await send(good, routes[operation as OperationId].method, JSON.stringify(good.body));
      const throttled = ['fetchToken', 'pairDevice', 'signIn'].includes(operation) && status === 429;
      // Its password is nobody's.
      const refused = ['signIn', 'changePassword'].includes(operation) && [401, 403].includes(status);
      assert.ok(status === 200 || throttled || refused, `${operation}: ${text}`);
    }
  });

  /** Takes one out, so that it can be put at the end. */
  function pull(operation: string): Good {
    const good = goods.get(operation)!;
    goods.delete(operation);
    return good;
  }
});
