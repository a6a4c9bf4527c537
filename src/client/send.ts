import { leash, OutOfTime, type Patience, pause, retryAfterOf, unless, waitAfter } from './patience.ts';
import { type CallProblem, CallRefused, CallUnanswered, type FailureBody } from './problems.ts';
import type { CallRequest } from './requests.ts';
import type { Tokens } from './tokens.ts';

/** One attempt of a call, for logs and figures. */
export interface Attempt {
  readonly call: string;
  readonly requestId: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** HTTP status, or null when no answer came. */
  readonly status: number | null;
  /** The refusal's name, or what else went wrong; null when it was done. */
  readonly problem: string | null;
  readonly milliseconds: number;
  /** Milliseconds until the next attempt; null when there is none. */
  readonly retryIn: number | null;
}

/** What every call goes by. */
export interface Carrier {
  readonly fetch: typeof fetch;
  /** Null for the one call that asks for no token. */
  readonly tokens: Tokens | null;
  readonly patience: Patience;
  readonly onAttempt: (attempt: Attempt) => void;
}

/** What became of an attempt. */
type Outcome =
  | { readonly kind: 'done'; readonly data: unknown; readonly status: number }
  | {
      readonly kind: 'refused';
      readonly body: FailureBody;
      readonly status: number;
      readonly retryAfter: number | null;
    }
  | {
      readonly kind: 'unanswered';
      readonly status: number | null;
      readonly retryAfter: number | null;
      readonly cause: unknown;
      /** Whether the request may have reached the server. */
      readonly arrived: boolean;
    };

/**
 * Sends a call until it has its answer, and gives the answer's data. It is sent again, the same to the byte, when
 * the server said that nothing happened and to come again, or when nobody knows what happened and the call is
 * repeatable; until attempts or time are used up. Throws `CallRefused`, `CallUnanswered`, or the signal's reason.
 */
export async function send(request: CallRequest, carrier: Carrier, signal?: AbortSignal): Promise<unknown> {
  const { patience } = carrier;
  const ends = performance.now() + patience.deadline;
  const whole = leash(signal, patience.deadline);
  // Whether an attempt may have made the change without telling.
  let unsure = false;
  let signedAnew = false;
  let last: { readonly outcome: Outcome; readonly attempts: number } | null = null;
  try {
    for (let attempts = 1; ; attempts += 1) {
      const began = performance.now();
      const { outcome, token } = await attempt(request, carrier, whole.signal);
      last = { outcome, attempts };
      unsure ||= isUnsure(outcome);
      // A stream that was read is not there to be sent again, whatever the token.
      const withNewToken = !signedAnew && request.resendable && isStale(outcome, token);
      const wait = withNewToken ? 0 : waitBefore(outcome, attempts, request, carrier);
      if (token !== null && isTokenRefused(outcome)) carrier.tokens?.drop(token.token);
      signedAnew ||= isTokenRefused(outcome);
      const again = wait !== null && performance.now() + wait < ends;
      carrier.onAttempt(told(request, attempts, outcome, performance.now() - began, again ? wait : null));
      if (outcome.kind === 'done') return outcome.data;
      if (!again) throw problemOf(outcome, request, attempts, unsure);
      await pause(wait, whole.signal);
    }
  } catch (problem) {
    if (!(problem instanceof OutOfTime)) throw problem;
    // While it was waiting, what it waited for is the better answer.
    const outcome = last?.outcome ?? lost(problem, false);
    throw problemOf(outcome, request, last?.attempts ?? 0, unsure, problem);
  } finally {
    whole.end();
  }
}

interface Given {
  readonly token: string;
  readonly isNew: boolean;
}

/** Sends it once. Throws when the call as a whole is over: by the caller, or by its deadline before it was sent. */
async function attempt(
  request: CallRequest,
  { fetch, tokens, patience }: Carrier,
  whole: AbortSignal,
): Promise<{ readonly outcome: Outcome; readonly token: Given | null }> {
  const token = tokens === null ? null : await unless(whole, tokens.get());
  const { signal, end } = leash(whole, patience.attemptTimeout);
  const headers = token === null ? request.headers : { ...request.headers, authorization: `Bearer ${token.token}` };
  const { url, method, body } = request;
  // A redirect would send the token elsewhere, or turn a change into a reading.
  const init = { method, headers, body, signal, redirect: 'manual', ...(request.resendable ? {} : { duplex: 'half' }) };
  try {
    const response = await fetch(url, init as RequestInit);
    return { outcome: await read(response, request.produces), token };
  } catch (cause) {
    // The caller's own end of it is no outcome.
    if (whole.aborted && !(whole.reason instanceof OutOfTime)) throw whole.reason;
    return { outcome: lost(signal.aborted ? signal.reason : cause, !neverLeft(cause)), token };
  } finally {
    end();
  }
}

const lost = (cause: unknown, arrived: boolean): Outcome => ({
  kind: 'unanswered',
  status: null,
  retryAfter: null,
  cause,
  arrived,
});

/** What went wrong before there was a connection. */
const unconnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function neverLeft(problem: unknown): boolean {
  const { cause } = problem as { readonly cause?: { readonly code?: string } };
  return unconnected.has(cause?.code ?? '');
}

async function read(response: Response, produces: boolean): Promise<Outcome> {
  const { status, headers } = response;
  if (status === 200 && produces) return { kind: 'done', data: response, status };
  const text = await response.text();
  const retryAfter = retryAfterOf(headers.get('retry-after'), Date.now());
  const answer = parsed(text);
  if (status === 200 && answer.code === 0) return { kind: 'done', data: answer.data, status };
  if (isFailure(answer)) return { kind: 'refused', body: answer, status, retryAfter };
  // 429 and 503 of a proxy say that it has not handed the request on.
  const arrived = status !== 429 && status !== 503;
  const cause = new Error(`HTTP ${status} that is not Passdesk's: ${text.slice(0, 200)}`);
  return { kind: 'unanswered', status, retryAfter, cause, arrived };
}

function parsed(text: string): Partial<FailureBody> & { readonly data?: unknown } {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    return {};
  }
}

function isFailure(answer: Partial<FailureBody>): answer is FailureBody {
  return typeof answer.error === 'string' && typeof answer.message === 'string' && Array.isArray(answer.details);
}

/** Whether the change may have happened although nobody said so. */
function isUnsure(outcome: Outcome): boolean {
  if (outcome.kind === 'unanswered') return outcome.arrived;
  return outcome.kind === 'refused' && outcome.body.error === 'OUTCOME_UNKNOWN';
}

const isTokenRefused = (outcome: Outcome) => outcome.kind === 'refused' && outcome.body.error === 'TOKEN_REFUSED';

/** Whether the token was one that had been kept: a new one may be better. */
const isStale = (outcome: Outcome, token: Given | null) => isTokenRefused(outcome) && token !== null && !token.isNew;

/** Statuses by which the server says: not now. */
const notNow = new Set([408, 429, 500, 502, 503, 504]);

/** Milliseconds until the next attempt, or null when there is to be none. */
function waitBefore(outcome: Outcome, attempts: number, request: CallRequest, { patience }: Carrier): number | null {
  if (outcome.kind === 'done' || attempts >= patience.attempts || !request.resendable) return null;
  const comeAgain =
    outcome.kind === 'unanswered' ? true : notNow.has(outcome.status) || outcome.body.error === 'REQUEST_IN_PROGRESS';
  const nothingHappened =
    outcome.kind === 'unanswered' ? !outcome.arrived : [429, 503].includes(outcome.status) && !isUnsure(outcome);
  if (!comeAgain || !(request.repeatable || nothingHappened)) return null;
  // What a proxy answers that is no trouble of its own will not change: a redirect, a page.
  if (outcome.kind === 'unanswered' && outcome.status !== null && !notNow.has(outcome.status)) return null;
  return waitAfter(attempts, outcome.retryAfter, Math.random());
}

function problemOf(
  outcome: Outcome,
  request: CallRequest,
  attempts: number,
  unsure: boolean,
  over?: Error,
): CallProblem {
  const { requestId, changes } = request;
  if (outcome.kind === 'refused') {
    const { body, status, retryAfter } = outcome;
    // A refusal by a rule is the answer to the key, whatever was lost before.
    const decided = status < 500 && ![401, 403, 408, 429].includes(status) && body.error !== 'REQUEST_IN_PROGRESS';
    return new CallRefused(body, {
      requestId,
      attempts,
      outcomeUnknown: changes && unsure && !decided,
      status,
      retryAfter,
    });
  }
  const { cause, status } = outcome as Extract<Outcome, { kind: 'unanswered' }>;
  const reason = over ?? cause;
  const message = `${request.method} ${request.url}: ${reasonOf(reason)} (${attempts} ${attempts === 1 ? 'attempt' : 'attempts'})`;
  return new CallUnanswered(message, { requestId, attempts, outcomeUnknown: changes && unsure, status, cause: reason });
}

function reasonOf(problem: unknown): string {
  if (!(problem instanceof Error)) return String(problem);
  const { cause } = problem as { readonly cause?: { readonly code?: string; readonly message?: string } };
  return cause?.code ?? cause?.message ?? problem.message;
}

function told(
  { name, requestId }: CallRequest,
  attempt: number,
  outcome: Outcome,
  milliseconds: number,
  retryIn: number | null,
): Attempt {
  const problem =
    outcome.kind === 'done' ? null : outcome.kind === 'refused' ? outcome.body.error : reasonOf(outcome.cause);
  return { call: name, requestId, attempt, status: outcome.status, problem, milliseconds, retryIn };
}
