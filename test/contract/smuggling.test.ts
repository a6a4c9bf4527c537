/** Requests that are not quite HTTP (ATK-66): answered or cut, and what is hidden in them is never executed. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { issueBody, openClient } from '../harness/client.ts';
import { embeddedProduct, stateOf } from '../harness/embedded-product.ts';
import { openSocket, type RawAnswer, sendRaw } from '../harness/raw-http.ts';

const crlf = '\r\n';

describe('malformed requests and smuggling', () => {
  const product = embeddedProduct();
  let token = '';

  /** A request that would issue a pass if it were ever read as a request. */
  function hidden(): string {
    const body = JSON.stringify(issueBody(1, {}, 'smuggled'));
    return message('POST /v2/orders/lounges/ePasses HTTP/1.1', [
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ]).concat(body);
  }

  function message(line: string, headers: readonly string[], host = 'Host: 127.0.0.1'): string {
    return [line, ...(host === '' ? [] : [host]), ...headers, '', ''].join(crlf);
  }

  /** A look-up with these headers, then `body`. */
  function look(headers: readonly string[], body: string): string {
    const sent = [`Authorization: Bearer ${token}`, 'Content-Type: application/json', ...headers];
    return message('POST /v2/orders/ePasses/search HTTP/1.1', sent) + body;
  }

  const chunk = (text: string) => `${text.length.toString(16)}${crlf}${text}${crlf}`;
  const chunked = 'Transfer-Encoding: chunked';

  /** Every case is broken: whatever comes back, nothing in it was done. */
  function corpus(): Record<string, string> {
    const second = hidden();
    const end = `0${crlf}${crlf}`;
    const lengths = [
      '+5',
      '-1',
      '0x5',
      '5a',
      '5, 5',
      '5,6',
      '1e1',
      '99999999999999999999',
      '5 5',
      '5;',
      "'5'",
      '5.0',
      '٥',
      '',
    ];
    const codings = [
      'xchunked',
      'chunked, identity',
      'identity',
      'chunked;q=1',
      'chunked\u000b',
      'chu nked',
      '"chunked"',
      'gzip',
      'chunked-x',
      ', gzip',
    ];
    const sizes = ['0x5', '-1', 'FFFFFFFFFFFFFFFFF', 'G', '5 5', '+5', '5\u0000', '5\u000b', '', '5;\n', '5;a=\n'];
    const names = [
      'Content-Length ',
      'Transfer-Encoding ',
      'Content Length',
      'Content-Length\t',
      '(Content-Length)',
      '',
      ' X',
      'X\u0000Y',
      'X\u00e9',
      'X@Y',
      'X{Y',
    ];
    return {
      'CL and TE': look(['Content-Length: 4', chunked], end + second),
      'TE and CL': look([chunked, 'Content-Length: 4'], end + second),
      'two CL': look(['Content-Length: 2', `Content-Length: ${second.length}`], `{}${second}`),
      'two CL alike': look(['Content-Length: 2', 'Content-Length: 2'], `{}${second}`),
      'two TE': look([chunked, 'Transfer-Encoding: identity'], end + second),
      'TE and CL in a trailer': look([chunked], `0${crlf}Content-Length : ${second.length}${crlf}${crlf}${second}`),
      ...table('CL', lengths, (value) => look([`Content-Length: ${value}`], `{"a":${second}`)),
      ...table('TE', codings, (value) => look([`Transfer-Encoding: ${value}`], end + second)),
      ...table('chunk size', sizes, (value) => look([chunked], `${value}${crlf}{"a":${crlf}${end}${second}`)),
      ...table('header name', names, (name) => look([`${name}: 5`], second)),
      'chunk longer than it says': look([chunked], `2${crlf}{}{}${crlf}${end}${second}`),
      'chunk without its end': look([chunked], `2${crlf}{}${end}${second}`),
      'chunk extension without end': look([chunked], `2;${'x'.repeat(20_000)}${crlf}{}${crlf}${end}${second}`),
      'folded header': look(['X: a', ` ${chunked}`], end + second),
      'bare LF before TE': look([`X: a\n${chunked}`, 'Content-Length: 5'], end + second),
      'bare CR before TE': look([`X: a\r${chunked}`], end + second),
      'NUL in a value': look(['X: a\u0000b'], second),
      'header without colon': look(['Broken'], second),
      'header line first': message(` POST /v2/orders HTTP/1.1`, [], '') + second,
      'no version': `GET /v2/resources${crlf}${crlf}${second}`,
      ...table(
        'request line',
        [
          'GET /v2/resources HTTP/1.1 x',
          'GET /v2/resources HTTP/9.9',
          'GET /v2/resources http/1.1',
          'get /v2/resources HTTP/1.1',
        ],
        (line) => message(line, []) + second,
      ),
      ...table(
        'target',
        ['', 'v2/resources', '/a b', '/a\u0000', '/a\rb', '\\v2'],
        (path) => message(`GET ${path} HTTP/1.1`, []) + second,
      ),
      'HTTP/2 preface': `PRI * HTTP/2.0${crlf}${crlf}SM${crlf}${crlf}${second}`,
      'TLS hello': `\u0016\u0003\u0001\u0002\u0000\u0001${second}`,
      'long URL': message(`GET /${'a'.repeat(20_000)} HTTP/1.1`, []) + second,
      'long header': look([`X: ${'a'.repeat(20_000)}`], second),
      'unknown method': message('SMUGGLE /v2/resources HTTP/1.1', []) + second,
      rubbish: `${'\u0000\u00ff'.repeat(500)}${second}`,
    };
  }

  function table(what: string, values: readonly string[], make: (value: string) => string): Record<string, string> {
    return Object.fromEntries(values.map((value) => [`${what} ${JSON.stringify(value)}`, make(value)]));
  }

  function judge(what: string, { text, statuses }: RawAnswer): void {
    assert.ok(!text.includes('"code":0'), `${what} was answered with success: ${text}`);
    for (const status of statuses) assert.ok(status >= 400 && status < 500, `${what}: ${status}`);
    assert.ok(!/node|fastify|llhttp|HPE_|stack|\.js/i.test(text), `${what} tells too much: ${text}`);
  }

  test('the hidden request is one that works, so that its silence means something', async () => {
    token = (await openClient(product().baseUrl, product().credentials.partner)).token;
    const [plain, pipelined] = [
      await sendRaw(product().baseUrl, hidden()),
      await sendRaw(product().baseUrl, message('GET /livez HTTP/1.1', []) + hidden(), 1_000),
    ];
    assert.deepEqual([plain.statuses, pipelined.statuses], [[200], [200, 200]]);
  });

  test('every malformed request is refused or cut, and the second one is never executed', async (context) => {
    const before = await stateOf(product());
    const cases = Object.entries(corpus());
    assert.ok(cases.length >= 60, `${cases.length} cases`);
    const answers = await Promise.all(
      cases.map(async ([what, bytes]) => [what, await sendRaw(product().baseUrl, bytes)] as const),
    );
    const open: string[] = [];
    for (const [what, answer] of answers) {
      judge(what, answer);
      if (!answer.closed) open.push(what);
    }
    assert.equal(await stateOf(product()), before);
    assert.deepEqual(open, [], 'connections left open after a broken request');
    assert.deepEqual(
      product().logged.filter(({ level }) => level === 'error'),
      [],
    );
    context.diagnostic(`${cases.length} cases`);
  });

  test('a body is never read as a request, whatever the method and the answer', async () => {
    const before = await stateOf(product());
    const second = hidden();
    const length = `Content-Length: ${second.length}`;
    const lines = [
      'GET /livez',
      'GET /v2/resources',
      'HEAD /livez',
      'POST /livez',
      'GET /nowhere',
      'DELETE /v2/orders',
      'OPTIONS /v2/orders',
      'PUT /v2/orders',
    ];
    for (const line of lines) {
      for (const sent of [
        message(`${line} HTTP/1.1`, [length]) + second,
        `${message(`${line} HTTP/1.1`, [chunked]) + chunk(second)}0${crlf}${crlf}`,
      ]) {
        const { statuses, text } = await sendRaw(product().baseUrl, sent, 150);
        assert.equal(statuses.length, 1, `${line}: ${text}`);
      }
    }
    const upgrade = message('GET /v2/resources HTTP/1.1', [
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABk',
      length,
    ]);
    for (const sent of [
      upgrade,
      upgrade.replace('h2c', 'websocket'),
      message('POST /v2/orders HTTP/1.1', ['Expect: 100-continue', length]),
    ]) {
      const { text } = await sendRaw(product().baseUrl, sent + second, 150);
      assert.ok(!text.includes('"code":0') && !text.includes(' 101 '), text);
    }
    assert.equal(await stateOf(product()), before);
  });

  test('pipelined requests are answered in order, each with its own id', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`);
    const get = (id: string) =>
      message('GET /v2/resources HTTP/1.1', [`Authorization: Bearer ${token}`, `X-Request-ID: ${id}`]);
    const { text, statuses } = await sendRaw(product().baseUrl, ids.map(get).join(''), 1_000);
    assert.equal(statuses.filter((status) => status === 200).length, 50);
    assert.deepEqual(
      [...text.matchAll(/x-request-id: (\S+)/gi)].map(([, id]) => id),
      ids,
    );
  });

  test('a request without Host is refused, and the one behind it is answered', async () => {
    for (const path of ['/livez', '/v2/resources', '/nowhere', '/v2/resources/%ff']) {
      const { statuses, text } = await sendRaw(
        product().baseUrl,
        message(`GET ${path} HTTP/1.1`, [], '') + hidden(),
        1_000,
      );
      assert.deepEqual([statuses[0], statuses[1]], [path.includes('%') ? 404 : 400, 200], text);
    }
  });

  test('a client that resets in the middle leaves the product well', async () => {
    for (const bytes of ['GET', 'POST /v2/orders HTTP/1.1\r\n', look(['Content-Length: 500'], '{"a"'), hidden()]) {
      const socket = await openSocket(product().baseUrl);
      socket.write(bytes);
      socket.resetAndDestroy();
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual((await sendRaw(product().baseUrl, message('GET /livez HTTP/1.1', []))).statuses, [200]);
    assert.deepEqual(
      product().logged.filter(({ level }) => level === 'error'),
      [],
    );
  });
});
