import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatInstant,
  formatInstantOrNull,
  formatLocalInstant,
  keptByZone,
  parseInstant,
} from '../../src/domain/instant.ts';

const first = Date.UTC(2000, 0, 1);
const last = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const noon = '2028-07-01T12:00:00';
const two = (number: number) => String(number).padStart(2, '0');

/** Every literal with the instant it means, written by hand or by a rule that is not the parser's. */
const good: [string, string][] = [
  [noon, '2028-07-01T12:00:00.000Z'],
  [`${noon}Z`, '2028-07-01T12:00:00.000Z'],
  [`${noon}z`, '2028-07-01T12:00:00.000Z'],
  ['2028-07-01t12:00:00z', '2028-07-01T12:00:00.000Z'],
  ['2028-07-01t12:00:00Z', '2028-07-01T12:00:00.000Z'],
  ['2028-07-01t12:00:00', '2028-07-01T12:00:00.000Z'],
  [`${noon}+00:00`, '2028-07-01T12:00:00.000Z'],
  [`${noon}-00:00`, '2028-07-01T12:00:00.000Z'],
  ['2028-10-31T23:59:59+00:00', '2028-10-31T23:59:59.000Z'],
  ['2028-12-31T23:59:59+00:00', '2028-12-31T23:59:59.000Z'],
  [`${noon}+23:59`, '2028-06-30T12:01:00.000Z'],
  [`${noon}-23:59`, '2028-07-02T11:59:00.000Z'],
  // The clocks of London go forward: 01:30 does not exist there, but with an offset it is an instant.
  ['2028-03-26T01:30:00+00:00', '2028-03-26T01:30:00.000Z'],
  ['2028-03-26T01:30:00+01:00', '2028-03-26T00:30:00.000Z'],
  // They go back: 01:30 exists twice and the offset tells which.
  ['2028-10-29T01:30:00+01:00', '2028-10-29T00:30:00.000Z'],
  ['2028-10-29T01:30:00+00:00', '2028-10-29T01:30:00.000Z'],
  ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
  ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
  ['2400-02-29T00:00:00Z', '2400-02-29T00:00:00.000Z'],
  ['2028-03-01T00:30:00+01:00', '2028-02-29T23:30:00.000Z'],
  ['2027-03-01T00:30:00+01:00', '2027-02-28T23:30:00.000Z'],
  ['2028-12-31T23:30:00-01:00', '2029-01-01T00:30:00.000Z'],
  ['2000-01-01T00:00:00Z', '2000-01-01T00:00:00.000Z'],
  ['1999-12-31T23:59:59-00:01', '2000-01-01T00:00:59.000Z'],
  ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
  ['9999-12-31T23:59:59.999999999Z', '9999-12-31T23:59:59.999Z'],
  ...Array.from({ length: 9 }, (_, index): [string, string] => [
    `${noon}.${'123456789'.slice(0, index + 1)}Z`,
    `${noon}.${'123'.slice(0, index + 1).padEnd(3, '0')}Z`,
  ]),
  [`${noon}.000999999Z`, `${noon}.000Z`],
  [`${noon}.9+00:00`, `${noon}.900Z`],
  ...Array.from({ length: 24 }, (_, hour): [string, string] => [
    `2028-07-01T${two(hour)}:59:59Z`,
    `2028-07-01T${two(hour)}:59:59.000Z`,
  ]),
  ...[31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].map((days, month): [string, string] => [
    `2028-${two(month + 1)}-${days}T00:00:00Z`,
    `2028-${two(month + 1)}-${days}T00:00:00.000Z`,
  ]),
  ...Array.from({ length: 29 }, (_, index): [string, string] => {
    const hours = index - 14;
    const sign = hours < 0 ? '-' : '+';
    return [`${noon}${sign}${two(Math.abs(hours))}:00`, new Date(Date.UTC(2028, 6, 1, 12 - hours)).toISOString()];
  }),
];

const bad: string[] = [
  // Words, numbers and other formats, which PostgreSQL or Date.parse would take.
  ...['', ' ', 'now', 'today', 'tomorrow', 'yesterday', 'epoch', 'infinity', '-infinity', 'allballs', 'null', 'NaN'],
  ...['0', '1', '2028', '-1', '1e3', '1830297600', '1830297600000', '275760', '+275760-09-13T00:00:00Z', '2028-07'],
  ...['2028-07-01', '20280701T120000Z', '2028-W26-6T12:00:00Z', '2028-183T12:00:00Z', '12:00:00Z', 'T12:00:00Z'],
  ...[
    'Sat, 01 Jul 2028 12:00:00 GMT',
    'July 1, 2028',
    '07/01/2028 12:00',
    '01.07.2028 12:00:00',
    '2028/07/01T12:00:00Z',
  ],
  ...['2028-07-01 12:00:00Z', '2028-07-01_12:00:00Z', '2028-07-01  12:00:00Z', '2028-07-01T12:00Z', '2028-07-01T12Z'],
  ...['2028-07-01T120000Z', '2028-7-1T12:00:00Z', '2028-07-01T1:00:00Z', '2028-07-01T12:0:00Z', '2028-07-01T12:00:0Z'],
  ...['28-07-01T12:00:00Z', '02028-07-01T12:00:00Z', '+2028-07-01T12:00:00Z', '-2028-07-01T12:00:00Z'],
  // Years that cannot be written back, or are nobody's expiry date.
  ...['0000-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '0099-01-01T00:00:00Z', '1000-01-01T00:00:00Z'],
  ...['1970-01-01T00:00:00Z', '1999-12-31T23:59:59Z', '1999-12-31T23:59:59.999Z', '2000-01-01T00:00:00+00:01'],
  ...['10000-01-01T00:00:00Z', '99999-01-01T00:00:00Z', '275760-09-13T00:00:00Z', '9999-12-31T23:59:59-00:01'],
  // Days, hours, minutes and seconds that do not exist.
  ...['2028-00-10T00:00:00Z', '2028-13-10T00:00:00Z', '2028-99-10T00:00:00Z', '2028-07-00T00:00:00Z'],
  ...[32, 30, 32, 31, 32, 31, 32, 32, 31, 32, 31, 32].map((day, month) => `2028-${two(month + 1)}-${day}T00:00:00Z`),
  ...['2028-02-31', '2027-02-29', '2026-02-29', '2100-02-29', '2200-02-29', '2300-02-29'].map(
    (day) => `${day}T00:00:00Z`,
  ),
  ...['24:00:00', '24:00:01', '25:00:00', '99:00:00', '23:60:00', '23:99:00', '23:59:60', '23:59:61', '12:00:99'].map(
    (time) => `2028-06-30T${time}Z`,
  ),
  '2016-12-31T23:59:60Z',
  '2016-12-31T23:59:60+00:00',
  // Offsets that are none.
  ...['+24:00', '-24:00', '+99:99', '+23:60', '-00:60', '+1:00', '+01', '+0100', '+01:0', '+01:000', '+001:00'].map(
    (z) => noon + z,
  ),
  ...['+', '-', '+:', '+01:', '+-01:00', '--01:00', '−01:00', '±00:00', '+01:00:00', '+01:00Z', 'Z+01:00', 'ZZ'].map(
    (z) => noon + z,
  ),
  ...['UTC', 'GMT', ' UTC', ' Z', ' +01:00', 'A', '[Europe/London]', 'Z[Europe/London]', '+01:00[Europe/Paris]'].map(
    (z) => noon + z,
  ),
  // Fractions.
  ...[
    '.',
    '.Z',
    '.1234567890Z',
    '.123456789012345Z',
    ',5Z',
    '.5.5Z',
    '. 5Z',
    '.-5Z',
    '.5e3Z',
    `.${'1'.repeat(1000)}Z`,
  ].map((f) => noon + f),
  // White space, controls and look-alikes around and inside.
  ...['\n', '\r\n', '\r', '\t', ' ', '\0', '\u00a0', '\u2028', '\u200b', '\ufeff'].flatMap((s) => [
    `${noon}Z${s}`,
    `${s}${noon}Z`,
  ]),
  ...['\n', '\0', ' '].map((space) => `${noon}${space}Z`),
  '２０２８-07-01T12:00:00Z',
  '٢٠٢٨-07-01T12:00:00Z',
  '२०२८-07-01T12:00:00Z',
  '2028-07-01T12:00:0𝟎Z',
  '2028‐07‐01T12:00:00Z',
  '2028–07–01T12:00:00Z',
  '2028-07-01T12：00：00Z',
  '2028-07-01Ｔ12:00:00Z',
  '2028-07-01Т12:00:00Z',
  `${noon}Ζ`,
  `${noon}Z${noon}Z`,
  `${noon}Z/P1D`,
  `${noon}Z'; drop table passes; --`,
];

test('what an instant is, and what is none', () => {
  const literals = new Set([...good.map(([text]) => text), ...bad]);
  assert.ok(literals.size >= 250, `${literals.size} literals`);
  for (const [text, means] of good) {
    const instant = parseInstant(text);
    assert.equal(instant === null ? null : new Date(instant).toISOString(), means, JSON.stringify(text));
  }
  for (const text of bad) assert.equal(parseInstant(text), null, JSON.stringify(text));
});

test('what a whole range of offsets and days means agrees with plain arithmetic', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: first + 86_400_000, max: last - 86_400_000 }),
      fc.integer({ min: -(23 * 60 + 59), max: 23 * 60 + 59 }),
      fc.constantFrom('T', 't'),
      (instant, offset, separator) => {
        const local = new Date(instant + offset * 60_000).toISOString().slice(0, -1).replace('T', separator);
        const size = Math.abs(offset);
        const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
        assert.equal(parseInstant(local + zone), instant);
      },
    ),
    { numRuns: 2000 },
  );
});

test('what is written is read back as the same whole second', () => {
  fc.assert(
    fc.property(fc.integer({ min: first, max: last }), (instant) => {
      const text = formatInstant(instant);
      assert.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
      assert.equal(parseInstant(text), Math.floor(instant / 1000) * 1000);
    }),
    { numRuns: 2000 },
  );
  assert.equal(formatInstantOrNull(null), null);
  assert.equal(formatInstantOrNull(Date.UTC(2028, 1, 29)), '2028-02-29T00:00:00+00:00');
});

test('nothing that is read is outside the years that can be written', () => {
  const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
  const texts = fc.tuple(
    digits(4),
    digits(2),
    digits(2),
    digits(2),
    digits(2),
    digits(2),
    fc.constantFrom('', 'Z', '+14:00'),
  );
  fc.assert(
    fc.property(texts, ([year, month, day, hour, minute, second, zone]) => {
      const instant = parseInstant(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
      if (instant === null) return;
      assert.ok(instant >= first && instant <= last);
      const wall = new Date(instant + (zone === '+14:00' ? 14 * 3_600_000 : 0)).toISOString();
      assert.equal(wall, `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`);
    }),
    { numRuns: 3000 },
  );
});

/** Offsets in minutes before and after each change of clocks of 2028, by hand from the zones' rules. */
const changes = `
  Europe/London 2028-03-26T01:00:00Z 0 60 2028-10-29T01:00:00Z 60 0
  Europe/Berlin 2028-03-26T01:00:00Z 60 120 2028-10-29T01:00:00Z 120 60
  America/New_York 2028-03-12T07:00:00Z -300 -240 2028-11-05T06:00:00Z -240 -300
  America/Los_Angeles 2028-03-12T10:00:00Z -480 -420 2028-11-05T09:00:00Z -420 -480
  America/St_Johns 2028-03-12T05:30:00Z -210 -150 2028-11-05T04:30:00Z -150 -210
  Australia/Sydney 2028-04-01T16:00:00Z 660 600 2028-09-30T16:00:00Z 600 660
  Australia/Lord_Howe 2028-04-01T15:00:00Z 660 630 2028-09-30T15:30:00Z 630 660
  Pacific/Auckland 2028-04-01T14:00:00Z 780 720 2028-09-23T14:00:00Z 720 780
  Pacific/Chatham 2028-04-01T14:00:00Z 825 765 2028-09-23T14:00:00Z 765 825
  Asia/Hong_Kong 2028-03-26T01:00:00Z 480 480 2028-12-31T16:00:00Z 480 480
  Asia/Kathmandu 2028-03-26T01:00:00Z 345 345 2028-02-28T18:15:00Z 345 345
  Pacific/Kiritimati 2028-12-31T10:00:00Z 840 840 2028-02-29T10:00:00Z 840 840
  Pacific/Pago_Pago 2028-01-01T11:00:00Z -660 -660 2028-03-01T11:00:00Z -660 -660
  UTC 2028-02-29T00:00:00Z 0 0 2029-01-01T00:00:00Z 0 0
`
  .trim()
  .split('\n')
  .map((line) => line.trim().split(' '));

function expectedLocal(instant: number, offset: number): string {
  const size = Math.abs(offset);
  const zone = `${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  return new Date(instant + offset * 60_000).toISOString().slice(0, 19) + zone;
}

test('local time with its offset, around every change of clocks', () => {
  assert.ok(changes.length >= 12);
  for (const [zone, ...told] of changes as [string, ...string[]][]) {
    for (const [text, before, after] of [told.slice(0, 3), told.slice(3)] as [string, string, string][]) {
      const change = Date.parse(text);
      for (const seconds of [-86_400, -7200, -3600, -1800, -60, -1, 0, 1, 60, 1800, 3599, 3600, 7200, 86_400]) {
        const instant = change + seconds * 1000;
        const local = formatLocalInstant(instant, zone);
        assert.equal(
          local,
          expectedLocal(instant, Number(seconds < 0 ? before : after)),
          `${zone} ${text} ${seconds} s`,
        );
        assert.equal(parseInstant(local), instant, local);
      }
    }
  }
});

test('local time in any zone is the same instant when it is read back', () => {
  const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
  fc.assert(
    fc.property(zones, fc.integer({ min: first / 1000 + 86_400, max: Date.UTC(2100, 0, 1) / 1000 }), (zone, second) => {
      assert.equal(parseInstant(formatLocalInstant(second * 1000, zone)), second * 1000);
    }),
    { numRuns: 600 },
  );
});

test('what is kept for zones is bounded, however their names are spelt', () => {
  const made: string[] = [];
  const shown = keptByZone((zone) => {
    made.push(zone);
    return zone.toLowerCase();
  });
  for (let again = 0; again < 3; again += 1) assert.equal(shown('Europe/London'), 'europe/london');
  assert.equal(made.length, 1);
  for (let spelling = 0; spelling < 600; spelling += 1) shown(`zone-${spelling}`);
  assert.equal(shown('Europe/London'), 'europe/london');
  assert.equal(made.filter((zone) => zone === 'Europe/London').length, 2, 'forgotten in between');
});
