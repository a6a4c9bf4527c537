/** What is secret or personal is in no log (INV-37, ATK-55, 77), and ids cannot be guessed (ATK-49). */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ids } from '../../src/system/ids.ts';
import { clientWith, issueBody, openClient, type TestClient } from '../harness/client.ts';
import { addClient, embeddedProduct } from '../harness/embedded-product.ts';
import { plainRequest, signedByHmac } from '../harness/forged-tokens.ts';
import { signInAs, trySignIn } from '../harness/people.ts';
import { type ProductProcess, removeFolder, startProduct } from '../harness/product.ts';
import { until } from '../harness/push.ts';
import { sendRaw } from '../harness/raw-http.ts';
import { readRows } from '../harness/scene.ts';
import { addOtherProgramme, type Clients } from '../harness/two-programmes.ts';

const canary = (what: string) => `Canary${what}${randomUUID().replaceAll('-', '').slice(0, 12)}`;
type Surface = Pick<ProductProcess, 'baseUrl' | 'credentials'>;

/** Everything a client can do, well and badly; gives all that may be in no log. */
async function traffic({ baseUrl, credentials }: Surface): Promise<string[]> {
  const [first, last, user, reason, key] = ['First', 'Last', 'User', 'Reason', 'Key'].map(canary) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const partner = await openClient(baseUrl, credentials.partner);
  const venue = await openClient(baseUrl, credentials.venue);
  const named = { firstName: first, lastName: `${last}` };
  const issued = await partner.issue(2, named, user);
  await partner.post('/v2/orders/lounges/ePasses', issueBody(1, named, user), { 'idempotency-key': key });
  await partner.issue(1, { ...named, firstName: `${first}\r\n{"level":50,"forged":true}\u001b[31m` }, user);
  await partner.issue(1, { ...named, lastName: 'Other' }, user);
  const used = await venue.redeem(issued.ePassId);
  await venue.redeem(issued.ePassId, { adultCount: 50 });
  await venue.post('/v2/redemptions/cancel', { orderId: used.json.data.orderId, reason });
  await partner.post('/v2/orders/ePasses/search', { ePassId: issued.ePassId });
  await partner.post('/v2/orders/ePasses/search', `{"ePassId":"${issued.ePassId}","${first}":`);
  await partner.post('/v2/users/ePasses', { clientUserId: user, [first]: 1 });
  await partner.get(`/v2/resources?iata=${first}&token=${partner.token}`);
  await partner.get(`/v2/${first}/${issued.ePassId}?secret=${credentials.partner.secret}`);
  const link = await partner.post('/v2/orders/ePasses/link', { ePassId: issued.ePassId });
  const linkToken: string = link.json.data.token;
  await plainRequest(`${baseUrl}/v2/passPages/${linkToken}`);
  await plainRequest(`${baseUrl}/v2/passPages/${linkToken}${first}?name=${first}`);
  await partner.call('PATCH', '/v2/orders', { orderId: issued.orderId, status: 3 });
  const forged = signedByHmac({ alg: 'HS256', kid: first }, { iss: last, exp: 4e9 }, credentials.partner.secret);
  const expired = signedByHmac(
    { alg: 'HS256' },
    { iss: credentials.partner.issuer, exp: 1 },
    credentials.partner.secret,
  );
  for (const token of [forged, expired, `${partner.token}x`, credentials.partner.secret]) {
    await plainRequest(`${baseUrl}/v2/resources`, {
      headers: { authorization: `Bearer ${token}`, cookie: `session=${key}` },
    });
  }
  const hook = await pushTraffic(partner);
  const { clientId, secret } = credentials.partner;
  const fetched = await partner.post('/v2/auth/token', { clientId, secret });
  await partner.post('/v2/auth/token', { clientId, secret: `${secret}!` });
  await sendRaw(baseUrl, `BROKEN ${partner.token} ${first}\r\n\r\n`);
  const tokens = [partner.token, venue.token, forged, expired, fetched.json.data.token];
  return [
    ...(await peoplesTraffic(baseUrl, credentials.admin)),
    ...[first, last, user, reason, key, hook, secret, credentials.venue.secret, credentials.admin.password],
    ...[issued.ePassId, linkToken, ...tokens, ...tokens.map((token) => token.split('.')[2]!)],
  ];
}

/** An endpoint whose address holds a secret and leads nowhere: a test, a rotation, events; gives the secret. */
async function pushTraffic(partner: TestClient): Promise<string> {
  const hook = canary('Hook');
  // A label that is too long for a name server: it fails at once, and nobody is asked.
  const url = `https://${'x'.repeat(64)}.example/${hook}?token=${hook}`;
  const made = await partner.post('/v2/endpoints', { url, eventTypes: ['epass.issued'] });
  const path = `/v2/endpoints/${made.json.data.endpointId}`;
  const tried = await partner.post(`${path}/test`);
  assert.equal(tried.json.data.received.answer, 'the host could not be reached');
  await partner.post(`${path}/keys`, { signsFrom: new Date().toISOString() });
  assert.equal((await partner.issue(1)).reply.status, 200);
  const attempts = async () => (await partner.get(`${path}/deliveries`)).json.data.deliveries[0]?.attemptCount ?? 0;
  await until('the attempt', async () => (await attempts()) > 0);
  return hook;
}

/** Signing in and out, well and badly, and accounts; gives all that may be in no log. */
async function peoplesTraffic(
  baseUrl: string,
  { email, password }: Surface['credentials']['admin'],
): Promise<string[]> {
  const [nobody, wrong, chosen] = ['Nobody', 'Wrong', 'Chosen'].map(canary) as [string, string, string];
  await trySignIn(baseUrl, `${nobody}@example.com`, wrong);
  // What often happens: the password in the field of the e-mail.
  await trySignIn(baseUrl, password, password);
  await trySignIn(baseUrl, email, wrong);
  await trySignIn(baseUrl, email, `${password}`, { origin: 'https://evil.example' });
  const admin = await signInAs(baseUrl, email, password);
  const forged = clientWith(baseUrl, '', { cookie: admin.cookie, 'x-csrf-token': chosen });
  await forged.post('/v2/sessions/end');
  await clientWith(baseUrl, '', { cookie: `passdesk_session=${'x'.repeat(43)}` }).get('/v2/accounts');
  const made = await admin.post('/v2/accounts', { email: `${nobody}@example.com`, role: 'auditor' });
  const first = made.json.data.password as string;
  const person = await signInAs(baseUrl, `${nobody}@example.com`, first);
  await person.post('/v2/sessions/password', { currentPassword: wrong, newPassword: `${chosen} and more` });
  await person.post('/v2/sessions/password', { currentPassword: first, newPassword: `${chosen} and more` });
  const reset = await admin.post(`/v2/accounts/${nobody}@example.com/password`);
  await admin.post('/v2/sessions/end');
  const cookies = [admin, person].flatMap(({ cookie }) => [...cookie.matchAll(/=([\w-]{43})/g)].map((one) => one[1]!));
  return [nobody, wrong, chosen, first, reset.json.data.password, ...cookies, admin.csrfToken, person.csrfToken];
}

function findNone(text: string, forbidden: readonly string[]): void {
  for (const secret of forbidden) {
    const at = text.indexOf(secret);
    assert.equal(at, -1, `${secret} is in the log: ${text.slice(Math.max(0, at - 200), at + 200)}`);
  }
  assert.ok(!/\b[0-9]{16}\b/.test(text), 'a 16-digit id is in the log');
  assert.ok(!/PRIVATE KEY/.test(text), 'a private key is in the log');
  assert.ok(!/eyJ[\w-]{10,}\.[\w-]{10,}\./.test(text), 'a token is in the log');
}

describe('what is logged', () => {
  const product = embeddedProduct();

  test('nothing secret or personal, whatever goes wrong', async () => {
    const forbidden = await traffic(product());
    const { logged, world } = product();
    const keys = await readRows<{ key: string }>(world.database, 'select private_key as key from signing_keys');
    assert.equal(keys.length, 2);
    for (const { key } of keys) forbidden.push(...key.split('\n').filter((line) => line.length === 64));
    assert.ok(
      logged.some(({ event }) => event === 'push target not reached'),
      'a push has failed',
    );
    assert.ok(
      logged.some(({ event }) => event === 'token refused'),
      'there is a log to look at',
    );
    findNone(JSON.stringify(logged), forbidden);
  });
});

describe('a real process', () => {
  let running: ProductProcess;
  let errors = '';
  before(async () => {
    running = await startProduct();
    running.child.stderr!.on('data', (chunk: Buffer) => {
      errors += chunk.toString();
    });
  });
  after(async () => {
    await running?.stop();
    if (running !== undefined) await removeFolder(running.dataFolder);
  });

  test('credentials.json is its owner’s alone', async () => {
    const { mode } = await stat(join(running.dataFolder, 'credentials.json'));
    assert.equal(mode & 0o777, 0o600);
  });

  test('standard error holds JSON lines without anything secret or personal', async () => {
    const forbidden = await traffic(running);
    for (let waited = 0; !errors.includes('token refused') && waited < 5_000; waited += 50) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await until('a push has failed', () => errors.includes('push target not reached'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const lines = errors.trim().split('\n');
    assert.ok(errors.includes('token refused'), errors);
    for (const line of lines) assert.equal(JSON.parse(line).forged, undefined);
    findNone(errors, forbidden);
    const printed = running.output();
    for (const secret of [
      running.credentials.partner.secret,
      running.credentials.venue.secret,
      running.credentials.admin.password,
    ]) {
      assert.ok(!printed.includes(secret), 'a secret was printed');
    }
  });
});

describe('ids', () => {
  const count = 20_000;
  const drawn = Array.from({ length: count }, () => ids.passId('1788'));

  test('every one of 20,000 has its prefix and a Luhn check digit, and none comes twice', () => {
    const doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    for (const id of drawn) {
      assert.match(id, /^1788[0-9]{12}$/);
      const sum = [...id]
        .reverse()
        .reduce((total, digit, index) => total + (index % 2 === 1 ? doubled[Number(digit)]! : Number(digit)), 0);
      assert.equal(sum % 10, 0, id);
    }
    assert.equal(new Set(drawn).size, count);
    assert.equal(new Set(Array.from({ length: count }, () => ids.orderId())).size, count);
    assert.match(ids.secret(), /^[\w-]{43}$/);
  });

  test('every digit is as likely as any other, alone and after its neighbour', () => {
    for (let place = 4; place < 16; place += 1) {
      const alone = counts(
        drawn.map((id) => Number(id[place])),
        10,
      );
      assert.ok(chiSquare(alone) < 45, `place ${place}: ${alone}`);
      if (place === 4) continue;
      const pairs = counts(
        drawn.map((id) => Number(id.slice(place - 1, place + 1))),
        100,
      );
      assert.ok(chiSquare(pairs) < 180, `places ${place - 1} and ${place}`);
    }
  });

  test('an id tells nothing of the one before or of when it was drawn', () => {
    const values = drawn.map((id) => Number(id.slice(4, 15)) / 1e11);
    const order = values.map((_, index) => index / count);
    const steps = [1, 2, 3, 10].map((lag) => correlation(values.slice(lag), values.slice(0, -lag)));
    for (const found of [...steps, correlation(values, order)])
      assert.ok(Math.abs(found) < 0.04, `correlation ${found}`);
    assert.ok(Math.abs(correlation(order, order) - 1) < 1e-9, 'the measure itself');
  });

  function counts(values: readonly number[], kinds: number): number[] {
    const found = new Array<number>(kinds).fill(0);
    for (const value of values) found[value]! += 1;
    return found;
  }

  function chiSquare(found: readonly number[]): number {
    const expected = count / found.length;
    return found.reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0);
  }

  function correlation(left: readonly number[], right: readonly number[]): number {
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [a, b] = [mean(left), mean(right)];
    const shared = left.reduce((sum, value, index) => sum + (value - a) * (right[index]! - b), 0);
    const spread = (values: readonly number[], middle: number) =>
      Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0));
    return shared / (spread(left, a) * spread(right, b));
  }
});

describe('guessing ids in a live programme', () => {
  let clients: Clients;
  let second: TestClient;
  embeddedProduct(async (here) => {
    clients = await addOtherProgramme(here);
    second = await openClient(
      here.baseUrl,
      await addClient(here, { clientId: 'second', scopes: ['issuer'], programs: ['OTHER'] }),
    );
  });

  test('300 unknown ids an hour, on all routes together; known ids cost nothing before that', async () => {
    const known = await clients.partnerB.issue(3);
    const look = (client: TestClient, ePassId: string) => client.post('/v2/orders/ePasses/search', { ePassId });
    for (let guess = 0; guess < 300; guess += 1) {
      const order = { orderId: ids.orderId() };
      const reply = await [
        () => look(clients.partnerB, ids.passId('4321')),
        () => clients.partnerB.post('/v2/orders/ePasses/search', order),
        () => clients.partnerB.call('PATCH', '/v2/orders', { ...order, status: 3 }),
        () => clients.partnerB.post('/v2/orders/ePasses/details', order),
        () =>
          clients.partnerB.post('/v2/redemptions/check', {
            dpId: ids.passId('4321'),
            resourceId: 'N90001',
            adultCount: 1,
            childCount: 0,
          }),
      ][guess % 5]!();
      assert.equal(reply.status, 404, `guess ${guess}: ${reply.text}`);
      if (guess % 10 === 0)
        assert.equal((await look(clients.partnerB, known.ePassId)).status, 200, `known, after guess ${guess}`);
    }
    const stopped = await look(clients.partnerB, ids.passId('4321'));
    assert.deepEqual([stopped.status, stopped.json.error], [429, 'LOOK_UPS_EXHAUSTED']);
    const wait = Number(stopped.headers.get('retry-after'));
    assert.ok(wait > 3_000 && wait <= 3_600, `Retry-After ${wait}`);
    assert.equal((await look(clients.partnerB, known.ePassId)).status, 429, 'a guess that hits would tell');
    assert.equal((await clients.partnerB.issue(1)).reply.status, 200, 'issuing goes on');
    assert.equal((await look(second, known.ePassId)).status, 200, 'another client of the programme');
    assert.equal((await look(clients.both, known.ePassId)).json.error, 'PROGRAM_REQUIRED');
  });
});
