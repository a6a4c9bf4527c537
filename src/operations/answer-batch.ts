import type { Answer } from '../contract/answer.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Command, Outcome } from './command.ts';
import { Blocked, type CommitLimits, type CommitParts, commitBatch } from './commit-batch.ts';

/** A command, and whoever waits for its answer. */
export interface Asked {
  readonly command: Command;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (problem: unknown) => void;
}

export interface AnswerLimits extends CommitLimits {
  /** Milliseconds to tell the commands of a batch that are blocked from the others; who is left then is refused with them. */
  readonly sortingOut: number;
}

export interface AnswerParts extends CommitParts {
  readonly limits: AnswerLimits;
}

/** Answers every command of a batch exactly once, whatever happens. */
export function answerBatch(batch: readonly Asked[], parts: AnswerParts): Promise<void> {
  return answerPart(batch, parts, null);
}

/** As `answerBatch`; of a batch that was blocked, until when those who are blocked are told from the others. */
async function answerPart(batch: readonly Asked[], parts: AnswerParts, until: number | null): Promise<void> {
  if (until !== null && performance.now() >= until) return rejectAll(batch, new Blocked());
  try {
    const outcomes = await commitBatch(
      batch.map(({ command }) => command),
      parts,
      until !== null,
    );
    for (const [index, asked] of batch.entries()) deliver(asked, outcomes[index]!);
  } catch (problem) {
    await answerFailed(batch, problem, parts, until);
  }
}

/** In a later step: the next batch is on its way to the database before the answers of this one are written. */
function deliver(asked: Asked, outcome: Outcome): void {
  setImmediate(() => {
    if ('answer' in outcome) asked.resolve(outcome.answer);
    else asked.reject(outcome.fault);
  });
}

/**
 * A batch that no repetition could save. When the database is away all are told so. Otherwise one
 * command is poison to its neighbours, or wants a row that somebody holds: halves are run apart until it stands alone.
 */
async function answerFailed(
  batch: readonly Asked[],
  problem: unknown,
  parts: AnswerParts,
  until: number | null,
): Promise<void> {
  if (batch.length === 1 || !isOfOneAlone(problem)) return rejectAll(batch, problem);
  const end = problem instanceof Blocked ? (until ?? performance.now() + parts.limits.sortingOut) : until;
  parts.log('warn', 'batch split', { commands: batch.length, problem: String(problem) });
  const middle = Math.ceil(batch.length / 2);
  await answerPart(batch.slice(0, middle), parts, end);
  await answerPart(batch.slice(middle), parts, end);
}

function rejectAll(batch: readonly Asked[], problem: unknown): void {
  for (const asked of batch) asked.reject(problem);
}

/** Whether the neighbours of the command that causes it can do without it. */
function isOfOneAlone(problem: unknown): boolean {
  return problem instanceof Blocked || !(problem instanceof Refusal);
}
