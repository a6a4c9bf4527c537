import type { Answer } from '../contract/answer.ts';
import type { Use } from '../domain/give-back.ts';
import type { Instant } from '../domain/instant.ts';
import type { Holder } from '../domain/issue.ts';
import type { Change, Pass } from '../domain/pass.ts';
import type { Refusal, RefusalName } from '../domain/refusal.ts';
import type { AnswerKey } from '../store/answers.ts';
import type { AuditLine } from '../store/audit-log.ts';
import type { PassEntry } from '../store/entries.ts';

/** A key under which a request is repeatable, and what it refuses when used for another request. */
export interface Repeat extends AnswerKey {
  readonly fingerprint: string;
  readonly reused: RefusalName;
}

/** What a command may look at when it decides; everything is locked or can no longer change. */
export interface Loaded {
  readonly pass: Pass | null;
  readonly holder: Holder | null;
  readonly use: Use | null;
}

/** How time goes in a programme. */
export interface ProgrammeTime {
  /** Its clock, given the process's. */
  readonly clock: (now: Instant) => Instant;
  /** A sandbox's clock is set back on purpose, and the histories of its passes go back with it. */
  readonly mayGoBack: boolean;
}

/** One request for a change, as the group commit takes it. */
export interface Command {
  readonly programId: string;
  readonly requestId: string;
  /** The pass it changes, or null when it makes one. */
  readonly passId: string | null;
  /** The clientUserId whose name it needs; only for an issue. */
  readonly clientUserId: string | null;
  /** The number of the use it gives back; only for a give-back. */
  readonly useNumber: number | null;
  readonly repeats: readonly Repeat[];
  readonly time: ProgrammeTime;
  /** The pure rule. Called again, with new ids, when the batch has to be run again. */
  readonly decide: (loaded: Loaded, now: Instant) => Change | Refusal;
  /** The answer to an accepted change. */
  readonly answer: (change: Change, now: Instant, loaded: Loaded) => Answer;
  /** The line of the audit log that goes with an accepted change; absent for whoever's acts have none. */
  readonly audited?: ((change: Change) => AuditLine) | undefined;
}

/** Who is to be told of what is committed. */
export interface Outbox {
  /** Whether a programme has endpoints, so that its events are put down for them. */
  readonly hasEndpoints: (programId: string) => boolean;
  /** Called when events that were put down are committed. */
  readonly committed: () => void;
}

/** What became of one command: its answer, or the fault that only concerns itself. */
export type Outcome = { readonly answer: Answer } | { readonly fault: unknown };

/** How to find out later whether a batch was committed: its transaction, and a line it wrote. */
export interface Proof {
  readonly transactionId: string;
  readonly entry: PassEntry | null;
}

/** How one batch is to be run. */
export interface BatchRun {
  /** The process's clock. */
  readonly now: () => Instant;
  /** Told how to find out about the commit, and what was decided, before the commit is asked for. */
  readonly proving: (proof: Proof, outcomes: readonly Outcome[]) => void;
  /**
   * Takes every key for new instead of looking it up: each answer is written under its key, so that
   * a key used before is a unique violation (23505) and nothing happens. The run after it looks.
   */
  readonly trusting?: boolean;
  /** Does not wait for passes that somebody else holds: their commands fail, and no others. */
  readonly settingAside?: boolean;
  /** Milliseconds to wait for a lock; as long as the database does when it is null. */
  readonly lockWait?: number | null;
  readonly outbox?: Outbox;
}
