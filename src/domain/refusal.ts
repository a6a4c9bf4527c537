/** What a refusal tells besides its name: plain values that a person or a program can act on. */
export type Facts = Readonly<Record<string, unknown>>;

/** One part of the request that is wrong, and what to do about it. */
export interface Problem {
  readonly field: string;
  readonly problem: string;
}

/** The closed list of reasons for which the product says no. The words are the wire's `error`. */
export const refusalNames = [
  'REQUEST_INVALID',
  'JSON_INVALID',
  'CONTENT_TYPE_UNSUPPORTED',
  'BODY_TOO_LARGE',
  'ROUTE_UNKNOWN',
  'METHOD_NOT_ALLOWED',
  'REQUEST_ID_INVALID',
  'IDEMPOTENCY_KEY_REUSED',
  'REQUEST_IN_PROGRESS',
  'RATE_LIMITED',
  'LOOK_UPS_EXHAUSTED',
  'PROGRAM_REQUIRED',
  'PROGRAM_UNKNOWN',
  'REQUEST_TIMED_OUT',
  'HTTP_MALFORMED',
  'HEADERS_TOO_LARGE',
  'CURSOR_INVALID',
  'TRANSPORT_HUB_UNKNOWN',
  'RESOURCE_UNKNOWN',
  'TOKEN_REFUSED',
  'SCOPE_MISSING',
  'CREDENTIALS_REFUSED',
  'RESOURCE_NOT_YOURS',
  'MODULE_MISMATCH',
  'MODULE_NOT_OFFERED',
  'NAME_MISMATCH',
  'ACTIVATION_IN_PAST',
  'EXPIRATION_IN_PAST',
  'ACTIVATION_NOT_BEFORE_EXPIRATION',
  'ALLOWED_RESOURCES_INVALID',
  'ALLOWED_RESOURCE_UNKNOWN',
  'ALLOWED_RESOURCE_OF_OTHER_MODULE',
  'AIRPORT_UNKNOWN',
  'AIRPORT_NOT_FOR_MODULE',
  'COUNTRY_UNKNOWN',
  'E_PASS_UNKNOWN',
  'E_PASS_CANCELLED',
  'E_PASS_SUSPENDED',
  'E_PASS_NOT_YET_ACTIVE',
  'E_PASS_EXPIRED',
  'E_PASS_MODULE_NOT_ALLOWED',
  'E_PASS_RESOURCE_NOT_ALLOWED',
  'E_PASS_AIRPORT_NOT_ALLOWED',
  'E_PASS_COUNTRY_NOT_ALLOWED',
  'RESOURCE_CLOSED',
  'E_PASS_USAGES_EXCEEDED',
  'SCAN_ID_REUSED',
  'USAGE_ORDER_UNKNOWN',
  'USAGE_ALREADY_GIVEN_BACK',
  'GIVE_BACK_TOO_LATE',
  'DEVICE_UNKNOWN',
  'PAIRING_CODE_REFUSED',
  'DEVICES_EXHAUSTED',
  'ORDER_UNKNOWN',
  'ORDER_ALREADY_CANCELLED',
  'ORDER_ALREADY_USED',
  'E_PASS_ALREADY_SUSPENDED',
  'E_PASS_NOT_SUSPENDED',
  'PASS_PAGE_UNKNOWN',
  'PASS_LINK_UNKNOWN',
  'SANDBOX_ONLY',
  'SIGN_IN_REFUSED',
  'SESSION_REFUSED',
  'CSRF_REFUSED',
  'PASSWORD_CHANGE_REQUIRED',
  'PASSWORD_NOT_YOURS',
  'PASSWORD_REFUSED',
  'ACCOUNT_UNKNOWN',
  'ACCOUNT_EXISTS',
  'OWN_ACCOUNT',
  'LAST_ADMINISTRATOR',
  'ENDPOINT_UNKNOWN',
  'ENDPOINTS_EXHAUSTED',
  'ENDPOINT_URL_REFUSED',
  'SIGNING_KEYS_EXHAUSTED',
  'DELIVERY_UNKNOWN',
  'BULK_JOB_UNKNOWN',
  'BULK_JOB_STATE',
  'BULK_JOBS_EXHAUSTED',
  'BULK_FILE_REFUSED',
  'BULK_FILE_TOO_LARGE',
  'BULK_FILE_BROKEN',
  'BULK_REFERENCE_REUSED',
  'BULK_ROW_TOO_LARGE',
  'BULK_ROW_FAILED',
  'BULK_ROWS_DELETED',
  'PROGRAM_EXISTS',
  'ISSUER_PREFIX_TAKEN',
  'PROGRAM_HAS_PASSES',
  'TRANSPORT_HUB_EXISTS',
  'TRANSPORT_HUB_USED',
  'RESOURCE_EXISTS',
  'RESOURCE_ALREADY_OFFERED',
  'CLIENT_UNKNOWN',
  'CLIENT_EXISTS',
  'CLIENT_REVOKED',
  'CLIENT_SECRETS_EXHAUSTED',
  'CLIENT_KEYS_EXHAUSTED',
  'CLIENT_KEY_EXISTS',
  'CLIENT_KEY_REFUSED',
  'CLIENT_KEY_UNKNOWN',
  'CLIENT_SHARED',
  'REPORTS_BUSY',
  'REPORT_TOO_LARGE',
  'RATES_EXHAUSTED',
  'INTERNAL',
  'UNAVAILABLE',
  'OVERLOADED',
  'OUTCOME_UNKNOWN',
] as const;

export type RefusalName = (typeof refusalNames)[number];

/**
 * A clear no: a name of the closed list, the fields that are wrong, and the facts that explain it.
 * Thrown anywhere, turned into an answer in one place (contract/answer.ts).
 */
export class Refusal extends Error {
  readonly refusal: RefusalName;
  readonly problems: readonly Problem[];
  readonly facts: Facts;

  constructor(refusal: RefusalName, explanation: { problems?: readonly Problem[]; facts?: Facts } = {}) {
    // Nobody is shown its stack, and to collect one takes longer than everything else about a refusal.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(refusal);
    Error.stackTraceLimit = stackTraceLimit;
    this.refusal = refusal;
    this.problems = explanation.problems ?? [];
    this.facts = explanation.facts ?? {};
  }
}

/** A refusal that names one field. */
export function fieldRefusal(refusal: RefusalName, field: string, problem: string, facts: Facts = {}): Refusal {
  return new Refusal(refusal, { problems: [{ field, problem }], facts });
}
