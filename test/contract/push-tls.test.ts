/** Push events over TLS (FLT-26): a certificate is checked as a browser would, and a handshake that never ends is given up. */
import assert from 'node:assert/strict';
import { createHash, createPublicKey, type JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net';
import { after, before, test } from 'node:test';
import jsonwebtoken from 'jsonwebtoken';
import type { Database } from '../../src/store/database.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { openClient } from '../harness/client.ts';
import { withPostgres } from '../harness/databases.ts';
import { type ProductProcess, removeFolder, startProduct } from '../harness/product.ts';
import { addEndpoint, type TestEndpoint, until } from '../harness/push.ts';
import { readRows } from '../harness/scene.ts';
import { preparedDatabase } from '../harness/templates.ts';

const fixture = (name: string) => new URL(`../../../test/fixtures/tls/${name}`, import.meta.url);

interface Outcome {
  readonly succeeded: boolean;
  readonly status: number | null;
  readonly answer: string;
}

const refused: readonly (readonly [certificate: string, told: RegExp])[] = [
  ['expired', /^the certificate has expired$/],
  ['another-host', /^the certificate is for another host$/],
  ['unknown-authority', /^the certificate is signed by nobody known$/],
];

await withPostgres('push events over TLS', (adminUrl) => {
  let database: Database;
  let process: ProductProcess;
  const servers: Server[] = [];

  before(async () => {
    const databaseUrl = await preparedDatabase(adminUrl);
    const environment = { PUSH_ALLOW_PRIVATE: '127.0.0.1/32', NODE_EXTRA_CA_CERTS: fixture('ca.pem').pathname };
    process = await startProduct({ databaseUrl, environment });
    database = await openPostgres({ url: databaseUrl });
  });
  after(async () => {
    for (const server of servers) server.close();
    await process?.stop();
    await database?.close();
    await removeFolder(process.dataFolder);
  });

  /** Serves with a certificate and gives the address of an endpoint there. */
  async function serveWith(
    certificate: string,
    behave: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<string> {
    const options = { cert: readFileSync(fixture(`${certificate}.pem`)), key: readFileSync(fixture('server.key')) };
    return listen(createServer(options, behave), 'https');
  }

  async function listen(server: Server, scheme: string): Promise<string> {
    servers.push(server);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
  }

  const enter = (url: string): Promise<TestEndpoint> => {
    const where = { database, directory: { refresh: async () => {} }, clock: { now: Date.now } };
    return addEndpoint(where as unknown as Parameters<typeof addEndpoint>[0], url);
  };

  /** Issues a pass and gives what the first attempt at the endpoint came to. */
  async function firstAttempt({ endpointId }: TestEndpoint): Promise<Outcome> {
    const partner = await openClient(process.baseUrl, process.credentials.partner);
    let found: Outcome[] = [];
    await until(
      'an attempt',
      async () => {
        // The process hears of a new endpoint within a second; until then what happens is not for it.
        await partner.issue(1);
        found = await readRows<Outcome>(
          database,
          'select succeeded, status, answer from delivery_attempts where endpoint_id = $1 order by at limit 1',
          [endpointId],
        );
        return found.length > 0;
      },
      60_000,
    );
    return found[0]!;
  }

  test('a good certificate; the token holds with a library that is not ours, by the published keys', async () => {
    const tokens: string[] = [];
    const bodies: string[] = [];
    const url = await serveWith('good', (request, response) => {
      tokens.push((request.headers.authorization ?? '').replace('Bearer ', ''));
      request.setEncoding('utf8').on('data', (text: string) => bodies.push(text));
      request.on('end', () => response.setHeader('content-type', 'application/json').end('{"status":"success"}'));
    });
    const endpoint = await enter(url);
    assert.deepEqual(await firstAttempt(endpoint), { succeeded: true, status: 200, answer: '{"status":"success"}' });
    const jwks = await fetch(`${process.baseUrl}/.well-known/jwks.json`);
    const { keys } = (await jwks.json()) as { keys: (JsonWebKey & { kid: string })[] };
    const { header } = jsonwebtoken.decode(tokens[0]!, { complete: true })!;
    const key = createPublicKey({ key: keys.find(({ kid }) => kid === header.kid)!, format: 'jwk' });
    const options = { algorithms: ['RS256' as const], issuer: 'passdesk' };
    const claims = jsonwebtoken.verify(tokens[0]!, key, options) as jsonwebtoken.JwtPayload;
    assert.equal(claims.bodySha256, createHash('sha256').update(bodies[0]!).digest('base64url'));
    const forged = `${tokens[0]!.slice(0, -4)}AAAA`;
    assert.throws(() => jsonwebtoken.verify(forged, key, options), /invalid signature/);
  });

  for (const [certificate, told] of refused) {
    test(`not delivered: ${certificate}`, async () => {
      let requests = 0;
      const url = await serveWith(certificate, (_request, response) => {
        requests += 1;
        response.end();
      });
      const { succeeded, status, answer } = await firstAttempt(await enter(url));
      assert.deepEqual([succeeded, status], [false, null]);
      assert.match(answer, told);
      assert.equal(requests, 0, 'nothing was sent');
    });
  }

  test('not delivered: no TLS at the other end, and one that never answers the handshake', async () => {
    const plain = await listen(
      createTcp((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
      'https',
    );
    const silent = await listen(
      createTcp((socket) => socket.on('error', () => {})),
      'https',
    );
    const endpoints = [await enter(plain), await enter(silent)] as const;
    const [broken, late] = await Promise.all(endpoints.map(firstAttempt));
    assert.match(broken!.answer, /^no secure connection could be made$/);
    assert.match(late!.answer, /^no answer within 10 s$/);
  });
});
