/** Which public keys of clients are taken: RSA, of a safe length and exponent, and never a private one. */
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { Refusal } from '../../src/domain/refusal.ts';
import { keyFactsOf, readPublicKey } from '../../src/operations/public-key.ts';

type Sent = Parameters<typeof readPublicKey>[0];
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const spki = pair.publicKey.export({ type: 'spki', format: 'pem' }) as string;
const { n, e } = pair.publicKey.export({ format: 'jwk' }) as { n: string; e: string };
const jwk = { kty: 'RSA', n, e } as const;

/** The field that is refused and why. */
function problemOf(sent: Sent): string {
  try {
    readPublicKey(sent, 'k1');
  } catch (refusal) {
    assert.ok(refusal instanceof Refusal && refusal.refusal === 'CLIENT_KEY_REFUSED', String(refusal));
    assert.ok(!JSON.stringify(refusal.problems).includes(n.slice(0, 40)), 'a refusal repeats no key');
    return refusal.problems.map(({ field, problem }) => `${field} ${problem}`).join();
  }
  return 'taken';
}

test('PEM in both forms and JWK are the same key', () => {
  const pkcs1 = pair.publicKey.export({ type: 'pkcs1', format: 'pem' }) as string;
  const members = { kid: 'k1', alg: 'RS256', use: 'sig', key_ops: ['verify'], ext: true } as const;
  for (const sent of [spki, pkcs1, ` \n${spki}\n `, spki.replaceAll('\n', '\r\n'), jwk, { ...jwk, ...members }]) {
    assert.equal(readPublicKey(sent as Sent, 'k1'), spki);
  }
  const facts = keyFactsOf(spki);
  assert.equal(facts.bits, 2048);
  assert.match(facts.sha256, /^[A-Za-z0-9_-]{43}$/);
});

test('a private key is refused as what it is, in every form', () => {
  const pems = (['pkcs1', 'pkcs8'] as const).map((type) => pair.privateKey.export({ type, format: 'pem' }) as string);
  const sealed = pair.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' });
  const whole = pair.privateKey.export({ format: 'jwk' });
  const parts = ['d', 'p', 'q', 'dp', 'dq', 'qi'].map((member) => ({ ...jwk, [member]: whole[member] }));
  for (const sent of [
    ...pems,
    sealed,
    `${spki}${pems[0]}`,
    whole,
    ...parts,
    { ...jwk, d: null },
    { ...jwk, oth: [] },
  ]) {
    assert.match(problemOf(sent as Sent), /^publicKey(\.\w+)? is a private key/);
  }
});

test('other kinds, lengths and exponents are refused', () => {
  const pem = (key: { export: (options: { type: 'spki'; format: 'pem' }) => string | Buffer }) =>
    key.export({ type: 'spki', format: 'pem' }) as string;
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey;
  assert.match(problemOf(pem(short)), /1024 bits/);
  assert.match(problemOf(pem(generateKeyPairSync('rsa', { modulusLength: 2040 }).publicKey)), /2040 bits/);
  assert.match(problemOf(pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey)), /not an RSA key/);
  assert.match(problemOf(pem(generateKeyPairSync('ed25519').publicKey)), /not an RSA key/);
  assert.match(problemOf(pem(generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).publicKey)), /not an RSA key/);
  const weak = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).publicKey;
  assert.match(problemOf(pem(weak)), /exponent 3/);
  // With the exponent 1 every message would be its own signature.
  for (const exponent of ['AQ', 'Aw', 'AQAC', 'AQAAAAE']) {
    assert.notEqual(problemOf({ ...jwk, e: exponent }), 'taken', exponent);
  }
  const long = Buffer.alloc(1025, 0xff).toString('base64url');
  assert.match(problemOf({ ...jwk, n: long }), /8200 bits|cannot be read/);
  const even = Buffer.from(n, 'base64url');
  even[even.length - 1]! &= 0xfe;
  assert.match(problemOf({ ...jwk, n: even.toString('base64url') }), /even modulus|cannot be read/);
});

test('what is no key is refused', () => {
  const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
  assert.match(problemOf(certificate), /is a certificate/);
  const texts = ['x', 'ssh-rsa AAAA', spki.slice(0, 200), `${spki}${spki}`, spki.replace('MIIB', 'MIIX'), `x${spki}`];
  for (const text of texts) assert.match(problemOf(text), /is not PEM|cannot be read/, text.slice(0, 40));
  assert.match(problemOf({ ...jwk, n: 'AAAA' }), /bits|cannot be read/);
  assert.match(problemOf({ ...jwk, kid: 'k2' }), /kid of this request/);
  assert.ok(createPublicKey(spki));
});
