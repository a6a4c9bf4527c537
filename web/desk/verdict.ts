import type { Current, Facts, Programme } from './api-types.ts';
import { hasCheckDigit, inFours } from './code.ts';
import { saysIn } from './say.ts';
import { undoWindow } from './shift.ts';
import type { Lost, Scan, Screen } from './shift-types.ts';
import type { FactName, Reason, RefusalWord, Words } from './words.ts';

/** What a verdict is, before it is drawn: each has its colour, its word, its shape and its sound. */
export type Tone = 'good' | 'admitted' | 'refused' | 'waiting' | 'undone';

export interface Fact {
  readonly label: string;
  readonly value: string;
}

export interface Verdict {
  readonly tone: Tone;
  /** What it comes to. */
  readonly word: string;
  /** Why, in as few words as it takes. */
  readonly reason: string;
  /** What to do now. */
  readonly next: string;
  readonly facts: readonly Fact[];
}

/** What a verdict needs to know besides the screen. */
export interface Setting {
  readonly words: Words;
  readonly current: Current;
  /** The device's clock. */
  readonly now: number;
}

/** The programme of a pass: its first four digits tell. */
export function programmeOfPass(current: Current, passId: string): Programme | null {
  return current.programmes.find(({ issuerPrefix }) => passId.startsWith(issuerPrefix)) ?? null;
}

/** Whether a use can still be undone here. */
export function canUndo(scan: Scan, now: number): boolean {
  return scan.outcome === 'admitted' && scan.orderId !== null && now < scan.at + undoWindow;
}

/** Turns a screen into a verdict; null for the screens that are none. */
export function verdictOf(screen: Screen, setting: Setting): Verdict | null {
  switch (screen.kind) {
    case 'ready':
      return null;
    case 'checking':
      return screen.lost === null ? null : lostVerdict(screen.lost, setting.words.page.notCheckedNext, setting, []);
    case 'committing':
      return screen.lost === null ? null : lostVerdict(screen.lost, setting.words.page.notCommittedNext, setting, []);
    case 'good':
      return goodVerdict(screen, setting);
    case 'admitted':
      return scanVerdict('admitted', screen.scan, setting);
    case 'undone':
      return scanVerdict('undone', screen.scan, setting);
    case 'withdrawn': {
      const { word, page } = setting.words;
      return { tone: 'waiting', word: word.waiting, reason: page.outcomes.withdrawn, next: page.withdrawn, facts: [] };
    }
    case 'refused':
      return refusedVerdict(screen, setting);
  }
}

function lostVerdict(lost: Lost, next: string, { words }: Setting, facts: readonly Fact[]): Verdict {
  return { tone: 'waiting', word: words.word.waiting, reason: words.page.lost[lost], next, facts };
}

function goodVerdict(screen: Extract<Screen, { kind: 'good' }>, setting: Setting): Verdict {
  const { words, now } = setting;
  const { check, before } = screen;
  const name = `${check.holder.firstName} ${check.holder.lastName}`;
  const seen = before === null ? null : words.page.justAdmitted(says(setting).ago(Math.min(before, now)));
  const earlier = usedFacts(factsOfRule(check.rules, 'usages left'), check.dpId, setting);
  return {
    tone: 'good',
    word: seen === null ? words.word.good : words.word.again,
    reason: seen ?? name,
    next: seen === null ? '' : words.page.justAdmittedNext,
    facts: [
      ...(seen === null ? [] : [fact(words, 'holder', name)]),
      fact(words, 'left', String(check.availableUsages)),
      ...earlier,
      ...sandboxFact(check.dpId, setting),
      fact(words, 'pass', inFours(check.dpId)),
    ],
  };
}

function factsOfRule(rules: readonly { readonly rule: string; readonly facts: Facts }[], name: string): Facts {
  return rules.find(({ rule }) => rule === name)?.facts ?? {};
}

function scanVerdict(tone: 'admitted' | 'undone', scan: Scan, setting: Setting): Verdict {
  const { words } = setting;
  const { page } = words;
  const told = says(setting);
  const people = scan.people ?? 1;
  const party = scan.party === null ? page.people(people) : page.party(scan.party.adults, scan.party.children);
  return {
    tone,
    word: words.word[tone],
    reason: party,
    next: tone === 'undone' ? page.undoneNext : '',
    facts: [
      ...(scan.left === null ? [] : [fact(words, 'left', String(scan.left))]),
      fact(words, 'admitted', told.moment(scan.at)),
      ...sandboxFact(scan.passId, setting),
      fact(words, 'pass', inFours(scan.passId)),
    ],
  };
}

function refusedVerdict(screen: Extract<Screen, { kind: 'refused' }>, setting: Setting): Verdict {
  const { words } = setting;
  const { scan, holder, worksAt, typed } = screen;
  // To a desk at which nobody is admitted any more, every pass is unknown.
  const isAbandoned = scan.refusal === 'E_PASS_UNKNOWN' && setting.current.programmes.length === 0;
  const told = isAbandoned ? words.refusals.offeredByNobody : reasonFor(scan, typed, words);
  return {
    tone: 'refused',
    word: words.word.refused,
    reason: told.reason,
    next: told.next,
    facts: [
      ...factsOf(scan, setting),
      ...(worksAt.length === 0 ? [] : [fact(words, 'worksAt', worksAt.join(', '))]),
      ...(holder === null ? [] : [fact(words, 'holder', holder)]),
      ...sandboxFact(scan.passId, setting),
      ...codeFact(scan, words),
    ],
  };
}

/** The words for a refusal; the two that depend on facts are told apart here. */
export function reasonFor(scan: Scan, typed: boolean, words: Words): Reason {
  const name = scan.refusal ?? 'other';
  const { refusals } = words;
  if (name === 'E_PASS_USAGES_EXCEEDED') {
    return scan.facts.availableUsages === 0 ? refusals.usedUp : refusals.tooFew;
  }
  if (name === 'E_PASS_UNKNOWN' && typed && !hasCheckDigit(scan.passId)) return refusals.mistyped;
  if (name === 'LOOK_UPS_EXHAUSTED' || name === 'RATE_LIMITED') return withWait(refusals.tooMany, scan.facts, words);
  return name in refusals ? refusals[name as RefusalWord] : refusals.other;
}

function withWait(reason: Reason, facts: Facts, words: Words): Reason {
  if (typeof facts.retryAfter !== 'number') return reason;
  return { ...reason, next: `${words.page.waitFor(facts.retryAfter)} ${reason.next}` };
}

/** Dates that explain a refusal, by the name the API gives them. */
const dates: readonly [key: string, name: FactName][] = [
  ['activationDate', 'validFrom'],
  ['expirationDate', 'expired'],
  ['cancelledDate', 'cancelled'],
  ['suspendedDate', 'suspended'],
  ['closedDate', 'closed'],
];

function factsOf(scan: Scan, setting: Setting): Fact[] {
  const { words } = setting;
  const { facts, refusal } = scan;
  const found = dates.flatMap(([key, name]) => {
    const value = facts[key];
    return typeof value === 'string' ? [fact(words, name, momentOf(value, scan.passId, setting))] : [];
  });
  const reason = typeof facts.reason === 'string' ? [fact(words, 'reason', facts.reason)] : [];
  const exceeded = refusal === 'E_PASS_USAGES_EXCEEDED' && Number(facts.availableUsages) > 0;
  const few = exceeded
    ? [fact(words, 'left', String(facts.availableUsages)), fact(words, 'asked', String(facts.requestedUsages))]
    : [];
  return [...usedFacts(facts, scan.passId, setting), ...few, ...found, ...reason];
}

/** When and where a pass was last used, and first where that is another use, as the API tells it. */
function usedFacts(facts: Facts, passId: string, setting: Setting): Fact[] {
  const { words } = setting;
  const told = (date: unknown, resourceId: unknown, when: FactName, where: FactName) => {
    if (typeof date !== 'string') return [];
    const place = placeName(String(resourceId), passId, setting);
    return [fact(words, when, momentOf(date, passId, setting)), fact(words, where, place)];
  };
  const { firstUsedDate, firstUsedResourceId, lastUsedDate, lastUsedResourceId } = facts;
  const isOne = firstUsedDate === lastUsedDate && firstUsedResourceId === lastUsedResourceId;
  return [
    ...(isOne ? [] : told(firstUsedDate, firstUsedResourceId, 'firstUsed', 'firstUsedAt')),
    ...told(lastUsedDate, lastUsedResourceId, 'lastUsed', 'lastUsedAt'),
  ];
}

function placeName(resourceId: string, passId: string, { current }: Setting): string {
  if (resourceId === current.place.resourceId) return current.place.resourceName;
  const neighbours = programmeOfPass(current, passId)?.resources ?? [];
  return neighbours.find((other) => other.resourceId === resourceId)?.resourceName ?? resourceId;
}

/** A moment by the programme's clock, with how long ago it was, which may not be the device's clock. */
function momentOf(instant: string, passId: string, setting: Setting): string {
  const told = says(setting, programmeOfPass(setting.current, passId));
  const at = Date.parse(instant);
  return `${told.moment(at)} (${told.ago(at)})`;
}

function says({ words, current, now }: Setting, programme: Programme | null = null) {
  const ahead = programme === null ? 0 : (programme.ahead ?? 0);
  return saysIn(words.language, current.place.timezone, now + ahead);
}

function sandboxFact(passId: string, { words, current }: Setting): Fact[] {
  const programme = programmeOfPass(current, passId);
  if (programme === null || (!programme.sandbox && current.programmes.length === 1)) return [];
  const name = programme.sandbox ? `${programme.programName} (${words.page.sandbox})` : programme.programName;
  return [fact(words, 'programme', name)];
}

function codeFact(scan: Scan, words: Words): Fact[] {
  const isPass = /^[0-9]{16}$/.test(scan.passId);
  const code = isPass ? [fact(words, 'pass', inFours(scan.passId))] : [];
  const text = isPass || scan.passId === '' ? [] : [fact(words, 'code', scan.passId)];
  const unknown =
    scan.refusal === null || scan.refusal in words.refusals || /EXCEEDED|EXHAUSTED|LIMITED/.test(scan.refusal);
  return [...code, ...text, ...(unknown ? [] : [fact(words, 'refusal', scan.refusal!)])];
}

function fact(words: Words, name: FactName, value: string): Fact {
  return { label: words.facts[name], value };
}
