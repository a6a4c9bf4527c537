import type { Geography } from '../domain/catalogue.ts';
import type { Database } from '../store/database.ts';
import type { Directory } from './directory.ts';
import type { GroupCommit } from './group-commit.ts';

/** The outside as operations see it; a test's world differs in `clock`, `ids` and `post` only. */
export interface World {
  readonly database: Database;
  readonly directory: Directory;
  readonly commit: GroupCommit;
  readonly geography: Geography;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
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

/** Writes one line of the log; names of events are stable, facts never hold secrets or names. */
export type Log = (level: 'info' | 'warn' | 'error', event: string, facts?: Readonly<Record<string, unknown>>) => void;
