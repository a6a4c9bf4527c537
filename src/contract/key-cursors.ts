import { Refusal } from '../domain/refusal.ts';
import { openCursor, sealCursor } from './cursors.ts';

/** A cursor of a list that is ordered by one key. It belongs to the list with the filters it was given for. */
export function keyCursor(key: string | number, list: object): string {
  return sealCursor([key], list);
}

/** The key after which a page begins; null without a cursor. `isKey` tells whether it can be one. */
export function keyOfCursor<K extends string | number>(
  cursor: string | undefined,
  list: object,
  isKey: (key: unknown) => key is K,
): K | null {
  if (cursor === undefined) return null;
  const [key] = openCursor(cursor, list, 1);
  if (!isKey(key)) throw new Refusal('CURSOR_INVALID');
  return key;
}
