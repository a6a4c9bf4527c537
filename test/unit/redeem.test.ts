import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { checkAnswerOf } from '../../src/contract/usages.ts';
import type { Resource, TransportHub } from '../../src/domain/catalogue.ts';
import { formatInstant, parseInstant } from '../../src/domain/instant.ts';
import { type Pass, passStatusOf, type RestrictionKind, usagesLeft } from '../../src/domain/pass.ts';
import { explainRedeem, redeem, resourcesThatWork, usagesFor } from '../../src/domain/redeem.ts';
import { Refusal, type RefusalName } from '../../src/domain/refusal.ts';

const minute = 60_000;
const now = Date.UTC(2028, 5, 15, 12);

const spot = { latitude: 53.35, longitude: -2.27 };
const town = { city: 'Manchester', countryOrRegion: 'GB', zone: 'Europe/London', ...spot };
const hub: TransportHub = { transportHubId: 'A00001', name: 'Manchester', iata: 'MAN', ...town };

const lounge: Resource = {
  resourceId: 'N00001',
  module: 1,
  name: 'Lounge',
  hub,
  location: 'Terminal 1',
  image: null,
  ...spot,
  childrenCount: true,
  closure: null,
};

const pass: Pass = {
  programId: 'DEMO',
  passId: '1788000066668888',
  orderId: 'DP00000000000001',
  module: 1,
  allowedModules: [1],
  clientUserId: 'u1',
  firstName: 'Zoë',
  lastName: 'Pass',
  createdAt: now - 10 * minute,
  activationAt: now - 5 * minute,
  expirationAt: now + 5 * minute,
  granted: 5,
  used: 2,
  restriction: { kind: 'resourceIds', values: [] },
  lastUse: { at: now - 2 * minute, resourceId: 'N00012', number: 4 },
  suspension: null,
  cancelledAt: null,
  changedAt: null,
  entries: 4,
};

const request = { adults: 2, children: 1, orderId: 'DP00000000000009', clientId: 'venue' };
const refusalOf = (outcome: object) => (outcome instanceof Refusal ? outcome.refusal : null);
const decide = (of: Partial<Pass>, at = now, resource = lounge) =>
  refusalOf(redeem({ ...pass, ...of }, resource, request, at));

test('a use takes one usage a person and is the next line of the history', () => {
  const before = structuredClone(pass);
  const change = redeem(pass, lounge, request, now);
  assert.ok(!(change instanceof Refusal));
  assert.deepEqual(change.pass, {
    ...pass,
    used: 5,
    entries: 5,
    lastUse: { at: now, resourceId: 'N00001', number: 5 },
  });
  const { orderId, clientId, adults, children } = request;
  const what = { number: 5, kind: 'use', at: now, units: 3, left: 0, resourceId: 'N00001', module: 1, reason: null };
  assert.deepEqual(change.entry, { ...what, orderId, clientId, adults, children });
  assert.deepEqual(pass, before, 'the pass that was given is not changed');
});

test('children count as the resource says, and somebody always does', () => {
  const free = { ...lounge, childrenCount: false };
  const table: [number, number, number, number][] = [
    [1, 0, 1, 1],
    [1, 2, 3, 1],
    [2, 1, 3, 2],
    [0, 2, 2, 1],
    [0, 1, 1, 1],
    [100, 100, 200, 100],
  ];
  for (const [adults, children, counted, uncounted] of table) {
    assert.deepEqual([usagesFor(lounge, adults, children), usagesFor(free, adults, children)], [counted, uncounted]);
  }
  const one = { ...pass, granted: 3 };
  assert.equal(refusalOf(redeem(one, lounge, { ...request, adults: 1 }, now)), 'E_PASS_USAGES_EXCEEDED');
  const change = redeem(one, free, { ...request, adults: 1 }, now);
  assert.ok(!(change instanceof Refusal));
  assert.deepEqual([change.entry.units, change.entry.children, change.entry.left], [1, 1, 0]);
});

const kinds: Record<RestrictionKind, { misses: string[]; fits: string[]; refusal: RefusalName }> = {
  resourceIds: { misses: ['N00012'], fits: ['N00012', 'N00001'], refusal: 'E_PASS_RESOURCE_NOT_ALLOWED' },
  iata: { misses: ['HKG'], fits: ['HKG', 'MAN'], refusal: 'E_PASS_AIRPORT_NOT_ALLOWED' },
  countryOrRegion: { misses: ['HK'], fits: ['HK', 'GB'], refusal: 'E_PASS_COUNTRY_NOT_ALLOWED' },
};

interface Setting {
  pass: Pass;
  resource: Resource;
}

/** Ways to break each rule of the contract (section 7), in its order, with the facts it must carry. */
function breakers(kind: RestrictionKind): [RefusalName, (s: Setting) => void, Record<string, unknown>][] {
  const set = (more: Partial<Pass>) => (s: Setting) => void Object.assign(s.pass, more);
  const restriction = { kind, values: kinds[kind].misses };
  const closure = { at: now - minute, reason: 'Works' };
  const last = { lastUsedDate: formatInstant(now - 2 * minute), lastUsedResourceId: 'N00012' };
  return [
    ['E_PASS_CANCELLED', set({ cancelledAt: now - minute }), { cancelledDate: formatInstant(now - minute) }],
    ['E_PASS_SUSPENDED', set({ suspension: { at: now, reason: 'x' } }), { suspendedDate: formatInstant(now) }],
    ['E_PASS_NOT_YET_ACTIVE', set({ activationAt: now + minute }), { activationDate: formatInstant(now + minute) }],
    ['E_PASS_EXPIRED', set({ expirationAt: now }), { expirationDate: formatInstant(now) }],
    ['E_PASS_MODULE_NOT_ALLOWED', set({ allowedModules: [2, 3] }), { allowedModules: [2, 3], resourceModule: 1 }],
    [kinds[kind].refusal, set({ restriction }), { allowedResources: { [kind]: restriction.values } }],
    [
      'RESOURCE_CLOSED',
      (s) => void Object.assign(s.resource, { closure }),
      { closedDate: formatInstant(closure.at), reason: 'Works' },
    ],
    ['E_PASS_USAGES_EXCEEDED', set({ used: 3 }), { availableUsages: 2, requestedUsages: 3, ...last }],
  ];
}

test('every set of broken rules: the first is the refusal, and the check tells them all', () => {
  for (const [kind, { fits }] of Object.entries(kinds) as [RestrictionKind, (typeof kinds)[RestrictionKind]][]) {
    const rules = breakers(kind);
    for (let set = 0; set < 1 << rules.length; set += 1) {
      const setting = { pass: { ...pass, restriction: { kind, values: fits } }, resource: { ...lounge } };
      const broken = rules.filter((_, index) => (set >> index) & 1);
      for (const [, breakRule] of broken) breakRule(setting);
      const outcome = redeem(setting.pass, setting.resource, request, now);
      const first = broken[0];
      const told = outcome instanceof Refusal ? [outcome.refusal, outcome.facts] : [];
      assert.deepEqual(told, first === undefined ? [] : [first[0], first[2]], `set ${set}`);
      const results = explainRedeem(setting.pass, setting.resource, request, now);
      assert.equal(results.length, rules.length);
      const refusals = results.filter((result) => !result.holds).map(({ refusal, facts }) => [refusal, facts]);
      assert.deepEqual(
        refusals,
        broken.map(([refusal, , facts]) => [refusal, facts]),
      );
      for (const { holds, refusal } of results) assert.equal(holds, refusal === null);
    }
  }
});

test('the three dimensions, and what is in none of them', () => {
  const at = (kind: RestrictionKind, ...values: string[]) => decide({ restriction: { kind, values } });
  assert.equal(at('resourceIds'), null, 'an empty list is every resource of the module');
  for (const [kind, { misses, fits, refusal }] of Object.entries(kinds) as [
    RestrictionKind,
    (typeof kinds)[RestrictionKind],
  ][]) {
    assert.deepEqual([at(kind, ...misses), at(kind, ...fits)], [refusal, null]);
  }
  const city = { ...lounge, hub: { ...hub, iata: null } };
  assert.equal(decide({ restriction: { kind: 'iata', values: ['MAN'] } }, now, city), 'E_PASS_AIRPORT_NOT_ALLOWED');
  assert.equal(decide({ restriction: { kind: 'iata', values: ['GB', 'N00001'] } }), 'E_PASS_AIRPORT_NOT_ALLOWED');
  assert.equal(at('iata'), 'E_PASS_AIRPORT_NOT_ALLOWED');
});

test('a cross-module pass is used as the module of the resource', () => {
  const cross = { ...pass, module: 0 as const, allowedModules: [1, 3] };
  for (const module of [1, 2, 3, 4] as const) {
    const change = redeem(cross, { ...lounge, module }, request, now);
    if (cross.allowedModules.includes(module))
      assert.equal(!(change instanceof Refusal) && change.entry.module, module);
    else assert.equal(refusalOf(change), 'E_PASS_MODULE_NOT_ALLOWED');
  }
});

test('the first and the last instant, on any day of any year', () => {
  const instant = fc.integer({ min: Date.UTC(2000, 0, 2), max: Date.UTC(9999, 0, 1) });
  const special = [
    '2028-02-29T00:00:00',
    '2028-03-26T02:00:00+01:00',
    '2028-10-29T02:00:00+01:00',
    '2028-12-31T23:59:59',
  ];
  const instants = fc.oneof(instant, fc.constantFrom(...special.map((text) => parseInstant(text)!)));
  fc.assert(
    fc.property(instants, fc.integer({ min: 3, max: 400 * 86_400_000 }), (activationAt, length) => {
      const expirationAt = activationAt + length;
      const given = { createdAt: activationAt - minute, activationAt, expirationAt };
      const [early, late] = ['E_PASS_NOT_YET_ACTIVE', 'E_PASS_EXPIRED'];
      const around = [-1, 0, 1, length - 1, length, length + 1].map((after) => decide(given, activationAt + after));
      assert.deepEqual(around, [early, early, null, null, late, late]);
      const atOnce = [0, 1, length - 1, length].map((after) =>
        decide({ ...given, createdAt: activationAt }, activationAt + after),
      );
      assert.deepEqual(atOnce, [null, null, null, late]);
      const statuses = [-1, 0, 1, length - 1, length].map((after) =>
        passStatusOf({ ...pass, ...given }, activationAt + after),
      );
      assert.deepEqual(statuses, [0, 0, 1, 1, 9]);
    }),
    { numRuns: 1000 },
  );
});

test('a clock a little behind uses a new pass at its issue, one far behind does not', () => {
  const atOnce = { ...pass, createdAt: now, activationAt: now, lastUse: null };
  for (const behind of [0, 1, 1999, 2000]) {
    const change = redeem(atOnce, lounge, request, now - behind);
    assert.ok(!(change instanceof Refusal));
    assert.deepEqual([change.entry.at, change.pass.lastUse?.at], [now, now]);
    assert.equal(passStatusOf(atOnce, now - behind), 1);
    const check = checkAnswerOf(atOnce, lounge, [], { adults: 1, children: 0 }, now - behind, null);
    assert.equal(check.allowed, true);
    assert.equal(check.instead.activationDate, undefined, `${behind} ms behind: what is allowed needs no later date`);
  }
  assert.equal(decide({ createdAt: now, activationAt: now }, now - 2001), 'E_PASS_NOT_YET_ACTIVE');
  const dated = { createdAt: now, activationAt: now + 1, expirationAt: now + minute };
  assert.deepEqual(
    [decide(dated, now - 1000), decide(dated, now + 1)],
    ['E_PASS_NOT_YET_ACTIVE', 'E_PASS_NOT_YET_ACTIVE'],
  );
});

test('what would work instead: the same airport, at most 20, never the same place', () => {
  const other = (resourceId: string, more: Partial<Resource> = {}) => ({ ...lounge, resourceId, ...more });
  const elsewhere = other('N00099', { hub: { ...hub, transportHubId: 'A00002' } });
  const closed = other('N00003', { closure: { at: now, reason: 'x' } });
  const near = [lounge, elsewhere, closed, other('C00001', { module: 2 }), other('N00002')];
  const found = (of: Pass, all: Resource[]) =>
    resourcesThatWork(of, lounge, all, request, now).map((r) => r.resourceId);
  assert.deepEqual(found(pass, near), ['N00002']);
  assert.deepEqual(found({ ...pass, cancelledAt: now }, near), []);
  assert.equal(
    found(
      pass,
      Array.from({ length: 50 }, (_, index) => other(`N1${index}`)),
    ).length,
    20,
  );
});

test('a use is accepted exactly when every rule holds, and the check never disagrees', () => {
  const near = fc.integer({ min: -3, max: 3 }).map((offset) => now + offset);
  const settings = fc.record({
    cancelledAt: fc.option(near, { freq: 8 }),
    suspension: fc.option(fc.constant({ at: now, reason: 'x' }), { freq: 8 }),
    createdAt: near,
    changedAt: fc.option(near, { freq: 8 }),
    activationAt: near,
    expirationAt: near,
    allowedModules: fc.subarray([1, 2, 3]),
    granted: fc.integer({ min: 1, max: 6 }),
    restriction: fc.record({
      kind: fc.constantFrom<RestrictionKind>('resourceIds', 'iata', 'countryOrRegion'),
      values: fc.subarray(['N00001', 'MAN', 'GB', 'N00002', 'HKG', 'HK']),
    }),
    closed: fc.boolean(),
    counts: fc.boolean(),
    adults: fc.nat(4),
    children: fc.nat(4),
  });
  fc.assert(
    fc.property(settings, ({ closed, counts, adults, children, ...terms }) => {
      const of: Pass = { ...pass, ...terms, used: 0, lastUse: null };
      const resource = { ...lounge, childrenCount: counts, closure: closed ? { at: now, reason: 'x' } : null };
      const clock = Math.max(now, of.createdAt, of.cancelledAt ?? now, of.changedAt ?? now);
      const units = Math.max(1, adults + (counts ? children : 0));
      const { kind, values } = of.restriction;
      const key = { resourceIds: 'N00001', iata: 'MAN', countryOrRegion: 'GB' }[kind];
      const inside = clock > of.activationAt || (of.activationAt === of.createdAt && clock === of.activationAt);
      const fits = values.includes(key) || (kind === 'resourceIds' && values.length === 0);
      const holds = [
        !of.cancelledAt,
        !of.suspension,
        inside,
        clock < of.expirationAt,
        of.allowedModules.includes(1),
        fits,
        !closed,
        units <= of.granted,
      ];
      const people = { ...request, adults, children };
      const outcome = redeem(of, resource, people, now);
      const results = explainRedeem(of, resource, people, now);
      assert.deepEqual(
        results.map((result) => result.holds),
        holds,
      );
      assert.equal(outcome instanceof Refusal, holds.includes(false));
      if (outcome instanceof Refusal) assert.equal(outcome.refusal, results[holds.indexOf(false)]!.refusal);
      else assert.deepEqual([outcome.pass.used, usagesLeft(outcome.pass)], [units, of.granted - units]);
      const check = checkAnswerOf(of, resource, [], people, now, null);
      assert.deepEqual(
        [check.allowed, check.error, check.requiredUsages],
        [!holds.includes(false), refusalOf(outcome), units],
      );
    }),
    { numRuns: 5000 },
  );
});
