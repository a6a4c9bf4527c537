/** What the front desk says: every refusal in every language, with the facts that explain it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routes } from '../../src/contract/routes.ts';
import type { Check, Current, Facts } from '../../web/desk/api-types.ts';
import { saysIn } from '../../web/desk/say.ts';
import type { Scan, Screen } from '../../web/desk/shift-types.ts';
import { canUndo, verdictOf } from '../../web/desk/verdict.ts';
import type { Words } from '../../web/desk/words.ts';
import { german } from '../../web/desk/words-de.ts';
import { english } from '../../web/desk/words-en.ts';

const languages = [english, german];
const now = Date.parse('2026-05-04T10:00:00Z');
const passId = '1788000066668888';

const current: Current = {
  device: { deviceId: 'dev_1', name: 'Entrance' },
  place: {
    resourceId: 'N00001',
    resourceName: 'Aspen Lounge',
    module: 1,
    city: 'Manchester',
    transportHubName: 'Manchester Airport',
    location: 'Terminal 1',
    timezone: 'Asia/Hong_Kong',
  },
  programmes: [
    {
      programId: 'LIVE',
      programName: 'Gold',
      issuerPrefix: '1788',
      sandbox: false,
      childrenCount: true,
      open: true,
      now: '2026-05-04T10:00:00+00:00',
      resources: [{ resourceId: 'N00002', resourceName: 'Pennine Lounge' }],
    },
  ],
};

const scan = (refusal: string | null, facts: Facts = {}, over: Partial<Scan> = {}): Scan => ({
  at: now,
  passId,
  outcome: 'refused',
  orderId: null,
  programId: null,
  party: null,
  people: null,
  left: null,
  refusal,
  facts,
  ...over,
});
const refused = (one: Scan, typed = false): Screen => ({
  kind: 'refused',
  scan: one,
  holder: 'Ada Lovelace',
  worksAt: [],
  typed,
});
const say = (screen: Screen, words: Words = english) => verdictOf(screen, { words, current, now })!;
const told = (screen: Screen, label: string, words: Words = english) =>
  say(screen, words).facts.find((fact) => fact.label === label)?.value;

/** Every text of a catalogue by its path; functions are called with small numbers. */
function textsOf(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return [1, 2].map((count) => [`${path}(${count})`, String(value(count, count))]);
  return Object.entries(value as object).flatMap(([key, inner]) => textsOf(inner, `${path}.${key}`));
}

test('every language says everything, and says it in its own words', () => {
  const [first, ...others] = languages.map((words) => new Map(textsOf(words)));
  assert.ok(first!.size > 150, `${first!.size} texts`);
  const same = new Set(['Code', 'Pass', 'Name']);
  for (const texts of others) {
    assert.deepEqual([...texts.keys()], [...first!.keys()]);
    for (const [path, text] of texts) {
      assert.ok(text.trim() !== '', path);
      if (first!.get(path) === text) assert.ok(same.has(text), `${path}: ${text}`);
    }
  }
});

test('every refusal that a check or an admission can give has words of its own, reason first and then what to do', () => {
  const names = new Set([...routes.redeemPass.refusals, ...routes.checkPass.refusals]);
  names.delete('SCAN_ID_REUSED');
  for (const words of languages) {
    for (const name of names) {
      const { tone, reason, next, word } = say(refused(scan(name, { availableUsages: 0 })), words);
      assert.deepEqual([tone, word], ['refused', words.word.refused]);
      assert.notEqual(reason, words.refusals.other.reason, name);
      assert.match(next, /\.$/, `${words.language} ${name}`);
      assert.ok(reason.length <= 32, `${words.language} ${name}: ${reason}`);
    }
    const unknown = say(refused(scan('SOMETHING_NEW')), words);
    assert.equal(unknown.reason, words.refusals.other.reason);
    assert.ok(
      unknown.facts.some(({ value }) => value === 'SOMETHING_NEW'),
      'an unknown refusal is told by its name',
    );
  }
});

const usedUp = {
  availableUsages: 0,
  requestedUsages: 1,
  lastUsedDate: '2026-05-04T09:55:00+00:00',
  lastUsedResourceId: 'N00001',
};

test('"already used" tells when and where, in the zone of the place', () => {
  const screen = refused(scan('E_PASS_USAGES_EXCEEDED', usedUp));
  assert.equal(say(screen).reason, 'Already used');
  assert.equal(told(screen, 'Last used'), '17:55 (5 minutes ago)');
  assert.equal(told(screen, 'Where'), 'Aspen Lounge');
  assert.equal(told(screen, 'Zuletzt benutzt', german), '17:55 (vor 5 Minuten)');
  const elsewhere = (id: string) =>
    told(refused(scan('E_PASS_USAGES_EXCEEDED', { ...usedUp, lastUsedResourceId: id })), 'Where');
  assert.deepEqual([elsewhere('N00002'), elsewhere('N77777')], ['Pennine Lounge', 'N77777']);
});

test('"already used" of a pass with several usages tells the first use, too', () => {
  const facts = {
    ...usedUp,
    firstUsedDate: '2026-05-04T09:30:00+00:00',
    firstUsedResourceId: 'N00002',
  };
  const told = (more: object) =>
    say(refused(scan('E_PASS_USAGES_EXCEEDED', { ...facts, ...more })))
      .facts.slice(0, 4)
      .map(({ label, value }) => [label, value]);
  assert.deepEqual(told({}), [
    ['First used', '17:30 (30 minutes ago)'],
    ['Where', 'Pennine Lounge'],
    ['Last used', '17:55 (5 minutes ago)'],
    ['Where', 'Aspen Lounge'],
  ]);
  const once = { firstUsedDate: facts.lastUsedDate, firstUsedResourceId: facts.lastUsedResourceId };
  assert.deepEqual(told(once).slice(0, 2), [
    ['Last used', '17:55 (5 minutes ago)'],
    ['Where', 'Aspen Lounge'],
  ]);
});

test('too many people and nothing left are two reasons', () => {
  const screen = refused(scan('E_PASS_USAGES_EXCEEDED', { availableUsages: 1, requestedUsages: 3 }));
  assert.equal(say(screen).reason, 'Too many people');
  assert.deepEqual([told(screen, 'Left'), told(screen, 'Asked for')], ['1', '3']);
});

test('dates and reasons are told with the refusals they explain', () => {
  for (const [name, key, label] of [
    ['E_PASS_NOT_YET_ACTIVE', 'activationDate', 'Valid from'],
    ['E_PASS_EXPIRED', 'expirationDate', 'Expired'],
    ['E_PASS_CANCELLED', 'cancelledDate', 'Cancelled'],
    ['E_PASS_SUSPENDED', 'suspendedDate', 'Suspended since'],
    ['RESOURCE_CLOSED', 'closedDate', 'Closed since'],
  ] as const) {
    const value = told(refused(scan(name, { [key]: '2026-05-01T20:30:00+00:00', reason: 'Flood' })), label);
    assert.equal(value, 'Sat 2 May, 04:30 (3 days ago)', name);
  }
  assert.equal(told(refused(scan('RESOURCE_CLOSED', { reason: 'Flood' })), 'Reason'), 'Flood');
});

test('a typed pass with a wrong check digit is told as mistyped, a scanned one never', () => {
  const wrong = { passId: '1788000066668880' };
  assert.equal(say(refused(scan('E_PASS_UNKNOWN', {}, wrong), true)).next, english.refusals.mistyped.next);
  assert.equal(say(refused(scan('E_PASS_UNKNOWN', {}, wrong))).next, english.refusals.E_PASS_UNKNOWN.next);
});

test('at a place that no programme offers any more a desk says so, instead of doubting the pass', () => {
  const nowhere = { ...current, programmes: [] };
  for (const words of languages) {
    for (const typed of [true, false]) {
      const screen = refused(scan('E_PASS_UNKNOWN', {}, { passId: '1788000066668880' }), typed);
      const told = verdictOf(screen, { words, current: nowhere, now })!;
      assert.deepEqual([told.reason, told.next], Object.values(words.refusals.offeredByNobody));
    }
  }
});

test('too many unknown codes says how long to wait', () => {
  for (const words of languages)
    assert.match(say(refused(scan('LOOK_UPS_EXHAUSTED', { retryAfter: 42 })), words).next, /42 s/);
});

test('a good pass tells whose it is and what is left; one that was here before says so first', () => {
  const check: Check = {
    dpId: passId,
    allowed: true,
    error: null,
    availableUsages: 2,
    requiredUsages: 1,
    holder: { firstName: 'Ada', lastName: 'Lovelace' },
    rules: [
      {
        rule: 'usages left',
        holds: true,
        error: null,
        facts: { lastUsedDate: '2026-05-04T09:58:00+00:00', lastUsedResourceId: 'N00001' },
      },
    ],
    firstUse: null,
    instead: { resources: [] },
  };
  const good = (before: number | null): Screen => ({ kind: 'good', check, party: { adults: 1, children: 0 }, before });
  assert.deepEqual(
    [say(good(null)).word, say(good(null)).reason, told(good(null), 'Left')],
    ['Good', 'Ada Lovelace', '2'],
  );
  assert.equal(told(good(null), 'Last used'), '17:58 (2 minutes ago)');
  const seen = say(good(now - 120_000));
  assert.deepEqual([seen.reason, seen.tone], ['Admitted here 2 minutes ago', 'good']);
  assert.equal(seen.word, 'Seen before');
});

test('no network is never a yes: neither green nor silent', () => {
  const lost = { lost: 'offline', tries: 1, retryAt: now + 1_000 } as const;
  const screens: Screen[] = [
    { kind: 'checking', passId, typed: false, ...lost },
    { kind: 'committing', notice: false, ...lost },
    { kind: 'withdrawn' },
  ];
  for (const words of languages) {
    for (const screen of screens) {
      const { tone, word, next } = say(screen, words);
      assert.deepEqual([tone, word], ['waiting', words.word.waiting]);
      assert.ok(next !== '');
    }
    assert.equal(
      say({ kind: 'checking', passId, typed: false, ...lost, lost: 'unreachable' }, words).reason,
      words.page.lost.unreachable,
    );
  }
});

test('an admission can be undone for a quarter of an hour', () => {
  const one = scan(null, {}, { outcome: 'admitted', orderId: 'DP00000000000002', people: 2, left: 0 });
  assert.ok(canUndo(one, now) && canUndo(one, now + 14 * 60_000));
  assert.ok(!canUndo(one, now + 15 * 60_000) && !canUndo({ ...one, outcome: 'undone' }, now));
  const screen: Screen = { kind: 'admitted', scan: one, undo: 'idle' };
  assert.deepEqual([say(screen).reason, told(screen, 'Left')], ['2 people', '0']);
  const mine = { ...one, party: { adults: 1, children: 1 } };
  assert.equal(say({ ...screen, scan: mine }, german).reason, '1 Erwachsener, 1 Kind');
});

test('moments are told with as much of the date as they need', () => {
  const says = saysIn('en', 'Asia/Hong_Kong', now);
  assert.equal(says.moment(now), '18:00');
  assert.equal(says.moment(Date.parse('2025-05-04T10:00:00Z')), '4 May 2025, 18:00');
  assert.deepEqual(
    [says.ago(now), says.ago(now - 40_000), says.ago(now + 86_400_000)],
    ['just now', '40 seconds ago', 'tomorrow'],
  );
});
