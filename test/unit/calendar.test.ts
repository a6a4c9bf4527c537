import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cut, dayAt, firstInstantOf, hourAt, isZone, parseEnd } from '../../src/domain/calendar.ts';
import { formatLocalInstant } from '../../src/domain/instant.ts';
import { change, rollForward } from '../../src/domain/liability.ts';

const at = (text: string) => Date.parse(text);
const local = (instants: readonly number[], zone: string) => instants.map((one) => formatLocalInstant(one, zone));

test('zones are those of IANA, and nothing else', () => {
  for (const zone of ['UTC', 'Europe/London', 'Asia/Kathmandu', 'America/Argentina/Ushuaia', 'Etc/GMT+5'])
    assert.ok(isZone(zone), zone);
  for (const zone of ['', '+01:00', 'Mars/Olympus', 'Europe/London; drop', '../UTC', 'x'.repeat(65), 'Europe//London'])
    assert.ok(!isZone(zone), zone);
});

test('days of a zone are as long as its clocks make them', () => {
  const starts = cut(at('2026-03-28T00:00:00Z'), at('2026-03-30T23:00:00Z'), 'day', 'Europe/London');
  assert.deepEqual(local(starts, 'Europe/London'), [
    '2026-03-28T00:00:00+00:00',
    '2026-03-29T00:00:00+00:00',
    '2026-03-30T00:00:00+01:00',
    '2026-03-31T00:00:00+01:00',
  ]);
  assert.deepEqual(
    starts.slice(1).map((end, index) => (end - starts[index]!) / 3_600_000),
    [24, 23, 24],
  );
  const autumn = cut(at('2026-10-24T23:00:00Z'), at('2026-10-26T00:00:00Z'), 'hour', 'Europe/London');
  assert.equal(autumn.length - 1, 25);
  assert.deepEqual(local(autumn.slice(0, 4), 'Europe/London'), [
    '2026-10-25T00:00:00+01:00',
    '2026-10-25T01:00:00+01:00',
    '2026-10-25T01:00:00+00:00',
    '2026-10-25T02:00:00+00:00',
  ]);
});

test('a day can begin at one, twice, or never', () => {
  // Beirut puts its clocks forward at midnight; Havana puts them back to midnight; Samoa left out a Friday.
  assert.equal(formatLocalInstant(parseEnd('2026-03-29', 'Asia/Beirut')!, 'Asia/Beirut'), '2026-03-29T01:00:00+03:00');
  assert.equal(
    formatLocalInstant(parseEnd('2025-11-02', 'America/Havana')!, 'America/Havana'),
    '2025-11-02T00:00:00-04:00',
  );
  const samoa = cut(
    parseEnd('2011-12-29', 'Pacific/Apia')!,
    parseEnd('2012-01-02', 'Pacific/Apia')!,
    'day',
    'Pacific/Apia',
  );
  assert.deepEqual(
    local(samoa, 'Pacific/Apia').map((text) => text.slice(0, 10)),
    ['2011-12-29', '2011-12-31', '2012-01-01', '2012-01-02'],
  );
});

test('hours where clocks are set by half an hour, and where they stand at a half', () => {
  const howe = 'Australia/Lord_Howe';
  const spring = cut(at('2026-10-03T14:30:00Z'), at('2026-10-03T17:00:00Z'), 'hour', howe);
  assert.deepEqual(
    local(spring, howe).map((text) => text.slice(11, 16)),
    ['01:00', '02:30', '03:00', '04:00'],
  );
  const autumn = cut(at('2026-04-04T14:00:00Z'), at('2026-04-04T16:30:00Z'), 'hour', howe);
  assert.deepEqual(
    local(autumn, howe).map((text) => text.slice(11, 16)),
    ['01:00', '02:00', '03:00'],
  );
  const delhi = cut(at('2026-01-01T00:10:00Z'), at('2026-01-01T02:00:00Z'), 'hour', 'Asia/Kolkata');
  assert.deepEqual(
    delhi.map((one) => new Date(one).toISOString().slice(11, 16)),
    ['00:10', '00:30', '01:30', '02:00'],
  );
  assert.equal(new Date(hourAt(at('2026-01-01T00:29:59Z'), 'Asia/Kolkata')).toISOString(), '2025-12-31T23:30:00.000Z');
});

test('months, from anywhere in one', () => {
  const months = cut(
    parseEnd('2024-01-31', 'Asia/Tokyo')!,
    parseEnd('2024-04-01', 'Asia/Tokyo')!,
    'month',
    'Asia/Tokyo',
  );
  assert.deepEqual(
    local(months, 'Asia/Tokyo').map((text) => text.slice(0, 10)),
    ['2024-01-31', '2024-02-01', '2024-03-01', '2024-04-01'],
  );
});

test('in every zone the parts of a range have a length, fill it, and begin when its clocks say so', () => {
  const [from, to] = [at('2025-12-31T12:34:56Z'), at('2026-12-31T01:02:03Z')];
  const zones = Intl.supportedValuesOf('timeZone').filter((_, index) => index % 9 === 0);
  for (const zone of zones) {
    const starts = cut(from, to, 'day', zone);
    assert.deepEqual([starts[0], starts.at(-1)], [from, to], zone);
    assert.ok(starts.length >= 366 && starts.length <= 368, `${zone}: ${starts.length}`);
    for (const [index, start] of starts.slice(1, -1).entries()) {
      assert.ok(start > starts[index]!, zone);
      const before = formatLocalInstant(start - 1, zone).slice(0, 10);
      assert.notEqual(formatLocalInstant(start, zone).slice(0, 10), before, `${zone} ${new Date(start).toISOString()}`);
    }
  }
});

test('an end of a range is an instant or a day, and nothing else', () => {
  assert.equal(parseEnd('2026-07-01', 'Europe/London'), at('2026-06-30T23:00:00Z'));
  assert.equal(parseEnd('2026-07-01T00:00:00+02:00', 'Europe/London'), at('2026-06-30T22:00:00Z'));
  assert.equal(parseEnd('9999-12-29', 'Pacific/Kiritimati'), at('9999-12-28T10:00:00Z'));
  for (const text of ['9999-12-30', '9999-12-29T00:00:01Z', '9999-12-31T23:59:59Z'])
    for (const zone of ['UTC', 'Pacific/Kiritimati', 'Etc/GMT+12']) assert.equal(parseEnd(text, zone), null, text);
  for (const text of ['2026-02-30', '2026-7-1', '26-07-01', '2026-07-01Z', '1999-01-01', 'today', ''])
    assert.equal(parseEnd(text, 'UTC'), null, text);
});

test('the same time some days ago, across a change of clocks', () => {
  const now = at('2026-03-29T12:15:30.250Z');
  const { startsAt, midnight, wall } = dayAt(now, 'Europe/London');
  assert.equal(new Date(startsAt).toISOString(), '2026-03-29T00:00:00.000Z');
  const yesterday = firstInstantOf(wall - 86_400_000, 'Europe/London');
  assert.equal(new Date(yesterday).toISOString(), '2026-03-28T13:15:30.250Z');
  assert.equal(firstInstantOf(midnight, 'Europe/London'), startsAt);
});

test('unused usages are carried from part to part', () => {
  const none = { issued: 0, used: 0, givenBack: 0, cancelled: 0, expired: 0 };
  const parts = [
    { ...none, issued: 10, used: 3 },
    none,
    { issued: 1, used: 2, givenBack: 1, cancelled: 4, expired: 3 },
  ];
  const rows = rollForward(5, parts);
  assert.deepEqual(
    rows.map(({ opening, closing }) => [opening, closing]),
    [
      [5, 12],
      [12, 12],
      [12, 5],
    ],
  );
  for (const row of rows) assert.equal(row.closing, row.opening + change(row));
});
