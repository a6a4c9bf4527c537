import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  importSPKI,
  type JSONWebKeySet,
  type JWK,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';

/** Why an event was refused: somebody else's, altered, too old, or no event at all. */
export type PushEventFault =
  | 'TOKEN_MISSING'
  | 'TOKEN_MALFORMED'
  | 'ALGORITHM_REFUSED'
  | 'TYPE_REFUSED'
  | 'KEY_UNKNOWN'
  | 'SIGNATURE_WRONG'
  | 'ISSUER_WRONG'
  | 'PROGRAMME_WRONG'
  | 'EXPIRED'
  | 'FROM_THE_FUTURE'
  | 'CLAIMS_INCOMPLETE'
  | 'BODY_ALTERED'
  | 'BODY_NOT_JSON';

/** Answer it with HTTP 401 and do nothing else. */
export class PushEventRefused extends Error {
  readonly reason: PushEventFault;

  constructor(reason: PushEventFault) {
    super(`push event refused: ${reason}`);
    this.reason = reason;
  }
}

/** What the receiver knows beforehand. */
export interface PushExpectation {
  /** The JWK set of `/.well-known/jwks.json`, one JWK, one public key as PEM, or a function of jose's that finds keys. */
  readonly keys: JSONWebKeySet | JWK | string | JWTVerifyGetKey;
  /** The receiver's own programme: the deployment signs for others, too. */
  readonly programId: string;
  /** Of the deployment; `passdesk` unless its operator chose another. */
  readonly issuer?: string;
  /** Now, for tests. */
  readonly now?: Date;
}

/** An event that is proven to come from the deployment, unaltered, for this programme. */
export interface VerifiedPushEvent {
  /** Constant across attempts: what was seen before needs no second thought. */
  readonly eventId: string;
  /** Which line of the pass's history it is: a lower one than the last seen is late. */
  readonly sequence: number;
  readonly attempt: number;
  readonly event: Readonly<Record<string, unknown>>;
}

type HeadersLike = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/** Seconds by which the sender's clock may be ahead of the receiver's. */
const mostAhead = 300;

/**
 * Proves a push event: the signature (RS256 and nothing else), type, issuer, programme and age of
 * its token, and that the token was made for exactly these bytes. `body` is the body as it came,
 * before anything parsed it. Throws `PushEventRefused`, whose `reason` says why.
 */
export async function verifyPushEvent(
  headers: HeadersLike,
  body: Uint8Array<ArrayBuffer> | string,
  expected: PushExpectation,
): Promise<VerifiedPushEvent> {
  const now = expected.now ?? new Date();
  const claims = await claimsOf(tokenOf(headers), expected, now);
  const { jti, iat, programId, sequence, attempt, bodySha256 } = claims;
  if (typeof jti !== 'string' || !isCount(sequence, 0) || !isCount(attempt, 1)) throw refused('CLAIMS_INCOMPLETE');
  if (programId !== expected.programId) throw refused('PROGRAMME_WRONG');
  if (iat! > now.getTime() / 1000 + mostAhead) throw refused('FROM_THE_FUTURE');
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  if (bodySha256 !== (await sha256(bytes))) throw refused('BODY_ALTERED');
  return { eventId: jti, sequence, attempt, event: eventOf(bytes) };
}

/** Milliseconds for which keys may be kept. */
const keysLast = 300_000;

/**
 * Makes a function that proves the push events of one deployment and programme, with the keys that the
 * deployment publishes: fetched when the first event comes, again after five minutes, and at once when an event names
 * a key that is new. An error that is no `PushEventRefused` is not the event's fault: answer it with 503.
 */
export function pushVerifier({
  baseUrl,
  ...expected
}: Omit<PushExpectation, 'keys'> & { readonly baseUrl: string }): (
  headers: HeadersLike,
  body: Uint8Array<ArrayBuffer> | string,
) => Promise<VerifiedPushEvent> {
  const address = new URL(`${baseUrl.replace(/\/$/, '')}/.well-known/jwks.json`);
  const keys = createRemoteJWKSet(address, { cacheMaxAge: keysLast });
  return (headers, body) => verifyPushEvent(headers, body, { ...expected, keys });
}

const refused = (reason: PushEventFault) => new PushEventRefused(reason);

const isCount = (value: unknown, least: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= least;

function tokenOf(headers: HeadersLike): string {
  const sent =
    headers instanceof Headers ? headers.get('authorization') : (headers.authorization ?? headers.Authorization);
  const token = typeof sent === 'string' ? /^Bearer +([A-Za-z0-9_.-]+)$/i.exec(sent)?.[1] : undefined;
  if (token === undefined) throw refused('TOKEN_MISSING');
  return token;
}

async function claimsOf(token: string, expected: PushExpectation, now: Date): Promise<JWTPayload> {
  const rules = {
    // Named here and never taken from the token.
    algorithms: ['RS256'],
    typ: 'passdesk-event+jwt',
    issuer: expected.issuer ?? 'passdesk',
    requiredClaims: ['exp', 'iat', 'jti', 'bodySha256'],
    currentDate: now,
  };
  const { keys } = expected;
  try {
    if (typeof keys === 'string') return (await jwtVerify(token, await importSPKI(keys, 'RS256'), rules)).payload;
    if (typeof keys === 'function') return (await jwtVerify(token, keys, rules)).payload;
    const set = createLocalJWKSet('keys' in keys ? (keys as JSONWebKeySet) : { keys: [keys as JWK] });
    return (await jwtVerify(token, set, rules)).payload;
  } catch (problem) {
    throw refused(faultOf(problem));
  }
}

function faultOf(problem: unknown): PushEventFault {
  if (problem instanceof errors.JWTExpired) return 'EXPIRED';
  if (problem instanceof errors.JWTClaimValidationFailed) return faultOfClaim(problem);
  if (problem instanceof errors.JOSEAlgNotAllowed) return 'ALGORITHM_REFUSED';
  if (problem instanceof errors.JWSSignatureVerificationFailed) return 'SIGNATURE_WRONG';
  if (problem instanceof errors.JWKSNoMatchingKey || problem instanceof errors.JWKSMultipleMatchingKeys)
    return 'KEY_UNKNOWN';
  if (problem instanceof errors.JWSInvalid || problem instanceof errors.JWTInvalid) return 'TOKEN_MALFORMED';
  // Not the token's fault: keys that are none, for example.
  throw problem;
}

function faultOfClaim({ claim, reason }: errors.JWTClaimValidationFailed): PushEventFault {
  if (reason === 'missing' || reason === 'invalid') return claim === 'typ' ? 'TYPE_REFUSED' : 'CLAIMS_INCOMPLETE';
  if (claim === 'typ') return 'TYPE_REFUSED';
  return claim === 'iss' ? 'ISSUER_WRONG' : 'FROM_THE_FUTURE';
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return btoa(String.fromCharCode(...digest))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}

function eventOf(bytes: Uint8Array): Record<string, unknown> {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Record<string, unknown>;
  } catch {
    throw refused('BODY_NOT_JSON');
  }
}
