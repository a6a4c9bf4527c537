import { hash } from 'node:crypto';
import { Refusal } from '../domain/refusal.ts';

/** Lists that are ordered by an id: a page begins after the last id of the page before. */

function fingerprint(list: object): string {
  return hash('sha256', JSON.stringify(list), 'base64url').slice(0, 16);
}

/** The cursor of the page after `items`; null when that page was not full. `list` is what was asked for. */
export function idCursor(items: readonly string[], size: number, list: object): string | null {
  const last = items.at(-1);
  if (last === undefined || items.length < size) return null;
  return Buffer.from(JSON.stringify([last, fingerprint(list)])).toString('base64url');
}

/** The id after which a page begins; empty without a cursor. Refuses the cursor of another list. */
export function idOfCursor(cursor: string | undefined, list: object): string {
  if (cursor === undefined) return '';
  try {
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown;
    if (Array.isArray(parts) && parts.length === 2 && parts[1] === fingerprint(list) && isId(parts[0])) return parts[0];
  } catch {
    // Not a cursor of ours: told below, like one that was changed.
  }
  throw new Refusal('CURSOR_INVALID');
}

/** Whether the database can hold it: a cursor is a client's to change. */
function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[!-~]{1,200}$/.test(value);
}
