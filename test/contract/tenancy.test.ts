/** Another programme's ids answer like ids that do not exist (ATK-16, 17; INV-34), on every route of the table. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { before, describe, test } from 'node:test';
import type { TSchema } from 'typebox';
import { type OperationId, type Route, routes } from '../../src/contract/routes.ts';
import { bulkRow, ndjson } from '../harness/bulk.ts';
import type { Reply } from '../harness/client.ts';
import { embeddedProduct, stateOf } from '../harness/embedded-product.ts';
import {
  addOtherProgramme,
  type Clients,
  type Kind,
  kinds,
  makePass,
  type Side,
  type SideIds,
} from '../harness/two-programmes.ts';

const table = Object.entries(routes) as [OperationId, Route][];

/** Field names that name something of a programme; any route that has one is in the matrix. */
const idNames = [
  'orderId',
  'ePassId',
  'dpId',
  'resourceId',
  'transactionId',
  'transportHubId',
  'resourceIds',
  'clientUserId',
  'endpointId',
  'eventId',
  'clientId',
  'deviceId',
  'jobId',
];

type Ids = Readonly<SideIds>;
type Values = Readonly<Record<string, unknown>>;

/** Where the id stands: `body.extra.allowedResources.resourceIds`. */
function idFieldsOf(route: Route): string[] {
  const walk = (schema: TSchema | undefined, path: string): string[] =>
    Object.entries((schema as { properties?: Record<string, TSchema> } | undefined)?.properties ?? {}).flatMap(
      ([name, inner]) => [...(idNames.includes(name) ? [`${path}.${name}`] : []), ...walk(inner, `${path}.${name}`)],
    );
  return [...walk(route.params, 'params'), ...walk(route.query, 'query'), ...walk(route.body, 'body')];
}

const order = (ids: Ids) => ({ orderId: ids.orderId });
const people = { adultCount: 1, childCount: 0 };
const reason = 'because of a test';
const july = { from: '2026-07-01', to: '2026-08-01' };

type Good = (ids: Ids) => { params?: Values; query?: Values; body?: Values; upload?: string };
const ofJob: Good = ({ jobId }) => ({ params: { jobId } });

/** A good request of every route for a client whose programme these ids are of; a new route must be added. */
const good: Readonly<Record<string, Good>> = {
  issuePass: ({ clientUserId, resourceId }) => ({
    params: { module: 'lounges' },
    body: {
      module: 1,
      clientUserId: `new-${clientUserId}`.slice(0, 60),
      extra: {
        firstName: 'Ada',
        lastName: 'L',
        expirationDate: '2099-01-01T00:00:00Z',
        availableUsages: 1,
        allowedResources: { resourceIds: [resourceId] },
      },
    },
  }),
  searchPass: (ids) => ({ body: order(ids) }),
  cancelOrder: (ids) => ({ body: { ...order(ids), status: 3 } }),
  suspendPass: ({ ePassId }) => ({ body: { ePassId, reason } }),
  resumePass: ({ ePassId }) => ({ body: { ePassId, reason } }),
  listUserPasses: ({ clientUserId }) => ({ body: { clientUserId } }),
  redeemPass: ({ ePassId, resourceId }) => ({ body: { dpId: ePassId, resourceId, ...people } }),
  checkPass: ({ ePassId, resourceId }) => ({ body: { dpId: ePassId, resourceId, ...people } }),
  giveBackUse: ({ usageOrderId }) => ({ body: { orderId: usageOrderId, reason } }),
  listUsages: ({ ePassId }) => ({ body: { ePassId } }),
  usageDetails: ({ usageOrderId }) => ({ body: { orderId: usageOrderId } }),
  listTransportHubs: ({ transportHubId }) => ({ query: { transportHubId } }),
  getTransportHub: ({ transportHubId }) => ({ params: { transportHubId } }),
  listResources: ({ transportHubId }) => ({ query: { transportHubId } }),
  getResource: ({ resourceId }) => ({ params: { resourceId } }),
  offerResource: ({ resourceId }) => ({ params: { resourceId }, body: {} }),
  withdrawResource: ({ resourceId }) => ({ params: { resourceId } }),
  listProgrammes: () => ({}),
  listClients: () => ({}),
  getClient: ({ clientId }) => ({ params: { clientId } }),
  clientTraffic: ({ clientId }) => ({ params: { clientId } }),
  changeResource: ({ resourceId }) => ({ params: { resourceId }, body: { closed: false } }),
  simulateRedemption: ({ ePassId }) => ({ body: { dpId: ePassId, ...people } }),
  simulateCancellation: ({ ePassId, usageOrderId }) => ({ body: { dpId: ePassId, transactionId: usageOrderId } }),
  setClock: () => ({ body: { now: null } }),
  listDevices: () => ({}),
  createDevice: ({ resourceId }) => ({ body: { name: 'Entrance', resourceId } }),
  currentDevice: () => ({}),
  revokeDevice: ({ deviceId }) => ({ params: { deviceId } }),
  listEndpoints: () => ({}),
  createEndpoint: () => ({ body: { url: 'https://partner.example/', eventTypes: ['epass.issued'], state: 'paused' } }),
  getEndpoint: ({ endpointId }) => ({ params: { endpointId } }),
  changeEndpoint: ({ endpointId }) => ({ params: { endpointId }, body: { state: 'paused' } }),
  addSigningKey: ({ endpointId }) => ({ params: { endpointId }, body: {} }),
  testEndpoint: ({ endpointId }) => ({ params: { endpointId } }),
  listDeliveries: ({ endpointId }) => ({ params: { endpointId } }),
  getDelivery: ({ endpointId, eventId }) => ({ params: { endpointId, eventId } }),
  resendDeliveries: ({ endpointId, eventId }) => ({ params: { endpointId }, body: { eventId } }),
  listEvents: () => ({}),
  uploadBulk: () => ({ upload: ndjson([bulkRow('tenancy')]) }),
  listBulkJobs: () => ({}),
  getBulkJob: ofJob,
  startBulkJob: ofJob,
  stopBulkJob: ofJob,
  resumeBulkJob: ofJob,
  cancelBulkJob: ofJob,
  listBulkRows: ofJob,
  downloadBulkResult: ofJob,
  downloadBulkResultLines: ofJob,
  findPasses: () => ({ body: { text: 'Lovelace' } }),
  passHistory: ({ ePassId }) => ({ params: { ePassId } }),
  passHistoryCsv: ({ ePassId }) => ({ params: { ePassId } }),
  reportToday: () => ({}),
  reportTodayCsv: () => ({}),
  reportUsage: () => ({ query: july }),
  reportUsageCsv: () => ({ query: july }),
  reportLiability: () => ({ query: july }),
  reportLiabilityCsv: () => ({ query: july }),
  reportExpiring: () => ({}),
  reportExpiringCsv: () => ({}),
  reportRefusals: () => ({ query: july }),
  reportRefusalsCsv: () => ({ query: july }),
  listRates: () => ({ params: { programId: 'DEMO' } }),
  enterRate: () => ({ params: { programId: 'DEMO' }, body: { module: 1, amount: 2150, currency: 'GBP' } }),
  linkPass: ({ ePassId }) => ({ body: { ePassId } }),
  revokePassLink: ({ ePassId }) => ({ body: { ePassId } }),
};

/** A pass that is not suspended is not resumed, and a job that is over does not go on. */
const finished = ['resumePass', 'startBulkJob', 'stopBulkJob', 'resumeBulkJob'];

/** Which of a side's ids goes into a field of a route. */
function idFor(operation: OperationId, field: string, ids: Ids): string {
  const name = field.slice(field.lastIndexOf('.') + 1);
  if (name === 'dpId') return ids.ePassId;
  if (name === 'resourceIds') return ids.resourceId;
  if (name === 'transactionId') return ids.usageOrderId;
  if (name === 'orderId' && ['giveBackUse', 'usageDetails'].includes(operation)) return ids.usageOrderId;
  return ids[name as keyof Ids];
}

const digits = (count: number) => Array.from({ length: count }, () => randomInt(10)).join('');

/** Ids of the right form that nothing has; the pass id has the prefix of the client's own programme. */
const unknownIds = (side: Side): Ids => ({
  orderId: `DP${digits(14)}`,
  usageOrderId: `DP${digits(14)}`,
  ePassId: (side === 'DEMO' ? '1788' : '4321') + digits(12),
  clientUserId: `nobody-${digits(20)}`,
  resourceId: 'N99999',
  transportHubId: 'A99999',
  clientId: `nobody-${digits(20)}`,
  endpointId: `ep_${digits(32)}`,
  deviceId: `dev_${digits(32)}`,
  eventId: `evt_${digits(24)}`,
  jobId: `bulk_${digits(20)}`,
});

const sideOf = (kind: Kind): Side => (kind.endsWith('B') ? 'OTHER' : 'DEMO');
/** Those of people alone: no client has their scopes, and they name nothing of a programme. */
const ofPeople = ({ scopes }: Route) =>
  scopes === null || (scopes.length > 0 && scopes.every((scope) => ['auditor', 'administrator'].includes(scope)));
const mayCall = (route: Route, scopes: readonly string[]) =>
  route.scopes === null || route.scopes.length === 0 || route.scopes.some((scope) => scopes.includes(scope));
const scopesOf: Readonly<Record<Kind, readonly string[]>> = {
  partnerA: ['issuer'],
  partnerB: ['issuer'],
  venueA: ['venue'],
  venueB: ['venue'],
  operatorA: ['operator'],
  operatorB: ['operator'],
  personB: ['auditor', 'operator', 'issuer'],
  both: ['issuer', 'operator'],
  none: ['issuer', 'venue', 'operator'],
};

describe('programmes do not see each other', () => {
  let clients: Clients;
  const sides = {} as Record<Side, SideIds>;
  const product = embeddedProduct(
    async (here) => {
      clients = await addOtherProgramme(here);
    },
    { post: async () => ({ status: 204, text: '', retryAfter: null, milliseconds: 1 }) },
  );
  before(async () => {
    sides.DEMO = await makePass(clients, 'DEMO');
    sides.OTHER = await makePass(clients, 'OTHER');
  });

  /** Sends a route's good request with one field set to `value`. */
  async function send(
    kind: Kind,
    operation: OperationId,
    field: string | null,
    value: unknown,
    ids: Ids,
    headers = {},
  ) {
    const route: Route = routes[operation];
    const sent = structuredClone(good[operation]!(ids)) as Record<string, Values>;
    if (field !== null) setAt(sent, field.split('.'), field.endsWith('resourceIds') ? [value] : value);
    if (field === 'body.ePassId' && operation === 'searchPass') delete (sent.body as { orderId?: string }).orderId;
    const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(sent.params![name])));
    const query = new URLSearchParams(sent.query as Record<string, string>).toString();
    const programme = kind === 'both' ? { 'x-program-id': 'DEMO' } : {};
    const url = query === '' ? path : `${path}?${query}`;
    const type: Record<string, string> = route.upload === undefined ? {} : { 'content-type': 'application/x-ndjson' };
    return clients[kind].call(route.method, url, sent.upload ?? sent.body, { ...type, ...programme, ...headers });
  }

  function setAt(target: Record<string, unknown>, [name, ...rest]: string[], value: unknown): void {
    if (rest.length === 0) target[name!] = value;
    else setAt(target[name!] as Record<string, unknown>, rest, value);
  }

  /** What of an answer may be compared: all but the ids that were sent or drawn, and the time. */
  const essence = (reply: Reply, value: string) => ({
    status: reply.status,
    body: reply.text.replaceAll(value, '<id>').replace(/"requestId":"[^"]+"/, ''),
    headers: [...reply.headers.keys()].sort(),
  });

  const inMatrix = table.filter(
    ([, route]) => route.scopes !== null && !ofPeople(route) && idFieldsOf(route).length > 0,
  );
  // A clientUserId is the integrator's own: the same one in two programmes is two travellers.
  const fieldsOf = (operation: OperationId, route: Route) =>
    idFieldsOf(route).filter((field) => !(operation === 'issuePass' && field.endsWith('clientUserId')));

  test('the matrix holds every route that takes an id', () => {
    assert.ok(inMatrix.length >= 17, `${inMatrix.length} routes`);
    const without = table.filter(
      ([operation, route]) => !ofPeople(route) && !inMatrix.some(([known]) => known === operation),
    );
    const unknown = inMatrix.filter(([operation]) => !(operation in good));
    assert.deepEqual(unknown, [], 'routes to be added to the matrix');
    assert.deepEqual(without.map(([operation]) => operation).sort(), [
      'createEndpoint',
      'currentDevice',
      'findPasses',
      'listBulkJobs',
      'listClients',
      'listDevices',
      'listEndpoints',
      'listEvents',
      'listProgrammes',
      'listRates',
      'reportExpiring',
      'reportExpiringCsv',
      'reportLiability',
      'reportLiabilityCsv',
      'reportRefusals',
      'reportRefusalsCsv',
      'reportToday',
      'reportTodayCsv',
      'reportUsage',
      'reportUsageCsv',
      'setClock',
      'uploadBulk',
    ]);
  });

  test('foreign and unknown ids get the same status, body and headers, and change nothing', async (context) => {
    const before = await stateOf(product());
    let compared = 0;
    for (const kind of kinds) {
      const own = sideOf(kind);
      const foreign = sides[own === 'DEMO' ? 'OTHER' : 'DEMO'];
      for (const [operation, route] of inMatrix) {
        // Whoever has both may offer in one what the other offers.
        if (kind === 'both' && operation === 'offerResource') continue;
        for (const field of fieldsOf(operation, route)) {
          const [theirs, nobodys] = [idFor(operation, field, foreign), idFor(operation, field, unknownIds(own))];
          const answers = [
            await send(kind, operation, field, theirs, sides[own]),
            await send(kind, operation, field, nobodys, sides[own]),
          ];
          const [first, second] = [essence(answers[0]!, theirs), essence(answers[1]!, nobodys)];
          assert.deepEqual(first, second, `${kind} ${operation} ${field}`);
          const lists = ['listUsages', 'listUserPasses', 'listResources', 'listTransportHubs'].includes(operation);
          assert.ok(first.status >= 400 || lists, `${kind} ${operation} ${field}: ${answers[0]!.text}`);
          assert.ok(
            !answers[0]!.text.includes('Grace') || own === 'OTHER',
            'the name of a traveller of another programme',
          );
          if (!mayCall(route, scopesOf[kind])) assert.equal(first.status, 403, `${kind} ${operation}`);
          compared += 1;
        }
      }
    }
    assert.equal(await stateOf(product()), before);
    assert.ok(compared >= 9 * 20, `${compared} pairs`);
    context.diagnostic(`${compared} pairs of foreign and unknown`);
  });

  test('malformed ids are refused alike whoever sends them', async () => {
    const before = await stateOf(product());
    for (const [operation, route] of inMatrix) {
      for (const field of fieldsOf(operation, route).filter((name) => !name.endsWith('clientUserId'))) {
        for (const value of [
          'x y',
          '',
          "' or 1=1--",
          'dp1',
          '*',
          '%',
          '1788*',
          '_'.repeat(16),
          'null',
          '٣'.repeat(16),
        ]) {
          if (value === '' && field.startsWith('params')) continue;
          const statuses = new Set<number>();
          for (const kind of kinds.filter((name) => mayCall(route, scopesOf[name]))) {
            const { status, text } = await send(kind, operation, field, value, sides[sideOf(kind)]);
            assert.ok(status >= 400 && status < 500, `${kind} ${operation} ${field} ${value}: ${text}`);
            if (kind !== 'none') statuses.add(status);
          }
          if (!operation.startsWith('simulate'))
            assert.equal(statuses.size, 1, `${operation} ${field} ${value}: ${[...statuses]}`);
        }
      }
    }
    assert.equal(await stateOf(product()), before);
  });

  test('X-Program-ID of another programme is one that does not exist, on every route', async () => {
    const before = await stateOf(product());
    for (const kind of kinds) {
      const foreign = kind === 'both' ? 'NOWHERE' : sideOf(kind) === 'DEMO' ? 'OTHER' : 'DEMO';
      for (const [operation, route] of table) {
        if (ofPeople(route)) continue;
        const own = sides[sideOf(kind)];
        const answers: string[] = [];
        for (const programme of [foreign, 'UNKNOWN', '__proto__', 'OTHER,DEMO', "'", 'demo']) {
          const reply = await send(kind, operation, null, null, own, { 'x-program-id': programme });
          answers.push(JSON.stringify(essence(reply, '-')));
          assert.ok(reply.status >= 400, `${kind} ${operation} ${programme}: ${reply.text}`);
          if (!mayCall(route, scopesOf[kind])) assert.equal(reply.status, 403);
        }
        assert.equal(new Set(answers).size, 1, `${kind} ${operation}: ${answers.join('\n')}`);
      }
    }
    assert.equal(await stateOf(product()), before);
  });

  test('own ids are answered: what is refused above is refused for being foreign', async () => {
    for (const kind of kinds.filter((name) => name !== 'none')) {
      for (const [operation] of inMatrix.filter(([, route]) => mayCall(route, scopesOf[kind]))) {
        const ids = await makePass(clients, sideOf(kind));
        const { status, json } = await send(kind, operation, null, null, ids);
        // Nothing is suspended, no link was made, and what is offered is offered.
        const again = [...finished, 'revokePassLink', 'offerResource'].includes(operation);
        const expected = again ? 409 : operation.startsWith('simulate') && sideOf(kind) === 'OTHER' ? 403 : 200;
        // The side's endpoint has two keys from the first time on.
        if (operation === 'addSigningKey') assert.ok([200, 409].includes(status), `${kind}: ${JSON.stringify(json)}`);
        else assert.equal(status, expected, `${kind} ${operation}: ${JSON.stringify(json)}`);
        if (operation === 'withdrawResource')
          assert.equal((await send(kind, 'offerResource', null, null, ids)).status, 200);
        if ((json?.data?.orders ?? json?.data?.ePasses) !== undefined)
          assert.equal((json.data.orders ?? json.data.ePasses).length, 1);
      }
    }
  });
});
