/** How guessing is slowed down (ATK-59). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../../src/domain/refusal.ts';
import { networkOf } from '../../src/http/people.ts';
import { type Attempt, attempted, openSignInThrottle } from '../../src/operations/sign-in-throttle.ts';

const second = 1_000;
const minute = 60 * second;

/** A throttle with a clock of its own; `tries` tells whether an attempt is let through. */
function scene() {
  const clock = { at: Date.UTC(2030, 0, 1), now: () => clock.at };
  const throttle = openSignInThrottle(clock.now);
  const admit = (attempt: Partial<Attempt>) =>
    throttle.admit({ email: 'ada@example.com', address: '10.0.0.1', knownDevice: null, ...attempt });
  const waitOf = (attempt: Partial<Attempt>): number => {
    try {
      admit(attempt);
      return 0;
    } catch (problem) {
      assert.ok(problem instanceof Refusal && problem.refusal === 'RATE_LIMITED');
      return problem.facts.retryAfter as number;
    }
  };
  const passes = (attempt: Partial<Attempt>) => waitOf(attempt) === 0;
  return { clock, throttle, admit, waitOf, passes };
}

test('of 10,000 attempts at one account from 10,000 addresses within an hour, at most 100 are looked at', () => {
  const { clock, passes } = scene();
  let evaluated = 0;
  for (let index = 0; index < 10_000; index += 1) {
    clock.at += 360;
    evaluated += passes({ address: `10.${index >> 8}.${index & 255}.1` }) ? 1 : 0;
  }
  assert.ok(evaluated >= 5 && evaluated <= 100, `${evaluated} evaluated`);
});

test('a thousand attempts at the same moment are no way around', () => {
  const { passes } = scene();
  const evaluated = Array.from({ length: 1_000 }, (_, index) => passes({ address: `10.1.${index}.1` })).filter(Boolean);
  assert.equal(evaluated.length, 5);
});

test('each failure makes the next wait twice as long, up to a quarter of an hour; a day later it is forgotten', () => {
  const { clock, waitOf } = scene();
  for (let index = 0; index < 5; index += 1) assert.equal(waitOf({}), 0);
  for (const expected of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]) {
    const wait = waitOf({});
    assert.equal(wait, expected);
    assert.equal(waitOf({}), expected, 'what is refused is not counted');
    clock.at += wait * second - 1;
    assert.ok(waitOf({}) > 0);
    clock.at += 1;
    assert.equal(waitOf({}), 0);
  }
  clock.at += 24 * 60 * minute;
  for (let index = 0; index < 5; index += 1) assert.equal(waitOf({}), 0);
});

test('whoever guesses shuts out neither a browser that is known nor somebody who is signed in', () => {
  const { clock, throttle, passes } = scene();
  for (let index = 0; index < 2_000; index += 1) {
    passes({ address: `10.2.${index}.1` });
    passes({ email: `user-${index}@example.com`, address: `10.3.${index}.1` });
  }
  assert.ok(!passes({}), 'the account is being guessed at');
  throttle.admit({ email: 'ada@example.com', address: '10.0.0.1', knownDevice: 'device' }).succeeded();
  throttle.admitAgain('ada@example.com', 'session').succeeded();
  // A browser that is known may guess, too, but not for long.
  const known = Array.from({ length: 100 }, () => passes({ knownDevice: 'stolen' })).filter(Boolean);
  assert.equal(known.length, 10);
  clock.at += 1;
  assert.ok(passes({ knownDevice: 'device' }), 'each browser for itself');
});

test('one address is slowed whatever accounts it tries, and one good account gives it no more', () => {
  const { admit, passes } = scene();
  let evaluated = 0;
  for (let index = 0; index < 500; index += 1) {
    evaluated += passes({ email: `user-${index}@example.com` }) ? 1 : 0;
  }
  assert.equal(evaluated, 20);
  assert.ok(passes({ address: '10.0.0.2', email: 'user-1@example.com' }), 'other addresses are not');
  const owner = scene();
  for (let index = 0; index < 15; index += 1) owner.passes({ email: `user-${index}@example.com` });
  for (let index = 0; index < 50; index += 1) owner.admit({ email: 'mine@example.com' }).succeeded();
  let more = 0;
  for (let index = 100; index < 200; index += 1) more += owner.passes({ email: `user-${index}@example.com` }) ? 1 : 0;
  assert.equal(more, 5);
  assert.throws(() => admit({}), Refusal);
});

test('a spray from everywhere at everybody is slowed to one attempt a second', () => {
  const { clock, passes } = scene();
  const spray = (index: number) => passes({ email: `user-${index}@example.com`, address: `172.16.${index}.1` });
  let evaluated = 0;
  for (let index = 0; index < 5_000; index += 1) evaluated += spray(index) ? 1 : 0;
  assert.equal(evaluated, 300);
  evaluated = 0;
  for (let index = 5_000; index < 6_000; index += 1) {
    clock.at += 100;
    evaluated += spray(index) ? 1 : 0;
  }
  assert.ok(evaluated >= 95 && evaluated <= 101, `${evaluated} in 100 seconds`);
});

test('a password that was right leaves no trace, and neither does one that was not looked at', () => {
  const { admit, passes } = scene();
  for (let index = 0; index < 200; index += 1) admit({}).succeeded();
  for (let index = 0; index < 200; index += 1) admit({}).untried();
  for (let index = 0; index < 5; index += 1) assert.ok(passes({}));
  assert.ok(!passes({}));
});

test('what counts as one address: an IPv4 address however written, and the /64 of an IPv6 address', () => {
  assert.equal(networkOf('192.0.2.7'), '192.0.2.7');
  assert.equal(networkOf('::ffff:192.0.2.7'), '192.0.2.7');
  const same = ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:0DB8:0001:0002::abcd%eth0'];
  assert.deepEqual(new Set(same.map(networkOf)), new Set(['2001:db8:1:2::/64']));
  assert.notEqual(networkOf('2001:db8:1:3::1'), networkOf('2001:db8:1:2::1'));
  assert.equal(networkOf('::1'), networkOf('::2'));
  assert.equal(networkOf('fe80::1%lo'), 'fe80:0:0:0::/64');
});

test('a failure that is no verdict on the password was no attempt', async () => {
  const { admit, passes } = scene();
  for (let index = 0; index < 50; index += 1) {
    const away = attempted(admit({}), () => Promise.reject(new Error('the database is away')));
    await assert.rejects(away, /away/);
  }
  for (let index = 0; index < 5; index += 1) {
    const wrong = attempted(admit({}), () => Promise.reject(new Refusal('SIGN_IN_REFUSED')));
    await assert.rejects(wrong, Refusal);
  }
  assert.ok(!passes({}));
});

test('a wall clock that runs hours ahead and is set right locks nobody out', (t) => {
  const real = Date.now();
  const wall = t.mock.method(Date, 'now', () => real + 5 * 3_600_000);
  const throttle = openSignInThrottle();
  const attempt = { email: 'ada@example.com', address: '10.0.0.1', knownDevice: null };
  for (let index = 0; index < 5; index += 1) throttle.admit(attempt);
  wall.mock.restore();
  const isSoon = (problem: unknown) => problem instanceof Refusal && (problem.facts.retryAfter as number) <= 1;
  assert.throws(() => throttle.admit(attempt), isSoon);
});
