import type { Facts, RefusalName } from '../domain/refusal.ts';
import { accountErrors } from './errors-accounts.ts';
import { bulkErrors } from './errors-bulk.ts';
import { deskErrors } from './errors-desk.ts';
import { managementErrors } from './errors-management.ts';
import { passPageErrors } from './errors-pass-pages.ts';
import { passErrors } from './errors-passes.ts';
import { pushErrors } from './errors-push.ts';
import { reportErrors } from './errors-reports.ts';

/** What the wire says for a refusal: its number, its HTTP status, what happened and what to do. */
export interface ErrorEntry {
  readonly code: number;
  readonly status: number;
  /** One sentence for the answer: what to do now. */
  readonly message: string;
  /** For the documentation: what leads to it. */
  readonly cause: string;
}

/**
 * The closed catalogue: one line for every refusal there is, grouped by thousand (1 request,
 * 2 authentication, 3 issuing, 4 redemption, 5 order state, 6 push events, 7 running a programme,
 * 8 bulk issue, 9 server).
 * `docs/errors.md` and the OpenAPI are made from it; numbers and names are never used again for something else.
 */
export const errors: Readonly<Record<RefusalName, ErrorEntry>> = {
  REQUEST_INVALID: {
    code: 1000,
    status: 400,
    message: 'Correct the fields named in details and send the request again.',
    cause:
      'A field is missing, unknown, of the wrong type or out of its range. Nothing is coerced and nothing is dropped.',
  },
  JSON_INVALID: {
    code: 1001,
    status: 400,
    message: 'Send one JSON object in UTF-8, without repeated keys and nested at most 8 deep.',
    cause:
      'The body is not strict JSON: a syntax error, a repeated key, too deep, not UTF-8, or a number no integer can hold.',
  },
  CONTENT_TYPE_UNSUPPORTED: {
    code: 1002,
    status: 415,
    message:
      'Send JSON with Content-Type: application/json, and a file of rows with application/x-ndjson or text/csv, in UTF-8.',
    cause: 'The body came with another media type, or with none.',
  },
  BODY_TOO_LARGE: {
    code: 1003,
    status: 413,
    message: 'Keep the body at or below 64 KiB.',
    cause: 'The body is larger than the route takes.',
  },
  ROUTE_UNKNOWN: {
    code: 1004,
    status: 404,
    message: 'Check the path against /openapi.json.',
    cause: 'There is no route at this path.',
  },
  METHOD_NOT_ALLOWED: {
    code: 1005,
    status: 405,
    message: 'Use one of the methods in the Allow header.',
    cause: 'The path exists, but not with this method.',
  },
  REQUEST_ID_INVALID: {
    code: 1006,
    status: 400,
    message: 'Send X-Request-ID as a UUID, or Idempotency-Key as 1 to 255 printable ASCII characters.',
    cause: 'The key that was to make the request repeatable is not one.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    code: 1007,
    status: 422,
    message:
      'Use a new X-Request-ID or Idempotency-Key for a new request; repeat a request with exactly the same body.',
    cause: 'The key was used within 72 hours for another body on the same route.',
  },
  REQUEST_IN_PROGRESS: {
    code: 1008,
    status: 409,
    message: 'Wait as long as Retry-After says, then repeat the request with the same key.',
    cause: 'The first request under this key is still running.',
  },
  RATE_LIMITED: {
    code: 1009,
    status: 429,
    message: 'Wait as long as Retry-After says before the next request.',
    cause: 'The client has used up its requests for this minute; the RateLimit headers tell how many it has.',
  },
  LOOK_UPS_EXHAUSTED: {
    code: 1010,
    status: 429,
    message: 'Wait as long as Retry-After says, and look up only ids that you were given.',
    cause: 'The client has asked for too many ids that do not exist, as somebody guessing ids would.',
  },
  PROGRAM_REQUIRED: {
    code: 1011,
    status: 400,
    message: 'Name the programme in the X-Program-ID header.',
    cause: 'The client has several programmes, so one must be chosen.',
  },
  PROGRAM_UNKNOWN: {
    code: 1012,
    status: 404,
    message: 'Send the id of a programme that this client has in X-Program-ID.',
    cause: 'The programme does not exist, or is not one of this client.',
  },
  REQUEST_TIMED_OUT: {
    code: 1013,
    status: 408,
    message: 'Send the whole request within 10 seconds.',
    cause: 'The request did not arrive in time.',
  },
  HTTP_MALFORMED: {
    code: 1014,
    status: 400,
    message: 'Send well-formed HTTP/1.1 with one Authorization header.',
    cause: 'The request is not HTTP as the standard has it.',
  },
  CURSOR_INVALID: {
    code: 1015,
    status: 400,
    message: 'Send a cursor exactly as the last page gave it, with the same filters.',
    cause: 'The cursor was changed, or belongs to other filters.',
  },
  TRANSPORT_HUB_UNKNOWN: {
    code: 1016,
    status: 404,
    message: 'Take transportHubId from GET /v2/transportHubs.',
    cause: 'No transport hub of this programme has this id.',
  },
  RESOURCE_UNKNOWN: {
    code: 1017,
    status: 404,
    message: 'Take resourceId from GET /v2/resources.',
    cause: 'No resource of this programme has this id.',
  },
  HEADERS_TOO_LARGE: {
    code: 1018,
    status: 431,
    message: 'Keep the headers of a request at or below 16 KiB.',
    cause: 'The headers of the request are larger than the server takes.',
  },
  TOKEN_REFUSED: {
    code: 2000,
    status: 401,
    message:
      'Send Authorization: Bearer with a JWT signed by a key of this client, with iss and exp, unexpired and at most 24 hours long.',
    cause:
      'The token is missing, malformed, expired, too long-lived, signed with another key or algorithm, or its client or key was revoked. The answer does not tell which; the log does.',
  },
  SCOPE_MISSING: {
    code: 2001,
    status: 403,
    message: 'Use a client that has the scope this route asks for.',
    cause: 'The client is known, but may not do this.',
  },
  CREDENTIALS_REFUSED: {
    code: 2002,
    status: 401,
    message: 'Send the clientId and secret as they were handed over.',
    cause: 'There is no such client, its secret is another, or it was revoked.',
  },
  RESOURCE_NOT_YOURS: {
    code: 2003,
    status: 403,
    message: 'Act only for the resources that this client is bound to.',
    cause: 'A venue client named a resource that is not one of its own.',
  },
  SANDBOX_ONLY: {
    code: 2004,
    status: 403,
    message: 'Use a sandbox programme for simulations.',
    cause: 'Simulation routes and the test clock do not exist in live programmes.',
  },
  ...accountErrors,
  ...passErrors,
  ...passPageErrors,
  ...deskErrors,
  ...pushErrors,
  ...managementErrors,
  ...reportErrors,
  ...bulkErrors,
  INTERNAL: {
    code: 9000,
    status: 500,
    message: 'Repeat the request with the same key; if it fails again, report the requestId.',
    cause: 'A fault of the server. Nothing was changed.',
  },
  UNAVAILABLE: {
    code: 9001,
    status: 503,
    message: 'Repeat the request with the same key after Retry-After; nothing was changed.',
    cause: 'The database cannot be reached, is stuck, has no room or met damaged data; /readyz says what is wrong.',
  },
  OVERLOADED: {
    code: 9002,
    status: 503,
    message: 'Repeat the request with the same key after Retry-After; nothing was changed.',
    cause: 'More requests are waiting than the server keeps.',
  },
  OUTCOME_UNKNOWN: {
    code: 9003,
    status: 503,
    message: 'Repeat the request with the same key: it tells whether the first one happened.',
    cause: 'The connection to the database broke while the change was being made durable.',
  },
};

/** The sentence of an answer: what to do, and the facts that staff read out. */
export function messageFor(refusal: RefusalName, facts: Facts): string {
  const told = Object.entries(facts).filter(([, value]) => typeof value === 'string' || typeof value === 'number');
  if (told.length === 0) return errors[refusal].message;
  const list = told.map(([name, value]) => `${name} ${value}`).join(', ');
  return `${errors[refusal].message.replace(/\.$/, '')} (${list}).`;
}
