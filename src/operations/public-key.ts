import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import type { Static } from 'typebox';
import type { ClientKeyBody } from '../contract/schemas-clients.ts';
import { fieldRefusal } from '../domain/refusal.ts';

type SentKey = Static<typeof ClientKeyBody>['publicKey'];
type SentJwk = Exclude<SentKey, string>;

const fewestBits = 2_048;
/** A longer key is no safer and makes every token dear to verify. */
const mostBits = 8_192;

/** The members that make a JWK a private key; the schema takes no others beside the public ones. */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth'] as const;

const isPrivate = 'is a private key, which nobody else may ever see: make another pair and send its public half';

function refuse(problem: string, field = 'publicKey'): never {
  throw fieldRefusal('CLIENT_KEY_REFUSED', field, problem);
}

/**
 * Reads an RSA public key that signs for `kid`. Gives it as PEM (SubjectPublicKeyInfo). Refuses, and never keeps,
 * a private key; refuses other kinds of keys, lengths beyond 2,048 to 8,192 bits, and exponents with which a
 * signature would prove nothing.
 */
export function readPublicKey(sent: SentKey, kid: string): string {
  const key = typeof sent === 'string' ? readPem(sent) : readJwk(sent, kid);
  if (key.asymmetricKeyType !== 'rsa') refuse('is not an RSA key');
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < fewestBits || modulusLength > mostBits) {
    refuse(`has ${modulusLength} bits; it must have ${fewestBits} to ${mostBits}`);
  }
  if (publicExponent < 65_537n || publicExponent % 2n === 0n || publicExponent >= 2n ** 32n) {
    refuse(`has the exponent ${publicExponent}; take a key with 65537`);
  }
  if (!isOdd(key)) refuse('has an even modulus');
  return key.export({ type: 'spki', format: 'pem' }) as string;
}

function isOdd(key: KeyObject): boolean {
  const { n = '' } = key.export({ format: 'jwk' });
  return (Buffer.from(n, 'base64url').at(-1)! & 1) === 1;
}

function readPem(text: string): KeyObject {
  if (/PRIVATE KEY/.test(text)) refuse(isPrivate);
  if (/BEGIN CERTIFICATE/.test(text)) refuse('is a certificate; send its public key');
  const pem = /^\s*-----BEGIN ((?:RSA )?PUBLIC KEY)-----\s[A-Za-z0-9+/=\s]+-----END \1-----\s*$/;
  if (!pem.test(text)) refuse('is not PEM: -----BEGIN PUBLIC KEY----- …');
  return readable(() => createPublicKey(text));
}

function readJwk(jwk: SentJwk, kid: string): KeyObject {
  const secret = privateMembers.find((member) => jwk[member] !== undefined);
  if (secret !== undefined) refuse(isPrivate, `publicKey.${secret}`);
  if (jwk.kid !== undefined && jwk.kid !== kid) refuse('is not the kid of this request', 'publicKey.kid');
  const { kty, n, e } = jwk;
  return readable(() => createPublicKey({ format: 'jwk', key: { kty, n, e } }));
}

function readable(read: () => KeyObject): KeyObject {
  try {
    return read();
  } catch {
    return refuse('cannot be read as a public key');
  }
}

/** What people compare keys by. */
export interface KeyFacts {
  readonly bits: number;
  /** SHA-256 of the SubjectPublicKeyInfo, base64url. */
  readonly sha256: string;
}

/** The length and the fingerprint of a public key that is kept. */
export function keyFactsOf(pem: string): KeyFacts {
  const key = createPublicKey(pem);
  const der = key.export({ type: 'spki', format: 'der' });
  return {
    bits: key.asymmetricKeyDetails?.modulusLength ?? 0,
    sha256: createHash('sha256').update(der).digest('base64url'),
  };
}
