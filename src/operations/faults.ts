import { Refusal } from '../domain/refusal.ts';
import { CommitUnknown, DatabaseUnavailable } from '../store/database.ts';

/** What a fault of the database means to a client: come again. Null when it is no such fault. */
export function refusalOfFault(problem: unknown): Refusal | null {
  if (problem instanceof DatabaseUnavailable) return new Refusal('UNAVAILABLE');
  if (problem instanceof CommitUnknown) return new Refusal('OUTCOME_UNKNOWN');
  return null;
}
