/** How the embedded database is opened. */
export interface EmbeddedOptions {
  /** The data folder; it is created when missing. PostgreSQL's files go into its subfolder `postgres`. */
  readonly folder: string;
  /** Below this much free disk, in bytes, transactions are refused while reads go on. Default 64 MiB. */
  readonly minimumFreeBytes?: number;
  /**
   * A statement unanswered for this long, or a turn that does not come, makes the database unavailable; one
   * unanswered for twice as long ends it. Default 5,000.
   */
  readonly stuckAfterMilliseconds?: number;
  readonly log?: (event: string, facts: object) => void;
  /** Told when the database has ended: after a failed fsync, which is never tried again, or because it was stuck. */
  readonly ended?: (problem: string) => void;
}

/** Four write-ahead log segments: enough for PostgreSQL to finish what it has begun. */
export const defaultMinimumFree = 64 * 1024 * 1024;
/** Milliseconds. */
export const defaultStuckAfter = 5_000;
