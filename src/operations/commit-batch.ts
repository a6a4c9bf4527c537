import { setTimeout as pause } from 'node:timers/promises';
import { Refusal } from '../domain/refusal.ts';
import { CommitUnknown, type Database, DatabaseUnavailable } from '../store/database.ts';
import { entryWritten, transactionRuns } from '../store/transactions.ts';
import { runBatch } from './batch.ts';
import type { Command, Outbox, Outcome, Proof } from './command.ts';
import { isLockTimeout, sqlStateOf, tookTooLong } from './faults.ts';
import type { Clock, Log } from './world.ts';

/** Times are milliseconds. */
export interface CommitLimits {
  /** How often a batch is run again after the server rolled it back. */
  readonly attempts: number;
  /** How often the fate of a commit is asked for before the answer is "unknown". */
  readonly inquiries: number;
  /** Between two such inquiries. */
  readonly inquiryEvery: number;
  /** How long a batch that waited for a lock in vain waits for one when it is run again. */
  readonly shortLockWait: number;
}

export interface CommitParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: CommitLimits;
  readonly outbox?: Outbox;
  /** Told while the fate of a commit cannot be asked for: nobody is to wait for that. */
  readonly away?: (yes: boolean) => void;
  /** Told when the database could not be had, or fell silent. */
  readonly lost?: () => void;
}

/** What an attempt of a batch does otherwise than the first one. */
interface Care {
  readonly trusting: boolean;
  readonly settingAside: boolean;
}

const firstTime: Care = { trusting: true, settingAside: false };

/** After a lock was waited for in vain: waits for no pass any more, and for nothing else for long. */
const amongHeldRows: Care = { trusting: false, settingAside: true };

/** An attempt came to outcomes, or is to be repeated with more care. */
type Attempt = { readonly outcomes: readonly Outcome[] } | { readonly again: Care; readonly problem: unknown };

/** A row that some command wants to write, such as a holder or an answer, is held by somebody else. Which, nobody tells. */
export class Blocked extends Refusal {
  constructor() {
    super('UNAVAILABLE');
  }
}

/**
 * Runs a batch until it is committed, within the limits; `blocked` is part of one that was blocked. Throws when it
 * certainly did not happen.
 */
export async function commitBatch(
  commands: readonly Command[],
  parts: CommitParts,
  blocked: boolean,
): Promise<readonly Outcome[]> {
  let care = blocked ? amongHeldRows : firstTime;
  for (let attempt = 1; ; attempt += 1) {
    const made = await attemptOnce(commands, parts, care);
    if ('outcomes' in made) return made.outcomes;
    if (attempt >= parts.limits.attempts) throw problemOfLast(made.problem, parts.log);
    care = made.again;
    // Jitter, so that two processes that met do not meet again.
    await pause(Math.random() * 5 * attempt);
  }
}

async function attemptOnce(commands: readonly Command[], parts: CommitParts, care: Care): Promise<Attempt> {
  const { database, clock, log, outbox, limits, lost = () => {} } = parts;
  let proof: Proof | null = null;
  let outcomes: readonly Outcome[] = [];
  const proving = (found: Proof, decided: readonly Outcome[]) => {
    proof = found;
    outcomes = decided;
  };
  const lockWait = care.settingAside ? limits.shortLockWait : null;
  const run = { now: clock.now, proving, ...care, lockWait, ...(outbox && { outbox }) };
  try {
    return { outcomes: await runBatch(database, commands, run) };
  } catch (problem) {
    if (problem instanceof CommitUnknown || problem instanceof DatabaseUnavailable) lost();
    if (problem instanceof CommitUnknown && proof !== null) {
      if (await wasCommitted(proof, parts)) return { outcomes };
      return { again: { ...care, trusting: false }, problem };
    }
    if (problem instanceof DatabaseUnavailable) {
      log('error', 'database unavailable', { problem: problem.message });
      throw new Refusal('UNAVAILABLE');
    }
    const again = moreCare(problem, care);
    if (again !== null) return { again, problem };
    throw finalProblem(problem);
  }
}

/**
 * Serialization failure, deadlock, or a unique key that another process took since it was looked
 * for: rolled back whole, and decided anew on what that process wrote. When a lock was waited for
 * in vain, the passes that somebody holds are set aside, so that their neighbours wait only once.
 */
function moreCare(problem: unknown, care: Care): Care | null {
  if (tookTooLong(problem)) return care.settingAside ? null : amongHeldRows;
  return ['40001', '40P01', '23505'].includes(sqlStateOf(problem)) ? { ...care, trusting: false } : null;
}

function finalProblem(problem: unknown): unknown {
  if (isLockTimeout(problem)) return new Blocked();
  return tookTooLong(problem) ? new Refusal('UNAVAILABLE') : problem;
}

/** A key that stays taken is a fault of ours; everything else that does not end is the database's. */
function problemOfLast(problem: unknown, log: Log): unknown {
  if (sqlStateOf(problem) === '23505') return problem;
  log('error', 'batch given up', { problem: String(problem) });
  return new Refusal('UNAVAILABLE');
}

/** Finds out whether a transaction whose COMMIT was never answered was committed. Never guesses. */
async function wasCommitted(proof: Proof, parts: CommitParts): Promise<boolean> {
  const { database, log, limits, away = () => {} } = parts;
  log('warn', 'commit unanswered', { transactionId: proof.transactionId });
  try {
    for (let inquiry = 0; inquiry < limits.inquiries; inquiry += 1) {
      try {
        if (!(await transactionRuns(database, proof.transactionId))) return await hasTraces(database, proof);
      } catch (problem) {
        if (!(problem instanceof DatabaseUnavailable)) log('warn', 'inquiry failed', { problem: String(problem) });
        else away(true);
      }
      await pause(limits.inquiryEvery);
    }
  } finally {
    away(false);
  }
  throw new Refusal('OUTCOME_UNKNOWN');
}

/** Without a line of history nothing changed, and deciding again is as good as the first time. */
function hasTraces(database: Database, proof: Proof): Promise<boolean> | boolean {
  return proof.entry !== null && entryWritten(database, proof.entry, proof.transactionId);
}
