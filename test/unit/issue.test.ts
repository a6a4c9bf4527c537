import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Places, Programme } from '../../src/domain/catalogue.ts';
import { type Holder, holderOf, type IssueRequest, issue } from '../../src/domain/issue.ts';
import { type Module, moduleNumbers } from '../../src/domain/module.ts';
import { isActivated, passStatusOf, usagesLeft } from '../../src/domain/pass.ts';
import { Refusal, type RefusalName } from '../../src/domain/refusal.ts';

const now = Date.UTC(2028, 1, 29, 12);
const ids = { passId: '1788000066668888', orderId: 'DP00000000000001' };

const programme: Programme = {
  programId: 'DEMO',
  name: 'Demo',
  issuerPrefix: '1788',
  sandbox: false,
  modules: [0, 1, 2, 3, 11],
  crossModules: [1, 3],
  clockOffset: 0,
};

const modulesOfResources: Record<string, number> = { N00001: 1, C00001: 2, R00001: 3, P00001: 4, L00001: 11 };
const places: Places = {
  moduleOfResource: (resourceId) => modulesOfResources[resourceId],
  isAirport: (iata) => ['HKG', 'MAN'].includes(iata),
  isCountry: (code) => ['GB', 'HK'].includes(code),
  countryHint: (code) => (code === 'UK' ? 'GB' : null),
};

const good: IssueRequest = {
  module: 1,
  clientUserId: '3EF5D065-76F8-4D3E-801A-B329D15F461A',
  firstName: 'Zoë',
  lastName: 'Dragon  Pass',
  activationAt: null,
  expirationAt: Date.UTC(2028, 11, 31, 23, 59, 59),
  availableUsages: 3,
  allowedResources: { resourceIds: [] },
};

const decide = (request: Partial<IssueRequest>, holder: Holder | null = null) =>
  issue({ ...good, ...request }, programme, places, holder, ids, 'partner', now);

function assertIssued(request: Partial<IssueRequest>, holder: Holder | null = null) {
  const change = decide(request, holder);
  assert.ok(!(change instanceof Refusal), `${(change as Refusal).refusal} ${JSON.stringify(request)}`);
  return change;
}

function assertRefused(
  request: Partial<IssueRequest>,
  refusal: RefusalName,
  field: string,
  holder: Holder | null = null,
) {
  const refused = decide(request, holder);
  assert.ok(refused instanceof Refusal, `${refusal} expected: ${JSON.stringify(request)}`);
  assert.deepEqual([refused.refusal, refused.problems.map((problem) => problem.field)], [refusal, field.split(' ')]);
  return refused;
}

test('an issued pass is what was asked for, and its history begins', () => {
  const { pass, entry } = assertIssued({ allowedResources: { iata: ['HKG', 'MAN'] } });
  assert.deepEqual(pass, {
    programId: 'DEMO',
    ...ids,
    module: 1,
    allowedModules: [1],
    clientUserId: good.clientUserId,
    firstName: 'Zoë',
    lastName: 'Dragon  Pass',
    createdAt: now,
    activationAt: now,
    expirationAt: good.expirationAt,
    granted: 3,
    used: 0,
    restriction: { kind: 'iata', values: ['HKG', 'MAN'] },
    lastUse: null,
    suspension: null,
    cancelledAt: null,
    changedAt: null,
    entries: 1,
  });
  const nothing = { units: 0, resourceId: null, adults: 0, children: 0, reason: null };
  const told = { number: 1, kind: 'issue', at: now, left: 3, orderId: ids.orderId, clientId: 'partner', module: 1 };
  assert.deepEqual(entry, { ...told, ...nothing });
  assert.equal(usagesLeft(pass), 3);
});

test('modules: what the programme offers, and a cross-module pass for its subset', () => {
  for (const module of moduleNumbers) {
    if (programme.modules.includes(module)) {
      assert.deepEqual(assertIssued({ module }).pass.allowedModules, module === 0 ? [1, 3] : [module]);
    } else assertRefused({ module }, 'MODULE_NOT_OFFERED', 'module');
  }
  const refused = issue({ ...good, module: 0 }, { ...programme, crossModules: [] }, places, null, ids, 'partner', now);
  assert.equal((refused as Refusal).refusal, 'MODULE_NOT_OFFERED');
});

test('dates at their boundaries', () => {
  const { expirationAt } = good;
  for (const early of [-60_000, -59_999, -1, 0, 1, 60_000]) assertIssued({ activationAt: now + early });
  for (const early of [-60_001, -61_000, -86_400_000]) {
    assertRefused({ activationAt: now + early }, 'ACTIVATION_IN_PAST', 'extra.activationDate');
  }
  assertIssued({ activationAt: expirationAt - 1 });
  for (const late of [0, 1, 86_400_000]) {
    const refusal = 'ACTIVATION_NOT_BEFORE_EXPIRATION';
    assertRefused({ activationAt: expirationAt + late }, refusal, 'extra.activationDate');
  }
  assertIssued({ expirationAt: now + 1 });
  for (const early of [0, -1, -86_400_000]) {
    assertRefused({ expirationAt: now + early }, 'EXPIRATION_IN_PAST', 'extra.expirationDate');
  }
});

test('without an activation date a pass is active from its first instant, with one only after it', () => {
  const atOnce = assertIssued({}).pass;
  assert.equal(isActivated(atOnce, now), true);
  assert.equal(passStatusOf(atOnce, now), 1);
  const later = assertIssued({ activationAt: now + 1000 }).pass;
  const statuses = [0, 999, 1000, 1001].map((after) => passStatusOf(later, now + after));
  assert.deepEqual(statuses, [0, 0, 0, 1]);
});

test('where: exactly one of the three', () => {
  const kinds = { resourceIds: ['N00001'], iata: ['HKG'], countryOrRegion: ['GB'] };
  for (let set = 0; set < 8; set += 1) {
    const given = Object.fromEntries(Object.entries(kinds).filter((_, index) => (set >> index) & 1));
    if ([1, 2, 4].includes(set)) {
      const [kind, values] = Object.entries(given)[0]!;
      assert.deepEqual(assertIssued({ allowedResources: given }).pass.restriction, { kind, values });
    } else assertRefused({ allowedResources: given }, 'ALLOWED_RESOURCES_INVALID', 'extra.allowedResources');
    const empty = Object.fromEntries(Object.keys(given).map((kind) => [kind, []]));
    if (set === 1) assertIssued({ allowedResources: empty });
    else assert.ok(decide({ allowedResources: empty }) instanceof Refusal);
  }
  const refusal = 'ALLOWED_RESOURCES_INVALID';
  assertRefused({ allowedResources: { iata: [] } }, refusal, 'extra.allowedResources.iata');
  assertRefused({ allowedResources: { countryOrRegion: [] } }, refusal, 'extra.allowedResources.countryOrRegion');
  for (const [kind, values] of Object.entries(kinds)) {
    const twice = { allowedResources: { [kind]: [...values, ...values] } };
    assertRefused(twice, refusal, `extra.allowedResources.${kind}`);
  }
});

test('where: places that exist and fit the module', () => {
  const where = 'extra.allowedResources';
  const resources = (...resourceIds: string[]) => ({ allowedResources: { resourceIds } });
  assertIssued({ module: 0, ...resources('N00001', 'R00001') });
  assertRefused(resources('N00001', 'N99999'), 'ALLOWED_RESOURCE_UNKNOWN', `${where}.resourceIds.1`);
  assertRefused(resources('n00001'), 'ALLOWED_RESOURCE_UNKNOWN', `${where}.resourceIds.0`);
  const other = 'ALLOWED_RESOURCE_OF_OTHER_MODULE';
  assertRefused(resources('N00001', 'C00001', 'N99999'), other, `${where}.resourceIds.1`);
  assertRefused({ module: 0, ...resources('P00001') }, other, `${where}.resourceIds.0`);
  for (const module of [0, 1, 2, 3] as Module[]) assertIssued({ module, allowedResources: { iata: ['HKG', 'MAN'] } });
  const airports = { module: 11 as Module, allowedResources: { iata: ['HKG'] } };
  assertRefused(airports, 'AIRPORT_NOT_FOR_MODULE', `${where}.iata`);
  assertRefused({ allowedResources: { iata: ['HKG', 'hkg'] } }, 'AIRPORT_UNKNOWN', `${where}.iata.1`);
  assertIssued({ module: 11, allowedResources: { countryOrRegion: ['GB', 'HK'] } });
  const unknown = assertRefused(
    { allowedResources: { countryOrRegion: ['GB', 'gb'] } },
    'COUNTRY_UNKNOWN',
    `${where}.countryOrRegion.1`,
  );
  assert.deepEqual(unknown.facts, {});
  const hinted = assertRefused(
    { allowedResources: { countryOrRegion: ['UK'] } },
    'COUNTRY_UNKNOWN',
    `${where}.countryOrRegion.0`,
  );
  assert.deepEqual(hinted.facts, { hint: 'GB' });
  assert.match(hinted.problems[0]!.problem, /GB/);
});

test('one clientUserId, one name, and the stored one is never told', () => {
  const stored = holderOf({ firstName: 'Persephone', lastName: 'Quartermaine' });
  assertIssued({ firstName: 'PERSEPHONE', lastName: ' Quartermaine ' }, stored);
  const field = { first: 'extra.firstName', last: 'extra.lastName' };
  const refusals = [
    assertRefused({ firstName: 'Persephona', lastName: 'Quartermaine' }, 'NAME_MISMATCH', field.first, stored),
    assertRefused({ firstName: 'Persephone', lastName: 'Quarter' }, 'NAME_MISMATCH', field.last, stored),
    assertRefused(
      { firstName: 'Quartermaine', lastName: 'Persephone' },
      'NAME_MISMATCH',
      `${field.first} ${field.last}`,
      stored,
    ),
  ];
  for (const refused of refusals) {
    const told = JSON.stringify([refused.message, refused.problems, refused.facts]).toLowerCase();
    assert.doesNotMatch(told, /persephone|quartermaine/);
  }
  assertRefused({ firstName: 'a\0', lastName: '\u202eb' }, 'REQUEST_INVALID', `${field.first} ${field.last}`);
  assertRefused({ firstName: '\ud800' }, 'REQUEST_INVALID', field.first);
});

/** Ways to break one rule each, in the order in which the rules are asked. */
const otherName = holderOf({ firstName: 'Other', lastName: 'Person' });
const airportless = (request: IssueRequest): IssueRequest => ({
  ...request,
  module: 11,
  allowedResources: { iata: ['HKG'] },
});
const breakers: [RefusalName, number, (request: IssueRequest) => IssueRequest][] = [
  [
    'ALLOWED_RESOURCES_INVALID',
    0,
    (r) => ({ ...r, allowedResources: { resourceIds: [], iata: [], ...r.allowedResources } }),
  ],
  ['MODULE_NOT_OFFERED', 1, (r) => ({ ...r, module: 7 })],
  ['REQUEST_INVALID', 2, (r) => ({ ...r, lastName: 'a\0' })],
  ['EXPIRATION_IN_PAST', 3, (r) => ({ ...r, expirationAt: now })],
  ['ACTIVATION_IN_PAST', 4, (r) => ({ ...r, activationAt: now - 60_001 })],
  ['ACTIVATION_NOT_BEFORE_EXPIRATION', 4, (r) => ({ ...r, activationAt: r.expirationAt })],
  ['AIRPORT_NOT_FOR_MODULE', 5, airportless],
  ['AIRPORT_UNKNOWN', 5, (r) => ({ ...r, allowedResources: { iata: ['ZZZ'] } })],
  ['COUNTRY_UNKNOWN', 5, (r) => ({ ...r, allowedResources: { countryOrRegion: ['ZZ'] } })],
  ['ALLOWED_RESOURCE_UNKNOWN', 5, (r) => ({ ...r, allowedResources: { resourceIds: ['N99999'] } })],
  ['ALLOWED_RESOURCE_OF_OTHER_MODULE', 5, (r) => ({ ...r, allowedResources: { resourceIds: ['C00001'] } })],
  ['NAME_MISMATCH', 6, (r) => r],
];

test('the order of the refusals: of any two broken rules the first one is told', () => {
  let pairs = 0;
  for (const [index, [refusal, rank, breakFirst]] of breakers.entries()) {
    const alone = decide(breakFirst(good), rank === 6 ? otherName : null);
    assert.equal((alone as Refusal).refusal, refusal);
    for (const [later, laterRank, breakLater] of breakers.slice(index + 1)) {
      if (laterRank === rank) continue;
      pairs += 1;
      const both = decide(breakFirst(breakLater(good)), laterRank === 6 ? otherName : null);
      assert.equal((both as Refusal).refusal, refusal, `${refusal} before ${later}`);
    }
  }
  assert.equal(pairs, 55);
});

test('whatever is issued can be used at some instant, in one dimension only', () => {
  const instants = fc.integer({ min: now - 120_000, max: now + 120_000 });
  const values = fc.constantFrom<string[]>([], ['HKG'], ['GB'], ['N00001'], ['C00001'], ['HKG', 'HKG']);
  const requests = fc.record({
    module: fc.constantFrom(...moduleNumbers),
    activationAt: fc.option(instants),
    expirationAt: instants,
    availableUsages: fc.integer({ min: 1, max: 10_000 }),
    allowedResources: fc.record({ resourceIds: values, iata: values, countryOrRegion: values }, { requiredKeys: [] }),
  });
  fc.assert(
    fc.property(requests, (request) => {
      const change = decide(request);
      if (change instanceof Refusal) return;
      const { pass } = change;
      assert.ok(pass.activationAt < pass.expirationAt && pass.expirationAt > now);
      assert.ok(pass.activationAt >= now - 60_000);
      assert.deepEqual(Object.keys(request.allowedResources), [pass.restriction.kind]);
      assert.ok(pass.restriction.kind === 'resourceIds' || pass.restriction.values.length > 0);
      assert.deepEqual([pass.used, usagesLeft(pass)], [0, request.availableUsages]);
    }),
    { numRuns: 2000 },
  );
});
