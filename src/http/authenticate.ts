import type { KeyObject } from 'node:crypto';
import { compactVerify } from 'jose';
import { jsonProblem } from '../contract/strict-json.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Caller, Client } from '../operations/caller.ts';
import { deviceTokenPrefix, secretHash } from '../operations/device-secrets.ts';
import type { Directory } from '../operations/directory.ts';
import type { Clock, Log } from '../operations/world.ts';

/** Longer tokens are refused before they are looked at. */
const longestToken = 8_192;
/** Tokens kept as verified; the oldest goes when one more comes. */
const mostVerified = 10_000;
/** Seconds; a longer life is refused (contract, section 2). */
const longestLife = 86_400;
/** Seconds the clock of the signer may be ahead of ours. */
const clockSkew = 60;

interface Verified {
  readonly issuer: string;
  readonly key: KeyObject;
  /** Seconds since the epoch. */
  readonly expires: number;
}

export type Authenticate = (authorization: string | undefined) => Caller | Promise<Caller>;

/**
 * Makes the function that turns an Authorization header into a caller. A client is found by the
 * token's issuer, the key within that client, the algorithm from the key: nothing in the token's
 * header chooses anything but which of the client's own keys. All refusals look the same from
 * outside; the log tells them apart. Verified tokens are remembered until they expire, and only
 * while the very key they were verified with is still the client's.
 */
export function authenticator(directory: Directory, clock: Clock, log: Log): Authenticate {
  const verified = new Map<string, Verified>();

  function refuse(reason: string): never {
    log('info', 'token refused', { reason });
    throw new Refusal('TOKEN_REFUSED');
  }

  async function verify(token: string): Promise<Caller> {
    const claims = readToken(token) ?? refuse('malformed');
    const client = directory.current().clientsByIssuer.get(claims.issuer) ?? refuse('unknown issuer');
    const now = clock.now();
    const keys = keysOf(client, claims.algorithm, claims.kid, now);
    if (keys.length === 0) refuse('no such key');
    const problem = lifetimeProblem(claims, Math.floor(now / 1000));
    if (problem !== null) refuse(problem);
    const key = (await signerOf(token, keys)) ?? refuse('signature');
    if (verified.size >= mostVerified) verified.delete(verified.keys().next().value!);
    verified.set(token, { issuer: claims.issuer, key, expires: claims.expires });
    return client;
  }

  return (authorization) => {
    if (authorization === undefined || !/^Bearer [^ ]+$/i.test(authorization)) refuse('no bearer token');
    const token = authorization.slice(7);
    if (token.startsWith(deviceTokenPrefix)) {
      return directory.current().devicesByToken.get(secretHash(token)) ?? refuse('no such device');
    }
    const known = verified.get(token);
    if (known === undefined) return verify(token);
    const client = directory.current().clientsByIssuer.get(known.issuer);
    if (client !== undefined && isStillGood(known, client, clock.now())) return client;
    // Its key may have been read anew because another of the client's keys came or went: look again.
    verified.delete(token);
    return verify(token);
  };
}

function isStillGood(known: Verified, client: Client, now: number): boolean {
  if (known.expires * 1000 <= now) return false;
  if (known.key === client.secretKey || [...client.publicKeys.values()].includes(known.key)) return true;
  return known.key === client.oldSecret?.secretKey && client.oldSecret.until > now;
}

interface Claims {
  readonly algorithm: string;
  readonly kid: string | null;
  readonly issuer: string;
  readonly expires: number;
  readonly issuedAt: number | null;
  readonly notBefore: number | null;
}

/** Reads a token without believing it. Null when it is not the one form we know: three parts, strict JSON. */
function readToken(token: string): Claims | null {
  if (token.length > longestToken || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return null;
  const [header, payload] = token.split('.').map(readPart) as [unknown, unknown, unknown];
  if (!isRecord(header) || !isRecord(payload)) return null;
  const { alg, kid = null, crit } = header;
  const { iss, exp, iat = null, nbf = null } = payload;
  if (typeof alg !== 'string' || crit !== undefined) return null;
  if (kid !== null && (typeof kid !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(kid))) return null;
  if (typeof iss !== 'string' || !isSeconds(exp)) return null;
  if ((iat !== null && !isSeconds(iat)) || (nbf !== null && !isSeconds(nbf))) return null;
  return { algorithm: alg, kid, issuer: iss, expires: exp, issuedAt: iat, notBefore: nbf };
}

function readPart(part: string): unknown {
  try {
    const text = Buffer.from(part, 'base64url').toString('utf8');
    return jsonProblem(text) === null ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

/**
 * The client's keys for this algorithm: the secret and the one before it while that still works, or
 * the public key named by `kid` or the only one.
 */
function keysOf(client: Client, algorithm: string, kid: string | null, now: number): KeyObject[] {
  if (algorithm === 'HS256') {
    const { secretKey, oldSecret } = client;
    return oldSecret !== null && oldSecret.until > now ? [secretKey, oldSecret.secretKey] : [secretKey];
  }
  if (algorithm !== 'RS256') return [];
  const [only, another] = client.publicKeys.values();
  const key = kid !== null ? client.publicKeys.get(kid) : another === undefined ? only : undefined;
  return key === undefined ? [] : [key];
}

/** Which of the keys a token was signed with, or null. The algorithm comes from the key. */
async function signerOf(token: string, keys: readonly KeyObject[]): Promise<KeyObject | null> {
  for (const key of keys) {
    const algorithms = [key.type === 'secret' ? 'HS256' : 'RS256'];
    if (
      await compactVerify(token, key, { algorithms }).then(
        () => true,
        () => false,
      )
    ) {
      return key;
    }
  }
  return null;
}

function lifetimeProblem(claims: Claims, now: number): string | null {
  if (claims.expires <= now) return 'expired';
  if (claims.expires - (claims.issuedAt ?? now) > longestLife) return 'lives too long';
  if (claims.issuedAt !== null && claims.issuedAt > now + clockSkew) return 'issued in the future';
  if (claims.notBefore !== null && claims.notBefore > now + clockSkew) return 'not valid yet';
  return null;
}
