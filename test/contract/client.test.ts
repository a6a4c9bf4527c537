/** The client over the real product: every call reaches its route, and what comes back is what the types say. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import type { TObject } from 'typebox';
import { calls } from '../../src/client/calls.ts';
import {
  type CallName,
  CallRefused,
  openPassdesk,
  type Passdesk,
  PushEventRefused,
  pushVerifier,
} from '../../src/client/passdesk.ts';
import { collectionFiles } from '../../src/contract/collections.ts';
import type { Schema } from '../../src/contract/openapi-document.ts';
import { exampleOf, parameterExample } from '../../src/contract/openapi-samples.ts';
import { type Route, routes } from '../../src/contract/routes.ts';
import { Compile } from '../../src/contract/typebox.ts';
import { insertClientKey } from '../../src/store/client-keys.ts';
import { bulkRow } from '../harness/bulk.ts';
import { issueBody } from '../harness/client.ts';
import { addClient, embeddedProduct } from '../harness/embedded-product.ts';
import { postHere } from '../harness/push.ts';

const table = routes as Record<string, Route>;

/** What the reference shows no example of. */
const fitting: Readonly<Record<string, string>> = {
  ePassId: '1788000066668888',
  deviceId: 'dev_0b9f3c5e8d7a4f61b2c3d4e5f6071829',
  from: '2026-01-01',
  to: '2026-02-01',
  by: 'module',
};

type RunScript = (kept: Map<string, unknown>) => Promise<void>;
type Files = Readonly<Record<string, string>>;

/** Runs the script that Postman runs before a request, with as much of Postman as it uses. */
function postmanScript(files: Files): RunScript {
  const { event } = JSON.parse(files['collections/passdesk.postman_collection.json']!);
  return async (kept) => {
    const read = { get: (name: string) => kept.get(name), set: (name: string, value: string) => kept.set(name, value) };
    let sent = Promise.resolve();
    // biome-ignore lint/suspicious/noExplicitAny: as Postman has it
    const sendRequest = (request: any, tell: (problem: unknown, response: unknown) => void) => {
      const { url, method, header: headers, body } = request;
      sent = fetch(url, { method, headers, body: body.raw }).then(async (response) => {
        const text = await response.text();
        tell(null, { code: response.status, text: () => text, json: () => JSON.parse(text) });
      });
    };
    const pm = { variables: read, collectionVariables: read, sendRequest };
    runInNewContext(event[0].script.exec.join('\n'), { pm });
    await sent;
  };
}

/** Runs the script that Bruno runs before a request, with as much of Bruno as it uses. */
function brunoScript(files: Files): RunScript {
  const text = files['collections/bruno/collection.bru']!;
  const script = /^script:pre-request \{\n([\s\S]*?)^\}/m.exec(text)![1]!;
  return async (kept) => {
    const get = (name: string) => kept.get(name);
    // biome-ignore lint/suspicious/noExplicitAny: as Bruno has it
    const sendRequest = async ({ url, data, ...request }: any) => {
      const response = await fetch(url, { ...request, body: JSON.stringify(data) });
      return { status: response.status, data: await response.json() };
    };
    const bru = { getEnvVar: get, getVar: get, setVar: kept.set.bind(kept), sendRequest };
    await runInNewContext(`(async () => {${script}})()`, { bru });
  };
}

async function refusalOf(call: Promise<unknown>): Promise<CallRefused> {
  const problem = await call.then(
    () => assert.fail('it was done'),
    (one: unknown) => one,
  );
  assert.ok(problem instanceof CallRefused, String(problem));
  return problem;
}

describe('the client', () => {
  const push = { isAllowedHost: (host: string) => host === '127.0.0.1' };
  const product = embeddedProduct(undefined, { post: postHere, push });
  let partner: Passdesk;
  let venue: Passdesk;
  const open = (more: object) => openPassdesk({ baseUrl: product().baseUrl, ...more } as never);

  before(() => {
    const { credentials } = product();
    partner = open({ credentials: credentials.partner });
    venue = open({ credentials: credentials.venue });
  });

  const pass = (clientUserId: string = randomUUID(), usages = 9) => ({
    ...issueBody(usages, { allowedResources: { resourceIds: ['N00001'] } }, clientUserId),
    module: 1 as const,
  });
  const scan = (dpId: string) => ({ dpId, resourceId: 'N00001', adultCount: 1, childCount: 0 });

  it('leads a pass from its issue to its cancellation', async () => {
    const { orderId, extra } = await partner.issuePass(pass());
    const { ePassId } = extra;
    assert.equal((await partner.searchPass({ orderId })).extra.ePassId, ePassId);
    assert.match((await partner.linkPass({ ePassId })).url, /\/p\//);
    const check = await venue.checkPass(scan(ePassId));
    assert.deepEqual([check.allowed, check.holder.firstName], [true, 'Ada']);
    const use = await venue.redeemPass(scan(ePassId));
    assert.equal(use.availableUsages, 8);
    assert.equal((await partner.usageDetails({ orderId: use.orderId })).dpId, ePassId);
    assert.equal((await venue.giveBackUse({ orderId: use.orderId, reason: 'by mistake' })).status, 3);
    const cancelled = await partner.cancelOrder({ orderId, status: 3 });
    assert.equal(cancelled.refundableUsages, 9);
  });

  it('tells a refusal with its name, field, facts and request id', async () => {
    const clientUserId = randomUUID();
    const { extra } = await partner.issuePass(pass(clientUserId, 1));
    const requestId = randomUUID();
    const named = { ...pass(clientUserId), extra: { ...pass().extra, firstName: 'Grace' } };
    const mismatch = await refusalOf(partner.issuePass(named, { requestId }));
    assert.deepEqual(
      [mismatch.refusal, mismatch.status, mismatch.field, mismatch.requestId, mismatch.outcomeUnknown],
      ['NAME_MISMATCH', 400, 'extra.firstName', requestId, false],
    );
    assert.ok(mismatch.message.startsWith('NAME_MISMATCH: '));
    await venue.redeemPass(scan(extra.ePassId));
    const exceeded = await refusalOf(venue.redeemPass(scan(extra.ePassId)));
    assert.equal(exceeded.refusal, 'E_PASS_USAGES_EXCEEDED');
    assert.equal(exceeded.facts.availableUsages, 0);
    const misspelt = await refusalOf(partner.searchPass({ orderID: 'DP00000000000001' } as never));
    assert.equal(misspelt.refusal, 'REQUEST_INVALID');
    assert.equal((await refusalOf(venue.issuePass(pass()))).refusal, 'SCOPE_MISSING');
    const elsewhere = await refusalOf(partner.listEndpoints({}, { programId: 'ANOTHER' }));
    assert.equal(elsewhere.refusal, 'PROGRAM_UNKNOWN');
    await assert.rejects(partner.getEndpoint({ endpointId: '' }), TypeError);
  });

  it('reads lists to their end, by each of their ways', async () => {
    const { extra } = await partner.issuePass(pass());
    const { ePassId } = extra;
    for (let use = 1; use <= 5; use += 1) await venue.redeemPass(scan(ePassId));
    const left: number[] = [];
    for await (const usage of partner.each('listUsages', { ePassId, pageSize: 2 })) left.push(usage.availableUsages);
    assert.deepEqual(left, [4, 5, 6, 7, 8]);
    const sizes: number[] = [];
    for await (const page of partner.pages('listUsages', { ePassId, pageSize: 2 })) sizes.push(page.orders.length);
    assert.deepEqual(sizes, [2, 2, 1]);
    let places = 0;
    for await (const { resourceId } of partner.each('listResources', { pageSize: 2 }))
      places += Number(resourceId !== '');
    const all = await partner.listResources({ pageSize: 100 });
    assert.equal(places, all.pagination.totalNumber);
    assert.ok(places > 4);
    const sequences: number[] = [];
    for await (const { body, sequence } of partner.each('listEvents', { pageSize: 3 })) {
      if (body.dpId === ePassId) sequences.push(sequence);
    }
    assert.deepEqual(sequences, [1, 2, 3, 4, 5, 6]);
    const first = partner.pages('listEvents', { pageSize: 1 });
    assert.ok((await first.next()).value!.nextCursor.length > 0);
    await first.return();
  });

  it('issues a file of rows, and gives its result as a file', async () => {
    const rows = [1, 2, 3].map((number) => bulkRow(`file-${number}`)) as never[];
    const { jobId } = await partner.uploadBulk({ name: 'January', file: { rows } });
    for (let state = ''; state !== 'done'; ) ({ state } = await partner.getBulkJob({ jobId }));
    const verdicts: string[] = [];
    for await (const row of partner.each('listBulkRows', { jobId, pageSize: 2 })) verdicts.push(row.verdict);
    assert.deepEqual(verdicts, ['issued', 'issued', 'issued']);
    const csv = await (await partner.downloadBulkResult({ jobId })).text();
    assert.equal(csv.trim().split('\n').length, 4);
    const csvFile = table.uploadBulk!.upload!.files['text/csv'];
    const other = await partner.uploadBulk({ dryRun: true, file: { csv: new Blob([csvFile]) } });
    assert.deepEqual([other.format, other.rows, other.dryRun], ['csv', 2, true]);
  });

  it('proves itself by an id and a secret, and by a private key', async () => {
    const { credentials, world } = product();
    const { clientId, secret } = credentials.partner;
    const fetching = open({ credentials: { clientId, secret } });
    await Promise.all([fetching.listEndpoints(), fetching.listEndpoints()]);
    const wrong = open({ credentials: { clientId, secret: 'another' } });
    assert.equal((await refusalOf(wrong.listEndpoints())).refusal, 'CREDENTIALS_REFUSED');
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { issuer } = await addClient(product(), { clientId: 'signer', scopes: ['issuer'], programs: ['DEMO'] });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }) as string;
    await world.database.transaction((transaction) =>
      insertClientKey(transaction, { clientId: 'signer', kid: 'k1', publicKey: pem }, Date.now()),
    );
    await world.directory.refresh();
    const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    await open({ credentials: { issuer, privateKey: pkcs8, kid: 'k1' } }).listEndpoints();
  });

  it('verifies push events with the keys that the deployment publishes', async () => {
    const { baseUrl } = product();
    const url = 'http://127.0.0.1:9/';
    const { endpointId } = await partner.createEndpoint({ url, eventTypes: ['epass.issued'] });
    const { sent } = await partner.testEndpoint({ endpointId });
    const verify = pushVerifier({ baseUrl, programId: 'DEMO' });
    const { event, sequence } = await verify(sent.headers, sent.body);
    assert.deepEqual([event.eventType, event.endpointId, sequence], ['endpoint.test', endpointId, 0]);
    await assert.rejects(verify(sent.headers, `${sent.body} `), PushEventRefused);
    await assert.rejects(pushVerifier({ baseUrl, programId: 'LIVE' })(sent.headers, sent.body), PushEventRefused);
    const nobody = pushVerifier({ baseUrl: `${baseUrl}/nowhere`, programId: 'DEMO' });
    const fault = await nobody(sent.headers, sent.body).catch((one: unknown) => one);
    assert.ok(fault instanceof Error && !(fault instanceof PushEventRefused), 'not the fault of the event');
  });

  it('the scripts of the collections fetch a token, once, and it is good', async () => {
    const { baseUrl, credentials } = product();
    const { clientId, secret } = credentials.partner;
    const files = collectionFiles();
    const settings = { baseUrl, clientId, secret };
    for (const runScript of [postmanScript(files), brunoScript(files)]) {
      const kept = new Map<string, unknown>(Object.entries(settings));
      await runScript(kept);
      const token = kept.get('token');
      await open({ credentials: { token } }).listEndpoints();
      await runScript(kept);
      assert.equal(kept.get('token'), token, 'kept');
      kept.set('clientId', credentials.venue.clientId).set('secret', credentials.venue.secret);
      await runScript(kept);
      assert.equal((await refusalOf(open({ credentials: { token: kept.get('token') } }).listEndpoints())).status, 403);
      const own = new Map<string, unknown>([...kept, ['clientId', ''], ['token', 'mine']]);
      await runScript(own);
      assert.equal(own.get('token'), 'mine');
    }
  });

  it('reaches the route of every call, with an input of every part, and gets what its schema says', async () => {
    const all = {
      clientId: 'all',
      scopes: ['issuer', 'operator', 'venue'] as const,
      programs: ['DEMO'],
      resources: ['N00001'],
    };
    const client = open({ credentials: await addClient(product(), all), attempts: 1 });
    // What a wrong address, method or form would be told.
    const astray = [
      'ROUTE_UNKNOWN',
      'METHOD_NOT_ALLOWED',
      'JSON_INVALID',
      'CONTENT_TYPE_UNSUPPORTED',
      'REQUEST_INVALID',
    ];
    let done = 0;
    for (const name of Object.keys(calls) as CallName[]) {
      const { params, query, data, produces } = table[name]!;
      const route = table[name]!;
      const values = (part: TObject | undefined) =>
        Object.entries(part?.properties ?? {}).map(([key, schema]) => [
          key,
          parameterExample(key, schema as Schema) ?? fitting[key],
        ]);
      const needed = Object.entries(Object.fromEntries(values(query))).filter(([key]) =>
        (query?.required as readonly string[] | undefined)?.includes(key),
      );
      const input = {
        ...Object.fromEntries([...values(params), ...needed]),
        ...(exampleOf(name, route).request as object | undefined),
        ...(route.upload === undefined ? {} : { file: { ndjson: route.upload.files['application/x-ndjson'] } }),
      };
      const call = client[name] as (given: object) => Promise<unknown>;
      const answer = await call(input).catch((problem: unknown) => problem);
      if (answer instanceof Error) {
        assert.ok(answer instanceof CallRefused, `${name}: ${answer}`);
        assert.ok(!astray.includes(answer.refusal), `${name} ${JSON.stringify(input)}: ${answer.message}`);
        continue;
      }
      done += 1;
      if (produces === undefined) assert.ok(Compile(data).Check(answer), `${name}: ${JSON.stringify(answer)}`);
      else await (answer as Response).text();
    }
    assert.ok(done > 15, `${done} were done`);
  });
});
