import type { Geography } from '../domain/catalogue.ts';
import type { Database } from '../store/database.ts';
import type { BulkBoard } from './bulk-board.ts';
import type { Outbox } from './command.ts';
import type { Directory } from './directory.ts';
import type { DoorRefusals } from './door-refusals.ts';
import type { GroupCommit } from './group-commit.ts';
import type { Passwords } from './passwords.ts';
import type { PushOutcome } from './push-schedule.ts';
import type { SignInThrottle } from './sign-in-throttle.ts';
import type { TrafficCounter } from './traffic-counter.ts';

/** The outside as operations see it; a test's world differs in `clock`, `ids` and `post` only. */
export interface World {
  readonly database: Database;
  readonly directory: Directory;
  readonly commit: GroupCommit;
  /** Who is to be told of what was committed. */
  readonly outbox: Outbox;
  /** The bulk uploads of this process, and who works on bulk jobs. */
  readonly bulk: BulkBoard;
  readonly geography: Geography;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly post: Post;
  readonly push: PushSettings;
  /** What links to pass pages are made with. It is not in the database: what is there alone makes no token. */
  readonly linkSecret: string;
  /** How many attempts of this process came to what, since its start. */
  readonly pushed: Record<PushOutcome, number>;
  readonly refusals: DoorRefusals;
  readonly passwords: Passwords;
  readonly throttle: SignInThrottle;
  /** The address that people use, without a slash at its end; https there makes cookies secure. */
  readonly publicUrl: string;
  /** What clients asked this process for, until it is kept. */
  readonly traffic: TrafficCounter;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface Ids {
  /** 16 digits: the programme's prefix, 11 random digits, a check digit. */
  passId(issuerPrefix: string): string;
  /** `DP` and 14 random digits. */
  orderId(): string;
  uuid(): string;
  /** Random characters safe in a URL, for secrets: 256 bits. */
  secret(): string;
}

/** What a POST came to: an answer, read up to the limit, or why there was none. */
export type Posted =
  | {
      readonly status: number;
      readonly text: string;
      /** The header Retry-After as it came, or null. */
      readonly retryAfter: string | null;
      readonly milliseconds: number;
    }
  | {
      /** For the history of attempts: the same for every address that is not to be reached. */
      readonly failed: string;
      /** For the log of the operator only. */
      readonly detail: string;
      readonly milliseconds: number;
    };

export interface PostLimits {
  /** Milliseconds for everything: name, connection, request, answer. */
  readonly deadline: number;
  /** Bytes of the answer; a longer one is a failure. */
  readonly mostBytes: number;
}

/** Sends one POST to an address that somebody else has chosen. Never throws. */
export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  limits: PostLimits,
) => Promise<Posted>;

/** How push events are sent. */
export interface PushSettings {
  /** The `iss` of the tokens that events are signed with. */
  readonly issuer: string;
  /** Milliseconds within which a receiver must have answered. */
  readonly deadline: number;
  /** From 0 up to 1, at random; spreads attempts that failed together. */
  readonly jitter: () => number;
  /** Whether a host, a name or an address, is public as far as one can tell by it. */
  readonly isPublicHost: (host: string) => boolean;
  /** Whether the operator allows this host although it is not public. */
  readonly isAllowedHost: (host: string) => boolean;
}

/** Writes one line of the log; names of events are stable, facts never hold secrets or names. */
export type Log = (level: 'info' | 'warn' | 'error', event: string, facts?: Readonly<Record<string, unknown>>) => void;
