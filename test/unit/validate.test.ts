import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TObject, TSchema } from 'typebox';
import { issueRequestOf, searchKeyOf } from '../../src/contract/orders.ts';
import { routes } from '../../src/contract/routes.ts';
import * as schemas from '../../src/contract/schemas.ts';
import * as clients from '../../src/contract/schemas-clients.ts';
import * as management from '../../src/contract/schemas-management.ts';
import { validator } from '../../src/contract/validate.ts';
import { type Problem, Refusal } from '../../src/domain/refusal.ts';

type Body = Record<string, unknown>;
const order = 'DP00000000000001';
const dpId = '1788000066668888';
const until = '2028-12-31T23:59:59+00:00';
const scanId = '7f0f2c1e-5a3b-4c8d-9e1f-0a1b2c3d4e5f';
const page = { pageSize: 1, pageNumber: 1, cursor: 'a' };

/** A good body with every field there is, so that each can be made wrong. */
const good: Record<string, { schema: TSchema; body: Body }> = {
  issue: {
    schema: schemas.IssueBody,
    body: {
      module: 1,
      clientUserId: 'u-1',
      extra: {
        firstName: 'Zoë',
        lastName: 'Pass',
        activationDate: '2028-10-31T23:59:59+00:00',
        expirationDate: until,
        availableUsages: 1,
        allowedResources: { resourceIds: ['N00001'], iata: ['HKG'], countryOrRegion: ['GB'] },
      },
    },
  },
  search: { schema: schemas.SearchBody, body: { orderId: order, ePassId: dpId } },
  cancel: { schema: schemas.CancelBody, body: { orderId: order, status: 3, ifUnused: true } },
  redeem: { schema: schemas.RedeemBody, body: { dpId, resourceId: 'N00001', adultCount: 1, childCount: 0, scanId } },
  giveBack: { schema: schemas.GiveBackBody, body: { orderId: order, reason: 'Wrong pass' } },
  usages: {
    schema: schemas.UsageListBody,
    body: { ePassId: dpId, clientUserId: 'u', resourceId: 'N00001', status: 2, from: until, to: until, ...page },
  },
  details: { schema: schemas.UsageDetailsBody, body: { orderId: order } },
  passes: { schema: schemas.UserPassesBody, body: { clientUserId: 'u', ...page } },
  token: { schema: schemas.TokenBody, body: { clientId: 'a', secret: 'b' } },
  suspend: { schema: schemas.SuspendBody, body: { ePassId: dpId, reason: 'Lost' } },
  programme: {
    schema: management.ProgrammeBody,
    body: {
      ...{ programId: 'AIRLINE', name: 'Ä 1', issuerPrefix: '0000', sandbox: false, modules: [1, 2] },
      ...{ crossModules: [1], expiringDays: 0 },
    },
  },
  hub: {
    schema: management.HubBody,
    body: {
      ...{ transportHubId: 'A00001', transportHubName: 'Zürich', iata: 'ZRH', city: 'Zürich', countryOrRegion: 'CH' },
      ...{ timezone: 'Europe/Zurich', latitude: '47.46', longitude: '-8.5' },
    },
  },
  resource: {
    schema: management.ResourceBody,
    body: {
      ...{ module: 1, resourceId: 'N00001', resourceName: 'Lounge', transportHubId: 'A00001', location: 'Gate 1' },
      ...{ coordinates: '47.4,8.5', image: 'https://a.example/b', programIds: ['DEMO'], childrenCount: true },
    },
  },
  closure: {
    schema: management.ResourceChangeBody,
    body: { closed: true, reason: 'Works', childrenCount: false, resourceName: 'A', location: 'B', coordinates: '1,2' },
  },
  client: {
    schema: clients.ClientBody,
    body: {
      ...{ clientId: 'a', name: 'A', issuer: 'https://a.example/', scopes: ['venue'], programIds: ['DEMO'] },
      ...{ resourceIds: ['N00001'], ratePerMinute: 1 },
    },
  },
  rotation: { schema: clients.RotationBody, body: { overlapMinutes: 0 } },
  simulate: { schema: schemas.SimulatedRedemptionBody, body: { dpId, adultCount: 1, childCount: 0 } },
  undo: { schema: schemas.SimulatedCancellationBody, body: { dpId, transactionId: order } },
};

function problemsOf(schema: TSchema, value: unknown): readonly Problem[] {
  try {
    assert.equal(validator(schema)(value), value, 'the very value, nothing coerced or dropped');
    return [];
  } catch (refusal) {
    assert.ok(refusal instanceof Refusal && refusal.refusal === 'REQUEST_INVALID', String(refusal));
    assert.ok(refusal.problems.length >= 1 && refusal.problems.length <= 20);
    return refusal.problems;
  }
}

const fieldsOf = (schema: TSchema, value: unknown) => problemsOf(schema, value).map((problem) => problem.field);

/** The paths of all objects and values in a body, arrays' items by their number. */
function* pathsOf(value: unknown, path: string[] = []): Generator<{ path: string[]; value: unknown }> {
  yield { path, value };
  if (value === null || typeof value !== 'object') return;
  for (const [key, inner] of Object.entries(value)) yield* pathsOf(inner, [...path, key]);
}

/** A copy with the value at a path changed. */
function changed(body: unknown, path: readonly string[], change: (old: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(body);
  const copy = structuredClone(body) as Body;
  copy[key] = changed(copy[key], rest, change);
  return copy;
}

test('the good bodies are good', () => {
  for (const { schema, body } of Object.values(good)) assert.deepEqual(problemsOf(schema, body), []);
});

test('every object that a route takes is closed: what is misspelt can never be dropped', () => {
  const open: string[] = [];
  let objects = 0;
  const walk = (value: unknown, path: string) => {
    if (value === null || typeof value !== 'object') return;
    const { type, additionalProperties } = value as Body;
    if (type === 'object') objects += 1;
    if (type === 'object' && additionalProperties !== false) open.push(path);
    for (const [key, inner] of Object.entries(value)) walk(inner, `${path}.${key}`);
  };
  for (const [name, route] of Object.entries(routes)) {
    for (const part of ['body', 'query', 'params'] as const) walk((route as Body)[part], `${name}.${part}`);
  }
  assert.ok(objects >= 20, `${objects} objects`);
  assert.deepEqual(open, []);
});

const replaced = (body: unknown, path: readonly string[], value: unknown) => changed(body, path, () => value);

const planted =
  `status ePassStatus usedUsages usages used granted orderId ePassId passId pass_id order_id programId program_id
  tenantId tenant_id clientId client_id cancelledAt cancelled_at orderCancelledDate createdAt suspended_at first_key entries
  dpId allowedModules resourceId resourceID resourceid restricted_to id role scopes constructor prototype toString hasOwnProperty
  __defineGetter__ valueOf $ref x`.split(/\s+/);

test('a field that is not of the request is refused by its path, at every level', () => {
  let tried = 0;
  for (const { schema, body } of Object.values(good)) {
    for (const { path, value } of pathsOf(body)) {
      if (value === null || typeof value !== 'object' || Array.isArray(value)) continue;
      for (const name of planted.filter((word) => !Object.hasOwn(value, word))) {
        if (schema === schemas.SearchBody && ['orderId', 'ePassId'].includes(name)) continue;
        tried += 1;
        const body2 = changed(body, path, (old) => ({ ...(old as Body), [name]: 3 }));
        assert.deepEqual(fieldsOf(schema, body2), [[...path, name].join('.')]);
      }
    }
  }
  assert.ok(tried > 400, `${tried}`);
  const proto = JSON.parse('{"orderId":"DP00000000000001","reason":"x","__proto__":{"polluted":1}}') as unknown;
  assert.deepEqual(fieldsOf(schemas.GiveBackBody, proto), ['__proto__']);
  assert.equal(({} as Body).polluted, undefined);
});

test('many unknown fields are still named', () => {
  for (const count of [7, 8, 20, 1000]) {
    const more = Object.fromEntries(Array.from({ length: count }, (_, index) => [`wrong${index}`, index]));
    const fields = fieldsOf(schemas.RedeemBody, { ...good.redeem!.body, ...more });
    assert.ok(fields.includes('wrong0'), `${count} unknown fields: ${fields.join(' ')}`);
  }
});

test('a required field that is missing is named', () => {
  for (const [name, { schema, body }] of Object.entries(good)) {
    for (const { path } of pathsOf(body)) {
      const last = path.at(-1);
      if (last === undefined || /^\d+$/.test(last)) continue;
      const without = changed(body, path.slice(0, -1), (old) => {
        const { [last]: _, ...rest } = old as Body;
        return rest;
      });
      const optional = `activationDate resourceIds iata countryOrRegion ifUnused scanId pageSize pageNumber cursor
        crossModules expiringDays city timezone latitude longitude resourceId coordinates image issuer ratePerMinute`;
      const ofOne = 'hub.transportHubId resource.programIds resource.childrenCount client.clientId';
      const free =
        (optional.split(/\s+/).includes(last) && name !== 'redeem') ||
        ['search', 'usages', 'closure', 'rotation'].includes(name) ||
        [...ofOne.split(' '), 'redeem.scanId'].includes(`${name}.${last}`);
      assert.deepEqual(problemsOf(schema, without), free ? [] : [{ field: path.join('.'), problem: 'is required' }]);
    }
  }
});

const strangers: unknown[] = [
  null,
  true,
  false,
  0,
  1,
  1.5,
  -1,
  '',
  '1',
  'true',
  'null',
  [],
  {},
  [1],
  ['1'],
  [[]],
  { length: 1 },
];
strangers.push(Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, 2 ** 53, 1e308, -0.5, '5', ' 5', '5 ', '0x5', '５');

test('no type is another: every value of every body with values of all other types', () => {
  const kind = (value: unknown) => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);
  for (const { schema, body } of Object.values(good)) {
    for (const { path, value } of pathsOf(body)) {
      for (const stranger of strangers.filter((other) => kind(other) !== kind(value))) {
        const fields = fieldsOf(schema, replaced(body, path, stranger));
        assert.deepEqual(fields, [path.join('.') || 'body'], `${path.join('.')}: ${JSON.stringify(stranger)}`);
      }
    }
  }
});

/** Values of the right type that are out of range, by field; and those at the edge, which are good. */
const edges: [string, string, unknown[], unknown[]][] = [
  ['issue', 'extra.availableUsages', [0, -1, 1.5, 10_001, 2 ** 31, 2 ** 53, Number.NaN], [1, 10_000]],
  ['issue', 'module', [5, 6, 9, 10, 12, -1, 0.5, Number.NaN], [0, 1, 2, 3, 4, 7, 8, 11]],
  ['issue', 'extra.firstName', ['', 'a'.repeat(101), '😀'.repeat(101)], ['a'.repeat(100), '𝒜'.repeat(100), 'é']],
  ['issue', 'extra.allowedResources.resourceIds', [Array(501).fill('N1')], [[], Array(500).fill('N1')]],
  ['issue', 'extra.allowedResources.resourceIds.0', ['', ' ', 'N 1', 'N1\n', 'é', 'a'.repeat(17)], ['N00001', 'n1']],
  [
    'issue',
    'extra.expirationDate',
    ['', 'now', '2028-12-31', `${until}${' '.repeat(16)}`],
    [until, '2028-12-31T23:59:59'],
  ],
  ['redeem', 'adultCount', [-1, 0.5, 101, 2 ** 31], [0, 100]],
  ['redeem', 'childCount', [-1, 0.5, 101, 2 ** 31], [0, 100]],
  [
    'redeem',
    'dpId',
    ['178800006666888', `${dpId}0`, `${dpId}\n`, ` ${dpId}`, '１788000066668888', "1' or '1'='1"],
    ['0'.repeat(16)],
  ],
  ['redeem', 'resourceId', ['n00001', 'N', 'N00001\n', 'N-1', `N${'0'.repeat(16)}`], ['N00012', 'C10826']],
  ['redeem', 'scanId', ['', scanId.slice(1), `{${scanId}}`, `${scanId}\n`], [scanId.toUpperCase()]],
  ['cancel', 'orderId', ['dp00000000000001', 'DP1', `${order}0`, `${order}\n`, 'DP0000000000000१'], [order]],
  ['cancel', 'status', [0, 1, 2, 4, 3.5, -3], [3]],
  ['giveBack', 'reason', ['', 'a\n', '\0', '\x1b[31m', '\x7f', 'a'.repeat(201)], ['a', 'a'.repeat(200), 'Für später']],
  ['usages', 'status', [0, 1, 4], [2, 3]],
  ['usages', 'pageSize', [0, 101, 1e9, 0.5], [1, 100]],
  ['usages', 'pageNumber', [0, -1, 1001], [1, 1000]],
  ['usages', 'cursor', ['', 'a=', 'a b', 'a'.repeat(513)], ['a'.repeat(512), '-_']],
];

test('the edges of every range', () => {
  for (const [name, field, outside, inside] of edges) {
    const { schema, body } = good[name]!;
    for (const value of outside) {
      const fields = fieldsOf(schema, replaced(body, field.split('.'), value));
      assert.deepEqual(fields, [field], `${field}: ${JSON.stringify(value)?.slice(0, 60)}`);
    }
    for (const value of inside) assert.deepEqual(fieldsOf(schema, replaced(body, field.split('.'), value)), []);
  }
});

test('a reason is text that every store and log can hold', () => {
  for (const schema of [schemas.GiveBackBody, management.ResourceChangeBody, schemas.SuspendBody]) {
    for (const reason of ['\ud800', 'a\udc00b', '\udc00\ud800', 'a\ud83d']) {
      const body = { orderId: order, ePassId: dpId, closed: true, reason };
      assert.ok(fieldsOf(schema, body).includes('reason'), `a lone surrogate: ${JSON.stringify(reason)}`);
    }
  }
});

test('a clientUserId is an opaque string of printable ASCII: each spelling is another one', () => {
  const id = '3EF5D065-76F8-4D3E-801A-B329D15F461A';
  const shapes = `${id} ${id.toLowerCase()} {${id}} urn:uuid:${id} ${id.replaceAll('-', '')} 0 -1 1e3 null '-- %00 <b> a/b ../x`;
  const kept = shapes.split(' ');
  const others = `| |a b| ${id}|${id} |${id}\n|a\0|a\tb|é|\u0430|a\u200d|\ufeffa|😀|ａ|\x7f|${'a'.repeat(129)}`;
  const refused = others.split('|');
  for (const clientUserId of [...kept, 'a'.repeat(128)]) {
    const body = { ...good.issue!.body, clientUserId };
    assert.deepEqual(fieldsOf(schemas.IssueBody, body), []);
    assert.equal(issueRequestOf(body as never, 'lounges').clientUserId, clientUserId);
  }
  for (const clientUserId of refused)
    assert.deepEqual(fieldsOf(schemas.IssueBody, { ...good.issue!.body, clientUserId }), ['clientUserId']);
});

test('scalars of a query refuse a list, whatever it holds', () => {
  let scalars = 0;
  for (const route of Object.values(routes)) {
    const query = (route as { query?: TObject }).query;
    for (const [name, schema] of Object.entries(query?.properties ?? {})) {
      if (JSON.stringify(schema).includes('"array"')) continue;
      scalars += 1;
      assert.ok(fieldsOf(query!, { [name]: ['1', '1'] }).includes(name), name);
    }
  }
  assert.ok(scalars >= 8);
});

test('paths and bodies agree on the module, dates are instants, and one id is searched for', () => {
  const refusalOf = (call: () => unknown) => {
    try {
      return call() === undefined;
    } catch (thrown) {
      const { refusal, problems } = thrown as Refusal;
      return [refusal, ...problems.map((problem) => problem.field)].join(' ');
    }
  };
  const body = good.issue!.body as { extra: object };
  const read = (value: unknown, segment: string) => refusalOf(() => issueRequestOf(value as never, segment));
  assert.equal(read(body, 'lounges'), false);
  assert.equal(read(body, 'fastTrack'), 'MODULE_MISMATCH module');
  for (const segment of ['Lounges', 'lounges/', '', 'toString', '__proto__', '1']) {
    assert.equal(read(body, segment), 'ROUTE_UNKNOWN');
  }
  const dates = { activationDate: '2028-02-30T00:00:00Z', expirationDate: '2028-06-30T24:00:00Z' };
  const told = 'REQUEST_INVALID extra.activationDate extra.expirationDate';
  assert.equal(read({ ...body, extra: { ...body.extra, ...dates } }, 'lounges'), told);
  assert.deepEqual(searchKeyOf({ orderId: order }), { orderId: order });
  assert.deepEqual(searchKeyOf({ ePassId: dpId }), { ePassId: dpId });
  for (const key of [{}, { orderId: order, ePassId: dpId }]) {
    const refusal = refusalOf(() => searchKeyOf(key));
    assert.equal(refusal, 'REQUEST_INVALID orderId ePassId');
  }
});
