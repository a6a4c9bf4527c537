import { hash } from 'node:crypto';
import { Refusal } from '../domain/refusal.ts';

/** A cursor of a list that is ordered by one key. It belongs to the list with the filters it was given for. */
export function keyCursor(key: string | number, list: object): string {
  return Buffer.from(JSON.stringify([key, fingerprint(list)])).toString('base64url');
}

/** The key after which a page begins; null without a cursor. `isKey` tells whether it can be one. */
export function keyOfCursor<K extends string | number>(
  cursor: string | undefined,
  list: object,
  isKey: (key: unknown) => key is K,
): K | null {
  if (cursor === undefined) return null;
  try {
    const [key, of] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    if (of === fingerprint(list) && isKey(key)) return key;
  } catch {
    // Not a cursor of ours: told below, like one that was changed.
  }
  throw new Refusal('CURSOR_INVALID');
}

function fingerprint(list: object): string {
  return hash('sha256', JSON.stringify(list), 'base64url').slice(0, 16);
}
