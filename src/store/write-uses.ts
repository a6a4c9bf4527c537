import type { Pass } from '../domain/pass.ts';
import { insertAnswersSql, type StoredAnswer } from './answers.ts';
import type { Statement, Transaction } from './database.ts';
import { entryRows, insertEntriesSql, type PassEntry } from './entries.ts';
import { updateUsagesSql, usagesOf } from './passes.ts';

// One statement instead of three: each costs the server a start and both sides a wake-up. Only the
// answers can wait for another transaction, and they do so in key order, so the parts may run in
// any order.
const writeUsesStatement: Statement = {
  name: 'write_uses',
  text: `with changed as (${updateUsagesSql('$1')}),
    told as (${insertEntriesSql('$2')}),
    kept as (${insertAnswersSql('$3', '$4')})
  select`,
};

/** Writes a batch of uses and give-backs as the last statement of its transaction. */
export async function writeUses(
  transaction: Transaction,
  passes: readonly Pass[],
  entries: readonly PassEntry[],
  answers: readonly StoredAnswer[],
  now: number,
): Promise<void> {
  const parameters = [passes.map(usagesOf), entryRows(entries), answers].map((rows) => JSON.stringify(rows));
  await transaction.last(writeUsesStatement, [...parameters, new Date(now).toISOString()]);
}
