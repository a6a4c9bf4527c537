import type { Database } from '../store/database.ts';
import { beginEpoch } from '../store/epochs.ts';

/** Begins a new epoch of events (store/epochs.ts); gives its number. Nobody may be writing. */
export function newEpoch(database: Database): Promise<number> {
  return database.transaction((transaction) => beginEpoch(transaction));
}
