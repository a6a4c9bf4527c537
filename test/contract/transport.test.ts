/** Slow, large and idle clients (ATK-27, 65), methods and paths (ATK-20), and what every answer carries (ATK-70). */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, test } from 'node:test';
import { type Route, routes } from '../../src/contract/routes.ts';
import { openClient, type TestClient } from '../harness/client.ts';
import { embeddedProduct } from '../harness/embedded-product.ts';
import { plainRequest } from '../harness/forged-tokens.ts';
import { collect, openSocket, sendRaw } from '../harness/raw-http.ts';

const allMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Writes `bytes` every `every` milliseconds until the socket is gone. */
function drip(socket: Socket, bytes: string, every: number): void {
  const timer = setInterval(() => socket.write(bytes), every);
  socket.once('close', () => clearInterval(timer));
}

describe('slow, large and idle clients', { concurrency: true }, () => {
  let partner: TestClient;
  const product = embeddedProduct(async (here) => {
    partner = await openClient(here.baseUrl, here.credentials.partner);
  });
  const head = (...more: string[]) =>
    [
      'POST /v2/orders/ePasses/search HTTP/1.1',
      'Host: x',
      `Authorization: Bearer ${partner.token}`,
      'Content-Type: application/json',
      ...more,
    ].join('\r\n');

  const slow: Readonly<Record<string, { first: () => string; next: string; every: number }>> = {
    'headers, a byte a second': { first: () => 'GET /livez HTTP/1.1\r\nHost: x\r\nX: ', next: 'a', every: 1_000 },
    'headers that stop': { first: () => 'GET /livez HTTP/1.1\r\nHost: x\r\n', next: '', every: 60_000 },
    'a header line a second': { first: () => 'GET /livez HTTP/1.1\r\n', next: 'X: y\r\n', every: 1_000 },
    'nothing at all': { first: () => '', next: '', every: 60_000 },
    'a body, a byte a second': { first: () => `${head('Content-Length: 1000')}\r\n\r\n`, next: ' ', every: 1_000 },
    'a body shorter than it says': {
      first: () => `${head('Content-Length: 1000')}\r\n\r\n{}`,
      next: '',
      every: 60_000,
    },
    'a chunk a second': {
      first: () => `${head('Transfer-Encoding: chunked')}\r\n\r\n`,
      next: '1\r\n \r\n',
      every: 1_000,
    },
    'chunks that stop': { first: () => `${head('Transfer-Encoding: chunked')}\r\n\r\nff\r\n`, next: '', every: 60_000 },
  };
  for (const [what, { first, next, every }] of Object.entries(slow)) {
    test(`${what}: cut after 10 seconds`, async () => {
      const socket = await openSocket(product().baseUrl);
      if (first() !== '') socket.write(first());
      drip(socket, next, every);
      const { closed, took, statuses, text } = await collect(socket, 20_000);
      assert.ok(closed && took > 9_000 && took < 19_000, `closed ${closed} after ${took} ms`);
      assert.ok(statuses.length === 0 || (statuses.length === 1 && statuses[0] === 408), text);
    });
  }

  test('a body without end is refused at 64 KiB', async () => {
    for (const length of ['Transfer-Encoding: chunked', 'Content-Length: 65537', 'Content-Length: 9999999999999']) {
      const socket = await openSocket(product().baseUrl);
      socket.write(`${head(length)}\r\n\r\n`);
      drip(socket, length.startsWith('T') ? `1000\r\n${' '.repeat(4096)}\r\n` : ' '.repeat(4096), 5);
      const { statuses } = await collect(socket, 3_000);
      // What follows a body of 65537 bytes is another request, of blanks.
      assert.equal(statuses[0], 413, length);
    }
    const most = `{"orderId":"DP00000000000000"${' '.repeat(65_536 - 30)}}`;
    assert.equal(most.length, 65_536);
    assert.equal((await partner.post('/v2/orders/ePasses/search', most)).status, 404);
    assert.equal((await partner.post('/v2/orders/ePasses/search', `${most} `)).status, 413);
  });

  test('500 clients that hold their sockets do not stop a good one', async (context) => {
    const opened = await Promise.all(Array.from({ length: 500 }, () => openSocket(product().baseUrl)));
    for (const [index, socket] of opened.entries()) {
      if (index % 3 === 1) socket.write('GET /v2/resources HTTP/1.1\r\nHost: x\r\nX: ');
      if (index % 3 === 2) socket.write(`${head('Content-Length: 60000')}\r\n\r\n{`);
    }
    const times: number[] = [];
    for (let sent = 0; sent < 200; sent += 1) {
      const since = performance.now();
      assert.equal((await partner.issue(1)).reply.status, 200);
      times.push(performance.now() - since);
    }
    for (const socket of opened) socket.destroy();
    const slowest = Math.max(...times);
    context.diagnostic(`slowest of 200 issues: ${slowest.toFixed(0)} ms`);
    assert.ok(slowest < 10_000, `${slowest} ms`);
  });
});

describe('methods, paths and headers', () => {
  let partner: TestClient;
  const product = embeddedProduct(async (here) => {
    partner = await openClient(here.baseUrl, here.credentials.partner);
  });
  const bearer = () => ({ authorization: `Bearer ${partner.token}` });

  test('an unused method of a path is 405 and names the used ones', async () => {
    const served = new Map<string, string[]>();
    for (const { path, method } of Object.values(routes) as Route[]) {
      const url = path
        .replace('{module}', 'lounges')
        .replace('{resourceId}', 'N00001')
        .replace('{transportHubId}', 'A00001');
      served.set(url, [...(served.get(url) ?? []), method]);
    }
    for (const [url, methods] of served) {
      for (const path of [url, `/api${url}`, url.slice(3)]) {
        for (const method of allMethods.filter((name) => !methods.includes(name))) {
          const reply = await plainRequest(product().baseUrl + path, { method, headers: bearer() });
          assert.equal(reply.status, 405, `${method} ${path}`);
          assert.deepEqual(String(reply.headers.allow).split(', ').sort(), [...methods].sort(), path);
          assert.equal(
            method === 'HEAD' ? '' : JSON.parse(reply.text).error,
            method === 'HEAD' ? '' : 'METHOD_NOT_ALLOWED',
          );
        }
      }
    }
    for (const method of ['TRACE', 'PROPFIND', 'LOCK', 'QUERY', 'PURGE']) {
      const { statuses, text } = await sendRaw(
        product().baseUrl,
        `${method} /v2/orders HTTP/1.1\r\nHost: x\r\nX-Canary: c4n4ry\r\n\r\n`,
      );
      assert.ok(statuses.length === 1 && statuses[0]! >= 400 && statuses[0]! < 500, `${method}: ${text}`);
      assert.ok(!text.includes('c4n4ry'), 'nothing is echoed');
    }
    assert.deepEqual(
      (await sendRaw(product().baseUrl, 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: x\r\n\r\n')).statuses,
      [],
    );
  });

  test('a path is served in its own spelling only', async () => {
    const paths = [
      ...['//v2/resources', '/v2//resources', '/v2/resources/', '/V2/resources', '/v2/Resources', '/v2/resources;a=b'],
      ...[
        '/v2/./resources',
        '/v2/x/../resources',
        '/v2/%2e%2e/v2/resources',
        '/v2/%2e/resources',
        '/v2/resources.',
        '/v2/resources%20',
      ],
      ...[
        '/v2/resources%00',
        '/v2/resources/%ff',
        '/v2/resources/%',
        '/v2/resources/%zz',
        '/v2%2fresources',
        '/v2\\resources',
      ],
      ...[
        '/v1/resources',
        '/v3/resources',
        '/api/resources',
        '/api/v1/resources',
        '/api/api/v2/resources',
        '/v2/v2/resources',
      ],
      ...[
        '/v2/resources/N00001/x',
        `/v2/resources/${'N'.repeat(200)}`,
        '/.env',
        '/.git/config',
        '/package.json',
        '/src/main.js',
      ],
      ...['/admin', '/debug', '/v2', '/v2/', '/v2/orders/none/ePasses', '/v2/orders/__proto__/ePasses', '/*', '*'],
    ];
    for (const path of paths) {
      const target = path.replace('\u0000', '');
      const sent = `GET ${target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${partner.token}\r\n\r\n`;
      const { statuses, text } = await sendRaw(product().baseUrl, sent, 60);
      const posts = target.endsWith('/ePasses');
      assert.deepEqual(statuses, [posts ? 405 : 404], `${path}: ${text}`);
    }
    const absolute = `GET http://evil.example/v2/resources HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${partner.token}\r\n\r\n`;
    const { text } = await sendRaw(product().baseUrl, absolute);
    assert.ok(text.includes(' 200 ') && !text.includes('evil'), 'the absolute form names no other place');
    for (const module of ['none', '__proto__', 'constructor', 'LOUNGES', 'lounge', '1', '%6counge']) {
      const { status } = await partner.post(`/v2/orders/${module}/ePasses`, { module: 1 });
      assert.ok(status === 404 || status === 400, module);
    }
  });

  test('every answer carries the same protection and tells nothing of what made it', async () => {
    const base = product().baseUrl;
    const json = { ...bearer(), 'content-type': 'application/json' };
    const post = (path: string, body: string, headers: Record<string, string> = json) =>
      plainRequest(base + path, { method: 'POST', headers, body });
    const key = { ...json, 'idempotency-key': 'twice' };
    await post('/v2/users/ePasses', '{}', key);
    const answers = {
      200: await plainRequest(`${base}/v2/resources`, { headers: bearer() }),
      400: await post('/v2/orders/ePasses/search', '{}'),
      'broken JSON': await post('/v2/orders/ePasses/search', '{'),
      401: await plainRequest(`${base}/v2/resources`),
      403: await post('/v2/redemptions', '{}'),
      404: await plainRequest(`${base}/nowhere`),
      'bad URL': await plainRequest(`${base}/v2/resources/%ff`),
      'long parameter': await plainRequest(`${base}/v2/resources/${'x'.repeat(300)}`),
      405: await plainRequest(`${base}/v2/orders`),
      413: await post('/v2/orders/ePasses/search', ' '.repeat(70_000)),
      415: await post('/v2/orders/ePasses/search', '{}', { ...bearer(), 'content-type': 'text/plain' }),
      HEAD: await plainRequest(`${base}/v2/resources`, { method: 'HEAD', headers: bearer() }),
      livez: await plainRequest(`${base}/livez`),
      readyz: await plainRequest(`${base}/readyz`),
      metrics: await plainRequest(`${base}/metrics`),
      'not HTTP': await asReply('rubbish\r\n\r\n'),
      431: await asReply(`GET /livez HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`),
    };
    for (const [what, { headers, text }] of Object.entries(answers)) {
      assert.equal(headers['x-content-type-options'], 'nosniff', what);
      assert.equal(headers['cache-control'], 'no-store', what);
      assert.equal(headers['referrer-policy'], 'no-referrer', what);
      assert.match(String(headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/, what);
      const isText = what === 'metrics' || what === 'livez' || what === 'readyz';
      if (!isText) assert.equal(headers['content-type'], 'application/json; charset=utf-8', what);
      if (!isText) assert.match(String(headers['x-request-id']), /^[0-9a-f-]{36}$/, what);
      if (text.includes('"requestId"')) assert.equal(JSON.parse(text).requestId, headers['x-request-id'], what);
      for (const name of ['server', 'x-powered-by', 'via', 'access-control-allow-origin'])
        assert.equal(headers[name], undefined, what);
      if (what !== 'metrics')
        assert.ok(
          !/fastify|node_modules|\bat .*\.js|pglite|postgres|llhttp|HPE_|FST_/i.test(
            text.replace(/"detail":"[^"]*"/g, ''),
          ),
          `${what}: ${text}`,
        );
    }
  });

  async function asReply(bytes: string) {
    const { text } = await sendRaw(product().baseUrl, bytes);
    const [top, body] = text.split('\r\n\r\n') as [string, string];
    const lines = top
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(': ') as [string, string]);
    return {
      text: body,
      headers: Object.fromEntries(lines.map(([name, value]) => [name.toLowerCase(), value])) as NodeJS.Dict<string>,
    };
  }

  test('who sends on after a refusal still finds it', async () => {
    const head = `POST /v2/orders/ePasses/search HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${partner.token}\r\nContent-Type: application/json\r\n`;
    const pieces = {
      'Transfer-Encoding: chunked': `10000\r\n${' '.repeat(65_536)}\r\n`,
      'Content-Length: 16777217': ' '.repeat(65_536),
    };
    for (const [length, piece] of Object.entries(pieces)) {
      const socket = await openSocket(product().baseUrl);
      socket.pause();
      socket.write(`${head}${length}\r\n\r\n`);
      // More than the kernels hold between the two: a server that cuts its side resets the connection under these.
      for (let sent = 0; sent < 256; sent += 1) {
        if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
      }
      socket.resume();
      const { statuses, closed } = await collect(socket, 10_000);
      assert.deepEqual([statuses, closed], [[413], true], length);
    }
  });
});
