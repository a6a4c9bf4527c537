import type { Instant } from '../domain/instant.ts';
import { Refusal, refuseField } from '../domain/refusal.ts';

/** What a list request says about its page. */
export interface PageRequest {
  readonly pageSize?: number | undefined;
  readonly pageNumber?: number | undefined;
  readonly cursor?: string | undefined;
}

/** The last item of a page, after which the next one begins. */
export interface Place {
  readonly at: Instant;
  readonly orderId: string;
}

export interface PageOfList {
  readonly after: Place | undefined;
  readonly skip: number;
  readonly size: number;
  readonly number: number;
}

/** Skipping costs the database as much as reading: deeper pages go by cursor. */
const deepestSkip = 10_000;

/** Reads the page that is asked for. `filters` binds a cursor to the list it came from. */
export function pageOf(request: PageRequest, filters: string): PageOfList {
  const size = request.pageSize ?? 20;
  const number = request.pageNumber ?? 1;
  if (request.cursor !== undefined) {
    if (request.pageNumber !== undefined) {
      throw refuseField('REQUEST_INVALID', 'pageNumber', 'give either cursor or pageNumber');
    }
    return { after: placeOfCursor(request.cursor, filters), skip: 0, size, number };
  }
  const skip = (number - 1) * size;
  if (skip <= deepestSkip) return { after: undefined, skip, size, number };
  throw refuseField('REQUEST_INVALID', 'pageNumber', `skips more than ${deepestSkip}; use cursor`);
}

/** The opaque cursor of the page after `last`; null when the page was not full. */
export function nextCursor(items: readonly Place[], size: number, filters: string): string | null {
  const last = items.at(-1);
  if (last === undefined || items.length < size) return null;
  return Buffer.from(JSON.stringify([last.at, last.orderId, filters])).toString('base64url');
}

function placeOfCursor(cursor: string, filters: string): Place {
  try {
    const [at, orderId, of] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    if (of === filters && isInstant(at) && typeof orderId === 'string' && /^DP[0-9]{14}$/.test(orderId)) {
      return { at, orderId };
    }
  } catch {
    // Not a cursor of ours: told below, like one that was changed.
  }
  throw new Refusal('CURSOR_INVALID');
}

/** Whether the database can hold it: a cursor is a client's to change. */
function isInstant(at: unknown): at is Instant {
  return Number.isSafeInteger(at) && (at as number) >= 0 && (at as number) < Date.UTC(9999, 11, 31);
}
