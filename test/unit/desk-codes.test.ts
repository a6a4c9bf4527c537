/** What the front desk takes for a pass, and how it tells a scanner from a person. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDigit } from '../../src/system/ids.ts';
import { hasCheckDigit, inFours, readCode, typedDigits } from '../../web/desk/code.ts';
import { type KeyPress, type Reading, silence, WedgeReader } from '../../web/desk/wedge.ts';

const passId = '1788000066668888';
const pass = { kind: 'pass', passId };

test('sixteen digits are a pass, however they are spaced', () => {
  const forms = [
    passId,
    ' 1788 0000 6666 8888\r\n',
    '1788-0000-6666-8888',
    '1788\u00a00000\u202f6666\u20098888',
    ']Q31788000066668888',
    '１７８８０００0６６６６８８８８',
  ];
  for (const form of forms) assert.deepEqual(readCode(form), pass, JSON.stringify(form));
});

test('anything else is no pass, and is told as it is', () => {
  const others = [
    '',
    '1788',
    `${passId}1`,
    'M1LOVELACE/ADA',
    `x${passId}`,
    'https://example.com/p/1788000066668888',
    `${passId} ${passId}`,
  ];
  for (const text of others) assert.deepEqual(readCode(text), { kind: 'other', text });
});

test('the address of the console pairs, whatever its host', () => {
  const pairingCode = 'uC0fJb3ZsO8qk2Xw7yTt1A';
  for (const base of ['https://pass.example', 'http://127.0.0.1:8080', 'https://x.example/lounge']) {
    assert.deepEqual(readCode(`${base}/desk#pair=${pairingCode}`), { kind: 'pairing', pairingCode });
  }
  for (const text of [
    `https://x.example/desk?pair=${pairingCode}`,
    'https://x.example/desk#pair=',
    `javascript:/desk#pair=${pairingCode}`,
  ]) {
    assert.equal(readCode(text).kind, 'other');
  }
});

test('digits are shown in fours while they are typed', () => {
  assert.equal(inFours(typedDigits('1788 0000a6')), '1788 0000 6');
  assert.equal(inFours(''), '');
  assert.equal(inFours('1788'), '1788');
  assert.equal(inFours(typedDigits(`${passId}99`)), '1788 0000 6666 8888');
});

test('the check digit is that of the passes we issue', () => {
  for (const first of ['178800006666888', '999999999999999', '000000000000001']) {
    const right = Number(checkDigit(first));
    for (let last = 0; last < 10; last += 1) assert.equal(hasCheckDigit(`${first}${last}`), last === right);
  }
});

/** Sends keys to a reader, so many milliseconds apart; gives what became of each. */
function press(
  reader: WedgeReader,
  keys: readonly (string | Partial<KeyPress>)[],
  gap: number,
  from = 1_000,
): Reading[] {
  return keys.map((key, index) => {
    const given = typeof key === 'string' ? { key } : key;
    const code = /^[0-9]$/.test(given.key ?? '') ? `Digit${given.key}` : '';
    return reader.press({ key: '', code, repeat: false, modified: false, at: from + index * gap, ...given });
  });
}
const codesOf = (readings: readonly Reading[]) =>
  readings.flatMap((reading) => (reading.kind === 'code' ? [reading.text] : []));

test("a scanner's burst is a code, its Enter is swallowed, and its first keys are passed on", () => {
  for (const gap of [0, 2, 15, 30, 50]) {
    for (const end of ['Enter', 'Tab']) {
      const readings = press(new WedgeReader(), [...passId, end], gap);
      assert.deepEqual(codesOf(readings), [passId], `${gap} ms`);
      const kinds = readings.map(({ kind }) => kind);
      assert.deepEqual(kinds.slice(0, 4), Array(4).fill('pass-on'));
      assert.deepEqual(kinds.slice(4, -1), Array(12).fill('swallow'));
    }
  }
});

test('a person who types is left alone, Enter included', () => {
  for (const gap of [60, 90, 150, 400]) {
    const readings = press(new WedgeReader(), [...passId, 'Enter'], gap);
    assert.deepEqual(new Set(readings.map(({ kind }) => kind)), new Set(['pass-on']), `${gap} ms`);
  }
});

test('a key that is held down, and shortcuts, are no scanner', () => {
  const held = press(new WedgeReader(), [...Array(20).fill({ key: '1', repeat: true }), 'Enter'], 33);
  assert.deepEqual(codesOf(held), []);
  const shortcuts = press(new WedgeReader(), [...Array(8).fill({ key: 'v', modified: true }), 'Enter'], 5);
  assert.deepEqual(codesOf(shortcuts), []);
  const deleted = press(new WedgeReader(), [...Array(20).fill('Backspace'), 'Enter'], 10);
  assert.deepEqual(codesOf(deleted), []);
});

test('a scanner that sends no Enter is read after a silence, and typing is not', () => {
  const reader = new WedgeReader();
  press(reader, [...passId], 10);
  assert.equal(reader.rest(1_150 + silence - 1), null);
  assert.equal(reader.rest(1_150 + silence), passId);
  assert.equal(reader.rest(5_000), null, 'once');
  const typed = new WedgeReader();
  press(typed, [...passId], 90);
  assert.equal(typed.rest(9_000), null);
});

test('two Enters, or a line feed after one, belong to the scanner', () => {
  const reader = new WedgeReader();
  const readings = press(reader, [...passId, 'Enter', 'Enter'], 10);
  assert.equal(readings.at(-1)!.kind, 'swallow');
  assert.equal(press(reader, ['Enter'], 0, 2_000)[0]!.kind, 'pass-on', "a person's, later");
  const feed = press(new WedgeReader(), [...passId, { key: 'j', modified: true }], 10);
  assert.deepEqual(codesOf(feed), [passId]);
});

test('capitals and blanks of a burst are read; each burst is one code', () => {
  const url = 'https://x.example/desk#pair=uC0fJb3ZsO8qk2Xw7yTt1A';
  const keys = [...url].flatMap((key) => (/[A-Z#:]/.test(key) ? ['Shift', key] : [key]));
  const reader = new WedgeReader();
  assert.deepEqual(codesOf(press(reader, [...keys, 'Enter'], 8)), [url]);
  assert.deepEqual(codesOf(press(reader, [...'1788 0000 6666 8888', 'Enter'], 8, 9_000)), ['1788 0000 6666 8888']);
});

test('a scanner set to another layout is read by the places of its keys', () => {
  const french = ['à', '&', 'é', '"', "'", '(', '-', 'è', '_', 'ç'];
  const keys = [...passId].map((digit) => ({ key: french[Number(digit)]!, code: `Digit${digit}` }));
  assert.deepEqual(codesOf(press(new WedgeReader(), [...keys, 'Enter'], 8)), [passId]);
});

test('a burst after typing starts anew, and memory has an end', () => {
  const reader = new WedgeReader();
  press(reader, ['1', '2', '3'], 200);
  assert.deepEqual(codesOf(press(reader, [...passId, 'Enter'], 5, 3_000)), [passId]);
  press(reader, Array(5_000).fill('7'), 1, 9_000);
  assert.ok(reader.length <= 512);
});
