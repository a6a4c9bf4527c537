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
  /** Is given what resolves once the answers of a batch have been given. */
  readonly answering: (answers: Promise<void>) => void;
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
    parts.answering(deliver(batch, outcomes));
  } catch (problem) {
    await answerFailed(batch, problem, parts, until);
  }
}

/**
 * Answers given in one step of the event loop. Between steps the database is listened to: with all answers in one step,
 * it had long done its part of the next batch and stood idle while the last answers of this one were written.
 */
const answersInStep = 16;

/** In later steps: the next batch is on its way to the database before the answers of this one are written. */
async function deliver(batch: readonly Asked[], outcomes: readonly Outcome[]): Promise<void> {
  for (let first = 0; first < batch.length; first += answersInStep) {
    await new Promise(setImmediate);
    const step = batch.slice(first, first + answersInStep);
    for (const [index, asked] of step.entries()) settle(asked, outcomes[first + index]!);
  }
}

function settle(asked: Asked, outcome: Outcome): void {
  if ('answer' in outcome) asked.resolve(outcome.answer);
  else asked.reject(outcome.fault);
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
