/** Bad headers and media types (ATK-32, 39). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issueBody, openClient, type TestClient } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { productOn, stateOf } from '../harness/embedded-product.ts';
import { plainRequest } from '../harness/forged-tokens.ts';
import { sendRaw } from '../harness/raw-http.ts';

const issuePath = '/v2/orders/lounges/ePasses';

await eachDatabase('bad headers and media types', (open) => {
  let partner: TestClient;
  const product = productOn(open, async (here) => {
    partner = await openClient(here.baseUrl, here.credentials.partner);
  });
  const post = (headers: Record<string, string>, body: string | Buffer = JSON.stringify(issueBody())) =>
    plainRequest(product().baseUrl + issuePath, {
      method: 'POST',
      headers: { authorization: `Bearer ${partner.token}`, ...headers },
      body,
    });

  async function unchanged(work: () => Promise<void>): Promise<void> {
    const before = await stateOf(product());
    await work();
    assert.equal(await stateOf(product()), before);
    assert.deepEqual(
      product().logged.filter(({ level }) => level === 'error'),
      [],
    );
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  }

  test('ATK-32: 40 media types, none of which lets a body past its schema', async () => {
    const other = [
      ...[
        '',
        ' ',
        'text/plain',
        'text/json',
        'application/xml',
        'application/x-www-form-urlencoded',
        'multipart/form-data',
        '*/*',
      ],
      ...[
        'application/*',
        'application',
        'json',
        '/json',
        'application/',
        'application/jsonp',
        'application/json5',
        'application/x-json',
      ],
      ...[
        'xapplication/json',
        'application/json-patch+json',
        'application/merge-patch+json',
        'application/vnd.api+json',
        'application/ld+json',
      ],
      ...[
        'application/ json',
        'application /json',
        'application\\json',
        'application/json/x',
        'application/json, text/plain',
        'application//json',
      ],
      ...[
        'application/json\u00a0',
        'application/json\u0085x',
        'text/plain; application/json',
        'application/octet-stream',
        'a/b; x=application/json',
      ],
    ];
    const same = [
      'application/json',
      'Application/JSON',
      'application/json;charset=utf-8',
      'application/json; charset="utf-8"',
    ];
    const odd = [
      'application/json;',
      'application/json; charset',
      '\tapplication/json\t',
      ' application/json',
      'application/json ;a=b',
      'application/json; charset=utf-16',
    ];
    assert.ok(other.length + same.length + odd.length >= 40);
    const bad = JSON.stringify({ ...issueBody(), status: 3 });
    await unchanged(async () => {
      for (const type of other) assert.equal((await post({ 'content-type': type })).status, 415, JSON.stringify(type));
      for (const type of [...same, ...odd]) {
        const { status, text } = await post({ 'content-type': type }, bad);
        assert.ok(status === 400 || status === 415, `${type}: ${text}`);
      }
      for (const coding of ['gzip', 'br', 'deflate']) {
        const gzip = Buffer.from('1f8b08000000000000ff', 'hex');
        const { status } = await post({ 'content-type': 'application/json', 'content-encoding': coding }, gzip);
        assert.equal(status, 400, coding);
      }
      assert.equal(
        (
          await plainRequest(product().baseUrl + issuePath, {
            method: 'POST',
            headers: { authorization: `Bearer ${partner.token}` },
          })
        ).status,
        400,
      );
    });
    for (const type of same) assert.equal((await post({ 'content-type': type })).status, 200, type);
  });

  test('request ids and keys that are none are refused, never ignored', async () => {
    const json = { 'content-type': 'application/json' };
    const ids = [
      '',
      ' ',
      '1',
      'x',
      'null',
      '00000000-0000-4000-8000-00000000000',
      '00000000-0000-4000-8000-0000000000000',
      '{00000000-0000-4000-8000-000000000000}',
    ];
    const forms = [
      'urn:uuid:00000000-0000-4000-8000-000000000000',
      '00000000000040008000000000000000',
      'g0000000-0000-4000-8000-000000000000',
    ];
    await unchanged(async () => {
      for (const id of [
        ...ids,
        ...forms,
        '00000000-0000-4000-8000-000000000000, 00000000-0000-4000-8000-000000000001',
      ]) {
        const { status, text, headers } = await post({ ...json, 'x-request-id': id });
        assert.deepEqual([status, JSON.parse(text).details[0]?.field], [400, 'X-Request-ID'], id);
        assert.match(String(headers['x-request-id']), /^[0-9a-f-]{36}$/);
      }
      for (const key of ['', ' ', 'a b', 'x'.repeat(256), '\u00e9', 'a, b', 'a\tb']) {
        const { status, text } = await post({ ...json, 'idempotency-key': key });
        assert.deepEqual([status, JSON.parse(text).details[0]?.field], [400, 'Idempotency-Key'], key);
      }
      for (const name of [
        'OTHER',
        '',
        'demo',
        'DEMO ',
        'DEMO, DEMO',
        '__proto__',
        "DEMO' --",
        'x'.repeat(5_000),
        '\u00e9',
      ]) {
        if (name.trim() === 'DEMO') continue;
        assert.equal((await post({ ...json, 'x-program-id': name })).status, 404, name.slice(0, 20));
      }
    });
  });

  test('ATK-39: nothing that is sent comes back as a header', async () => {
    for (const [name, value] of [
      ['X-Request-ID', 'a\r\nX-Injected: 1'],
      ['X-Program-ID', 'DEMO\r\nX-Injected: 1'],
      ['Idempotency-Key', 'k\nX-Injected: 1'],
    ]) {
      const sent = `GET /v2/resources HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${partner.token}\r\n${name}: ${value}\r\n\r\n`;
      const { text } = await sendRaw(product().baseUrl, sent, 200);
      assert.ok(!/^x-injected/im.test(text), text);
    }
    for (const path of [
      '/v2/%0d%0aX-Injected:%201',
      '/v2/resources/%0d%0aX-Injected:1',
      '/v2/resources?a=%0d%0aX-Injected:1',
    ]) {
      const { headers } = await plainRequest(product().baseUrl + path, {
        headers: { authorization: `Bearer ${partner.token}` },
      });
      assert.equal(headers['x-injected'], undefined);
    }
  });
});
