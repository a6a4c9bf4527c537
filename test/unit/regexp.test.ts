import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as schemas from '../../src/contract/schemas.ts';

/** The folder of the sources, also when the test runs from a folder of compiled files. */
const sources = join(process.cwd(), 'src');

/** A regular expression literal, where the grammar allows one to begin. */
const literal =
  /(?<=(?:^|[=(,:!&|?;{}[]|=>|return)\s*)\/((?:[^/\\\n[*]|\\.|\[(?:[^\]\\\n]|\\.)*\])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])*)\/([dgimsuvy]*)/gm;

function patternsOfSources(): Map<string, RegExp> {
  const found = new Map<string, RegExp>();
  for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const text = readFileSync(join(sources, file), 'utf8').replace(/^\s*(\/\/|\/?\*).*$/gm, '');
    for (const [, body, flags] of text.matchAll(literal))
      found.set(`${file} /${body}/${flags}`, new RegExp(body!, flags));
    assert.doesNotMatch(text, /new RegExp\(|RegExp\(/, `${file} builds an expression that this test cannot read`);
  }
  return found;
}

function patternsOfSchemas(): Map<string, RegExp> {
  const found = new Map<string, RegExp>();
  const walk = (value: unknown, path: string) => {
    if (value === null || typeof value !== 'object') return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'pattern' && typeof inner === 'string') found.set(`${path} ${inner}`, new RegExp(inner, 'u'));
      else walk(inner, `${path}.${key}`);
    }
  };
  walk(schemas, 'schemas');
  return found;
}

const beginnings = [
  '',
  '2028-12-31T23:59:59',
  '2028-12-31T23:59:59.',
  '2028-12-31 23:59:59.',
  'DP',
  'N',
  '-',
  '"',
  '{',
  '1.',
  'a-',
  'A',
];
const units = [
  'a',
  'A',
  '0',
  '9',
  ' ',
  '\t',
  '\n',
  '\r',
  '-',
  '.',
  '+',
  '"',
  '\\',
  '\\"',
  '",',
  '{',
  '}',
  ',',
  '00:',
  '0.',
  'aA0',
  'a ',
  'a-',
  '-0000',
];
units.push(
  'é',
  '\u0301',
  '\u3000',
  '\u200d',
  '😀',
  '\ud800',
  '\0',
  'NULL,',
  '"a",',
  '{}',
  '1e',
  ';',
  '_',
  '/',
  '~1',
  'ß',
  '𝒜',
);
const endings = ['', '!', '\0', '\n', 'x"', ' '];

/** All that our code does with an expression: test, find all, replace, split. */
function exercise(pattern: RegExp, text: string): void {
  pattern.lastIndex = 0;
  pattern.test(text);
  pattern.lastIndex = 0;
  text.replace(pattern, '');
}

/** The milliseconds that a pattern takes for every attack of one size. */
function cost(pattern: RegExp, size: number, some: readonly string[] = units): number {
  const from = performance.now();
  for (const unit of some) {
    const run = unit.repeat(Math.ceil(size / unit.length));
    for (const beginning of size > 1000 ? ['', beginnings[1]!] : beginnings) {
      for (const ending of size > 1000 ? ['!'] : endings) exercise(pattern, beginning + run + ending);
      if (performance.now() - from > 5000) return Number.POSITIVE_INFINITY;
    }
  }
  return performance.now() - from;
}

/**
 * Blow-up is seen with short texts before long ones are tried: an exponential expression takes
 * seconds for 24 characters and for ever for 100.
 */
function assertQuick(name: string, pattern: RegExp): void {
  for (const [size, most] of [
    [24, 500],
    [300, 1000],
    [10_000, 1000],
    [100_000, 1000],
  ] as const) {
    // Garbage collection or a busy machine can slow one run down, not every one.
    const best = Math.min(cost(pattern, size), size > 300 ? Number.POSITIVE_INFINITY : cost(pattern, size));
    assert.ok(best < most, `${name}: ${Math.round(best)} ms for texts of ${size} characters`);
  }
}

test('the test itself finds expressions that blow up', () => {
  const evil = /^(a+)+$/;
  assert.ok(cost(evil, 24, ['a']) > 500);
  assert.throws(() => assertQuick('evil', /^(?:a|aa)+$/), /ms for texts of/);
});

test('every pattern of a schema is anchored and takes any text quickly', () => {
  const patterns = patternsOfSchemas();
  assert.ok(patterns.size >= 20, `${patterns.size} patterns`);
  const once = new Map([...patterns].map(([name, pattern]) => [pattern.source, [name, pattern]] as const));
  for (const [name, pattern] of once.values()) {
    assert.match(pattern.source, /^\^.*\$$/s, `${name} is not anchored`);
    assertQuick(name, pattern);
  }
});

test('every expression of the sources takes any text quickly', () => {
  const patterns = patternsOfSources();
  const known = [
    'domain/instant.ts',
    'domain/name.ts',
    'contract/strict-json.ts',
    'store/embedded-values.ts',
    'system/reference-data.ts',
  ];
  for (const file of known)
    assert.ok(
      [...patterns.keys()].some((name) => name.startsWith(file)),
      file,
    );
  assert.ok(patterns.size >= 15, `${patterns.size} patterns`);
  for (const [name, pattern] of patterns) assertQuick(name, pattern);
});
