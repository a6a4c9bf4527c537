import { type Answer, failure, isRepeatable } from '../contract/answer.ts';
import { eventTypeOf } from '../domain/event.ts';
import type { Use } from '../domain/give-back.ts';
import type { Instant } from '../domain/instant.ts';
import { type Holder, holderOf } from '../domain/issue.ts';
import { type Change, inOrder, type Pass } from '../domain/pass.ts';
import { Refusal } from '../domain/refusal.ts';
import { type AnswerKey, findAnswers, insertAnswers, type StoredAnswer } from '../store/answers.ts';
import { type AuditLine, insertAuditLines } from '../store/audit-log.ts';
import type { Database, Transaction } from '../store/database.ts';
import { insertDeliveries } from '../store/deliveries.ts';
import { insertEntries, type PassEntry } from '../store/entries.ts';
import { findHolders, type HolderRow, insertHolders } from '../store/holders.ts';
import {
  existingPasses,
  insertPasses,
  type LockedPasses,
  lockFreePasses,
  lockPasses,
  type PassKeys,
  updateStates,
  updateUsages,
} from '../store/passes.ts';
import { currentTransaction, limitLockWait } from '../store/transactions.ts';
import { findUses } from '../store/uses.ts';
import { writeUses } from '../store/write-uses.ts';
import type { BatchRun, Command, Loaded, Outbox, Outcome } from './command.ts';

const nobody: Outbox = { hasEndpoints: () => false, committed: () => {} };

interface State {
  readonly passes: Map<string, Pass>;
  /** The open transaction, where a lock has told it. */
  readonly transactionId: string | null;
  /** Passes that somebody else holds. */
  readonly held: ReadonlySet<string>;
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
  readonly lines: AuditLine[];
}

const keyOf = (...parts: readonly (string | number)[]) => parts.join('\n');
const answerKey = (key: AnswerKey) => keyOf(key.programId, key.clientId, key.route, key.key);

/**
 * Runs commands as one transaction: lock and load what they touch, decide each in memory in order,
 * so that several for one pass see one another, write everything, commit.
 */
export async function runBatch(
  database: Database,
  commands: readonly Command[],
  run: BatchRun,
): Promise<readonly Outcome[]> {
  const outbox = run.outbox ?? nobody;
  let told: readonly PassEntry[] = [];
  const decided = await database.transaction(async (transaction) => {
    const state = await load(transaction, commands, run);
    // Read only now that the locks are held: waiting for a lock must not carry a use across its expiry.
    const clock = run.now();
    const writes: Writes = {
      newPasses: new Set(),
      newStates: new Set(),
      changed: new Map(),
      entries: [],
      holders: [],
      answers: [],
      lines: [],
    };
    const outcomes = commands.map((command) => outcomeOf(command, state, writes, clock));
    told = writes.entries.filter(({ programId }) => outbox.hasEndpoints(programId));
    const transactionId = state.transactionId ?? (await currentTransaction(transaction));
    run.proving({ transactionId, entry: writes.entries[0] ?? null }, outcomes);
    await write(transaction, writes, told, clock);
    return outcomes;
  });
  if (told.length > 0) outbox.committed();
  return decided;
}

/** All statements leave at once and are answered in order: one round trip. */
async function load(transaction: Transaction, commands: readonly Command[], run: BatchRun): Promise<State> {
  const touching = commands.filter((command) => command.passId !== null);
  const naming = commands.filter((command) => command.clientUserId !== null);
  const returning = commands.filter((command) => command.useNumber !== null);
  const repeats = run.trusting === true ? [] : commands.flatMap((command) => command.repeats);
  const [, { passes, held, transactionId }, answers, holders, uses] = await Promise.all([
    run.lockWait == null ? null : limitLockWait(transaction, run.lockWait),
    touching.length === 0 ? nothingLocked : lock(transaction, passKeysOf(touching), run.settingAside ?? false),
    repeats.length === 0 ? [] : findAnswers(transaction, repeats),
    naming.length === 0 ? [] : holdersOf(transaction, naming),
    returning.length === 0 ? [] : findUses(transaction, returning.map(useKey)),
  ]);
  return {
    passes: new Map(passes.map((pass) => [keyOf(pass.programId, pass.passId), pass])),
    held,
    transactionId,
    answers: new Map(answers.map((answer) => [answerKey(answer), answer])),
    holders: new Map(holders.map((holder) => [keyOf(holder.programId, holder.clientUserId), holder])),
    uses: new Map(uses.map((use) => [keyOf(use.programId, use.passId, use.number), use])),
  };
}

interface Locked extends LockedPasses {
  readonly held: ReadonlySet<string>;
}

const nothingLocked: Locked = { passes: [], transactionId: null, held: new Set() };

async function lock(transaction: Transaction, keys: PassKeys, settingAside: boolean): Promise<Locked> {
  if (!settingAside) return { held: nothingLocked.held, ...(await lockPasses(transaction, keys)) };
  const [locked, existing] = await Promise.all([lockFreePasses(transaction, keys), existingPasses(transaction, keys)]);
  const held = new Set(existing.map((pass) => keyOf(pass.programId, pass.passId)));
  for (const pass of locked.passes) held.delete(keyOf(pass.programId, pass.passId));
  return { ...locked, held };
}

function passKeysOf(commands: readonly Command[]): PassKeys {
  const wanted = new Map(commands.map((command) => [keyOf(command.programId, command.passId!), command]));
  const distinct = [...wanted.values()];
  return {
    programIds: distinct.map((command) => command.programId),
    passIds: distinct.map((command) => command.passId!),
  };
}

function holdersOf(transaction: Transaction, commands: readonly Command[]): Promise<HolderRow[]> {
  return findHolders(
    transaction,
    commands.map((command) => command.programId),
    commands.map((command) => command.clientUserId!),
  );
}

function useKey(command: Command) {
  return { programId: command.programId, passId: command.passId!, number: command.useNumber! };
}

/** One command's part: the first answer again, or a decision. Its faults stay its own. */
function outcomeOf(command: Command, state: State, writes: Writes, clock: Instant): Outcome {
  try {
    if (isHeld(command, state)) return { fault: new Refusal('UNAVAILABLE') };
    const answer = repeated(command, state, writes) ?? decided(command, state, writes, clock);
    return { answer };
  } catch (fault) {
    return { fault };
  }
}

function isHeld(command: Command, { held }: State): boolean {
  return held.size > 0 && command.passId !== null && held.has(keyOf(command.programId, command.passId));
}

/** The first answer again. Another key of the same request is bound to it, too. */
function repeated(command: Command, state: State, writes: Writes): Answer | null {
  let first: StoredAnswer | undefined;
  for (const repeat of command.repeats) {
    const known = state.answers.get(answerKey(repeat));
    if (known === undefined) continue;
    if (known.fingerprint !== repeat.fingerprint) return failure(new Refusal(repeat.reused), command.requestId);
    first ??= known;
  }
  if (first === undefined) return null;
  const replay = { status: first.status, body: first.body, replayed: true };
  remember(command, replay, state, writes);
  return replay;
}

function decided(command: Command, state: State, writes: Writes, clock: Instant): Answer {
  const now = command.time.clock(clock);
  const passKey = command.passId === null ? '' : keyOf(command.programId, command.passId);
  const loaded: Loaded = {
    pass: state.passes.get(passKey) ?? null,
    holder: state.holders.get(keyOf(command.programId, command.clientUserId ?? '')) ?? null,
    use: state.uses.get(keyOf(command.programId, command.passId ?? '', command.useNumber ?? '')) ?? null,
  };
  const change = decisionOf(command, loaded, now);
  const answer = change instanceof Refusal ? failure(change, command.requestId) : command.answer(change, now, loaded);
  if (!(change instanceof Refusal)) keep(command, change, state, writes);
  if (isRepeatable(answer)) remember(command, answer, state, writes);
  return answer;
}

function decisionOf({ decide, time }: Command, loaded: Loaded, now: Instant): Change | Refusal {
  const decideAt = (at: Instant) => decide(loaded, at);
  if (loaded.pass === null || time.mayGoBack) return decideAt(now);
  return inOrder(loaded.pass, now, decideAt, (decision) => !(decision instanceof Refusal));
}

function keep(command: Command, { pass, entry }: Change, state: State, writes: Writes): void {
  // First, as it may fail: what failed leaves nothing behind that its batch would write.
  const line = command.audited?.({ pass, entry });
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
  if (line !== undefined) writes.lines.push(line);
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
    if (state.answers.has(answerKey(stored))) continue;
    state.answers.set(answerKey(stored), stored);
    writes.answers.push(stored);
  }
}

/**
 * Holders, passes, history, push events, answers, audit log: always in this order, so that batches
 * cannot deadlock. The audit log is last, because it is held until COMMIT.
 */
async function write(
  transaction: Transaction,
  writes: Writes,
  told: readonly PassEntry[],
  clock: Instant,
): Promise<void> {
  const made: Pass[] = [];
  const states: Pass[] = [];
  const usages: Pass[] = [];
  for (const [key, pass] of writes.changed) {
    if (writes.newPasses.has(key)) made.push(pass);
    else if (writes.newStates.has(key)) states.push(pass);
    else usages.push(pass);
  }
  if (made.length + states.length + told.length + writes.lines.length === 0) {
    // Nobody but uses, as at every door: one statement, and COMMIT goes along with it.
    return writeUses(transaction, usages, writes.entries, writes.answers, clock);
  }
  await Promise.all([
    writes.holders.length === 0 ? null : insertHolders(transaction, writes.holders, clock),
    made.length === 0 ? null : insertPasses(transaction, made),
    states.length === 0 ? null : updateStates(transaction, states),
    usages.length === 0 ? null : updateUsages(transaction, usages),
    writes.entries.length === 0 ? null : insertEntries(transaction, writes.entries),
    told.length === 0 ? null : insertDeliveries(transaction, told.map(eventOf), clock),
    writes.answers.length === 0 ? null : insertAnswers(transaction, writes.answers, clock),
    writes.lines.length === 0 ? null : insertAuditLines(transaction, writes.lines, clock),
  ]);
}

function eventOf({ programId, passId, entry }: PassEntry) {
  return { programId, passId, number: entry.number, eventType: eventTypeOf(entry.kind) };
}
