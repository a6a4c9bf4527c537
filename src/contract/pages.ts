import type { Instant } from '../domain/instant.ts';
import { fieldRefusal, Refusal } from '../domain/refusal.ts';
import { isStorableInstant, openCursor, sealCursor } from './cursors.ts';

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

/** Reads the page that is asked for. `list` is what a cursor is bound to: all that the list is filtered by. */
export function pageOf(request: PageRequest, list: object): PageOfList {
  const size = request.pageSize ?? 20;
  const number = request.pageNumber ?? 1;
  if (request.cursor !== undefined) {
    if (request.pageNumber !== undefined) {
      throw fieldRefusal('REQUEST_INVALID', 'pageNumber', 'give either cursor or pageNumber');
    }
    return { after: placeOfCursor(request.cursor, list), skip: 0, size, number };
  }
  const skip = (number - 1) * size;
  if (skip <= deepestSkip) return { after: undefined, skip, size, number };
  throw fieldRefusal('REQUEST_INVALID', 'pageNumber', `skips more than ${deepestSkip}; use cursor`);
}

/** The opaque cursor of the page after `last`; null when the page was not full. */
export function nextCursor(items: readonly Place[], size: number, list: object): string | null {
  const last = items.at(-1);
  if (last === undefined || items.length < size) return null;
  return sealCursor([last.at, last.orderId], list);
}

function placeOfCursor(cursor: string, list: object): Place {
  const [at, orderId] = openCursor(cursor, list, 2);
  if (!isStorableInstant(at) || typeof orderId !== 'string' || !/^DP[0-9]{14}$/.test(orderId)) {
    throw new Refusal('CURSOR_INVALID');
  }
  return { at, orderId };
}

/** The size of a page as a query has it: text. */
export function pageSizeOf(text: string | undefined, absent: number, most: number): number {
  if (text === undefined) return absent;
  const size = Number(text);
  if (size >= 1 && size <= most) return size;
  throw fieldRefusal('REQUEST_INVALID', 'pageSize', `must be from 1 to ${most}`);
}
