import type { Pass } from '../domain/pass.ts';
import { answerParameters, insertAnswersSql, type StoredAnswer } from './answers.ts';
import { rowParameters } from './columns.ts';
import type { Statement, Transaction } from './database.ts';
import { entryColumns, insertEntriesSql, type PassEntry } from './entries.ts';
import { updateUsagesSql, usageColumns } from './passes.ts';

const firstOfEntries = 1 + usageColumns.length;
const firstOfAnswers = firstOfEntries + entryColumns.length;

// One statement instead of three: each costs the server a start and both sides a wake-up. Only the
// answers can wait for another transaction, and they do so in key order, so the parts may run in
// any order.
const writeUsesStatement: Statement = {
  name: 'write_uses',
  text: `with changed as (${updateUsagesSql(1)}),
    told as (${insertEntriesSql(firstOfEntries)}),
    kept as (${insertAnswersSql(firstOfAnswers)})
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
  await transaction.last(writeUsesStatement, [
    ...rowParameters(usageColumns, passes),
    ...rowParameters(entryColumns, entries),
    ...answerParameters(answers, now),
  ]);
}
