import { createHmac, hash } from 'node:crypto';

/** What a device's token begins with, so that it is told from a JWT before anything is looked up. */
export const deviceTokenPrefix = 'pdd_';

/** The form in which codes and tokens are kept. They are random and long: a plain hash is enough. */
export function secretHash(secret: string): string {
  return hash('sha256', secret, 'base64url');
}

/** Letters and digits that are not taken for one another when read aloud or typed (Crockford's base 32). */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const shortLength = 10;

/** Ten characters, 50 bits, from a random secret: short enough to type, guessed only by a throttled door. */
export function shortCodeOf(secret: string): string {
  const bytes = Buffer.from(secret, 'base64url').subarray(0, shortLength);
  return [...bytes].map((byte) => alphabet[byte % alphabet.length]).join('');
}

/** A short code as people read it. */
export function inTwoParts(shortCode: string): string {
  return `${shortCode.slice(0, shortLength / 2)}-${shortCode.slice(shortLength / 2)}`;
}

/** A code as it was shown or typed, in the one form that is hashed; and whether it is a short one. */
export function readPairingCode(text: string): { readonly code: string; readonly short: boolean } {
  const bare = text.replace(/[ _-]/g, '').toUpperCase();
  if (bare.length !== shortLength) return { code: text.trim(), short: false };
  return { code: bare.replace(/[IL]/g, '1').replaceAll('O', '0'), short: true };
}

/**
 * The token of a device: made of its code and of what it drew itself, so that the same attempt gets
 * the same token again although neither is kept.
 */
export function deviceTokenOf(code: string, attemptId: string): string {
  return deviceTokenPrefix + createHmac('sha256', code).update(attemptId.toLowerCase()).digest('base64url');
}
