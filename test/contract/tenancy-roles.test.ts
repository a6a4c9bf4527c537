/** Who may call what (ATK-20), and keys and scans that cross programmes (ATK-22, 23). */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { type OperationId, type Route, routes } from '../../src/contract/routes.ts';
import { roles, type Scope, scopesOfRole } from '../../src/domain/access.ts';
import { farFuture, issueBody, openClient, type Reply, type TestClient } from '../harness/client.ts';
import { addClient, embeddedProduct } from '../harness/embedded-product.ts';
import { openPerson, type PersonClient } from '../harness/people.ts';
import { readRows } from '../harness/scene.ts';
import { addOtherProgramme, type Clients } from '../harness/two-programmes.ts';

const table = Object.entries(routes) as [OperationId, Route][];
const scopes = ['issuer', 'venue', 'operator'] as const;
const everyScope: readonly Scope[] = [...scopes, 'auditor', 'administrator'];
const prefixes = ['/v2', '/api/v2', ''];
/** The routes that give a token or a session. */
const waysIn: readonly OperationId[] = ['fetchToken', 'pairDevice', 'signIn'];
/** The routes that ask for no token: their callers show a secret, or the link of a pass. */
const withoutClient: readonly OperationId[] = [...waysIn, 'getPassPage'];
/** The routes that end the session of whoever asks, and so come last for a person. */
const waysOut: readonly OperationId[] = ['endSession'];
const issuePath = '/v2/orders/lounges/ePasses';

describe('who may call what', () => {
  /** Every set of scopes that a client can have, and every role, each with who has it. */
  const byScopes = new Map<readonly string[], TestClient>();
  let people: PersonClient[] = [];
  const product = embeddedProduct(async (here) => {
    people = await Promise.all(roles.map((role) => openPerson(here, { role })));
    for (const [index, role] of roles.entries()) byScopes.set([...scopesOfRole[role]], people[index]!);

    for (let bits = 1; bits < 8; bits += 1) {
      const held = scopes.filter((_, index) => bits & (1 << index));
      const wish = { clientId: `scoped-${bits}`, scopes: held, programs: ['DEMO'], resources: ['N00001'] };
      byScopes.set(held, await openClient(here.baseUrl, await addClient(here, wish)));
    }
  });

  const pathsOf = (route: Route) => {
    const path = route.path
      .replace('{module}', 'lounges')
      .replace('{email}', 'nobody@example.com')
      .replace(/\{\w+\}/, 'N00001');
    return prefixes.map((prefix) => prefix + path.slice(3));
  };

  test('every route of the table names its scopes, and only those that bring their own proof ask for none', () => {
    for (const [operation, route] of table) {
      assert.equal(route.scopes === null, withoutClient.includes(operation), operation);
      for (const scope of route.scopes ?? []) assert.ok(everyScope.includes(scope));
    }
    const open = table.filter(([, { scopes: asked }]) => asked?.length === 0);
    assert.ok(
      open.every(([, { method }]) => method === 'GET'),
      'a route for every client only reads',
    );
  });

  test('without a token every route is 401, before its body is looked at', async () => {
    const nobody = await openClient(product().baseUrl, null);
    for (const [, route] of table.filter(([operation]) => !withoutClient.includes(operation))) {
      for (const path of pathsOf(route)) {
        for (const body of route.method === 'GET' ? [undefined] : ['{}', '{"broken', `"${'x'.repeat(70_000)}"`]) {
          const reply = await nobody.call(route.method, path, body);
          assert.equal(reply.status, 401, `${route.method} ${path}`);
          assert.equal(reply.json.error, 'TOKEN_REFUSED');
        }
      }
    }
  });

  test('every set of scopes on every route under every path: 403 outside them, and never inside', async () => {
    let refused = 0;
    for (const [held, client] of byScopes) {
      const isPerson = people.some((person) => person === client);
      for (const [operation, route] of table) {
        if (route.scopes === null || (isPerson && waysOut.includes(operation))) continue;
        const may = route.scopes.length === 0 || route.scopes.some((scope) => held.includes(scope));
        for (const path of pathsOf(route)) {
          const body = route.method === 'GET' ? undefined : {};
          const headers = { 'x-http-method-override': 'GET', 'x-scope': 'operator', 'x-original-url': '/v2/resources' };
          const { status, json } = await client.call(route.method, path, body, headers);
          assert.equal(json?.error === 'SCOPE_MISSING', !may, `${held} ${operation} ${path}`);
          assert.equal(status === 403, !may, `${held} ${operation} ${path} ${status}`);
          if (json?.error === 'SCOPE_MISSING') assert.deepEqual(json.facts.scopes, route.scopes);
          refused += may ? 0 : 1;
        }
      }
    }
    assert.ok(refused > 100, `${refused} refusals`);
  });

  test('what only an administrator may do is refused to everybody else, who changes nothing by trying', async () => {
    const reserved = table.filter(([, { scopes: asked }]) => asked?.every((scope) => scope === 'administrator'));
    assert.ok(reserved.length > 3, 'some routes give power');
    const accounts = () => readRows(product().world.database, 'select t::text from accounts t order by 1');
    const before = await accounts();
    const body = { email: 'new@example.com', role: 'administrator', programIds: null, disabled: false };
    for (const [held, client] of byScopes) {
      if (held.includes('administrator')) continue;
      for (const [operation, route] of reserved.filter(([, { scopes: asked }]) => asked!.length > 0)) {
        for (const path of pathsOf(route)) {
          const reply = await client.call(route.method, path, route.method === 'GET' ? undefined : body);
          assert.equal(reply.json.error, 'SCOPE_MISSING', `${held} ${operation} ${path}`);
        }
      }
    }
    assert.deepEqual(await accounts(), before);
  });

  test('signing out is for every role, and for no client', async () => {
    for (const [held, client] of byScopes) {
      const { status } = await client.post('/v2/sessions/end');
      assert.equal(status, people.some((person) => person === client) ? 200 : 403, `${held}`);
    }
  });
});

describe('keys of another programme', () => {
  let clients: Clients;
  const product = embeddedProduct(async (here) => {
    clients = await addOtherProgramme(here);
  });
  const fresh = (reply: Reply, what: string) => {
    assert.equal(reply.status, 200, `${what}: ${reply.text}`);
    assert.equal(reply.headers.get('idempotent-replayed'), null, what);
    return reply;
  };

  test('a request key is known to one client in one programme on one route', async () => {
    for (const header of ['idempotency-key', 'x-request-id']) {
      const headers = { [header]: randomUUID() };
      const body = issueBody(3);
      const first = fresh(await clients.partnerA.post(issuePath, body, headers), 'first');
      const again = await clients.partnerA.post(issuePath, body, headers);
      assert.deepEqual([again.text, again.headers.get('idempotent-replayed')], [first.text, 'true']);
      assert.equal((await clients.partnerA.post(issuePath, issueBody(4), headers)).status, 422);
      const others = [clients.partnerB, clients.both, clients.both];
      const answers = new Set([first.text]);
      for (const [index, client] of others.entries()) {
        const programme: Record<string, string> = index === 0 ? {} : { 'x-program-id': index === 1 ? 'DEMO' : 'OTHER' };
        const sent = { ...headers, ...programme };
        answers.add(fresh(await client.post(issuePath, body, sent), `same body, client ${index}`).text);
        assert.equal((await client.post(issuePath, issueBody(5), sent)).status, 422);
      }
      assert.equal(answers.size, 4, 'four passes');
    }
  });

  test('one clientUserId has one name in each programme, and the two know nothing of each other', async () => {
    const clientUserId = randomUUID();
    const named = (firstName: string) => issueBody(1, { firstName }, clientUserId);
    fresh(await clients.partnerA.post(issuePath, named('Ada')), 'A');
    fresh(await clients.partnerB.post(issuePath, named('Grace')), 'B');
    assert.equal((await clients.partnerA.post(issuePath, named('Grace'))).json.error, 'NAME_MISMATCH');
    assert.equal((await clients.partnerB.post(issuePath, named('Ada'))).json.error, 'NAME_MISMATCH');
    const found = await clients.partnerA.post('/v2/users/ePasses', { clientUserId });
    assert.deepEqual(
      found.json.data.ePasses.map(({ extra }: { extra: { firstName: string } }) => extra.firstName),
      ['Ada'],
    );
  });

  test('a scan id of another programme is a new one', async () => {
    const [a, b] = [await clients.partnerA.issue(5), await clients.partnerB.issue(5)];
    for (const scanId of [randomUUID(), randomUUID().toUpperCase()]) {
      const atA = { scanId, resourceId: 'N00012' };
      const first = fresh(await clients.venueA.redeem(a.ePassId, atA), 'first');
      const again = await clients.venueA.redeem(a.ePassId, { ...atA, scanId: scanId.toLowerCase() });
      assert.deepEqual([again.text, again.headers.get('idempotent-replayed')], [first.text, 'true']);
      fresh(await clients.venueB.redeem(b.ePassId, { scanId, resourceId: 'N90001' }), 'the same scan id in B');
    }
  });

  test('a list cursor of another programme is refused', async () => {
    for (let index = 0; index < 3; index += 1) {
      await clients.partnerB.issue(1, { firstName: 'Same' }, 'same-user');
      await clients.partnerA.issue(1, { firstName: 'Same' }, 'same-user');
    }
    const page = { clientUserId: 'same-user', pageSize: 1 };
    const { json } = await clients.partnerB.post('/v2/users/ePasses', page);
    const cursor = json.data.nextCursor;
    assert.equal((await clients.partnerB.post('/v2/users/ePasses', { ...page, cursor })).status, 200);
    const foreign = await clients.partnerA.post('/v2/users/ePasses', { ...page, cursor });
    assert.equal(foreign.json.error, 'CURSOR_INVALID');
  });

  test('the programme comes from the token and one header, from nowhere else (ATK-17)', async () => {
    const issued = await clients.partnerB.issue(1);
    const search = { ePassId: issued.ePassId };
    const names = [
      'x-tenant-id',
      'x-programid',
      'programid',
      'x-program',
      'x-forwarded-program-id',
      'cookie',
      'x-client-id',
    ];
    for (const name of names) {
      const { status } = await clients.partnerA.post('/v2/orders/ePasses/search', search, { [name]: 'OTHER' });
      assert.equal(status, 404, name);
    }
    for (const extra of [
      { programId: 'OTHER' },
      { program_id: 'OTHER' },
      { tenantId: 'OTHER' },
      { clientId: 'partnerB' },
    ]) {
      assert.equal((await clients.partnerA.post('/v2/orders/ePasses/search', { ...search, ...extra })).status, 400);
    }
    for (const query of ['programId=OTHER', 'X-Program-ID=OTHER', 'program_id=OTHER']) {
      assert.equal((await clients.partnerA.post(`/v2/orders/ePasses/search?${query}`, search)).status, 400, query);
    }
    const batch = { orderId: [issued.orderId] };
    assert.equal((await clients.partnerA.post('/v2/orders/ePasses/search', batch)).status, 400);
    const mixed = issueBody(1, { allowedResources: { resourceIds: ['N00001', 'N90001'] }, expirationDate: farFuture });
    assert.equal((await clients.partnerA.post(issuePath, mixed)).json.error, 'ALLOWED_RESOURCE_UNKNOWN');
    assert.deepEqual(
      product().logged.filter(({ level }) => level === 'error'),
      [],
    );
  });
});
