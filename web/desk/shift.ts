import type { Check, Failure, Party, Usage } from './api-types.ts';
import { readCode } from './code.ts';
import type { Effect, Lost, Pending, Scan, Screen, Shift, ShiftEvent, Step, Waiting } from './shift-types.ts';

/** How long a use can be undone at the desk, in milliseconds; a little less than the server allows. */
export const undoWindow = 15 * 60_000 - 3_000;
/** Scans kept on the device. */
const mostRecent = 50;
/** Milliseconds before the next try; the last one again and again. */
const patience = [1_000, 2_000, 4_000, 5_000];
/** So long after an admission the same pass is told as seen before. */
const seenFor = 12 * 3_600_000;

const underWay: Waiting = { lost: null, tries: 0, retryAt: null };
const save: Effect = { do: 'save' };
const sound = (name: Extract<Effect, { do: 'sound' }>['sound']): Effect => ({ do: 'sound', sound: name });

/** Where a desk begins, with what was kept on the device: an admission without an answer comes first. */
export function openShift(kept: Pick<Shift, 'pending' | 'withdrawn' | 'recent'>): Step {
  const screen: Screen = kept.pending === null ? { kind: 'ready' } : { kind: 'committing', notice: false, ...underWay };
  const first: Effect[] = kept.pending === null ? [] : [{ do: 'commit', pending: kept.pending }];
  return { shift: { ...kept, screen, ticket: 0 }, effects: [...first, ...kept.withdrawn.map(takeBack)] };
}

/** The one place where the desk changes: an event comes, the next picture and what to do about it go. */
export function step(shift: Shift, event: ShiftEvent, now: number): Step {
  switch (event.on) {
    case 'code':
      return takeCode(shift, event.text, event.typed, now);
    case 'checked':
      return isAwaited(shift, event.ticket) ? takeCheck(shift, event.check, now) : same(shift);
    case 'check-refused':
      return isAwaited(shift, event.ticket) ? refuseCheck(shift, event.failure, now) : same(shift);
    case 'check-lost':
      return isAwaited(shift, event.ticket) ? lose(shift, event.lost, now) : same(shift);
    case 'party':
      return shift.screen.kind === 'good' ? show(shift, { ...shift.screen, party: event.party }) : same(shift);
    case 'admit':
      return admit(shift, event.scanId, now);
    case 'committed':
      return takeUsage(shift, event.scanId, event.usage, now);
    case 'commit-refused':
      return refuseCommit(shift, event.scanId, event.failure, now);
    case 'commit-lost':
      return loseCommit(shift, event.scanId, event.lost, now);
    case 'retry':
      return retry(shift);
    case 'withdraw':
      return withdraw(shift);
    case 'undo':
      return undo(shift);
    case 'given-back':
      return takeGiveBack(shift, event.orderId, event.left);
    case 'give-back-refused':
      return refuseGiveBack(shift, event.orderId, event.failure, now);
    case 'give-back-lost':
      return loseGiveBack(shift, event.orderId, now);
    case 'open':
      return shift.pending === null ? show(shift, screenOf(event.scan)) : same(shift);
    case 'next':
      return shift.pending === null ? show(shift, { kind: 'ready' }) : same(shift);
  }
}

function same(shift: Shift): Step {
  return { shift, effects: [] };
}

function show(shift: Shift, screen: Screen, effects: readonly Effect[] = []): Step {
  return { shift: { ...shift, screen }, effects };
}

function isAwaited(shift: Shift, ticket: number): boolean {
  return shift.screen.kind === 'checking' && shift.ticket === ticket;
}

function withScan(shift: Shift, scan: Scan): Shift {
  const known = shift.recent.findIndex(({ orderId }) => orderId !== null && orderId === scan.orderId);
  // In the order of what was done here, not of the device's clock: after that was set back, what is new comes first.
  const recent =
    known < 0
      ? [scan, ...shift.recent].slice(0, mostRecent)
      : shift.recent.map((other, place) => (place === known ? scan : other));
  return { ...shift, recent };
}

/** The screen that tells what became of a code earlier. */
function screenOf(scan: Scan): Screen {
  if (scan.outcome === 'admitted') return { kind: 'admitted', scan, undo: 'idle' };
  if (scan.outcome === 'undone') return { kind: 'undone', scan };
  if (scan.outcome === 'withdrawn') return { kind: 'withdrawn' };
  return { kind: 'refused', scan, holder: null, worksAt: [], typed: false };
}

function refusedScan(passId: string, { error, facts, retryAfter }: Failure, now: number): Scan {
  const told = retryAfter === null ? facts : { ...facts, retryAfter };
  const nobody = { orderId: null, programId: null, party: null, people: null, left: null };
  return { at: now, passId, outcome: 'refused', ...nobody, refusal: error, facts: told };
}

/** Every code gets an answer; only an admission that has none yet comes first. */
function takeCode(shift: Shift, text: string, typed: boolean, now: number): Step {
  const { screen } = shift;
  const code = readCode(text);
  if (shift.pending !== null && screen.kind === 'committing') {
    const notice = code.kind !== 'pass' || code.passId !== shift.pending.passId;
    return show(shift, { ...screen, notice }, [sound('waiting')]);
  }
  if (code.kind !== 'pass') {
    const shown = code.kind === 'other' ? code.text.slice(0, 60) : '';
    const scan = refusedScan(shown, { error: 'notAPass', facts: {}, retryAfter: null }, now);
    return show(withScan(shift, scan), { kind: 'refused', scan, holder: null, worksAt: [], typed }, [
      sound('refused'),
      save,
    ]);
  }
  const ticket = shift.ticket + 1;
  const { passId } = code;
  return show({ ...shift, ticket }, { kind: 'checking', passId, typed, ...underWay }, [
    { do: 'check', passId, ticket },
  ]);
}

function takeCheck(shift: Shift, check: Check, now: number): Step {
  if (check.allowed) {
    const before = shift.recent.find(({ passId, outcome }) => passId === check.dpId && outcome === 'admitted');
    const seen = before !== undefined && now - before.at < seenFor ? before.at : null;
    const party: Party = { adults: 1, children: 0 };
    return show(shift, { kind: 'good', check, party, before: seen }, [sound('good')]);
  }
  const broken = check.rules.find(({ holds }) => !holds);
  const { firstUse } = check;
  const first = firstUse && { firstUsedDate: firstUse.usageDate, firstUsedResourceId: firstUse.resourceId };
  const failure = { error: check.error ?? 'other', facts: { ...broken?.facts, ...first }, retryAfter: null };
  const scan = { ...refusedScan(check.dpId, failure, now), left: check.availableUsages };
  const holder = `${check.holder.firstName} ${check.holder.lastName}`;
  const worksAt = check.instead.resources.map(({ resourceName }) => resourceName);
  return show(withScan(shift, scan), { kind: 'refused', scan, holder, worksAt, typed: false }, [
    sound('refused'),
    save,
  ]);
}

function refuseCheck(shift: Shift, failure: Failure, now: number): Step {
  if (shift.screen.kind !== 'checking') return same(shift);
  const { passId, typed } = shift.screen;
  const scan = refusedScan(passId, failure, now);
  return show(withScan(shift, scan), { kind: 'refused', scan, holder: null, worksAt: [], typed }, [
    sound('refused'),
    save,
  ]);
}

/** Tells plainly that nothing came back, and when it is tried again. */
function lose(shift: Shift, lost: Lost, now: number): Step {
  const { screen } = shift;
  if (screen.kind !== 'checking' && screen.kind !== 'committing') return same(shift);
  const tries = screen.tries + 1;
  const retryAt = now + patience[Math.min(tries, patience.length) - 1]!;
  const effects: Effect[] = [{ do: 'retry-at', at: retryAt }];
  return show(shift, { ...screen, lost, tries, retryAt }, tries === 1 ? [sound('waiting'), ...effects] : effects);
}

function admit(shift: Shift, scanId: string, now: number): Step {
  const { screen } = shift;
  if (screen.kind !== 'good' || shift.pending !== null) return same(shift);
  const { party, check } = screen;
  if (party.adults + party.children < 1) return same(shift);
  const pending: Pending = { scanId, passId: check.dpId, party, startedAt: now, orderId: null };
  return show({ ...shift, pending }, { kind: 'committing', notice: false, ...underWay }, [
    save,
    { do: 'commit', pending },
  ]);
}

function scanOfUsage(pending: Pending, usage: Usage, outcome: Scan['outcome'], now: number): Scan {
  const { orderId, programId, availableUsages } = usage;
  const { passId, party } = pending;
  const people = party.adults + party.children;
  const told = { left: availableUsages, refusal: null, facts: {} };
  return { at: now, passId, outcome, orderId, programId, party, people, ...told };
}

function takeUsage(shift: Shift, scanId: string, usage: Usage, now: number): Step {
  if (shift.pending?.scanId === scanId) {
    const scan = scanOfUsage(shift.pending, usage, 'admitted', now);
    const after = withScan({ ...shift, pending: null }, scan);
    return show(after, { kind: 'admitted', scan, undo: 'idle' }, [sound('admitted'), save]);
  }
  const away = shift.withdrawn.find((pending) => pending.scanId === scanId);
  if (away === undefined) return same(shift);
  const known = { ...away, orderId: usage.orderId };
  const withdrawn = shift.withdrawn.map((pending) => (pending === away ? known : pending));
  return { shift: { ...shift, withdrawn }, effects: [save, takeBack(known)] };
}

function refuseCommit(shift: Shift, scanId: string, failure: Failure, now: number): Step {
  if (shift.pending?.scanId === scanId) {
    const scan = refusedScan(shift.pending.passId, failure, now);
    const after = withScan({ ...shift, pending: null }, scan);
    return show(after, { kind: 'refused', scan, holder: null, worksAt: [], typed: false }, [sound('refused'), save]);
  }
  return settleWithdrawn(shift, (pending) => pending.scanId === scanId, null);
}

function loseCommit(shift: Shift, scanId: string, lost: Lost, now: number): Step {
  if (shift.pending?.scanId === scanId) return lose(shift, lost, now);
  return { shift, effects: [{ do: 'retry-at', at: now + patience.at(-1)! }] };
}

/** Sends again whatever has no answer: under the same scan id, so that it counts once. */
function retry(shift: Shift): Step {
  const { screen } = shift;
  const effects: Effect[] = shift.withdrawn.map(takeBack);
  if (screen.kind === 'committing' && shift.pending !== null && screen.retryAt !== null) {
    return show(shift, { ...screen, retryAt: null }, [{ do: 'commit', pending: shift.pending }, ...effects]);
  }
  if (screen.kind !== 'checking' || screen.retryAt === null) return { shift, effects };
  const check: Effect = { do: 'check', passId: screen.passId, ticket: shift.ticket };
  return show(shift, { ...screen, retryAt: null }, [check, ...effects]);
}

/** The guest is sent away although nobody knows whether the admission was counted: it will be taken back. */
function withdraw(shift: Shift): Step {
  const { pending } = shift;
  if (pending === null || shift.screen.kind !== 'committing') return same(shift);
  const withdrawn = [...shift.withdrawn, pending];
  return show({ ...shift, pending: null, withdrawn }, { kind: 'withdrawn' }, [save, takeBack(pending)]);
}

/** First learn whether it was counted, then give it back. */
function takeBack(pending: Pending): Effect {
  if (pending.orderId === null) return { do: 'commit', pending };
  return { do: 'give-back', orderId: pending.orderId, withdrawn: true };
}

/** An admission that was not wanted any more is no longer waited for; `refusal` says why it still counts. */
function settleWithdrawn(shift: Shift, isIt: (pending: Pending) => boolean, refusal: string | null): Step {
  const away = shift.withdrawn.find(isIt);
  if (away === undefined) return same(shift);
  const { passId, party, orderId, startedAt } = away;
  const told = { programId: null, people: party.adults + party.children, left: null, refusal, facts: {} };
  const scan: Scan = { at: startedAt, passId, outcome: 'withdrawn', orderId, party, ...told };
  const withdrawn = shift.withdrawn.filter((pending) => pending !== away);
  return { shift: withScan({ ...shift, withdrawn }, scan), effects: [save] };
}

function undo(shift: Shift): Step {
  const { screen } = shift;
  if (screen.kind !== 'admitted' || screen.undo === 'running' || screen.scan.orderId === null) return same(shift);
  const effect: Effect = { do: 'give-back', orderId: screen.scan.orderId, withdrawn: false };
  return show(shift, { ...screen, undo: 'running' }, [effect]);
}

function takeGiveBack(shift: Shift, orderId: string, left: number | null): Step {
  const { screen } = shift;
  if (shift.withdrawn.some((pending) => pending.orderId === orderId)) {
    return settleWithdrawn(shift, (pending) => pending.orderId === orderId, null);
  }
  const known =
    screen.kind === 'admitted' && screen.scan.orderId === orderId
      ? screen.scan
      : shift.recent.find((scan) => scan.orderId === orderId);
  if (known === undefined) return same(shift);
  const scan: Scan = { ...known, outcome: 'undone', left };
  const after = withScan(shift, scan);
  if (screen.kind !== 'admitted' || screen.scan.orderId !== orderId) return { shift: after, effects: [save] };
  return show(after, { kind: 'undone', scan }, [sound('undone'), save]);
}

function refuseGiveBack(shift: Shift, orderId: string, failure: Failure, now: number): Step {
  // The answer to an earlier try was lost on the way: it is done.
  if (failure.error === 'USAGE_ALREADY_GIVEN_BACK') return takeGiveBack(shift, orderId, null);
  if (shift.withdrawn.some((pending) => pending.orderId === orderId)) {
    return settleWithdrawn(shift, (pending) => pending.orderId === orderId, failure.error);
  }
  const { screen } = shift;
  if (screen.kind !== 'admitted' || screen.scan.orderId !== orderId) return same(shift);
  const scan = refusedScan(screen.scan.passId, failure, now);
  return show(shift, { kind: 'refused', scan, holder: null, worksAt: [], typed: false }, [sound('refused')]);
}

function loseGiveBack(shift: Shift, orderId: string, now: number): Step {
  const { screen } = shift;
  if (shift.withdrawn.some((pending) => pending.orderId === orderId)) {
    return { shift, effects: [{ do: 'retry-at', at: now + patience.at(-1)! }] };
  }
  if (screen.kind !== 'admitted' || screen.scan.orderId !== orderId) return same(shift);
  return show(shift, { ...screen, undo: 'lost' }, [sound('waiting')]);
}
