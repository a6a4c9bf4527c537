import { type CryptoKey, importJWK, importPKCS8, type JWK, type KeyObject, SignJWT } from 'jose';

/**
 * Who calls. With `issuer` tokens are signed here: with the client's secret (HS256), or with a private key
 * whose public half is registered (RS256; PKCS #8 as PEM, a JWK or a key object). With `clientId` they are
 * fetched for the secret. `token` is one that comes from elsewhere, or a function that gives one.
 */
export type Credentials =
  | { readonly issuer: string; readonly secret: string; readonly kid?: string }
  | { readonly issuer: string; readonly privateKey: PrivateKey; readonly kid?: string }
  | { readonly clientId: string; readonly secret: string }
  | { readonly token: string | (() => string | Promise<string>) };

type PrivateKey = string | JWK | CryptoKey | KeyObject;

/** A token, and until when it is used; milliseconds since the epoch. */
interface Made {
  readonly token: string;
  readonly until: number;
}

/** Gives the token of a client. */
export interface Tokens {
  /** A token that is good for a while; `isNew` when it was made for this very call. */
  get(): Promise<{ readonly token: string; readonly isNew: boolean }>;
  /** Says that it was refused: the next one is another. */
  drop(token: string): void;
}

/** Fetches a token for a client's id and secret. */
export type FetchToken = (body: {
  readonly clientId: string;
  readonly secret: string;
}) => Promise<{ readonly token: string; readonly expiresIn: number }>;

/** Seconds; the API takes up to 24 hours. A clock that is wrong by most of this still makes good tokens. */
const life = 3_600;
/** Milliseconds before its end from which on a token is not used any more. */
const margin = 300_000;

/** Makes tokens when they are needed and keeps each until shortly before its end; calls at once share one. */
export function openTokens(credentials: Credentials, fetchToken: FetchToken): Tokens {
  const make = makerOf(credentials, fetchToken);
  let kept: Made | null = null;
  let making: Promise<Made> | null = null;

  async function renew(): Promise<Made> {
    try {
      kept = await make();
      return kept;
    } finally {
      making = null;
    }
  }

  return {
    async get() {
      if (kept !== null && kept.until > Date.now()) return { token: kept.token, isNew: false };
      making ??= renew();
      return { token: (await making).token, isNew: true };
    },
    drop(token) {
      if (kept?.token === token) kept = null;
    },
  };
}

function makerOf(credentials: Credentials, fetchToken: FetchToken): () => Promise<Made> {
  if ('token' in credentials) {
    const { token } = credentials;
    // Asked for each time: whoever gives it knows how long it is good.
    return async () => ({ token: typeof token === 'string' ? token : await token(), until: 0 });
  }
  if ('privateKey' in credentials) {
    const key = importKey(credentials.privateKey);
    // Told by the call that needs it, not as a rejection that nobody has seen.
    key.catch(() => {});
    return async () => sign('RS256', await key, credentials);
  }
  if ('issuer' in credentials) {
    const secret = new TextEncoder().encode(credentials.secret);
    return () => sign('HS256', secret, credentials);
  }
  return async () => {
    const { token, expiresIn } = await fetchToken(credentials);
    return { token, until: Date.now() + expiresIn * 1000 - margin };
  };
}

async function importKey(key: PrivateKey): Promise<CryptoKey | KeyObject | Uint8Array> {
  if (typeof key === 'string') return importPKCS8(key, 'RS256');
  return isJwk(key) ? importJWK(key, 'RS256') : key;
}

const isJwk = (key: Exclude<PrivateKey, string>): key is JWK => 'kty' in key;

/** Without `iat`: a clock that is a little ahead would make it one from the future, which is refused. */
async function sign(
  alg: 'HS256' | 'RS256',
  key: CryptoKey | KeyObject | Uint8Array,
  { issuer, kid }: { readonly issuer: string; readonly kid?: string },
): Promise<Made> {
  const ends = Date.now() + life * 1000;
  const token = await new SignJWT()
    .setProtectedHeader({ alg, typ: 'JWT', ...(kid === undefined ? {} : { kid }) })
    .setIssuer(issuer)
    .setExpirationTime(Math.floor(ends / 1000))
    .sign(key);
  return { token, until: ends - margin };
}
