import { Refusal } from '../domain/refusal.ts';
import { isDamage } from '../store/damage.ts';
import { CommitUnknown, DatabaseUnavailable } from '../store/database.ts';

/** PostgreSQL's code of an error; the text "undefined" for any other problem. */
export const sqlStateOf = (problem: unknown) => String((problem as { code?: unknown }).code);

/** A lock was waited for in vain: somebody else holds it. */
export const isLockTimeout = (problem: unknown) => sqlStateOf(problem) === '55P03';

/** The server gave a statement up: it took too long, or waited too long for a lock. */
export const tookTooLong = (problem: unknown) => isLockTimeout(problem) || sqlStateOf(problem) === '57014';

/** What a fault of the database means to a client: come again. Null when it is no such fault. */
export function refusalOfFault(problem: unknown): Refusal | null {
  if (problem instanceof DatabaseUnavailable || tookTooLong(problem) || isDamage(problem))
    return new Refusal('UNAVAILABLE');
  if (problem instanceof CommitUnknown) return new Refusal('OUTCOME_UNKNOWN');
  return null;
}
