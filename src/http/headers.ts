import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { fieldRefusal } from '../domain/refusal.ts';

const uuid = /^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$/;

/** The request's id: the client's, when it is a UUID, or a new one. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const sent = headers['x-request-id'];
  return typeof sent === 'string' && uuid.test(sent) ? sent : randomUUID();
}

/**
 * The key that makes a change repeatable: Idempotency-Key, else X-Request-ID, else null. Refuses a
 * key that is none: a client that believes itself protected must not be left in error.
 */
export function repeatKeyOf(headers: IncomingHttpHeaders): string | null {
  const key = headers['idempotency-key'];
  if (key !== undefined) {
    if (typeof key === 'string' && /^[!-~]{1,255}$/.test(key)) return key;
    throw fieldRefusal('REQUEST_ID_INVALID', 'Idempotency-Key', 'must be 1 to 255 printable ASCII characters');
  }
  const id = headers['x-request-id'];
  if (id === undefined) return null;
  if (typeof id === 'string' && uuid.test(id)) return id.toLowerCase();
  throw fieldRefusal('REQUEST_ID_INVALID', 'X-Request-ID', 'must be a UUID');
}

/** X-Program-ID, or null. */
export function programIdOf(headers: IncomingHttpHeaders): string | null {
  const sent = headers['x-program-id'];
  return typeof sent === 'string' ? sent : null;
}
