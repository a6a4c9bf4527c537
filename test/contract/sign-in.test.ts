/** Guessing passwords over the wire, and who is not shut out by it (ATK-59, 67, 69). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Refusal } from '../../src/domain/refusal.ts';
import { openPasswords } from '../../src/operations/passwords.ts';
import { dataOf, type Reply, refusedOf } from '../harness/client.ts';
import { embeddedProduct } from '../harness/embedded-product.ts';
import { addAccount, cookiesIn, openPerson, signInAs, testPassword, trySignIn } from '../harness/people.ts';
import { openProduct } from '../harness/product.ts';
import { holdClock } from '../harness/scene.ts';

const wrong = 'not the password of anybody';

describe('guessing passwords', () => {
  const clock = holdClock();
  const product = embeddedProduct(undefined, { clock });
  const attempt = (email: string, password: string, headers?: Record<string, string>): Promise<Reply> =>
    trySignIn(product().baseUrl, email, password, headers);
  const waitOf = (reply: Reply) => {
    assert.equal(refusedOf(reply, 'RATE_LIMITED').facts.retryAfter, Number(reply.headers.get('retry-after')));
    return Number(reply.headers.get('retry-after'));
  };

  test('300 attempts at once: five are looked at; who is signed in or has signed in before goes on', async () => {
    const { baseUrl, world } = product();
    const person = await openPerson(product(), { role: 'operator' });
    const checked = world.passwords.checked();
    const replies = await Promise.all(Array.from({ length: 300 }, () => attempt(person.email, wrong)));
    assert.equal(world.passwords.checked() - checked, 5);
    const refused = replies.map(({ json }) => json.error as string);
    assert.equal(refused.filter((error) => error === 'SIGN_IN_REFUSED').length, 5);
    assert.equal(refused.filter((error) => error === 'RATE_LIMITED').length, 295);
    // The right password does not help from a browser that nobody knows; the answer is that of a wrong one.
    assert.equal(waitOf(await attempt(person.email, testPassword)), 1);
    assert.equal((await person.get('/v2/sessions/current')).status, 200);
    const device = cookiesIn(person.signedIn)
      .split('; ')
      .filter((cookie) => cookie.startsWith('passdesk_device'));
    const known = await attempt(person.email, testPassword, { cookie: device.join('; ') });
    assert.equal(known.status, 200, known.text);
    assert.equal(cookiesIn(known).split('; ')[1], device[0], 'the browser keeps its token');
    const wanted = { currentPassword: testPassword, newPassword: 'nine brave herons cross the bay' };
    assert.equal((await person.post('/v2/sessions/password', wanted)).status, 200);
    clock.at += 1_000;
    assert.equal((await signInAs(baseUrl, person.email, wanted.newPassword)).signedIn.status, 200);
  });

  test('the token of a browser is good for the account that signed in from it, and no other', async () => {
    const mine = await openPerson(product(), { role: 'auditor' });
    const victim = await addAccount(product(), { role: 'administrator' });
    const headers = { cookie: mine.cookie };
    for (let guess = 0; guess < 5; guess += 1) refusedOf(await attempt(victim, wrong, headers), 'SIGN_IN_REFUSED');
    waitOf(await attempt(victim, wrong, headers));
  });

  test('an account that does not exist is slowed like one that does', async () => {
    clock.at += 86_400_000;
    const known = await addAccount(product(), { role: 'auditor' });
    const waits = { known: [] as number[], unknown: [] as number[] };
    for (let guess = 0; guess < 8; guess += 1) {
      for (const [kind, email] of [
        ['known', known],
        ['unknown', 'nobody@example.com'],
      ] as const) {
        const reply = await attempt(email, wrong);
        waits[kind].push(reply.status === 429 ? waitOf(reply) : 0);
      }
    }
    assert.deepEqual(waits.known, [0, 0, 0, 0, 0, 1, 1, 1]);
    assert.deepEqual(waits.unknown, waits.known);
  });

  test('guessing the present password in a session that was left open is slowed, too', async () => {
    clock.at += 86_400_000;
    const person = await openPerson(product(), { role: 'auditor' });
    const body = { currentPassword: wrong, newPassword: 'nine brave herons cross the bay' };
    for (let guess = 0; guess < 10; guess += 1) {
      refusedOf(await person.post('/v2/sessions/password', body), 'PASSWORD_NOT_YOURS');
    }
    waitOf(await person.post('/v2/sessions/password', body));
    assert.equal((await signInAs(product().baseUrl, person.email)).signedIn.status, 200, 'its owner may still sign in');
  });

  test('ATK-67: where a request comes from is what the connection says, or a proxy that is trusted', async () => {
    clock.at += 86_400_000;
    const { world, credentials } = product();
    const forwarded = { 'x-forwarded-for': '203.0.113.7, 198.51.100.9' };
    const addressOf = async (baseUrl: string) => {
      const email = await addAccount(product(), { role: 'administrator' });
      const reply = await trySignIn(baseUrl, email, testPassword, forwarded);
      assert.equal(reply.status, 200, reply.text);
      const reader = await signInAs(baseUrl, email);
      const { lines } = dataOf(await reader.get(`/v2/auditLog?act=account.sign-in&subject=${email}`));
      return lines.at(-1).details.address;
    };
    assert.equal(await addressOf(product().baseUrl), '127.0.0.1');
    const isTrustedProxy = (address: string) => address === '127.0.0.1';
    const proxied = await openProduct(world.database, { credentials, clock, isTrustedProxy });
    assert.equal(await addressOf(proxied.baseUrl), '198.51.100.9', 'the hop that the proxy itself saw');
    await proxied.close();
  });
});

test('ATK-69: 200 passwords at once: two are hashed, 32 wait, and the others are told to come again', async () => {
  const passwords = openPasswords();
  const kept = await passwords.hash(testPassword);
  const tries = Array.from({ length: 200 }, (_, index) =>
    passwords.verify(kept, index % 2 === 0 ? testPassword : wrong),
  );
  const results = await Promise.allSettled(tries);
  const done = results.filter(({ status }) => status === 'fulfilled');
  assert.equal(done.length, 34);
  for (const [index, result] of results.entries()) {
    if (result.status === 'fulfilled') assert.equal(result.value, index % 2 === 0);
    else assert.ok(result.reason instanceof Refusal && result.reason.refusal === 'OVERLOADED');
  }
  assert.equal(await passwords.verify(kept, testPassword), true, 'and afterwards it goes on');
  assert.equal(await passwords.verify(null, 'no account has this password'), false);
});
