/** Forged tokens (ATK-01..07, 15): none is accepted, and all are refused in the same words. */
import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import type { ClientCredentials } from '../../src/operations/first-start.ts';
import { insertClientKey } from '../../src/store/client-keys.ts';
import { addClient, embeddedProduct } from '../harness/embedded-product.ts';
import {
  claimsOf,
  fixedRequestId,
  part,
  plainRequest,
  showToken,
  signedByHmac,
  signedByRsa,
} from '../harness/forged-tokens.ts';
import type { ProductHere } from '../harness/product.ts';

const mine = generateKeyPairSync('rsa', { modulusLength: 2048 });
const theirs = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }) as string;

describe('forged tokens', () => {
  let rsa: ClientCredentials;
  let other: ClientCredentials;
  const refusals = new Map<string, string>();
  const product = embeddedProduct(async (here) => {
    rsa = await addClient(here, {
      clientId: 'rsa',
      issuer: 'https://rsa.example',
      scopes: ['issuer'],
      programs: ['DEMO'],
    });
    other = await addClient(here, { clientId: 'other', scopes: ['issuer'], programs: ['DEMO'] });
    await addKey(here, rsa.clientId, mine.publicKey);
    await addKey(here, other.clientId, theirs.publicKey);
  });

  function addKey({ world }: ProductHere, clientId: string, key: KeyObject) {
    return world.database
      .transaction((transaction) =>
        insertClientKey(transaction, { clientId, kid: 'k1', publicKey: pem(key) }, Date.now()),
      )
      .then(() => world.directory.refresh());
  }

  async function accepted(token: string, what: string) {
    assert.equal((await showToken(product().baseUrl, token)).status, 200, what);
  }

  async function refused(tokens: readonly string[], what: string) {
    for (const token of tokens) {
      const { status, text, headers } = await showToken(product().baseUrl, token);
      assert.equal(status, 401, `${what}: ${token.slice(0, 200)} was answered ${status}`);
      refusals.set(`${text}\n${Object.keys(headers).sort().join()}`, what);
    }
  }

  const hs = (more: object = {}, claims: object = claimsOf(rsa.issuer)) =>
    signedByHmac({ alg: 'HS256', ...more }, claims, rsa.secret);
  const rs = (more: object = {}, claims: object = claimsOf(rsa.issuer)) =>
    signedByRsa({ alg: 'RS256', kid: 'k1', ...more }, claims, mine.privateKey);

  test('the honest ones are accepted, so that a refusal means something', async () => {
    await accepted(hs(), 'HS256');
    await accepted(rs(), 'RS256 with kid');
    await accepted(rs({ kid: undefined }), 'RS256 without kid, one key');
    await accepted(hs({ typ: 'JWT', kid: 'k1' }), 'HS256 with a kid');
  });

  test('ATK-01: no algorithm, in every spelling, and every algorithm the key does not have', async () => {
    const spellings = ['none', 'None', 'NONE', 'nOnE', ' none', 'none ', 'none\u0000', '', 'hs256', 'HS256 ', 'rs256'];
    const algorithms = [...spellings, 'HS384', 'HS512', 'RS384', 'RS512', 'PS256', 'ES256', 'EdDSA', 'dir', 'A256GCM'];
    const tokens = [...algorithms, null, 1, ['HS256'], { alg: 'HS256' }, undefined].flatMap((alg) => {
      const input = `${part({ alg })}.${part(claimsOf(rsa.issuer))}`;
      const hmac = ['sha256', 'sha384', 'sha512'].map((hash) =>
        signedByHmac({ alg }, claimsOf(rsa.issuer), rsa.secret, hash),
      );
      return [`${input}.`, `${input}.AA`, input, ...hmac, signedByRsa({ alg }, claimsOf(rsa.issuer), mine.privateKey)];
    });
    await refused(tokens, 'no algorithm');
    await refused([hs({ crit: ['b64'], b64: false }), hs({ crit: [] }), hs({ crit: null })], 'crit');
  });

  test('ATK-02: the public key as an HMAC secret, in 12 encodings', async () => {
    const spki = pem(mine.publicKey);
    const jwk = mine.publicKey.export({ format: 'jwk' });
    const der = mine.publicKey.export({ type: 'spki', format: 'der' });
    const encodings = [
      spki,
      spki.trimEnd(),
      `\n${spki}`,
      `  ${spki}`,
      spki.replaceAll('\n', '\r\n'),
      spki.split('\n').slice(1, -2).join(''),
      der,
      mine.publicKey.export({ type: 'pkcs1', format: 'der' }),
      mine.publicKey.export({ type: 'pkcs1', format: 'pem' }),
      JSON.stringify(jwk),
      jwk.n!,
      der.toString('hex'),
    ];
    const headers = [{ alg: 'HS256', kid: 'k1' }, { alg: 'HS256' }, { alg: 'RS256', kid: 'k1' }];
    await refused(
      encodings.flatMap((key) => headers.map((header) => signedByHmac(header, claimsOf(rsa.issuer), key))),
      'the public key as secret',
    );
    await refused([signedByHmac({ alg: 'HS256' }, claimsOf(rsa.issuer), ''), hs().slice(0, -2)], 'no secret');
  });

  test('ATK-03: a client with a secret signs with an RSA key of its own', async () => {
    const claims = claimsOf(product().credentials.partner.issuer);
    const headers = [{ alg: 'RS256' }, { alg: 'RS256', kid: 'k1' }, { alg: 'HS256' }];
    await refused(
      headers.map((header) => signedByRsa(header, claims, theirs.privateKey)),
      'an unknown RSA key',
    );
    const weak = createPrivateKey(
      generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
    );
    await refused([signedByRsa({ alg: 'RS256', kid: 'k1' }, claimsOf(rsa.issuer), weak)], 'another key under its kid');
  });

  test('ATK-05: 60 kids that are none', async () => {
    const names = ['../../dev/null', '/dev/null', "' OR 1=1--", 'k1\u0000', 'k1 ', ' k1', 'K1', '', '__proto__', 'k1;'];
    const properties = ['constructor', 'toString', 'hasOwnProperty', 'size', 'get', 'k1.pem', 'k1%00', 'k1\n', 'k1/..'];
    const shapes = [['k1'], [], {}, { k: 1 }, 1, 0, true, false, -1, 1.5, [['k1']], { kid: 'k1' }, ['k1', 'k1']];
    const urls = [
      'http://127.0.0.1/k1',
      'file:///etc/passwd',
      '$(id)',
      '`id`',
      '{{7*7}}',
      '<k1>',
      '|id',
      'k1&k2',
      'ｋ1',
    ];
    const long = [65, 128, 1000, 5000].map((length) => 'k'.repeat(length));
    const more = Array.from({ length: 15 }, (_, index) => `k${index + 2}`);
    const kids = [...names, ...properties, ...shapes, ...urls, ...long, ...more];
    assert.ok(kids.length >= 60, `${kids.length} kids`);
    await refused(
      kids.map((kid) => rs({ kid })),
      'a kid that is none',
    );
    const malformed = kids.filter((kid) => typeof kid !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(kid));
    await refused(
      malformed.map((kid) => hs({ kid })),
      'a malformed kid on a secret',
    );
  });

  test('ATK-06: keys that the token itself brings are ignored, and nothing is fetched', async () => {
    let visits = 0;
    const bait = createServer((_request, response) => {
      visits += 1;
      response.end();
    });
    await new Promise<void>((done) => bait.listen(0, '127.0.0.1', done));
    after(() => bait.close());
    const url = `http://127.0.0.1:${(bait.address() as AddressInfo).port}/keys`;
    const jwk = theirs.publicKey.export({ format: 'jwk' });
    const baits: object[] = [
      { jku: url },
      { x5u: url },
      { jwk },
      { x5c: ['AAAA'] },
      { jku: url, jwk, x5u: url },
      { x5t: 'A' },
    ];
    for (const more of baits) {
      await refused(
        [signedByRsa({ alg: 'RS256', kid: 'k1', ...more }, claimsOf(rsa.issuer), theirs.privateKey)],
        'own key',
      );
      await accepted(rs(more), `ignored: ${Object.keys(more)}`);
    }
    assert.equal(visits, 0);
  });

  test('ATK-07: a key signs for its own client only', async () => {
    const issuers = [other.issuer, 'rsa', 'HTTPS://RSA.EXAMPLE', 'https://rsa.example/', ' https://rsa.example', ''];
    const odd = ['__proto__', 'constructor', null, 1, [rsa.issuer], [rsa.issuer, other.issuer], {}, undefined, true];
    for (const issuer of [...issuers, ...odd]) {
      const claims = claimsOf(issuer, { sub: rsa.issuer, aud: rsa.issuer, client_id: rsa.clientId });
      await refused([hs({}, claims), rs({}, claims)], `iss ${JSON.stringify(issuer)}`);
    }
    const crossed = signedByRsa({ alg: 'RS256', kid: 'k1' }, claimsOf(rsa.issuer), theirs.privateKey);
    await refused(
      [crossed, signedByHmac({ alg: 'HS256' }, claimsOf(rsa.issuer), other.secret)],
      "another client's key",
    );
  });

  test('ATK-15: every refusal above is the same answer, and none came from a fault', async () => {
    const missing = await plainRequest(`${product().baseUrl}/v2/resources`, {
      headers: { 'x-request-id': fixedRequestId },
    });
    refusals.set(`${missing.text}\n${Object.keys(missing.headers).sort().join()}`, 'no token');
    assert.equal(refusals.size, 1, JSON.stringify([...refusals], null, 2));
    assert.deepEqual(
      product().logged.filter(({ level }) => level === 'error'),
      [],
    );
  });
});
