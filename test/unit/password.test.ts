import assert from 'node:assert/strict';
import { test } from 'node:test';
import { normalPassword, passwordProblem } from '../../src/domain/password.ts';

const email = 'ada.lovelace@example.com';
const good = [
  'seven quiet otters bring tea',
  'qm0xk2vtu4s9b7j',
  'пятнадцать знаков хватит',
  '正確な馬の電池のホッチキスだよ',
  '🦦🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵🐔🐧🐦🐤',
  'ada likes long sentences',
  'a b c d e f g h',
];
const bad: readonly [password: string, why: RegExp][] = [
  ['', /15/],
  ['fourteen chars', /15/],
  ['🦦🦊🐻🐼🐨🐯🦁', /15/],
  [' '.repeat(40), /repetition/],
  ['aaaaaaaaaaaaaaaaaaaa', /repetition/],
  ['abcdabcdabcdabcd', /repetition/],
  ['lovelacelovelace', /repetition/],
  ['secretwordsecretwordsecr', /repetition/],
  [email, /e-mail/],
  [`My-${email.toUpperCase()}-1`, /e-mail/],
  ['CorrectHorseBatteryStaple', /first/],
  ['correct horse battery staple', /first/],
  ['123 Correct-Horse-Battery-Staple 2024!', /first/],
  ['Passdesk Password 1', /first/],
  ['01234567890123456789', /repetition/],
  ['abcdefghijklmnop', /first/],
  ['zyxwvutsrqponmlk', /first/],
  ['qwertyuiopasdfghjkl', /first/],
];

test('length is what counts: sentences, random characters and every script are taken', () => {
  for (const password of good) assert.equal(passwordProblem(password, email), null, password);
});

test('what is short, repeated, walked on the keyboard, known to everybody or the e-mail is refused with the reason', () => {
  for (const [password, why] of bad) assert.match(passwordProblem(password, email) ?? 'taken', why, password);
});

test('the same password however a keyboard writes it', () => {
  assert.equal(normalPassword('cafe\u0301 au lait pour moi'), normalPassword('caf\u00e9 au lait pour moi'));
});
