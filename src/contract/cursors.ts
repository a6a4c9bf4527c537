import { hash } from 'node:crypto';
import { Refusal } from '../domain/refusal.ts';

/** A cursor binds a place to the list it was given for: another list's is refused. */
export function seal(place: readonly (string | number)[], list: object): string {
  return Buffer.from(JSON.stringify([...place, fingerprint(list)])).toString('base64url');
}

function fingerprint(list: object): string {
  return hash('sha256', JSON.stringify(list), 'base64url').slice(0, 16);
}

/** The parts of the place that a cursor of this list names, which are still to be looked at one by one. */
export function unseal(cursor: string, list: object, parts: number): unknown[] {
  try {
    const found = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown;
    if (Array.isArray(found) && found.length === parts + 1 && found[parts] === fingerprint(list)) return found;
  } catch {
    // Not a cursor of ours: told below, like one that was changed.
  }
  throw new Refusal('CURSOR_INVALID');
}

/** Whether the database can hold it as an instant: a cursor is a client's to change. */
export function isStorableInstant(at: unknown): at is number {
  return Number.isSafeInteger(at) && (at as number) >= 0 && (at as number) < Date.UTC(9999, 11, 31);
}

const passId = /^[0-9]{16}$/;

/** Whether it is the id of a pass. */
export function isPassId(id: unknown): id is string {
  return typeof id === 'string' && passId.test(id);
}
