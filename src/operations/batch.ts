import { type Answer, failure, isRepeatable } from '../contract/answer.ts';
import type { Use } from '../domain/give-back.ts';
import type { Instant } from '../domain/instant.ts';
import { type Holder, holderOf } from '../domain/issue.ts';
import type { Change, Pass } from '../domain/pass.ts';
import { Refusal, type RefusalName } from '../domain/refusal.ts';
import { type AnswerKey, findAnswers, insertAnswers, type StoredAnswer } from '../store/answers.ts';
import type { Database, Transaction } from '../store/database.ts';
import { insertEntries, type PassEntry } from '../store/entries.ts';
import { findHolders, type HolderRow, insertHolders } from '../store/holders.ts';
import { insertPasses, lockPasses, updateStates, updateUsages } from '../store/passes.ts';
import { currentTransaction } from '../store/transactions.ts';
import { findUses } from '../store/uses.ts';

/** A key under which a request is repeatable, and what it refuses when used for another request. */
export interface Repeat extends AnswerKey {
  readonly fingerprint: string;
  readonly reused: RefusalName;
}

/** What a command may look at when it decides; everything is locked or can no longer change. */
export interface Loaded {
  readonly pass: Pass | null;
  readonly holder: Holder | null;
  readonly use: Use | null;
}

/** One request for a change, as the group commit takes it. */
export interface Command {
  readonly programId: string;
  readonly requestId: string;
  /** The pass it changes, or null when it makes one. */
  readonly passId: string | null;
  /** The clientUserId whose name it needs; only for an issue. */
  readonly clientUserId: string | null;
  /** The number of the use it gives back; only for a give-back. */
  readonly useNumber: number | null;
  readonly repeats: readonly Repeat[];
  /** The programme's clock, given the process's. */
  readonly clock: (now: Instant) => Instant;
  /** The pure rule. Called again, with new ids, when the batch has to be run again. */
  readonly decide: (loaded: Loaded, now: Instant) => Change | Refusal;
  /** The answer to an accepted change. */
  readonly answer: (change: Change, now: Instant, loaded: Loaded) => Answer;
}

/** What became of one command: its answer, or the fault that only concerns itself. */
export type Outcome = { readonly answer: Answer } | { readonly fault: unknown };

/** How to find out later whether a batch was committed: its transaction, and a line it wrote. */
export interface Proof {
  readonly transactionId: string;
  readonly entry: PassEntry | null;
}

interface State {
  readonly passes: Map<string, Pass>;
  readonly uses: Map<string, Use>;
  readonly holders: Map<string, Holder>;
  readonly answers: Map<string, StoredAnswer>;
}

/** Everything a batch writes, in the order in which it came about. */
interface Writes {
  readonly newPasses: Set<string>;
  /** Passes that were cancelled, suspended or resumed. */
  readonly newStates: Set<string>;
  readonly changed: Map<string, Pass>;
  readonly entries: PassEntry[];
  readonly holders: HolderRow[];
  readonly answers: StoredAnswer[];
}

const keyOf = (...parts: readonly (string | number)[]) => parts.join('\n');
const answerKey = (key: AnswerKey) => keyOf(key.programId, key.clientId, key.route, key.key);

/**
 * Runs commands as one transaction: lock and load what they touch, decide each in memory in order,
 * so that several for one pass see one another, write everything, commit. `proving` is told how to
 * find out about the commit before it is asked for. A `trusting` run takes every key for new: each
 * answer is written under its key, so that a key used before is a unique violation (23505) and
 * nothing happens; the run after it, which does look, gives the first answer.
 */
export async function runBatch(
  database: Database,
  commands: readonly Command[],
  now: () => Instant,
  proving: (proof: Proof, outcomes: readonly Outcome[]) => void,
  trusting = false,
): Promise<readonly Outcome[]> {
  return database.transaction(async (transaction) => {
    const state = await load(transaction, commands, trusting);
    // Read only now that the locks are held: waiting for a lock must not carry a use across its expiry.
    const clock = now();
    const writes: Writes = {
      newPasses: new Set(),
      newStates: new Set(),
      changed: new Map(),
      entries: [],
      holders: [],
      answers: [],
    };
    const outcomes = commands.map((command) => settle(command, state, writes, clock));
    const transactionId = await write(transaction, writes, clock);
    proving({ transactionId, entry: writes.entries[0] ?? null }, outcomes);
    return outcomes;
  });
}

/** All statements leave at once and are answered in order: one round trip. */
async function load(transaction: Transaction, commands: readonly Command[], trusting: boolean): Promise<State> {
  const touching = commands.filter((command) => command.passId !== null);
  const naming = commands.filter((command) => command.clientUserId !== null);
  const returning = commands.filter((command) => command.useNumber !== null);
  const repeats = trusting ? [] : commands.flatMap((command) => command.repeats);
  const programIds = (of: readonly Command[]) => of.map((command) => command.programId);
  const [passes, answers, holders, uses] = await Promise.all([
    touching.length === 0 ? [] : lockDistinct(transaction, touching),
    repeats.length === 0 ? [] : findAnswers(transaction, repeats),
    naming.length === 0
      ? []
      : findHolders(
          transaction,
          programIds(naming),
          naming.map((command) => command.clientUserId!),
        ),
    returning.length === 0 ? [] : findUses(transaction, returning.map(useKey)),
  ]);
  return {
    passes: new Map(passes.map((pass) => [keyOf(pass.programId, pass.passId), pass])),
    answers: new Map(answers.map((answer) => [answerKey(answer), answer])),
    holders: new Map(holders.map((holder) => [keyOf(holder.programId, holder.clientUserId), holder])),
    uses: new Map(uses.map((use) => [keyOf(use.programId, use.passId, use.number), use])),
  };
}

function useKey(command: Command) {
  return { programId: command.programId, passId: command.passId!, number: command.useNumber! };
}

function lockDistinct(transaction: Transaction, commands: readonly Command[]): Promise<Pass[]> {
  const wanted = new Map(commands.map((command) => [keyOf(command.programId, command.passId!), command]));
  const distinct = [...wanted.values()];
  return lockPasses(
    transaction,
    distinct.map((command) => command.programId),
    distinct.map((command) => command.passId!),
  );
}

/** One command's part: the first answer again, or a decision. Its faults stay its own. */
function settle(command: Command, state: State, writes: Writes, clock: Instant): Outcome {
  try {
    const answer = repeated(command, state) ?? decided(command, state, writes, clock);
    return { answer };
  } catch (fault) {
    return { fault };
  }
}

function repeated(command: Command, state: State): Answer | null {
  for (const repeat of command.repeats) {
    const first = state.answers.get(answerKey(repeat));
    if (first === undefined) continue;
    if (first.fingerprint !== repeat.fingerprint) return failure(new Refusal(repeat.reused), command.requestId);
    return { status: first.status, body: first.body, replayed: true };
  }
  return null;
}

function decided(command: Command, state: State, writes: Writes, clock: Instant): Answer {
  const now = command.clock(clock);
  const passKey = command.passId === null ? '' : keyOf(command.programId, command.passId);
  const loaded: Loaded = {
    pass: state.passes.get(passKey) ?? null,
    holder: state.holders.get(keyOf(command.programId, command.clientUserId ?? '')) ?? null,
    use: state.uses.get(keyOf(command.programId, command.passId ?? '', command.useNumber ?? '')) ?? null,
  };
  const change = command.decide(loaded, now);
  const answer = change instanceof Refusal ? failure(change, command.requestId) : command.answer(change, now, loaded);
  if (!(change instanceof Refusal)) keep(command, change, state, writes);
  if (isRepeatable(answer)) remember(command, answer, state, writes);
  return answer;
}

function keep(command: Command, { pass, entry }: Change, state: State, writes: Writes): void {
  const key = keyOf(pass.programId, pass.passId);
  if (entry.kind === 'issue') {
    writes.newPasses.add(key);
    bind(command, pass, state, writes);
  } else if (entry.kind !== 'use' && entry.kind !== 'give-back') {
    writes.newStates.add(key);
  }
  state.passes.set(key, pass);
  writes.changed.set(key, pass);
  writes.entries.push({ programId: pass.programId, passId: pass.passId, entry });
}

function bind(command: Command, pass: Pass, state: State, writes: Writes): void {
  const key = keyOf(pass.programId, command.clientUserId!);
  if (state.holders.has(key)) return;
  const holder = holderOf(pass);
  state.holders.set(key, holder);
  writes.holders.push({ ...holder, programId: pass.programId, clientUserId: pass.clientUserId });
}

function remember(command: Command, answer: Answer, state: State, writes: Writes): void {
  for (const repeat of command.repeats) {
    const { programId, clientId, route, key, fingerprint } = repeat;
    const stored = { programId, clientId, route, key, fingerprint, status: answer.status, body: answer.body };
    state.answers.set(answerKey(stored), stored);
    writes.answers.push(stored);
  }
}

/**
 * Holders, passes, history, answers: always in this order, so that batches cannot deadlock. Gives
 * the transaction's id, which must be known before COMMIT is sent.
 */
async function write(transaction: Transaction, writes: Writes, clock: Instant): Promise<string> {
  const made: Pass[] = [];
  const states: Pass[] = [];
  const usages: Pass[] = [];
  for (const [key, pass] of writes.changed) {
    if (writes.newPasses.has(key)) made.push(pass);
    else if (writes.newStates.has(key)) states.push(pass);
    else usages.push(pass);
  }
  const [transactionId] = await Promise.all([
    currentTransaction(transaction),
    writes.holders.length === 0 ? null : insertHolders(transaction, writes.holders, clock),
    made.length === 0 ? null : insertPasses(transaction, made),
    states.length === 0 ? null : updateStates(transaction, states),
    usages.length === 0 ? null : updateUsages(transaction, usages),
    writes.entries.length === 0 ? null : insertEntries(transaction, writes.entries),
    writes.answers.length === 0 ? null : insertAnswers(transaction, writes.answers, clock),
  ]);
  return transactionId;
}
