import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cancel } from '../../src/domain/cancel.ts';
import { tellExpiring } from '../../src/domain/expiring.ts';
import { giveBack, giveBackWindow, type Use } from '../../src/domain/give-back.ts';
import { formatInstant } from '../../src/domain/instant.ts';
import { orderStatusOf, type Pass, passStatusOf, usagesLeft } from '../../src/domain/pass.ts';
import { Refusal, type RefusalName } from '../../src/domain/refusal.ts';
import { resume, suspend } from '../../src/domain/suspend.ts';

const minute = 60_000;
const now = Date.UTC(2028, 1, 29, 23, 59);
const before = { at: now - 60 * minute, resourceId: 'N00012', number: 2 };
const lastUse = { at: now - 5 * minute, resourceId: 'N00001', number: 4 };

const pass: Pass = {
  programId: 'DEMO',
  passId: '1788000066668888',
  orderId: 'DP00000000000001',
  module: 1,
  allowedModules: [1],
  clientUserId: 'u1',
  firstName: 'Zoë',
  lastName: 'Pass',
  createdAt: now - 600 * minute,
  activationAt: now - 600 * minute,
  expirationAt: now + 600 * minute,
  granted: 5,
  used: 5,
  restriction: { kind: 'resourceIds', values: [] },
  lastUse,
  suspension: null,
  cancelledAt: null,
  changedAt: null,
  entries: 4,
};

const use: Use = {
  number: 4,
  orderId: 'DP00000000000004',
  at: lastUse.at,
  units: 3,
  resourceId: 'N00001',
  module: 1,
  adults: 2,
  children: 1,
  givenBackAt: null,
  before,
};

const asked = { reason: 'Wrong pass', clientId: 'venue', byOperator: false };
const nobody = { resourceId: null, adults: 0, children: 0 };

function accepted<T>(outcome: T | Refusal): T {
  assert.ok(!(outcome instanceof Refusal), (outcome as Refusal).refusal);
  return outcome;
}

function assertRefused(outcome: object, refusal: RefusalName | null, facts: Record<string, unknown> = {}, what = '') {
  const told = outcome instanceof Refusal ? [outcome.refusal, outcome.facts] : [null, {}];
  assert.deepEqual(told, [refusal, facts], what);
}

test('a cancellation is a line of the history and takes nothing away', () => {
  const frozen = structuredClone(pass);
  for (const used of [0, 2, 5]) {
    const of = { ...pass, used, lastUse: used === 0 ? null : lastUse };
    const change = accepted(cancel(of, { ifUnused: false, clientId: 'partner' }, now));
    assert.deepEqual(change.pass, { ...of, cancelledAt: now, entries: 5 });
    const line = { number: 5, kind: 'cancel', at: now, units: 0, left: 5 - used, orderId: pass.orderId, ...nobody };
    assert.deepEqual(change.entry, { ...line, clientId: 'partner', module: 1, reason: null });
    assert.deepEqual(
      [orderStatusOf(change.pass), passStatusOf(change.pass, now), usagesLeft(change.pass)],
      [3, 3, 5 - used],
    );
  }
  assert.deepEqual(pass, frozen);
});

test('a cancellation whatever state the pass is in: suspended, expired, not yet active', () => {
  const states: Partial<Pass>[] = [
    { suspension: { at: now, reason: 'x' } },
    { expirationAt: now - 1 },
    { expirationAt: now },
    { activationAt: now + minute },
  ];
  for (const state of states) {
    const change = accepted(cancel({ ...pass, ...state }, { ifUnused: false, clientId: 'partner' }, now));
    assert.equal(passStatusOf(change.pass, now), 3);
  }
});

test('cancelling: twice, and only if unused', () => {
  const cancelledAt = now - minute;
  const already = { orderCancelledDate: formatInstant(cancelledAt) };
  const last = { lastUsedDate: formatInstant(lastUse.at), lastUsedResourceId: 'N00001' };
  const unused = { used: 0, lastUse: null };
  const table: [Partial<Pass>, boolean, RefusalName | null, Record<string, unknown>][] = [
    [unused, true, null, {}],
    [unused, false, null, {}],
    [{}, false, null, {}],
    [{}, true, 'ORDER_ALREADY_USED', { usedUsages: 5, ...last }],
    [{ used: 1 }, true, 'ORDER_ALREADY_USED', { usedUsages: 1, ...last }],
    [{ cancelledAt }, false, 'ORDER_ALREADY_CANCELLED', already],
    [{ cancelledAt }, true, 'ORDER_ALREADY_CANCELLED', already],
    [{ ...unused, cancelledAt }, true, 'ORDER_ALREADY_CANCELLED', already],
  ];
  for (const [state, ifUnused, refusal, facts] of table) {
    const outcome = cancel({ ...pass, ...state }, { ifUnused, clientId: 'partner' }, now);
    assertRefused(outcome, refusal, facts, JSON.stringify([state, ifUnused]));
  }
});

test('a use that is given back in full, as a new line', () => {
  const frozen = structuredClone([pass, use]);
  const change = accepted(giveBack(pass, use, asked, now));
  assert.deepEqual(change.pass, { ...pass, used: 2, lastUse: before, changedAt: now, entries: 5 });
  const what = { number: 5, kind: 'give-back', at: now, units: -3, left: 3, orderId: use.orderId, clientId: 'venue' };
  assert.deepEqual(change.entry, {
    ...what,
    resourceId: 'N00001',
    module: 1,
    adults: 2,
    children: 1,
    reason: 'Wrong pass',
  });
  assert.deepEqual([orderStatusOf(pass), orderStatusOf(change.pass)], [2, 1], 'used, and confirmed again');
  assert.deepEqual([pass, use], frozen);
});

test('the latest use changes only when it is the one that goes', () => {
  const only = accepted(giveBack({ ...pass, used: 3 }, { ...use, before: null }, asked, now)).pass;
  assert.deepEqual([only.lastUse, only.used], [null, 0]);
  const earlier: Use = { ...use, number: 2, units: 2, at: before.at, orderId: 'DP00000000000002', before: null };
  const operator = { ...asked, byOperator: true };
  const kept = accepted(giveBack(pass, earlier, operator, now)).pass;
  assert.deepEqual([kept.lastUse, kept.used], [lastUse, 3]);
});

test('a use of a pass of several modules goes back as the module it was used as', () => {
  const cross = { ...pass, module: 0 as const, allowedModules: [1, 3] };
  assert.equal(accepted(giveBack(cross, { ...use, module: 3 }, asked, now)).entry.module, 3);
});

test('fifteen minutes for the venue, no limit for an operator', () => {
  assert.equal(giveBackWindow, 15 * minute);
  const until = formatInstant(use.at + giveBackWindow);
  const facts = { usageDate: formatInstant(use.at), until };
  for (const [late, refusal] of [
    [0, null],
    [1, null],
    [giveBackWindow - 1, null],
    [giveBackWindow, 'GIVE_BACK_TOO_LATE'],
    [giveBackWindow + 1, 'GIVE_BACK_TOO_LATE'],
    [giveBackWindow * 1000, 'GIVE_BACK_TOO_LATE'],
  ] as const) {
    assertRefused(giveBack(pass, use, asked, use.at + late), refusal, refusal === null ? {} : facts, `${late} ms`);
    assertRefused(giveBack(pass, use, { ...asked, byOperator: true }, use.at + late), null);
  }
});

test('a give-back does not ask whether the pass is good: expired, suspended, used up', () => {
  for (const state of [{ expirationAt: now - 1 }, { suspension: { at: now, reason: 'x' } }, { used: 3 }]) {
    accepted(giveBack({ ...pass, ...state }, use, asked, now));
  }
});

test('of several reasons not to give back the first is told', () => {
  const givenBackAt = now - minute;
  const cancelledAt = now - 2 * minute;
  const late = { at: now - giveBackWindow };
  const reasons: [RefusalName, Record<string, unknown>][] = [
    ['USAGE_ALREADY_GIVEN_BACK', { orderCancelledDate: formatInstant(givenBackAt) }],
    ['E_PASS_CANCELLED', { cancelledDate: formatInstant(cancelledAt) }],
    ['GIVE_BACK_TOO_LATE', { usageDate: formatInstant(late.at), until: formatInstant(now) }],
  ];
  for (let set = 0; set < 8; set += 1) {
    const broken = reasons.filter((_, index) => (set >> index) & 1);
    const of = { ...pass, cancelledAt: set & 2 ? cancelledAt : null };
    const which = { ...use, givenBackAt: set & 1 ? givenBackAt : null, ...(set & 4 ? late : {}) };
    const [refusal, facts] = broken[0] ?? [null, {}];
    assertRefused(giveBack(of, which, asked, now), refusal, facts);
  }
});

test('suspending and resuming, and what refuses them', () => {
  const why = { reason: 'Lost phone', clientId: 'operator' };
  const suspended = accepted(suspend(pass, why, now));
  assert.deepEqual(suspended.pass, { ...pass, suspension: { at: now, reason: 'Lost phone' }, entries: 5 });
  const line = {
    at: now,
    units: 0,
    left: 0,
    orderId: pass.orderId,
    clientId: 'operator',
    module: 1,
    reason: 'Lost phone',
  };
  assert.deepEqual(suspended.entry, { ...line, ...nobody, number: 5, kind: 'suspend' });
  assert.equal(passStatusOf(suspended.pass, now), 2);
  const resumed = accepted(resume(suspended.pass, { ...why, reason: 'Found' }, now + 1));
  assert.deepEqual(resumed.pass, { ...pass, changedAt: now + 1, entries: 6 });
  assert.deepEqual(resumed.entry, { ...line, ...nobody, number: 6, kind: 'resume', at: now + 1, reason: 'Found' });
  const cancelledAt = now - minute;
  const final = { orderCancelledDate: formatInstant(cancelledAt) };
  for (const suspension of [null, { at: now, reason: 'x' }]) {
    for (const verb of [suspend, resume]) {
      assertRefused(verb({ ...pass, cancelledAt, suspension }, why, now), 'ORDER_ALREADY_CANCELLED', final);
    }
  }
  assertRefused(suspend(suspended.pass, why, now), 'E_PASS_ALREADY_SUSPENDED', { suspendedDate: formatInstant(now) });
  assertRefused(resume(pass, why, now), 'E_PASS_NOT_SUSPENDED');
});

test('whatever came last, what a clock a little behind adds is not earlier', () => {
  const why = { reason: 'x', clientId: 'operator' };
  const fresh = { ...pass, used: 3, expirationAt: now + 600 * minute };
  const suspended = accepted(suspend(fresh, why, now)).pass;
  const latest = {
    issue: { ...fresh, createdAt: now, activationAt: now, lastUse: null },
    use: { ...fresh, lastUse: { ...lastUse, at: now } },
    'give-back': accepted(giveBack(fresh, use, asked, now)).pass,
    suspend: suspended,
    resume: accepted(resume(suspended, why, now)).pass,
    expiring: accepted(tellExpiring(fresh, 1, now)).pass,
  };
  for (const [kind, of] of Object.entries(latest)) {
    for (const behind of [1, 900, 2_000]) {
      const clock = now - behind;
      const next = [
        cancel(of, { ifUnused: false, clientId: 'partner' }, clock),
        kind === 'suspend' ? resume(of, why, clock) : suspend(of, why, clock),
        kind === 'suspend' ? resume(of, why, clock) : tellExpiring(of, 1, clock),
        giveBack(of, { ...use, number: 2, units: 0 }, { ...asked, byOperator: true }, clock),
      ];
      for (const change of next)
        assert.equal(accepted(change).entry.at, now, `${accepted(change).entry.kind} after ${kind}`);
    }
    const setBack = cancel(of, { ifUnused: false, clientId: 'partner' }, now - 2_001);
    assert.equal(accepted(setBack).entry.at, now - 2_001, `a sandbox set back after ${kind}`);
  }
});

test('the status of a pass is a function of its dates, its state and the clock', () => {
  const dates = { activationAt: now, expirationAt: now + minute, createdAt: now - minute };
  const suspension = { at: now, reason: 'x' };
  const table: [Partial<Pass>, number, number][] = [
    [{}, now - 1, 0],
    [{}, now, 0],
    [{}, now + 1, 1],
    [{}, now + minute - 1, 1],
    [{}, now + minute, 9],
    [{ createdAt: now }, now, 1],
    [{ suspension }, now - 1, 2],
    [{ suspension }, now + minute, 2],
    [{ suspension, cancelledAt: now }, now + minute, 3],
    [{ cancelledAt: now }, now + 1, 3],
  ];
  for (const [state, clock, status] of table) {
    assert.equal(passStatusOf({ ...pass, ...dates, ...state }, clock), status, JSON.stringify([state, clock - now]));
  }
});
