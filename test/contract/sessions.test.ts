/** Signing in, sessions and how they end (ATK-21, 24, 58). */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { type OperationId, type Route, routes } from '../../src/contract/routes.ts';
import { forgetOldSessions } from '../../src/operations/upkeep.ts';
import { clientWith, dataOf, openClient, type Reply, refusedOf } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import {
  addAccount,
  cookiesIn,
  openPerson,
  type PersonClient,
  personWith,
  signInAs,
  testPassword,
  trySignIn,
} from '../harness/people.ts';
import { openProduct, type ProductHere } from '../harness/product.ts';
import { holdClock, readRows, useScene } from '../harness/scene.ts';

const otherPassword = 'nine brave herons cross the bay';
const current = '/v2/sessions/current';
const minute = 60_000;
const hour = 60 * minute;

await eachDatabase('sessions', (open) => {
  const clock = holdClock();
  // Tokens are dated by the real one, and the suite before this one may have taken its time.
  before(() => {
    clock.at = holdClock().at;
  });
  const scene = useScene(open, clock);
  let admin: PersonClient;
  before(async () => {
    admin = await openPerson(scene.product, { role: 'administrator' });
  });

  async function isAlive(person: PersonClient): Promise<void> {
    assert.equal((await person.get(current)).status, 200);
  }

  async function hasEnded(person: PersonClient): Promise<void> {
    refusedOf(await person.get(current), 'SESSION_REFUSED');
    refusedOf(await person.call('PATCH', '/v2/resources/N00001', { closed: false }), 'SESSION_REFUSED');
  }

  test('the administrator of credentials.json signs in, reads and acts without choosing a password first', async () => {
    const { baseUrl, credentials } = scene.product;
    const first = await signInAs(baseUrl, credentials.admin.email.toUpperCase(), credentials.admin.password);
    const { account, csrfToken, expiresAt } = dataOf(first.signedIn);
    const own = { email: 'admin@passdesk.local', role: 'administrator', language: 'en' };
    assert.deepEqual(account, { ...own, programIds: null, passwordMustChange: false });
    assert.match(csrfToken, /^[\w-]{43}$/);
    assert.equal(Date.parse(expiresAt), clock.at + hour);
    assert.deepEqual(dataOf(await first.get(current)), dataOf(first.signedIn));
    assert.equal((await first.get('/v2/resources')).status, 200, 'one programme needs no X-Program-ID');
    const issued = await first.issue(2);
    assert.equal(issued.reply.status, 200, issued.reply.text);
    assert.equal((await first.post('/v2/orders/ePasses/search', { ePassId: issued.ePassId })).status, 200);
    const spoken = await first.call('PATCH', current, { language: 'de' });
    assert.equal(dataOf(spoken).account.language, 'de');
    assert.equal(dataOf(await first.get(current)).account.language, 'de');
  });

  test('ATK-21: a session is no token, and a token is no session', async () => {
    const { baseUrl, credentials } = scene.product;
    const person = await openPerson(scene.product, { role: 'administrator' });
    const partner = await openClient(baseUrl, credentials.partner);
    const id = /passdesk_session=([\w-]+)/.exec(person.cookie)![1]!;
    const as = (headers: Record<string, string>) => clientWith(baseUrl, '', headers).get('/v2/resources');
    for (const token of [id, person.csrfToken, `${id}.${id}.${id}`]) {
      refusedOf(await as({ authorization: `Bearer ${token}` }), 'TOKEN_REFUSED');
      refusedOf(await as({ authorization: `Bearer ${token}`, cookie: person.cookie }), 'TOKEN_REFUSED');
    }
    for (const value of [partner.token, 'x', `${id}x`, id.slice(1), person.csrfToken, '"', '']) {
      refusedOf(await as({ cookie: `passdesk_session=${value}` }), 'SESSION_REFUSED');
    }
    refusedOf(await as({ cookie: `passdesk_session=${id}; passdesk_session=${'A'.repeat(43)}` }), 'SESSION_REFUSED');
    refusedOf(await as({ cookie: `session=${id}` }), 'TOKEN_REFUSED');
    const both = { authorization: `Bearer ${partner.token}`, cookie: person.cookie };
    refusedOf(await clientWith(baseUrl, '', both).get('/v2/accounts'), 'SCOPE_MISSING');
    assert.equal((await as({ cookie: `a=b; passdesk_session=${id};c=d` })).status, 200);
  });

  test('ATK-24: an unknown, wrong, disabled or lapsed sign-in is one answer for one and the same work', async () => {
    const { baseUrl, world } = scene.product;
    const [known, disabled, lapsed] = [
      await addAccount(scene.product, { role: 'operator' }),
      await addAccount(scene.product, { role: 'operator' }),
      await addAccount(scene.product, { role: 'operator', passwordIsTemporary: true }),
    ];
    assert.equal((await admin.call('PATCH', `/v2/accounts/${disabled}`, { disabled: true })).status, 200);
    const tries = [
      { email: 'nobody@example.com', password: testPassword },
      { email: known, password: otherPassword },
      { email: disabled, password: testPassword },
      { email: lapsed, password: testPassword },
    ];
    clock.at += 7 * 24 * hour;
    const answers = new Set<string>();
    for (const { email, password } of tries) {
      const before = world.passwords.checked();
      const reply = await trySignIn(baseUrl, email, password);
      refusedOf(reply, 'SIGN_IN_REFUSED');
      assert.deepEqual(reply.headers.getSetCookie(), []);
      assert.equal(world.passwords.checked() - before, 1, `one password checked for ${email}`);
      const headers = [...reply.headers.keys()].sort();
      answers.add(JSON.stringify([reply.status, reply.text.replace(/"requestId":"[^"]+"/, ''), headers]));
    }
    assert.equal(answers.size, 1, [...answers].join('\n'));
    admin = await openPerson(scene.product, { role: 'administrator' });
  });

  test('the cookies are for this host, its pages and no script; with https for https alone', async () => {
    const email = await addAccount(scene.product, { role: 'auditor' });
    const plain = (await trySignIn(scene.product.baseUrl, email, testPassword)).headers.getSetCookie();
    assert.deepEqual(
      plain.map((cookie) => cookie.replace(/=[\w-]{43};/, '=…;')),
      [
        'passdesk_session=…; Path=/; HttpOnly; SameSite=Strict',
        'passdesk_device=…; Max-Age=7776000; Path=/; HttpOnly; SameSite=Strict',
      ],
    );
    await withProduct({ publicUrl: 'https://passes.example' }, async ({ baseUrl }) => {
      const reply = await trySignIn(baseUrl, email, testPassword, { origin: 'https://passes.example' });
      const secure = reply.headers.getSetCookie();
      assert.deepEqual(
        secure.map((cookie) => cookie.replace(/=[\w-]{43};/, '=…;')),
        [
          '__Host-passdesk_session=…; Path=/; Secure; HttpOnly; SameSite=Strict',
          '__Host-passdesk_device=…; Max-Age=7776000; Path=/; Secure; HttpOnly; SameSite=Strict',
        ],
      );
      const person = personWith(baseUrl, email, reply);
      await isAlive(person);
      const bare = clientWith(baseUrl, '', { cookie: person.cookie.replaceAll('__Host-', '') });
      refusedOf(await bare.get(current), 'TOKEN_REFUSED');
      const end = await person.post('/v2/sessions/end');
      assert.deepEqual(end.headers.getSetCookie(), [
        '__Host-passdesk_session=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Strict',
      ]);
    });
  });

  test('ATK-58: a session that was there before signing in is not adopted, and ends', async () => {
    const { baseUrl } = scene.product;
    const email = await addAccount(scene.product, { role: 'operator' });
    const planted = 'A'.repeat(43);
    const fixed = await trySignIn(baseUrl, email, testPassword, { cookie: `passdesk_session=${planted}` });
    const first = personWith(baseUrl, email, fixed);
    assert.ok(!first.cookie.includes(planted));
    await hasEnded({ ...first, ...clientWith(baseUrl, '', { cookie: `passdesk_session=${planted}` }) });
    const again = personWith(baseUrl, email, await trySignIn(baseUrl, email, testPassword, { cookie: first.cookie }));
    assert.notEqual(again.cookie, first.cookie);
    await isAlive(again);
    await hasEnded(first);
  });

  test('a session ends after an hour without a request, and after twelve hours whatever happens', async () => {
    const idle = await openPerson(scene.product, { role: 'operator' });
    clock.at += hour - 1;
    await isAlive(idle);
    clock.at += hour;
    await hasEnded(idle);
    const busy = await openPerson(scene.product, { role: 'operator' });
    for (let minutes = 0; minutes < 12 * 60 - 45; minutes += 45) {
      clock.at += 45 * minute;
      const { expiresAt } = dataOf(await busy.get(current));
      assert.ok(Date.parse(expiresAt) <= clock.at + hour);
    }
    clock.at += 45 * minute - 1;
    await isAlive(busy);
    clock.at += 1;
    await hasEnded(busy);
    admin = await openPerson(scene.product, { role: 'administrator' });
  });

  const endings: Readonly<Record<string, (person: PersonClient) => Promise<Reply>>> = {
    'signing out': (person) => person.post('/v2/sessions/end'),
    'another password': (person) =>
      person.post('/v2/sessions/password', { currentPassword: testPassword, newPassword: otherPassword }),
    'another role': ({ email }) => admin.call('PATCH', `/v2/accounts/${email}`, { role: 'auditor' }),
    'fewer programmes': ({ email }) => admin.call('PATCH', `/v2/accounts/${email}`, { programIds: ['DEMO'] }),
    'being disabled': ({ email }) => admin.call('PATCH', `/v2/accounts/${email}`, { disabled: true }),
    'a password reset': ({ email }) => admin.post(`/v2/accounts/${encodeURIComponent(email)}/password`),
  };
  for (const [event, happen] of Object.entries(endings)) {
    test(`ATK-58: a session ends at once with ${event}, in this process and in another`, async () => {
      const person = await openPerson(scene.product, { role: 'operator' });
      const second = await signInAs(scene.product.baseUrl, person.email);
      await withProduct({}, async ({ baseUrl }) => {
        const headers = { cookie: person.cookie, 'x-csrf-token': person.csrfToken };
        const elsewhere = { ...person, ...clientWith(baseUrl, '', headers) };
        await isAlive(elsewhere);
        const reply = await happen(person);
        assert.equal(reply.status, 200, reply.text);
        await hasEnded(elsewhere);
      });
      await hasEnded(person);
      if (event === 'signing out') await isAlive(second);
      else await hasEnded(second);
    });
  }

  test('the session that changed its password goes on under a new id, and only the new password signs in', async () => {
    const { baseUrl } = scene.product;
    const person = await openPerson(scene.product, { role: 'operator' });
    const wanted = { currentPassword: testPassword, newPassword: otherPassword };
    const wrong = await person.post('/v2/sessions/password', { ...wanted, currentPassword: otherPassword });
    assert.deepEqual(refusedOf(wrong, 'PASSWORD_NOT_YOURS').fields, ['currentPassword']);
    const changed = await person.post('/v2/sessions/password', wanted);
    assert.equal(changed.status, 200, changed.text);
    const next = personWith(baseUrl, person.email, changed);
    assert.notEqual(next.csrfToken, person.csrfToken);
    await isAlive(next);
    refusedOf(await trySignIn(baseUrl, person.email, testPassword), 'SIGN_IN_REFUSED');
    assert.equal((await trySignIn(baseUrl, person.email, otherPassword)).status, 200);
  });

  test('passwords that are short, common, repeated, the e-mail or the present one are refused', async () => {
    const person = await openPerson(scene.product, { role: 'auditor' });
    const bad = [
      'fourteen chars',
      'Correct Horse Battery Staple!',
      'ababababababababab',
      '098765432109876543',
      testPassword,
    ];
    for (const newPassword of [...bad, `x${person.email.toUpperCase()}x`]) {
      const reply = await person.post('/v2/sessions/password', { currentPassword: testPassword, newPassword });
      assert.deepEqual(refusedOf(reply, 'PASSWORD_REFUSED').fields, ['newPassword'], newPassword);
    }
    await isAlive(person);
  });

  test('a one-time password opens nothing but the way to another one', async () => {
    const { baseUrl } = scene.product;
    const email = await addAccount(scene.product, { role: 'administrator', passwordIsTemporary: true });
    const person = await signInAs(baseUrl, email);
    assert.equal(dataOf(person.signedIn).account.passwordMustChange, true);
    let refused = 0;
    for (const [operation, route] of Object.entries(routes) as [OperationId, Route][]) {
      if (route.scopes === null || route.beforePasswordChange) continue;
      const path = route.path.replace('{module}', 'lounges').replace(/\{\w+\}/g, 'N00001');
      const reply = await person.call(route.method, path, route.body === undefined ? undefined : {});
      refusedOf(reply, 'PASSWORD_CHANGE_REQUIRED');
      refused += 1;
      assert.ok(operation !== 'currentSession');
    }
    assert.ok(refused > 30, `${refused} routes`);
    await isAlive(person);
    const wanted = { currentPassword: testPassword, newPassword: otherPassword };
    const changed = personWith(baseUrl, email, await person.post('/v2/sessions/password', wanted));
    assert.equal(dataOf(changed.signedIn).account.passwordMustChange, false);
    assert.equal((await changed.get('/v2/accounts')).status, 200);
  });

  test('an account has ten sessions; with the eleventh the one used longest ago ends', async () => {
    const person = await openPerson(scene.product, { role: 'auditor' });
    const later: PersonClient[] = [];
    for (let index = 0; index < 10; index += 1) {
      clock.at += 1000;
      later.push(await signInAs(scene.product.baseUrl, person.email));
    }
    await hasEnded(person);
    await isAlive(later[0]!);
  });

  test('after the clock was set back a new session is the last to be ended, and its browser stays known', async () => {
    const { baseUrl } = scene.product;
    const person = await openPerson(scene.product, { role: 'auditor' });
    for (let index = 0; index < 10; index += 1) await signInAs(baseUrl, person.email);
    clock.at -= 2 * hour;
    const after = await signInAs(baseUrl, person.email);
    await isAlive(after);
    const device = /passdesk_device=([^;]+)/.exec(after.cookie)![1]!;
    const again = await trySignIn(baseUrl, person.email, testPassword, { cookie: `passdesk_device=${device}` });
    assert.match(cookiesIn(again), new RegExp(`passdesk_device=${device}`), 'the browser keeps its token');
    clock.at += 2 * hour;
  });

  test('the database holds nothing with which a session could be taken over', async () => {
    const person = await openPerson(scene.product, { role: 'operator' });
    const tables = ['accounts', 'sessions', 'known_devices', 'audit_log', 'answers'];
    const rows = await Promise.all(tables.map((table) => readRows(scene.database, `select t::text from ${table} t`)));
    const text = JSON.stringify(rows);
    for (const secret of [...cookiesIn(person.signedIn).matchAll(/=([\w-]+)/g)].map((found) => found[1]!)) {
      assert.ok(secret.length >= 22, 'at least 128 bits');
      assert.ok(!text.includes(secret));
    }
    assert.ok(!text.includes(person.csrfToken) && !text.includes(testPassword));
    assert.match(text, /\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  test('what has ended by itself is forgotten after a while', async () => {
    const person = await openPerson(scene.product, { role: 'auditor' });
    const { world } = scene.product;
    const count = async (table: string) =>
      (await readRows<{ count: number }>(scene.database, `select count(*)::int as count from ${table}`))[0]!.count;
    await forgetOldSessions(world);
    assert.ok((await count('sessions')) >= 1);
    await isAlive(person);
    clock.at += hour;
    await forgetOldSessions(world);
    assert.equal(await count('sessions'), 0);
    assert.ok((await count('known_devices')) > 0);
    clock.at += 90 * 24 * hour;
    await forgetOldSessions(world);
    assert.equal(await count('known_devices'), 0);
  });

  test('a session from a clock that ran ahead ends when the clock is set right', async () => {
    clock.at += 3 * hour;
    const person = await openPerson(scene.product, { role: 'auditor' });
    await isAlive(person);
    clock.at -= 3 * hour;
    await hasEnded(person);
    await isAlive(await signInAs(scene.product.baseUrl, person.email));
  });

  /** A second process's worth of the product on the same database. */
  async function withProduct(more: object, work: (product: ProductHere) => Promise<void>): Promise<void> {
    const { credentials } = scene.product;
    const product = await openProduct(scene.database, { credentials, clock, ...more });
    await work(product).finally(() => product.close());
  }
});
