import { Refusal } from '../domain/refusal.ts';
import { isDamage } from '../store/damage.ts';
import { CommitUnknown, DatabaseUnavailable } from '../store/database.ts';

/** The server gave a statement up: it took too long, or waited too long for a lock. */
const givenUp: readonly unknown[] = ['57014', '55P03'];

/** What a fault of the database means to a client: come again. Null when it is no such fault. */
export function refusalOfFault(problem: unknown): Refusal | null {
  if (problem instanceof DatabaseUnavailable) return new Refusal('UNAVAILABLE');
  if (givenUp.includes((problem as { code?: unknown }).code)) return new Refusal('UNAVAILABLE');
  if (isDamage(problem)) return new Refusal('UNAVAILABLE');
  if (problem instanceof CommitUnknown) return new Refusal('OUTCOME_UNKNOWN');
  return null;
}
