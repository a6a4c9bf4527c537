import type { Refusal } from '../domain/refusal.ts';
import { errors, messageFor } from './errors.ts';

/** A finished answer: the body is JSON text, so that a repeated request gets the very same bytes. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  /** True when this is the first answer given again. */
  readonly replayed: boolean;
  /** Seconds to wait, for the answers that ask the client to come again. */
  readonly retryAfter?: number;
  /** A body that is too long to be held whole, or no JSON; `body` is empty then. */
  readonly stream?: BodyStream;
  /** What the browser is to keep in cookies; a session that is null it is to forget. Never told in the body. */
  readonly cookies?: { readonly session?: string | null; readonly device?: string };
}

/** A body in pieces, made while they are sent. */
export interface BodyStream {
  /** Its media type. */
  readonly type: string;
  /** The name of the file that a browser makes of it. */
  readonly fileName?: string;
  readonly pieces: () => AsyncIterable<string>;
}

/** `{"code":0,"data":…}` */
export function success(data: unknown): Answer {
  return { status: 200, body: `{"code":0,"data":${JSON.stringify(data)}}`, replayed: false };
}

/** The failure envelope of the contract, section 2; facts explain the refusal. */
export function failure(refusal: Refusal, requestId: string): Answer {
  const { code, status } = errors[refusal.refusal];
  const body = {
    code,
    error: refusal.refusal,
    message: messageFor(refusal.refusal, refusal.facts),
    details: refusal.problems,
    ...(Object.keys(refusal.facts).length === 0 ? {} : { facts: refusal.facts }),
    requestId,
  };
  const answer = { status, body: JSON.stringify(body), replayed: false };
  const retryAfter = retryAfterOf(refusal, status);
  return retryAfter === undefined ? answer : { ...answer, retryAfter };
}

function retryAfterOf(refusal: Refusal, status: number): number | undefined {
  const told = refusal.facts.retryAfter;
  if (typeof told === 'number') return told;
  return status === 503 || refusal.refusal === 'REQUEST_IN_PROGRESS' ? 1 : undefined;
}

/** The name of the refusal that an answer tells of. */
export function errorOf(answer: Answer): string {
  return /"error":"([A-Z_]+)"/.exec(answer.body)?.[1] ?? 'UNKNOWN';
}

/** Says yes when an answer may be given again later: business refusals, never faults (contract, section 2). */
export function isRepeatable(answer: Answer): boolean {
  return answer.status < 500 && ![401, 403, 429].includes(answer.status);
}
