/** When a token begins and ends (ATK-08), replay (ATK-12), and tokens fetched for a secret (ATK-67 for its limit). */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { issueBody, openClient } from '../harness/client.ts';
import { embeddedProduct } from '../harness/embedded-product.ts';
import { plainRequest, showToken, signedByHmac } from '../harness/forged-tokens.ts';

const start = 1_900_000_000;
const day = 86_400;
/** Claims beside `iss`, as JSON text, and the answer they get at `start`. */
const lifetimes: readonly (readonly [claims: string, status: number])[] = [
  [`"exp":${start + 1}`, 200],
  [`"exp":${start}`, 401],
  [`"exp":${start - 1}`, 401],
  [`"iat":${start},"exp":${start + day - 1}`, 200],
  [`"iat":${start},"exp":${start + day}`, 200],
  [`"iat":${start},"exp":${start + day + 1}`, 401],
  [`"iat":${start - day + 1},"exp":${start + 1}`, 200],
  [`"iat":${start - day},"exp":${start + 1}`, 401],
  [`"iat":${start - 10},"exp":${start + day}`, 401],
  [`"iat":${start + 30},"exp":${start + 30 + day}`, 200],
  [`"iat":${start + 60},"exp":${start + 600}`, 200],
  [`"iat":${start + 61},"exp":${start + 600}`, 401],
  [`"iat":${start + 61},"exp":${start + 61 + day}`, 401],
  [`"exp":${start + day}`, 200],
  [`"exp":${start + day + 1}`, 401],
  [`"exp":${start + 10 * 365 * day}`, 401],
  [`"iat":${start + 10 * 365 * day},"exp":${start + 10 * 365 * day + 60}`, 401],
  [`"nbf":${start + 60},"exp":${start + 600}`, 200],
  [`"nbf":${start + 61},"exp":${start + 600}`, 401],
  [`"nbf":${start - 1},"exp":${start + 600}`, 200],
  ['"x":1', 401],
  ['"exp":null', 401],
  [`"exp":"${start + 600}"`, 401],
  [`"exp":[${start + 600}]`, 401],
  ['"exp":true', 401],
  ['"exp":{}', 401],
  ['"exp":""', 401],
  [`"exp":${start + 600}.5`, 401],
  [`"exp":${start + 600}.0`, 401],
  ['"exp":1.9000006e9', 401],
  ['"exp":1e400', 401],
  ['"exp":-1', 401],
  ['"exp":-0', 401],
  ['"exp":0', 401],
  ['"exp":9007199254740993', 401],
  ['"exp":9007199254740991', 401],
  [`"exp":${(start + 600) * 1000}`, 401],
  ['"exp":"2030-03-17T18:00:00Z"', 401],
  ['"exp":NaN', 401],
  ['"exp":Infinity', 401],
  [`"iat":"${start}","exp":${start + 600}`, 401],
  [`"iat":-1,"exp":${start + 600}`, 401],
  [`"iat":${start}.5,"exp":${start + 600}`, 401],
  [`"nbf":"${start}","exp":${start + 600}`, 401],
  [`"nbf":{},"exp":${start + 600}`, 401],
];

describe('when tokens begin and end', () => {
  let now = start * 1000;
  const product = embeddedProduct(undefined, { clock: { now: () => now } });
  const sign = (claims: string) => {
    const { issuer, secret } = product().credentials.partner;
    return signedByHmac(
      { alg: 'HS256' },
      `{"iss":${JSON.stringify(issuer)},"jti":"${randomUUID()}",${claims}}`,
      secret,
    );
  };
  const show = async (token: string) => (await showToken(product().baseUrl, token)).status;
  const fetchToken = (body: object, more: { from?: string; headers?: Record<string, string> } = {}) =>
    plainRequest(`${product().baseUrl}/v2/auth/token`, {
      method: 'POST',
      body: JSON.stringify(body),
      ...more,
      headers: { 'content-type': 'application/json', ...more.headers },
    });

  test(`ATK-08: ${lifetimes.length} lifetimes, a second to either side of each limit`, async () => {
    for (const [claims, status] of lifetimes) assert.equal(await show(sign(claims)), status, claims);
  });

  test('a token ends at exp, also when it was accepted before', async () => {
    const token = sign(`"exp":${start + 100}`);
    for (const [at, status] of [
      [0, 200],
      [99_999, 200],
      [100_000, 401],
      [100_001, 401],
      [99_999, 200],
    ] as const) {
      now = start * 1000 + at;
      assert.equal(await show(token), status, `${at} ms after the start`);
    }
    now = start * 1000;
  });

  test('a fetched token works like one that the client signed, and ends after an hour', async () => {
    const { clientId, secret } = product().credentials.partner;
    const { status, text } = await fetchToken({ clientId, secret });
    const { token, tokenType, expiresIn } = JSON.parse(text).data;
    assert.deepEqual([status, tokenType, expiresIn], [200, 'Bearer', 3600]);
    assert.equal(await show(token), 200);
    now = (start + 3599) * 1000;
    assert.equal(await show(token), 200);
    now = (start + 3600) * 1000;
    assert.equal(await show(token), 401);
    now = start * 1000;
  });

  test('ATK-12: one token and key sent 100 times at once have one effect', async () => {
    const partner = await openClient(product().baseUrl, null);
    const bearer = { authorization: `Bearer ${sign(`"exp":${start + 600}`)}` };
    const issued = await partner.post('/v2/orders/lounges/ePasses', issueBody(200), bearer);
    const { ePassId } = issued.json.data.extra;
    const { issuer, secret } = product().credentials.venue;
    const venue = signedByHmac({ alg: 'HS256' }, { iss: issuer, exp: start + 600 }, secret);
    const headers = { authorization: `Bearer ${venue}`, 'idempotency-key': 'replayed' };
    const replies = await Promise.all(Array.from({ length: 100 }, () => redeem(ePassId, headers)));
    const done = replies.filter(({ status }) => status === 200);
    assert.ok(done.length >= 1 && new Set(done.map(({ text }) => text)).size === 1, 'one answer');
    assert.ok(replies.every(({ status }) => status === 200 || status === 409));
    const after = await partner.post('/v2/orders/ePasses/search', { ePassId }, bearer);
    assert.equal(after.json.data.extra.usedUsages, 1);

    function redeem(dpId: string, sent: Record<string, string>) {
      return partner.post('/v2/redemptions', { dpId, resourceId: 'N00001', adultCount: 1, childCount: 0 }, sent);
    }
  });

  test('wrong secrets: one answer for all; 60 a minute for a client from one address, whatever it claims to be', async () => {
    const { clientId, secret } = product().credentials.partner;
    const wrong = [
      { clientId, secret: `${secret}x` },
      { clientId, secret: secret.slice(1) },
      { clientId, secret: secret.toUpperCase() },
      { clientId: 'nobody', secret },
      { clientId: 'nobody', secret: ' ' },
      { clientId: '__proto__', secret: 'undefined' },
      { clientId: product().credentials.venue.clientId, secret },
    ];
    const answers = new Set<string>();
    // Three of the seven are the partner's: 57 more are the last that are looked at.
    const sequence = [...wrong, ...Array.from({ length: 57 }, () => wrong[0]!)];
    for (const [sent, guess] of sequence.entries()) {
      const headers = { 'x-request-id': '00000000-0000-4000-8000-000000000001', 'x-forwarded-for': `10.0.0.${sent}` };
      const { status, text } = await fetchToken(guess, { from: '127.0.0.9', headers });
      assert.equal(status, 401);
      answers.add(text);
    }
    assert.equal(answers.size, 1, [...answers].join());
    const stopped = await fetchToken(wrong[0]!, { from: '127.0.0.9', headers: { forwarded: 'for=10.9.9.9' } });
    assert.equal(stopped.status, 429);
    assert.ok(Number(stopped.headers['retry-after']) >= 1 && Number(stopped.headers['retry-after']) <= 60);
    assert.equal((await fetchToken({ clientId, secret }, { from: '127.0.0.10' })).status, 200, 'another address');
  });
});
