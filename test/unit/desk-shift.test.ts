/** A shift at the front desk, event by event: what is shown, what is sent, and what is sent again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check, Usage } from '../../web/desk/api-types.ts';
import { mergeRecent } from '../../web/desk/recent.ts';
import { openShift, step } from '../../web/desk/shift.ts';
import type { Effect, Pending, Scan, Shift, ShiftEvent } from '../../web/desk/shift-types.ts';

const passId = '1788000066668888';
const other = '1788000066669999';
const scanId = '7f0f2c1e-5a3b-4c8d-9e1f-0a1b2c3d4e5f';
const empty = { pending: null, withdrawn: [], recent: [] };

const check = (over: Partial<Check> = {}): Check => ({
  dpId: passId,
  allowed: true,
  error: null,
  availableUsages: 3,
  requiredUsages: 1,
  holder: { firstName: 'Ada', lastName: 'Lovelace' },
  rules: [{ rule: 'usages left', holds: true, error: null, facts: { availableUsages: 3 } }],
  firstUse: null,
  instead: { resources: [] },
  ...over,
});

const usage = (over: Partial<Usage> = {}): Usage => ({
  orderId: 'DP00000000000002',
  programId: 'DEMO',
  dpId: passId,
  status: 2,
  usageDate: '2026-05-04T10:00:00+00:00',
  orderCancelledDate: null,
  resourceId: 'N00001',
  passengers: { cardholder: 1, guests: 1 },
  usedUsages: 2,
  availableUsages: 1,
  ...over,
});

/** A desk that is sent events one after the other; `sent` is what it asked the page to do. */
class Shifts {
  shift: Shift;
  sent: Effect[];
  now = 1_000_000;

  constructor(kept: Pick<Shift, 'pending' | 'withdrawn' | 'recent'> = empty) {
    const { shift, effects } = openShift(kept);
    this.shift = shift;
    this.sent = [...effects];
  }

  on(event: ShiftEvent): this {
    const { shift, effects } = step(this.shift, event, this.now);
    this.shift = shift;
    this.sent = [...effects];
    return this;
  }

  code(text: string): this {
    return this.on({ on: 'code', text, typed: false });
  }

  checked(over: Partial<Check> = {}): this {
    return this.on({ on: 'checked', ticket: this.shift.ticket, check: check(over) });
  }

  admit(): this {
    return this.on({ on: 'admit', scanId });
  }

  get kind(): string {
    return this.shift.screen.kind;
  }

  did<Kind extends Effect['do']>(kind: Kind): Extract<Effect, { do: Kind }>[] {
    return this.sent.filter((effect): effect is Extract<Effect, { do: Kind }> => effect.do === kind);
  }
}

const admitted = () => new Shifts().code(passId).checked().admit().on({ on: 'committed', scanId, usage: usage() });
const refuse = (error: string, facts = {}) => ({ error, facts, retryAfter: null });

test('a pass is checked, told good with one adult, and admitted with one tap', () => {
  const desk = new Shifts().code('1788 0000 6666 8888');
  assert.deepEqual([desk.kind, desk.did('check')[0]?.passId], ['checking', passId]);
  desk.checked();
  assert.ok(desk.shift.screen.kind === 'good');
  assert.deepEqual(desk.shift.screen.party, { adults: 1, children: 0 });
  desk.on({ on: 'party', party: { adults: 1, children: 1 } }).admit();
  assert.deepEqual(desk.did('commit')[0]?.pending.party, { adults: 1, children: 1 });
  assert.deepEqual(
    desk.sent.map((effect) => effect.do),
    ['save', 'commit'],
    'kept before it is sent',
  );
  desk.on({ on: 'committed', scanId, usage: usage() });
  assert.equal(desk.kind, 'admitted');
  assert.deepEqual(
    [desk.shift.pending, desk.shift.recent[0]?.outcome, desk.did('sound')[0]?.sound],
    [null, 'admitted', 'admitted'],
  );
});

test('nobody is admitted twice by two taps, and nobody without a person', () => {
  const desk = new Shifts().code(passId).checked();
  desk.on({ on: 'party', party: { adults: 0, children: 0 } }).admit();
  assert.deepEqual([desk.kind, desk.sent], ['good', []]);
  desk.on({ on: 'party', party: { adults: 2, children: 0 } }).admit();
  desk.on({ on: 'admit', scanId: 'another' });
  assert.deepEqual([desk.did('commit'), desk.shift.pending?.scanId], [[], scanId]);
});

test('a refusal shows its facts, and is remembered', () => {
  const facts = {
    availableUsages: 0,
    requestedUsages: 1,
    lastUsedDate: '2026-05-04T09:00:00+00:00',
    lastUsedResourceId: 'N00001',
  };
  const rules = [{ rule: 'usages left', holds: false, error: 'E_PASS_USAGES_EXCEEDED', facts }];
  const instead = { resources: [{ resourceId: 'N00002', resourceName: 'Pennine Lounge' }] };
  const firstUse = { usageDate: '2026-05-04T08:00:00+00:00', resourceId: 'N00002' };
  const first = { firstUsedDate: firstUse.usageDate, firstUsedResourceId: firstUse.resourceId };
  const error = 'E_PASS_USAGES_EXCEEDED';
  const desk = new Shifts().code(passId).checked({ allowed: false, error, rules, firstUse, instead });
  assert.ok(desk.shift.screen.kind === 'refused');
  assert.deepEqual(desk.shift.screen.scan.facts, { ...facts, ...first });
  assert.deepEqual([desk.shift.screen.worksAt, desk.shift.screen.holder], [['Pennine Lounge'], 'Ada Lovelace']);
  assert.deepEqual([desk.shift.recent[0]?.refusal, desk.did('save').length], ['E_PASS_USAGES_EXCEEDED', 1]);
});

test('what is no pass is told at once, without asking the server', () => {
  const desk = new Shifts().code('M1LOVELACE/ADA');
  assert.ok(desk.shift.screen.kind === 'refused');
  assert.deepEqual([desk.shift.screen.scan.refusal, desk.did('check')], ['notAPass', []]);
});

test('the same code always gets an answer; an answer that comes late is not taken for a newer one', () => {
  const desk = new Shifts().code(passId);
  const late = desk.shift.ticket;
  desk.code(passId);
  desk.on({ on: 'checked', ticket: late, check: check({ dpId: other }) });
  assert.equal(desk.kind, 'checking');
  desk.checked();
  assert.equal(desk.kind, 'good');
  desk.code(passId).checked();
  assert.equal(desk.kind, 'good', 'again');
});

test('a pass that was admitted here is told so when it comes again', () => {
  const desk = admitted();
  desk.now += 60_000;
  desk.code(passId).checked();
  assert.ok(desk.shift.screen.kind === 'good');
  assert.equal(desk.shift.screen.before, 1_000_000);
  desk.now += 13 * 3_600_000;
  desk.code(passId).checked();
  assert.ok(desk.shift.screen.kind === 'good');
  assert.equal(desk.shift.screen.before, null, 'not for ever');
});

test('a check without a network is told, and tried again until it is answered', () => {
  const desk = new Shifts().code(passId);
  const waits: number[] = [];
  for (let tries = 0; tries < 6; tries += 1) {
    desk.on({ on: 'check-lost', ticket: desk.shift.ticket, lost: 'offline' });
    assert.ok(desk.shift.screen.kind === 'checking');
    assert.equal(desk.shift.screen.lost, 'offline');
    waits.push(desk.did('retry-at')[0]!.at - desk.now);
    assert.equal(desk.did('sound').length, tries === 0 ? 1 : 0, 'heard once');
    desk.on({ on: 'retry' });
    assert.deepEqual(desk.did('check')[0], { do: 'check', passId, ticket: desk.shift.ticket });
    desk.on({ on: 'retry' });
    assert.deepEqual(desk.sent, [], 'one at a time');
  }
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
  desk.checked();
  assert.equal(desk.kind, 'good');
});

test('an admission without an answer is sent again under its scan id, also after a reload', () => {
  const desk = new Shifts().code(passId).checked().admit();
  desk.on({ on: 'commit-lost', scanId, lost: 'unreachable' });
  assert.deepEqual([desk.kind, desk.did('retry-at').length], ['committing', 1]);
  desk.on({ on: 'next' }).on({ on: 'open', scan: {} as Scan });
  assert.equal(desk.kind, 'committing', 'nothing leads away from it');
  const { pending, withdrawn, recent } = desk.shift;
  const again = new Shifts(JSON.parse(JSON.stringify({ pending, withdrawn, recent })));
  assert.deepEqual([again.kind, again.did('commit')[0]?.pending.scanId], ['committing', scanId]);
  again.on({ on: 'commit-lost', scanId, lost: 'offline' }).on({ on: 'retry' });
  assert.deepEqual(again.did('commit')[0]?.pending.party, { adults: 1, children: 0 });
  again.on({ on: 'committed', scanId, usage: usage() });
  assert.equal(again.kind, 'admitted');
});

test('another code while an admission is open is told to wait', () => {
  const desk = new Shifts().code(passId).checked().admit().on({ on: 'commit-lost', scanId, lost: 'offline' });
  desk.code(other);
  assert.ok(desk.shift.screen.kind === 'committing' && desk.shift.screen.notice);
  desk.code(passId);
  assert.ok(desk.shift.screen.kind === 'committing' && !desk.shift.screen.notice);
  assert.deepEqual(desk.did('check'), []);
});

test('an admission that is refused at last shows why', () => {
  const desk = new Shifts().code(passId).checked().admit();
  desk.on({ on: 'commit-refused', scanId, failure: refuse('E_PASS_CANCELLED') });
  assert.deepEqual(
    [desk.kind, desk.shift.pending, desk.shift.recent[0]?.refusal],
    ['refused', null, 'E_PASS_CANCELLED'],
  );
});

test('a guest who is sent away is taken back once it is known whether they were counted', () => {
  const desk = new Shifts().code(passId).checked().admit().on({ on: 'commit-lost', scanId, lost: 'offline' });
  desk.on({ on: 'withdraw' });
  assert.deepEqual([desk.kind, desk.shift.pending, desk.shift.withdrawn.length], ['withdrawn', null, 1]);
  assert.equal(desk.did('commit')[0]?.pending.scanId, scanId, 'the same scan asks');
  desk.on({ on: 'commit-lost', scanId, lost: 'offline' }).on({ on: 'next' }).on({ on: 'retry' });
  assert.equal(desk.did('commit').length, 1, 'also from another screen');
  desk.on({ on: 'committed', scanId, usage: usage() });
  assert.deepEqual(
    [desk.kind, desk.did('give-back')[0]],
    ['ready', { do: 'give-back', orderId: usage().orderId, withdrawn: true }],
  );
  const reloaded = new Shifts(JSON.parse(JSON.stringify(desk.shift)));
  assert.equal(reloaded.did('give-back')[0]?.orderId, usage().orderId);
  desk.on({ on: 'give-back-lost', orderId: usage().orderId });
  assert.equal(desk.did('retry-at').length, 1);
  desk.on({ on: 'retry' });
  assert.equal(desk.did('give-back').length, 1);
  desk.on({ on: 'given-back', orderId: usage().orderId, left: 3 });
  assert.deepEqual([desk.shift.withdrawn, desk.shift.recent[0]?.outcome, desk.kind], [[], 'withdrawn', 'ready']);
});

test('a guest who was sent away and never counted needs no give-back', () => {
  const desk = new Shifts().code(passId).checked().admit().on({ on: 'commit-lost', scanId, lost: 'offline' });
  desk.on({ on: 'withdraw' }).on({ on: 'commit-refused', scanId, failure: refuse('E_PASS_EXPIRED') });
  assert.deepEqual([desk.shift.withdrawn, desk.did('give-back')], [[], []]);
});

test('an admission is undone once, and a lost answer is asked for again', () => {
  const desk = admitted().on({ on: 'undo' });
  const { orderId } = usage();
  assert.deepEqual(desk.did('give-back'), [{ do: 'give-back', orderId, withdrawn: false }]);
  desk.on({ on: 'undo' });
  assert.deepEqual(desk.sent, [], 'one at a time');
  desk.on({ on: 'give-back-lost', orderId });
  assert.ok(desk.shift.screen.kind === 'admitted' && desk.shift.screen.undo === 'lost');
  desk.on({ on: 'undo' }).on({ on: 'give-back-refused', orderId, failure: refuse('USAGE_ALREADY_GIVEN_BACK') });
  assert.deepEqual([desk.kind, desk.shift.recent[0]?.outcome], ['undone', 'undone']);
});

test('an undo that comes too late says so', () => {
  const desk = admitted().on({ on: 'undo' });
  desk.on({ on: 'give-back-refused', orderId: usage().orderId, failure: refuse('GIVE_BACK_TOO_LATE') });
  assert.ok(desk.shift.screen.kind === 'refused');
  assert.equal(desk.shift.screen.scan.refusal, 'GIVE_BACK_TOO_LATE');
  assert.equal(desk.shift.recent[0]?.outcome, 'admitted', 'it still stands');
});

test('an earlier scan is opened again as it ended', () => {
  const desk = admitted().on({ on: 'next' });
  for (const [outcome, kind] of [
    ['admitted', 'admitted'],
    ['undone', 'undone'],
    ['refused', 'refused'],
    ['withdrawn', 'withdrawn'],
  ] as const) {
    desk.on({ on: 'open', scan: { ...desk.shift.recent[0]!, outcome } });
    assert.equal(desk.kind, kind);
  }
});

test('the device keeps fifty scans', () => {
  const desk = new Shifts();
  for (let index = 0; index < 70; index += 1) {
    desk.now += 1;
    desk.code(`no pass ${index}`);
  }
  assert.deepEqual([desk.shift.recent.length, desk.shift.recent[0]?.passId], [50, 'no pass 69']);
});

test("after the device's clock was set back what is scanned is still the newest", () => {
  const desk = new Shifts();
  for (let index = 0; index < 60; index += 1) {
    desk.now += 1;
    desk.code(`no pass ${index}`);
  }
  desk.now -= 3_600_000;
  desk.code('after');
  assert.deepEqual([desk.shift.recent.length, desk.shift.recent[0]?.passId], [50, 'after']);
  assert.equal(mergeRecent(desk.shift.recent, [])[0]?.passId, 'after');
});

test('events of a screen that is gone change nothing', () => {
  const desk = new Shifts();
  const lost: ShiftEvent[] = [
    { on: 'admit', scanId },
    { on: 'undo' },
    { on: 'withdraw' },
    { on: 'retry' },
    { on: 'committed', scanId, usage: usage() },
    { on: 'commit-refused', scanId, failure: refuse('E_PASS_EXPIRED') },
    { on: 'given-back', orderId: 'DP00000000000009', left: 1 },
    { on: 'party', party: { adults: 9, children: 9 } },
    { on: 'check-lost', ticket: 0, lost: 'offline' },
  ];
  for (const event of lost) {
    desk.on(event);
    assert.deepEqual([desk.kind, desk.sent, desk.shift.recent], ['ready', [], []], event.on);
  }
});

test("the list tells the place's uses and the desk's own scans once each, newest first", () => {
  const programme = {
    programId: 'DEMO',
    programName: 'Demo',
    issuerPrefix: '1788',
    sandbox: true,
    childrenCount: true,
    open: true,
    now: '2026-05-04T10:00:00+00:00',
    ahead: 60_000,
    resources: [],
  };
  const at = Date.parse('2026-05-04T10:00:00Z');
  const mine: Scan = { ...admitted().shift.recent[0]!, at };
  const listed = [usage({ status: 3 }), usage({ orderId: 'DP00000000000003', usageDate: '2026-05-04T10:05:00+00:00' })];
  const merged = mergeRecent(
    [mine],
    listed.map((one) => ({ usage: one, programme })),
  );
  assert.deepEqual(
    merged.map(({ orderId, outcome, people }) => [orderId, outcome, people]),
    [
      ['DP00000000000003', 'admitted', 2],
      ['DP00000000000002', 'undone', 1],
    ],
  );
  assert.equal(merged[0]!.at, at + 5 * 60_000 - 60_000, "by the device's clock");
  const undone = mergeRecent([{ ...mine, outcome: 'undone' }], [{ usage: usage(), programme }]);
  assert.equal(undone[0]!.outcome, 'undone', 'what was done here last is newer than the list');
});

const waiting: Pending = { scanId, passId, party: { adults: 1, children: 0 }, startedAt: 1, orderId: null };
test('a desk that opens with everything open asks for all of it', () => {
  const desk = new Shifts({
    pending: waiting,
    withdrawn: [{ ...waiting, scanId: 'b', orderId: 'DP00000000000008' }],
    recent: [],
  });
  assert.deepEqual(
    desk.sent.map((effect) => effect.do),
    ['commit', 'give-back'],
  );
});
