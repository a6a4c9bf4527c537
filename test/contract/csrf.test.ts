/** Requests that a browser sends for somebody else's page (ATK-57). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type OperationId, type Route, routes } from '../../src/contract/routes.ts';
import { clientWith, refusedOf } from '../harness/client.ts';
import { embeddedProduct, stateOf } from '../harness/embedded-product.ts';
import { addAccount, openPerson, type PersonClient, testPassword, trySignIn } from '../harness/people.ts';
import { openProduct } from '../harness/product.ts';

const own = 'same-origin';
const changing = (Object.entries(routes) as [OperationId, Route][]).filter(
  ([, { method, scopes }]) => scopes !== null && method !== 'GET',
);
const pathOf = ({ path }: Route) =>
  path
    .replace('{module}', 'lounges')
    .replace('{email}', 'nobody@example.com')
    .replace(/\{\w+\}/g, 'N00001');

describe('requests from a page of somebody else', () => {
  let person: PersonClient;
  let other: PersonClient;
  const product = embeddedProduct(async (here) => {
    person = await openPerson(here, { role: 'administrator' });
    other = await openPerson(here, { role: 'administrator' });
  });
  const host = () => new URL(product().baseUrl).host;

  /** What may come with the cookie of a person who visits an evil page; the last are what a script there tries. */
  const forged = (): Record<string, string>[] => {
    const token = { 'x-csrf-token': person.csrfToken };
    const origins = [
      'https://evil.example',
      'null',
      `https://${host()}`,
      `http://${host()}.evil.example`,
      'http://127.0.0.1',
    ];
    return [
      { 'sec-fetch-site': own },
      { 'sec-fetch-site': own, 'x-csrf-token': '' },
      { 'sec-fetch-site': own, 'x-csrf-token': other.csrfToken },
      { 'sec-fetch-site': own, 'x-csrf-token': `${person.csrfToken}, ${person.csrfToken}` },
      { 'sec-fetch-site': own, 'x-csrf-token': person.csrfToken.toLowerCase() },
      ...['cross-site', 'same-site', 'none', ''].map((site) => ({ ...token, 'sec-fetch-site': site })),
      ...origins.map((origin) => ({ ...token, origin })),
    ];
  };

  test('every route that is not read is refused without the token, or from another origin, and does nothing', async () => {
    const before = await stateOf(product());
    assert.ok(changing.length > 20);
    for (const [operation, route] of changing) {
      for (const headers of forged()) {
        const sent = clientWith(product().baseUrl, '', { cookie: person.cookie, ...headers });
        const reply = await sent.call(route.method, pathOf(route), route.body === undefined ? undefined : {});
        assert.equal(reply.json.error, 'CSRF_REFUSED', `${operation} ${JSON.stringify(headers)}: ${reply.text}`);
        assert.equal(reply.status, 403);
      }
    }
    assert.equal(await stateOf(product()), before);
  });

  test('the same request from a page of our own is not', async () => {
    const { baseUrl } = product();
    const token = { cookie: person.cookie, 'x-csrf-token': person.csrfToken };
    for (const headers of [{ 'sec-fetch-site': own }, { origin: `http://${host()}` }, {}]) {
      const sent = clientWith(baseUrl, '', { ...token, ...headers });
      const reply = await sent.call('PATCH', '/v2/sessions/current', { language: 'en' });
      assert.equal(reply.status, 200, JSON.stringify(headers));
    }
  });

  test('a form cannot say JSON: whatever a browser sends without asking is no body', async () => {
    const before = await stateOf(product());
    const bodies: Readonly<Record<string, string>> = {
      'text/plain': '{"ePassId":"1788000000000000","reason":"="}',
      'application/x-www-form-urlencoded': 'ePassId=1788000000000000&reason=x',
      'multipart/form-data; boundary=x': '--x\r\ncontent-disposition: form-data; name="reason"\r\n\r\nx\r\n--x--',
    };
    for (const [type, body] of Object.entries(bodies)) {
      const forgery = clientWith(product().baseUrl, '', { cookie: person.cookie, 'content-type': type });
      refusedOf(await forgery.post('/v2/orders/ePasses/suspend', body), 'CSRF_REFUSED');
      // Even from a page of our own.
      const reply = await person.post('/v2/orders/ePasses/suspend', body, { 'content-type': type });
      refusedOf(reply, 'CONTENT_TYPE_UNSUPPORTED');
      refusedOf(await forgery.post('/v2/sessions', body), 'CONTENT_TYPE_UNSUPPORTED');
    }
    assert.equal(await stateOf(product()), before);
  });

  test('reading asks for no token, but not for another page either', async () => {
    const { baseUrl } = product();
    const read = (headers: Record<string, string>) =>
      clientWith(baseUrl, '', { cookie: person.cookie, ...headers }).get('/v2/accounts');
    for (const headers of [{}, { 'sec-fetch-site': own }, { 'sec-fetch-site': 'none' }]) {
      assert.equal((await read(headers as Record<string, string>)).status, 200);
    }
    for (const site of ['cross-site', 'same-site']) refusedOf(await read({ 'sec-fetch-site': site }), 'CSRF_REFUSED');
    refusedOf(await read({ origin: 'https://evil.example' }), 'CSRF_REFUSED');
    for (const path of ['/v2/accounts', '/v2/sessions/current']) {
      const { headers } = await person.get(path, { origin: `http://${host()}` });
      assert.equal(headers.get('access-control-allow-origin'), null, 'no other page may read');
      assert.equal(headers.get('cache-control'), 'no-store');
    }
  });

  test('nobody is signed in to the account of an attacker from the page of the attacker', async () => {
    const { baseUrl } = product();
    const email = await addAccount(product(), { role: 'auditor' });
    const elsewhere = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
    ];
    for (const headers of elsewhere) {
      const reply = await trySignIn(baseUrl, email, testPassword, headers as Record<string, string>);
      refusedOf(reply, 'CSRF_REFUSED');
      assert.deepEqual(reply.headers.getSetCookie(), []);
    }
    assert.equal((await trySignIn(baseUrl, email, testPassword, { origin: `http://${host()}` })).status, 200);
  });

  test('a token needs none of this: it is no cookie, and a browser sends none by itself', async () => {
    const { baseUrl, credentials } = product();
    const { token } = (
      await clientWith(baseUrl, '', {}).post('/v2/auth/token', {
        clientId: credentials.partner.clientId,
        secret: credentials.partner.secret,
      })
    ).json.data;
    const headers = {
      authorization: `Bearer ${token}`,
      origin: 'https://evil.example',
      'sec-fetch-site': 'cross-site',
    };
    assert.equal((await clientWith(baseUrl, '', headers).issue(1)).reply.status, 200);
  });

  test('with https there is one origin, whatever Host says', async () => {
    const { world, credentials } = product();
    const publicUrl = 'https://passes.example';
    const placed = await openProduct(world.database, { credentials, publicUrl });
    const email = await addAccount(product(), { role: 'auditor' });
    const from = (origin: string) => trySignIn(placed.baseUrl, email, testPassword, { origin });
    for (const origin of [placed.baseUrl, 'http://passes.example', `${publicUrl}:8443`, `${publicUrl}.evil.example`]) {
      refusedOf(await from(origin), 'CSRF_REFUSED');
    }
    assert.equal((await from(publicUrl)).status, 200);
    await placed.close();
  });
});
