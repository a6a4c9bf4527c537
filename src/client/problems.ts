import type { Static } from 'typebox';
import type { Failure } from '../contract/schemas.ts';
import type { RefusalName } from '../domain/refusal.ts';

/** What went wrong, in the words of the API. */
export type FailureBody = Static<typeof Failure>;

/** What is known about a call that came to nothing. */
interface CallFacts {
  readonly requestId: string;
  /** How often it was sent. */
  readonly attempts: number;
  /** Whether the change may have happened all the same: an earlier attempt was never answered. */
  readonly outcomeUnknown: boolean;
}

/**
 * Any call that came to nothing. When `outcomeUnknown`, make the same call again with the option
 * `requestId`: what happened the first time is told, and nothing happens twice.
 */
export abstract class CallProblem extends Error {
  readonly requestId: string;
  readonly attempts: number;
  readonly outcomeUnknown: boolean;

  constructor(message: string, facts: CallFacts, options?: ErrorOptions) {
    super(message, options);
    this.requestId = facts.requestId;
    this.attempts = facts.attempts;
    this.outcomeUnknown = facts.outcomeUnknown;
  }
}

/** Passdesk said no, and why. */
export class CallRefused extends CallProblem {
  override readonly name = 'CallRefused';
  readonly status: number;
  /** The stable name of the reason, from the closed list of docs/errors.md. */
  readonly refusal: RefusalName;
  readonly code: number;
  /** Which fields are wrong, and how. */
  readonly details: FailureBody['details'];
  /** The first of those fields, or null. */
  readonly field: string | null;
  /** What explains it: since when, until when, how many are left … */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Seconds after which it makes sense to come again; null when waiting does not help. */
  readonly retryAfter: number | null;

  constructor(
    body: FailureBody,
    { status, retryAfter, ...facts }: CallFacts & { readonly status: number; readonly retryAfter: number | null },
  ) {
    super(
      `${body.error}: ${body.message}${body.details.map((one) => ` ${one.field} ${one.problem}.`).join('')}`,
      facts,
    );
    this.status = status;
    this.refusal = body.error as RefusalName;
    this.code = body.code;
    this.details = body.details;
    this.field = body.details[0]?.field ?? null;
    this.facts = body.facts ?? {};
    this.retryAfter = retryAfter;
  }
}

/** No answer of Passdesk's came: no connection, no time left, or something on the way that answered instead. */
export class CallUnanswered extends CallProblem {
  override readonly name = 'CallUnanswered';
  /** HTTP status of whatever answered instead, or null. */
  readonly status: number | null;

  constructor(
    message: string,
    { status, cause, ...facts }: CallFacts & { readonly status: number | null; readonly cause?: unknown },
  ) {
    super(message, facts, cause === undefined ? {} : { cause });
    this.status = status;
  }
}
