import { createHmac, hash } from 'node:crypto';

/** Whose token it is; the nonce makes each link of a pass another one. */
export interface LinkName {
  readonly programId: string;
  readonly passId: string;
  readonly nonce: string;
}

/** 24 bytes: 192 bits that nobody guesses, in 32 characters that fit into a text message. */
const tokenBytes = 24;

/**
 * The token of a link. Whoever has the secret and the link's row can make it again, so that it need
 * not be kept; whoever has the row alone, as in a dump of the database, cannot.
 */
export function tokenOf({ programId, passId, nonce }: LinkName, secret: string): string {
  return keyed(secret, ['pass link', programId, passId, nonce]).subarray(0, tokenBytes).toString('base64url');
}

/** A short name that tells secrets apart and tells nothing of them. */
export function nameOfSecret(secret: string): string {
  return keyed(secret, ['name']).toString('base64url').slice(0, 12);
}

/** JSON keeps the parts apart: no two lists of them are the same text. */
function keyed(secret: string, parts: readonly string[]): Buffer {
  return createHmac('sha256', secret).update(JSON.stringify(parts)).digest();
}

/** Under what a token is found. Any text has a hash: one that was never a token is looked for like all others. */
export function hashOfToken(token: string): string {
  return hash('sha256', token, 'base64url');
}
