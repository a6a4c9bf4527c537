import type { Facts, RefusalName } from '../domain/refusal.ts';

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
 * 2 authentication, 3 issuing, 4 redemption, 5 order state, 9 server). `docs/errors.md` and the
 * OpenAPI are made from it; numbers and names are never used again for something else.
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
    message: 'Send the body with Content-Type: application/json.',
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
  MODULE_MISMATCH: {
    code: 3000,
    status: 400,
    message: 'Send the same module in the path and in the body.',
    cause: 'The path names one module and the body another.',
  },
  MODULE_NOT_OFFERED: {
    code: 3001,
    status: 400,
    message: 'Issue passes of the modules that the programme offers.',
    cause: 'The programme does not offer this module.',
  },
  NAME_MISMATCH: {
    code: 3002,
    status: 400,
    message: 'Send the name this clientUserId was first used with, or another clientUserId.',
    cause: 'A clientUserId is bound to one name for ever. Names compare without case, width and extra spaces.',
  },
  ACTIVATION_IN_PAST: {
    code: 3003,
    status: 400,
    message: 'Send an activationDate that is not earlier than now, or leave it out to activate at once.',
    cause: 'The activation date lies more than 60 seconds in the past.',
  },
  EXPIRATION_IN_PAST: {
    code: 3004,
    status: 400,
    message: 'Send an expirationDate in the future.',
    cause: 'The pass would be expired from the start.',
  },
  ACTIVATION_NOT_BEFORE_EXPIRATION: {
    code: 3005,
    status: 400,
    message: 'Send an activationDate before the expirationDate.',
    cause: 'The pass would never be active.',
  },
  ALLOWED_RESOURCES_INVALID: {
    code: 3006,
    status: 400,
    message: 'Give exactly one of resourceIds, iata and countryOrRegion, without repeating a value.',
    cause: 'A pass is restricted in one dimension only; iata and countryOrRegion may not be empty.',
  },
  ALLOWED_RESOURCE_UNKNOWN: {
    code: 3007,
    status: 400,
    message: 'Take resource ids from GET /v2/resources.',
    cause: 'A resource id is not one of this programme.',
  },
  ALLOWED_RESOURCE_OF_OTHER_MODULE: {
    code: 3008,
    status: 400,
    message: 'Name resources of the module of the pass only.',
    cause: 'A resource belongs to a module that the pass does not open.',
  },
  AIRPORT_UNKNOWN: {
    code: 3009,
    status: 400,
    message: 'Send IATA airport codes, three capital letters.',
    cause: 'A code is not one of an airport.',
  },
  AIRPORT_NOT_FOR_MODULE: {
    code: 3010,
    status: 400,
    message: 'Restrict passes of this module by resourceIds or countryOrRegion.',
    cause: 'The resources of this module do not stand at airports.',
  },
  COUNTRY_UNKNOWN: {
    code: 3011,
    status: 400,
    message: 'Send ISO 3166-1 alpha-2 codes, two capital letters (GB, not UK).',
    cause: 'A code is not one of a country or region.',
  },
  E_PASS_UNKNOWN: {
    code: 4000,
    status: 404,
    message: 'Check the 16 digits; if they are right, the pass was not issued for this place.',
    cause: 'No pass with this id can be seen by this client.',
  },
  E_PASS_CANCELLED: {
    code: 4001,
    status: 409,
    message: 'Do not admit: the pass was cancelled and cannot be restored.',
    cause: 'The order was cancelled by its issuer.',
  },
  E_PASS_SUSPENDED: {
    code: 4002,
    status: 409,
    message: 'Do not admit now: ask the holder to contact the issuer.',
    cause: 'An operator suspended the pass; it can be resumed.',
  },
  E_PASS_NOT_YET_ACTIVE: {
    code: 4003,
    status: 409,
    message: 'Admit only after the activation date.',
    cause: 'The pass becomes active after its activation date.',
  },
  E_PASS_EXPIRED: {
    code: 4004,
    status: 409,
    message: 'Do not admit: the pass has expired.',
    cause: 'A pass can be used until just before its expiration date.',
  },
  E_PASS_MODULE_NOT_ALLOWED: {
    code: 4005,
    status: 409,
    message: 'Send the holder to a resource of a module that the pass opens.',
    cause: 'The pass is for another kind of service.',
  },
  E_PASS_RESOURCE_NOT_ALLOWED: {
    code: 4006,
    status: 409,
    message: 'Send the holder to one of the resources that the pass names.',
    cause: 'The pass is restricted to other resources.',
  },
  E_PASS_AIRPORT_NOT_ALLOWED: {
    code: 4007,
    status: 409,
    message: 'The pass works at the airports that it names only.',
    cause: 'The pass is restricted to other airports.',
  },
  E_PASS_COUNTRY_NOT_ALLOWED: {
    code: 4008,
    status: 409,
    message: 'The pass works in the countries or regions that it names only.',
    cause: 'The pass is restricted to other countries or regions.',
  },
  RESOURCE_CLOSED: {
    code: 4009,
    status: 409,
    message: 'Do not admit: this resource is closed.',
    cause: 'An operator closed the resource.',
  },
  E_PASS_USAGES_EXCEEDED: {
    code: 4010,
    status: 409,
    message: 'Do not admit so many: the pass has fewer usages left than people came.',
    cause: 'Each person takes one usage, and a use is all or nothing.',
  },
  SCAN_ID_REUSED: {
    code: 4011,
    status: 422,
    message: 'Make a new scanId for each scan; send a scan again with exactly the same body.',
    cause: 'The scanId was used for another pass, resource or number of people.',
  },
  USAGE_ORDER_UNKNOWN: {
    code: 4012,
    status: 404,
    message: 'Take orderId from the answer to the redemption.',
    cause: 'No usage order with this id can be seen by this client.',
  },
  USAGE_ALREADY_GIVEN_BACK: {
    code: 4013,
    status: 409,
    message: 'Nothing to do: this use was given back before.',
    cause: 'A use is given back at most once.',
  },
  GIVE_BACK_TOO_LATE: {
    code: 4014,
    status: 409,
    message: 'Ask an operator to give this use back.',
    cause: 'A venue can give a use back for 15 minutes.',
  },
  ORDER_UNKNOWN: {
    code: 5000,
    status: 404,
    message: 'Check the orderId or ePassId.',
    cause: 'No order of this programme has this id.',
  },
  ORDER_ALREADY_CANCELLED: {
    code: 5001,
    status: 409,
    message: 'Nothing to do: the order was cancelled before.',
    cause: 'A cancellation is final.',
  },
  ORDER_ALREADY_USED: {
    code: 5002,
    status: 409,
    message: 'Leave ifUnused out to cancel what is left of the pass.',
    cause: 'The cancellation was asked for only if nothing was used, and something was.',
  },
  E_PASS_ALREADY_SUSPENDED: {
    code: 5003,
    status: 409,
    message: 'Nothing to do: the pass is suspended.',
    cause: 'The pass was suspended before.',
  },
  E_PASS_NOT_SUSPENDED: {
    code: 5004,
    status: 409,
    message: 'Nothing to do: the pass is not suspended.',
    cause: 'Only a suspended pass can be resumed.',
  },
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
    cause: 'The database cannot be reached, is stuck or has no room; /readyz says what is wrong.',
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
