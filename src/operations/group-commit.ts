import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from '../contract/answer.ts';
import { Refusal } from '../domain/refusal.ts';
import { CommitUnknown, type Database, DatabaseUnavailable } from '../store/database.ts';
import { entryWritten, transactionRuns } from '../store/transactions.ts';
import { type Command, type Outcome, type Proof, runBatch } from './batch.ts';
import type { Clock, Log } from './world.ts';

/*
 * The engine of the product. Requests that arrive while a batch is being written form the next
 * batch: a lone request waits for nobody, and under load one transaction and one fsync carry many
 * uses. The protocol and why it is right are told in ARCHITECTURE.md under "Group commit".
 */

export interface GroupCommit {
  /** Takes a command and gives its answer once it is durable. Refuses when the queue is full. */
  submit(command: Command): Promise<Answer>;
  /** How many commands wait or are being written. */
  depth(): number;
  /** Resolves when everything that was submitted has been answered. */
  drained(): Promise<void>;
}

export interface GroupCommitLimits {
  /** Commands in one transaction. */
  readonly batch: number;
  /** Commands that may wait in one lane; one more is refused with 503. */
  readonly queue: number;
  /** How often a batch is run again after the server rolled it back. */
  readonly attempts: number;
  /** How often the fate of a commit is asked for, 250 ms apart, before the answer is "unknown". */
  readonly inquiries: number;
}

export const groupCommitLimits: GroupCommitLimits = { batch: 256, queue: 4096, attempts: 5, inquiries: 20 };

interface Waiting {
  readonly command: Command;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (problem: unknown) => void;
}

interface Parts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: GroupCommitLimits;
}

/**
 * Opens as many lanes as the database can run transactions at once. Each pass belongs to one lane,
 * so that this process never waits for its own locks and a pass's commands keep their order.
 */
export function openGroupCommit(parts: Parts): GroupCommit {
  const lanes = Array.from({ length: parts.database.lanes }, () => new Lane(parts));
  const running = new Set<string>();

  async function submit(command: Command): Promise<Answer> {
    const keys = command.repeats
      .filter((repeat) => repeat.clientId !== '')
      .map((repeat) => Object.values(repeat).join('\n'));
    if (keys.some((key) => running.has(key))) throw new Refusal('REQUEST_IN_PROGRESS');
    for (const key of keys) running.add(key);
    try {
      return await lanes[laneOf(command, lanes.length)]!.submit(command);
    } finally {
      for (const key of keys) running.delete(key);
    }
  }

  return {
    submit,
    depth: () => lanes.reduce((sum, lane) => sum + lane.depth, 0),
    drained: async () => {
      await Promise.all(lanes.map((lane) => lane.drained()));
    },
  };
}

function laneOf(command: Command, lanes: number): number {
  if (lanes === 1) return 0;
  const text = command.passId ?? command.clientUserId ?? '';
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) hash = (hash * 31 + text.charCodeAt(index)) | 0;
  return Math.abs(hash) % lanes;
}

class Lane {
  readonly #parts: Parts;
  #queue: Waiting[] = [];
  #writing = 0;
  #drive: Promise<void> | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get depth(): number {
    return this.#queue.length + this.#writing;
  }

  submit(command: Command): Promise<Answer> {
    if (this.#queue.length >= this.#parts.limits.queue) throw new Refusal('OVERLOADED');
    return new Promise<Answer>((resolve, reject) => {
      this.#queue.push({ command, resolve, reject });
      this.#drive ??= this.#run();
    });
  }

  async drained(): Promise<void> {
    while (this.#drive !== null) await this.#drive;
  }

  async #run(): Promise<void> {
    // Requests of the same turn of the event loop share the first batch; this is no timer.
    await new Promise(setImmediate);
    while (this.#queue.length > 0) {
      const batch = this.#take();
      this.#writing = batch.length;
      await settle(batch, this.#parts);
      this.#writing = 0;
    }
    this.#drive = null;
  }

  /**
   * The oldest commands, up to the limit. At most one give-back of a pass goes into a batch: each
   * needs to know which earlier uses stand, and that is read from the database.
   */
  #take(): Waiting[] {
    const taken: Waiting[] = [];
    const givenBack = new Set<string>();
    let next = 0;
    for (; next < this.#queue.length && taken.length < this.#parts.limits.batch; next += 1) {
      const waiting = this.#queue[next]!;
      const { passId, useNumber } = waiting.command;
      if (useNumber !== null && givenBack.has(passId!)) break;
      if (useNumber !== null) givenBack.add(passId!);
      taken.push(waiting);
    }
    this.#queue = this.#queue.slice(next);
    return taken;
  }
}

/** Answers every command of a batch exactly once, whatever happens. */
async function settle(batch: readonly Waiting[], parts: Parts): Promise<void> {
  try {
    const outcomes = await commit(
      batch.map((waiting) => waiting.command),
      parts,
    );
    for (const [index, waiting] of batch.entries()) deliver(waiting, outcomes[index]!);
  } catch (problem) {
    await settleFailed(batch, problem, parts);
  }
}

function deliver(waiting: Waiting, outcome: Outcome): void {
  if ('answer' in outcome) waiting.resolve(outcome.answer);
  else waiting.reject(outcome.fault);
}

/**
 * A batch that no repetition could save. When the database is away all are told so. Otherwise one
 * command is poison to its neighbours: halves are run apart until it stands alone with its fault.
 */
async function settleFailed(batch: readonly Waiting[], problem: unknown, parts: Parts): Promise<void> {
  if (problem instanceof Refusal || batch.length === 1) {
    for (const waiting of batch) waiting.reject(problem);
    return;
  }
  parts.log('warn', 'batch split', { commands: batch.length, problem: String(problem) });
  const middle = Math.ceil(batch.length / 2);
  await settle(batch.slice(0, middle), parts);
  await settle(batch.slice(middle), parts);
}

/** Runs a batch until it is committed, within the limits. Throws when it certainly did not happen. */
async function commit(commands: readonly Command[], parts: Parts): Promise<readonly Outcome[]> {
  for (let attempt = 1; ; attempt += 1) {
    const committed = await attemptOnce(commands, parts, attempt);
    if (committed !== null) return committed;
    // Jitter, so that two processes that met do not meet again.
    await pause(Math.random() * 5 * attempt);
  }
}

/** One attempt: the outcomes, null when the whole batch is to be run again, or an exception. */
async function attemptOnce(
  commands: readonly Command[],
  parts: Parts,
  attempt: number,
): Promise<readonly Outcome[] | null> {
  let proof: Proof | null = null;
  let outcomes: readonly Outcome[] = [];
  try {
    const proving = (found: Proof, decided: readonly Outcome[]) => {
      proof = found;
      outcomes = decided;
    };
    return await runBatch(parts.database, commands, parts.clock.now, proving, attempt === 1);
  } catch (problem) {
    if (problem instanceof CommitUnknown && proof !== null) {
      return (await wasCommitted(proof, parts)) ? outcomes : null;
    }
    if (problem instanceof DatabaseUnavailable) {
      parts.log('error', 'database unavailable', { problem: problem.message });
      throw new Refusal('UNAVAILABLE');
    }
    if (attempt < parts.limits.attempts && isWorthRepeating(problem)) return null;
    throw problem;
  }
}

/**
 * Serialization failure, deadlock, or a unique key that another process took since it was looked
 * for: rolled back whole, and decided anew on what that process wrote.
 */
function isWorthRepeating(problem: unknown): boolean {
  return ['40001', '40P01', '23505'].includes(String((problem as { code?: unknown }).code));
}

/** Finds out whether a transaction whose COMMIT was never answered was committed. Never guesses. */
async function wasCommitted(proof: Proof, { database, log, limits }: Parts): Promise<boolean> {
  log('warn', 'commit unanswered', { transactionId: proof.transactionId });
  for (let inquiry = 0; inquiry < limits.inquiries; inquiry += 1) {
    try {
      if (!(await transactionRuns(database, proof.transactionId))) return await hasTraces(database, proof);
    } catch (problem) {
      if (!(problem instanceof DatabaseUnavailable)) log('warn', 'inquiry failed', { problem: String(problem) });
    }
    await pause(250);
  }
  throw new Refusal('OUTCOME_UNKNOWN');
}

/** Without a line of history nothing changed, and deciding again is as good as the first time. */
function hasTraces(database: Database, proof: Proof): Promise<boolean> | boolean {
  return proof.entry !== null && entryWritten(database, proof.entry, proof.transactionId);
}
