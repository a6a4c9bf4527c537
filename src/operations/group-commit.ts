import { setTimeout as pause } from 'node:timers/promises';
import type { Answer } from '../contract/answer.ts';
import { Refusal } from '../domain/refusal.ts';
import { CommitUnknown, type Database, DatabaseUnavailable } from '../store/database.ts';
import { entryWritten, transactionRuns } from '../store/transactions.ts';
import { runBatch } from './batch.ts';
import type { Command, Outbox, Outcome, Proof } from './command.ts';
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
  readonly outbox?: Outbox;
}

interface LaneParts extends Parts {
  /** Told while the fate of a commit cannot be asked for: nobody is to wait for that. */
  readonly away?: (yes: boolean) => void;
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
  readonly #parts: LaneParts;
  #queue: Waiting[] = [];
  #writing = 0;
  #away = false;
  #drive: Promise<void> | null = null;

  constructor(parts: Parts) {
    this.#parts = { ...parts, away: (yes) => this.#setAway(yes) };
  }

  /** While the database is away, whoever waits is told so at once, and so is whoever comes. */
  #setAway(yes: boolean): void {
    this.#away = yes;
    if (!yes) return;
    for (const waiting of this.#queue.splice(0)) waiting.reject(new Refusal('UNAVAILABLE'));
  }

  get depth(): number {
    return this.#queue.length + this.#writing;
  }

  submit(command: Command): Promise<Answer> {
    if (this.#away) throw new Refusal('UNAVAILABLE');
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
async function settle(batch: readonly Waiting[], parts: LaneParts): Promise<void> {
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
async function settleFailed(batch: readonly Waiting[], problem: unknown, parts: LaneParts): Promise<void> {
  if (problem instanceof Refusal || batch.length === 1) {
    for (const waiting of batch) waiting.reject(problem);
    return;
  }
  parts.log('warn', 'batch split', { commands: batch.length, problem: String(problem) });
  const middle = Math.ceil(batch.length / 2);
  await settle(batch.slice(0, middle), parts);
  await settle(batch.slice(middle), parts);
}

/** What the next attempt of a batch does otherwise than the first. */
interface Care {
  readonly trusting: boolean;
  readonly settingAside: boolean;
}

/** An attempt came to outcomes, or is to be repeated with more care. */
type Attempt = { readonly outcomes: readonly Outcome[] } | { readonly again: Care; readonly problem: unknown };

/** Runs a batch until it is committed, within the limits. Throws when it certainly did not happen. */
async function commit(commands: readonly Command[], parts: LaneParts): Promise<readonly Outcome[]> {
  let care: Care = { trusting: true, settingAside: false };
  for (let attempt = 1; ; attempt += 1) {
    const made = await attemptOnce(commands, parts, care);
    if ('outcomes' in made) return made.outcomes;
    if (attempt >= parts.limits.attempts) throw givenUp(made.problem, parts.log);
    care = made.again;
    // Jitter, so that two processes that met do not meet again.
    await pause(Math.random() * 5 * attempt);
  }
}

async function attemptOnce(commands: readonly Command[], parts: LaneParts, care: Care): Promise<Attempt> {
  const { database, clock, log, outbox } = parts;
  let proof: Proof | null = null;
  let outcomes: readonly Outcome[] = [];
  const proving = (found: Proof, decided: readonly Outcome[]) => {
    proof = found;
    outcomes = decided;
  };
  try {
    return {
      outcomes: await runBatch(database, commands, { now: clock.now, proving, ...care, ...(outbox && { outbox }) }),
    };
  } catch (problem) {
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
    throw waitedInVain(problem) ? new Refusal('UNAVAILABLE') : problem;
  }
}

const sqlState = (problem: unknown) => String((problem as { code?: unknown }).code);

/** A lock or a statement that did not come to an end in its time. */
const waitedInVain = (problem: unknown) => ['55P03', '57014'].includes(sqlState(problem));

/**
 * Serialization failure, deadlock, or a unique key that another process took since it was looked
 * for: rolled back whole, and decided anew on what that process wrote. When a lock was waited for
 * in vain, the passes that somebody holds are set aside, so that their neighbours wait only once.
 */
function moreCare(problem: unknown, care: Care): Care | null {
  if (waitedInVain(problem)) return care.settingAside ? null : { trusting: false, settingAside: true };
  return ['40001', '40P01', '23505'].includes(sqlState(problem)) ? { ...care, trusting: false } : null;
}

/** A key that stays taken is a fault of ours; everything else that does not end is the database's. */
function givenUp(problem: unknown, log: Log): unknown {
  if (sqlState(problem) === '23505') return problem;
  log('error', 'batch given up', { problem: String(problem) });
  return new Refusal('UNAVAILABLE');
}

/** Finds out whether a transaction whose COMMIT was never answered was committed. Never guesses. */
async function wasCommitted(proof: Proof, parts: LaneParts): Promise<boolean> {
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
      await pause(250);
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
