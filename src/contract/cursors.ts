import { hash } from 'node:crypto';
import { Refusal } from '../domain/refusal.ts';

/** Which list a cursor is of: what it is called, or all that tells it from others, its filters first of all. */
type CursorList = string | object;

/** The cursor of a place. It is bound to the list that it was given for: no other list takes it. */
export function sealCursor(place: readonly (string | number)[], list: CursorList): string {
  return Buffer.from(JSON.stringify([...place, fingerprint(list)])).toString('base64url');
}

function fingerprint(list: CursorList): string {
  return hash('sha256', typeof list === 'string' ? list : JSON.stringify(list), 'base64url').slice(0, 16);
}

/**
 * The parts of the place that a cursor of this list names, which are still to be looked at one by one: a cursor is a
 * client's to change. Refuses what is no cursor of this list.
 */
export function openCursor(cursor: string, list: CursorList, parts: number): unknown[] {
  try {
    const found = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown;
    if (Array.isArray(found) && found.length === parts + 1 && found[parts] === fingerprint(list)) return found;
  } catch {
    // Not a cursor of ours: told below, like one that was changed.
  }
  throw new Refusal('CURSOR_INVALID');
}

/** Whether the database can hold it as an instant. */
export function isStorableInstant(at: unknown): at is number {
  return Number.isSafeInteger(at) && (at as number) >= 0 && (at as number) < Date.UTC(9999, 11, 31);
}

const passId = /^[0-9]{16}$/;

/** Whether it is the id of a pass. */
export function isPassId(id: unknown): id is string {
  return typeof id === 'string' && passId.test(id);
}
