/**
 * The history H of a run as its clients saw it: every request with all its answers, or "unknown"; and
 * the comparison of H with the ledger. Counters alone cannot reveal a double use (docs/reliability.md, INV-03).
 */
import { type ReadRows, sqlViolations } from './invariants.ts';

export type Kind = 'issue' | 'redeem' | 'give-back' | 'cancel';

export interface RequestSpec {
  readonly kind: Kind;
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  // biome-ignore lint/suspicious/noExplicitAny: the body of any of the four
  readonly body: any;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly sentAt: number;
  readonly answeredAt: number;
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | null;
  readonly replayed: boolean;
}

/** One request under one key, however often it was sent. */
export interface Request extends RequestSpec {
  readonly firstSentAt: number;
  readonly answers: Answered[];
  /** Why an attempt got no answer at all, one entry for each. */
  readonly lost: string[];
}

const clock = () => performance.now();

export class History {
  readonly requests: Request[] = [];

  begin(spec: RequestSpec): Request {
    const request: Request = { ...spec, firstSentAt: clock(), answers: [], lost: [] };
    this.requests.push(request);
    return request;
  }

  acknowledged(kind?: Kind): Request[] {
    return this.requests.filter((request) => isOk(request) && (kind === undefined || request.kind === kind));
  }
}

/** How many answers there were of each status, and how many attempts got none. */
export function countsOf(requests: readonly Request[]): Record<string, number> {
  const counts: Record<string, number> = {};
  const names = requests.flatMap(({ answers, lost }) => [
    ...answers.map(({ status }) => `${status}`),
    ...lost.map(() => 'lost'),
  ]);
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Not final: the same request is to be sent again. */
export function isFinal({ status, text }: Answered): boolean {
  return status < 500 && ![401, 403, 429].includes(status) && !text.includes('"REQUEST_IN_PROGRESS"');
}

export function finalAnswer(request: Request): Answered | undefined {
  return request.answers.find(isFinal);
}

export function isOk(request: Request): boolean {
  return finalAnswer(request)?.status === 200;
}

// biome-ignore lint/suspicious/noExplicitAny: the data of any of the four
export function dataIn(request: Request): any {
  const answer = finalAnswer(request);
  return answer?.status === 200 ? JSON.parse(answer.text).data : undefined;
}

/** A 503 "UNAVAILABLE" or "OVERLOADED" promises that nothing happened; lost or broken attempts do not. */
function mayHaveHappened(request: Request): boolean {
  const open = ({ status, text }: Answered) => status >= 500 && !/"(UNAVAILABLE|OVERLOADED)"/.test(text);
  return (
    isOk(request) || (finalAnswer(request) === undefined && (request.lost.length > 0 || request.answers.some(open)))
  );
}

/** Every 5xx that is not a clean 503: a JSON refusal with Retry-After. */
export function uncleanAnswers(requests: readonly Request[]): string[] {
  const clean = ({ status, text, retryAfter }: Answered) =>
    status === 503 && retryAfter !== null && /"(UNAVAILABLE|OVERLOADED|OUTCOME_UNKNOWN)"/.test(text);
  return requests.flatMap(({ kind, answers }) =>
    answers
      .filter((answer) => answer.status >= 500 && !clean(answer))
      .map((answer) => `${kind}: ${answer.status} ${answer.text} (Retry-After ${answer.retryAfter})`),
  );
}

interface PassRow {
  readonly pass_id: string;
  readonly order_id: string;
  readonly client_user_id: string;
  readonly granted: number;
  readonly cancelled: boolean;
}

interface EntryRow {
  readonly pass_id: string;
  readonly number: number;
  readonly kind: string;
  readonly units: number;
  readonly order_id: string;
}

interface Ledger {
  readonly passes: ReadonlyMap<string, PassRow>;
  readonly byOrder: ReadonlyMap<string, PassRow>;
  readonly entries: readonly EntryRow[];
  /** Lines of history by kind and order id. */
  readonly lines: ReadonlyMap<string, EntryRow[]>;
}

const lineKey = (kind: string, orderId: string) => `${kind} ${orderId}`;

async function readLedger(read: ReadRows): Promise<Ledger> {
  const passes = (await read(`select pass_id, order_id, client_user_id, granted, cancelled_at is not null as cancelled
    from passes`)) as unknown as PassRow[];
  const entries = (await read(`select pass_id, number, kind, units, order_id from entries
    order by pass_id, number`)) as unknown as EntryRow[];
  return {
    passes: new Map(passes.map((pass) => [pass.pass_id, pass])),
    byOrder: new Map(passes.map((pass) => [pass.order_id, pass])),
    entries,
    lines: groupBy(entries, (entry) => lineKey(entry.kind === 'use' ? 'redeem' : entry.kind, entry.order_id)),
  };
}

export function groupBy<T>(rows: readonly T[], by: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(by(row), [...(groups.get(by(row)) ?? []), row]);
  return groups;
}

/** Gives one sentence for every violation of INV-01 to 07, 09 to 13 and 15 to 19; none when all hold. */
export async function checkInvariants(read: ReadRows, history: History): Promise<string[]> {
  const ledger = await readLedger(read);
  return [
    ...(await sqlViolations(read)),
    ...history.requests.flatMap((request) => lostOrHalf(request, ledger)),
    ...doubled(history),
    ...phantoms(history, ledger),
    ...overused(history, ledger),
    ...usedAfterCancellation(history),
    ...cancelledThoughUsed(history, ledger),
    ...history.requests.flatMap(differentAnswers),
  ];
}

/** The order id under which an acknowledged request must stand in the ledger. */
function orderIdOf(request: Request): string {
  const made = request.kind === 'issue' || request.kind === 'redeem';
  return made ? dataIn(request).orderId : request.body.orderId;
}

/** INV-04, INV-06: what was acknowledged is there, once and whole. */
function lostOrHalf(request: Request, ledger: Ledger): string[] {
  if (!isOk(request)) return [];
  const orderId = orderIdOf(request);
  const lines = ledger.lines.get(lineKey(request.kind, orderId)) ?? [];
  if (lines.length !== 1)
    return [`INV-04 ${request.kind} ${orderId} acknowledged, ${lines.length} times in the ledger`];
  const pass = ledger.passes.get(lines[0]!.pass_id);
  if (pass === undefined) return [`INV-04 ${request.kind} ${orderId}: its pass ${lines[0]!.pass_id} is not there`];
  return disagreement(request, pass, lines[0]!);
}

function disagreement(request: Request, pass: PassRow, line: EntryRow): string[] {
  const data = dataIn(request);
  const told = {
    issue: () => data.extra.ePassId === pass.pass_id && request.body.extra.availableUsages === pass.granted,
    redeem: () => request.body.dpId === pass.pass_id && data.usedUsages === line.units,
    'give-back': () => data.dpId === pass.pass_id && data.usedUsages === -line.units,
    cancel: () => data.extra.ePassId === pass.pass_id && pass.cancelled,
  }[request.kind]();
  return told ? [] : [`INV-04 ${request.kind} ${line.order_id}: the answer and the ledger disagree`];
}

/** INV-03, INV-07: no two requests are told that the same thing was theirs. */
function doubled(history: History): string[] {
  const claims = groupBy(history.acknowledged(), (request) => lineKey(request.kind, orderIdOf(request)));
  const twice = [...claims].filter(([, requests]) => requests.length > 1);
  return twice.map(([claim, requests]) => `INV-03 ${claim} acknowledged to ${requests.length} different requests`);
}

/** What the ledger's line and a request have in common when the request may be the line's origin. */
function slotOf(request: Request): string {
  const { kind, body } = request;
  const about = { issue: body.clientUserId, redeem: body.dpId, 'give-back': body.orderId, cancel: body.orderId };
  return lineKey(kind, about[kind]);
}

function slotOfLine(line: EntryRow, ledger: Ledger): string {
  if (line.kind === 'issue') return lineKey('issue', ledger.passes.get(line.pass_id)?.client_user_id ?? 'nobody');
  return line.kind === 'use' ? lineKey('redeem', line.pass_id) : lineKey(line.kind, line.order_id);
}

/** INV-05: no line that nobody asked for, or whose request was definitely refused. */
function phantoms(history: History, ledger: Ledger): string[] {
  const possible = groupBy(history.requests.filter(mayHaveHappened), slotOf);
  const written = groupBy(ledger.entries, (line) => slotOfLine(line, ledger));
  return [...written]
    .filter(([slot, lines]) => lines.length > (possible.get(slot)?.length ?? 0))
    .map(
      ([slot, lines]) => `INV-05 ${slot}: ${lines.length} lines, ${possible.get(slot)?.length ?? 0} possible requests`,
    );
}

/** INV-03: acknowledged uses less what was given back never exceed what was granted. */
function overused(history: History, ledger: Ledger): string[] {
  const back = new Map<string, number>();
  for (const { kind, pass_id, units } of ledger.entries) {
    if (kind === 'give-back') back.set(pass_id, (back.get(pass_id) ?? 0) - units);
  }
  const used = groupBy(history.acknowledged('redeem'), (request) => request.body.dpId);
  return [...used].flatMap(([passId, requests]) => {
    const units = requests.reduce((sum, request) => sum + dataIn(request).usedUsages, 0) - (back.get(passId) ?? 0);
    const granted = ledger.passes.get(passId)?.granted ?? 0;
    return units > granted ? [`INV-03 ${passId}: ${units} units acknowledged of ${granted}`] : [];
  });
}

/** INV-10: no use is acknowledged that was first sent after the cancellation had been answered. */
function usedAfterCancellation(history: History): string[] {
  const cancelledAt = new Map<string, number>();
  for (const request of history.acknowledged('cancel')) {
    cancelledAt.set(dataIn(request).extra.ePassId, finalAnswer(request)!.answeredAt);
  }
  return history
    .acknowledged('redeem')
    .filter((request) => request.firstSentAt > (cancelledAt.get(request.body.dpId) ?? Number.POSITIVE_INFINITY))
    .map((request) => `INV-10 ${request.body.dpId} used after its cancellation was answered`);
}

/** INV-12: "cancel if unused" said yes, and yet units are out. */
function cancelledThoughUsed(history: History, ledger: Ledger): string[] {
  const conditional = history.acknowledged('cancel').filter(({ body }) => body.ifUnused === true);
  const units = new Map<string, number>();
  for (const { pass_id, units: of } of ledger.entries) units.set(pass_id, (units.get(pass_id) ?? 0) + of);
  return conditional
    .map((request) => ledger.byOrder.get(request.body.orderId)?.pass_id ?? '')
    .filter((passId) => (units.get(passId) ?? 0) > 0)
    .map((passId) => `INV-12 ${passId} was cancelled "if unused" and is used`);
}

/** INV-17: the same key and payload gets byte for byte the same answer. */
function differentAnswers({ kind, answers }: Request): string[] {
  const texts = new Set(answers.filter(isFinal).map(({ status, text }) => `${status} ${text}`));
  return texts.size > 1 ? [`INV-17 ${kind}: ${texts.size} different answers: ${[...texts].join(' / ')}`] : [];
}
