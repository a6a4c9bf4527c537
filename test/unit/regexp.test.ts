import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { routes } from '../../src/contract/routes.ts';

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

/** The patterns of everything that a route takes or gives. */
function patternsOfSchemas(): Map<string, RegExp> {
  const found = new Map<string, RegExp>();
  const walk = (value: unknown) => {
    if (value === null || typeof value !== 'object') return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'pattern' && typeof inner === 'string') found.set(inner, new RegExp(inner, 'u'));
      else if (key !== 'example') walk(inner);
    }
  };
  walk(routes);
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

/** Milliseconds of processor time this process has used: others on a busy machine do not count. */
const worked = () => process.cpuUsage().user / 1000;

/** The milliseconds that a pattern takes for every attack of one size. */
function cost(pattern: RegExp, size: number, most: number): number {
  const from = worked();
  for (const unit of units) {
    const run = unit.repeat(Math.ceil(size / unit.length));
    for (const beginning of size > 100 ? ['', beginnings[1]!] : beginnings) {
      for (const ending of size > 100 ? ['!'] : endings) exercise(pattern, beginning + run + ending);
      if (worked() - from > most) return Number.POSITIVE_INFINITY;
    }
  }
  return worked() - from;
}

/**
 * Blow-up is seen with short texts before long ones are tried: one that takes seconds for 24
 * characters takes for ever for 100.
 */
const shortSizes = [16, 20, 22, 24, 26, 28, 30, 34, 40, 56, 100, 300];

function assertQuick(name: string, pattern: RegExp): void {
  for (const [size, most] of [
    ...shortSizes.map((size) => [size, 250] as const),
    [10_000, 1000],
    [100_000, 1000],
  ] as const) {
    // Garbage collection or a busy machine can slow one run down, not two.
    const quick = cost(pattern, size, most) < most || cost(pattern, size, most) < most;
    assert.ok(quick, `${name}: more than ${most} ms for texts of ${size} characters`);
  }
}

test('the test itself finds expressions that blow up', () => {
  for (const evil of [/^(a+)+$/, /^(?:a|aa)+$/]) {
    assert.throws(() => assertQuick('evil', evil), /ms for texts of/);
  }
});

test('every pattern of a schema is anchored and takes any text quickly', () => {
  const patterns = patternsOfSchemas();
  assert.ok(patterns.size >= 15, `${patterns.size} patterns`);
  for (const [name, pattern] of patterns) {
    assert.match(name, /^\^.*\$$/s, `${name} is not anchored`);
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
