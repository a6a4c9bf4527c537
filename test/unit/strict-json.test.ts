import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonProblem } from '../../src/contract/strict-json.ts';

/** What a body becomes: the field and the problem, 'syntax' from JSON.parse, or null when it is good. */
function outcomeOf(text: string): string | null {
  const problem = jsonProblem(text);
  if (problem !== null) return `${problem.field}: ${problem.problem}`;
  try {
    JSON.parse(text);
    return null;
  } catch {
    return 'syntax';
  }
}

const plain = 'must be written as a plain integer';

/** Numbers that would become another integer, or that no integer can hold. */
const dishonest = `
  1.0 1.00 -1.0 0.0 -0 -0.0 -0e0 0e0 0E5 1e0 1e1 1E1 1e+1 1e-0 10e-1 1.5e1 2.50e2 -1e2 0.5e1 100e-2 1e400 -1e400 1e999
  9e99999 1E400 1e308 9007199254740992 9007199254740993 -9007199254740992 -9007199254740993 9007199254740992.5
  10000000000000000 99999999999999999999 123456789012345678901234567890 18446744073709551616 9223372036854775807
  1.0000000000000000000001 0.99999999999999999999 4.9999999999999999999 1e-400 0.0000e-5 -1e-999 01 00 007 -01 08
  1-2 1+1 1..2 1.2.3 -- - -. 1e 1e+ 1.e 5- 1.5.`
  .trim()
  .split(/\s+/);

/** Numbers that mean what is written; fractions are left to the schema. */
const honest =
  '0 1 -1 5 10 10000 2147483648 -2147483649 9007199254740991 -9007199254740991 0.5 -0.5 1.5 3.14 1.5e-3 2e-3';

test('integers are written as integers', () => {
  for (const number of dishonest) {
    assert.equal(outcomeOf(`{"extra":{"availableUsages":${number}}}`), `extra.availableUsages: ${plain}`, number);
    assert.equal(outcomeOf(number), `body: ${plain}`, number);
    assert.equal(outcomeOf(`[${number}]`), `body: ${plain}`, number);
    assert.equal(outcomeOf(`{"a":[0, ${number} ,1]}`), `a: ${plain}`, number);
  }
  for (const number of ['0x10', '1_000', '0b1', '1n', '１', '٣', '½'])
    assert.notEqual(outcomeOf(`{"a":${number}}`), null, number);
  for (const number of honest.split(' ')) {
    for (const text of [`{"a":${number}}`, number, `[${number}]`, `{"a":[1,\t${number}\n]}`])
      assert.equal(outcomeOf(text), null, text);
  }
});

/** Other texts, each with what becomes of it: `field: problem`, `syntax` or null. */
const corpus: [string, string | null][] = [
  // A key given twice, in whatever spelling and wherever.
  ['{"a":1,"a":2}', 'a: is given twice'],
  ['{"a":1,"a":1}', 'a: is given twice'],
  ['{"a":1,"\\u0061":2}', 'a: is given twice'],
  ['{"\\u0061":1,"a":2}', 'a: is given twice'],
  ['{"\\u0061":1,"\\u0061":2}', 'a: is given twice'],
  ['{"status":1,"st\\u0061tus":3}', 'status: is given twice'],
  ['{"a\\/b":1,"a/b":2}', 'a/b: is given twice'],
  ['{"\\u00e9":1,"é":2}', 'é: is given twice'],
  ['{"\\ud83d\\ude00":1,"😀":2}', '😀: is given twice'],
  ['{"\\"":1,"\\u0022":2}', '": is given twice'],
  ['{"\\\\":1,"\\u005C":2}', '\\: is given twice'],
  ['{"":1,"":2}', 'body: is given twice'],
  ['{"a" :1,"a"\n\t\r :2}', 'a: is given twice'],
  ['{"a":{"b":1,"b":2}}', 'a.b: is given twice'],
  ['{"a":[{"b":1},{"b":1,"b":2}]}', 'a.b: is given twice'],
  ['{"a":{"x":1},"b":2,"a":3}', 'a: is given twice'],
  ['{"a":[1,2],"b":{},"a":3}', 'a: is given twice'],
  ['[{"a":1,"a":2}]', 'a: is given twice'],
  ['{"toString":1,"toString":2}', 'toString: is given twice'],
  // The same word where it is no second key.
  ['{"a":{"a":{"a":1}}}', null],
  ['{"a":[{"a":1},{"a":2}],"b":{"a":1}}', null],
  ['{"a":"a","b":"a"}', null],
  ['{"a":["a","a","a"]}', null],
  ['{"a":"\\"a\\":1","b":"{\\"b\\":1}"}', null],
  ['{"a":1,"A":2,"а":3}', null],
  ['{"\\\\u0061":1,"a":2}', null],
  ['{"é":1,"e\\u0301":2}', null],
  // Keys that change objects themselves.
  ['{"__proto__":{"polluted":1}}', '__proto__: is not a field of this request'],
  ['{"__proto__":null}', '__proto__: is not a field of this request'],
  ['{"\\u005f_proto__":1}', '__proto__: is not a field of this request'],
  ['{"__pr\\u006Fto__":1}', '__proto__: is not a field of this request'],
  ['{"extra":{"__proto__":1}}', 'extra.__proto__: is not a field of this request'],
  ['[[{"__proto__":1}]]', '__proto__: is not a field of this request'],
  ['{"a":"__proto__","b":["__proto__"]}', null],
  ['{"constructor":{"prototype":1}}', null],
  // Braces, quotes, numbers and commas inside strings are text.
  ['{"a":"}{][","b":1}', null],
  ['{"a":"[[[[[[[[[[[[[[[[[[{{{{{{{{{{"}', null],
  ['{"a":"1.0 -0 1e400 9007199254740993"}', null],
  ['{"a":"\\\\","b":"\\\\\\""}', null],
  ['{"a":"\\\\","a":1}', 'a: is given twice'],
  ['{"1.0":1,"-0":2,"1e400":3}', null],
  ['{"a,b":1,"c:d":2,"{":3,"]":4}', null],
  ['"text"', null],
  ['null', null],
  ['true', null],
  ['{}', null],
  ['[]', null],
  // What JSON does not have: left to JSON.parse, which refuses it.
  ...'|{|}|[|]|{"a"}|{"a":}|{"a":1,}|[1,]|[,1]|{,}|{a:1}|{\'a\':1}|{"a":1}}|{"a":1]|[1}|{"a":1}{"b":2}|{"a":1} x|NaN|undefined'
    .split('|')
    .map((text): [string, string] => [text, 'syntax']),
  ...[
    'Infinity',
    'nul',
    'True',
    '"a',
    '{"a',
    '{"a":"b',
    '"\\x41"',
    '"\\u00g0"',
    '{"\\x":1}',
    '{"a":1 "b":2}',
    '.5',
    '+',
    '\ufeff',
  ].map((text): [string, string] => [text, 'syntax']),
  ...[
    '\ufeff{"a":1}',
    '{"a":1}\0',
    '{"a":"\n"}',
    '{"a":"\0"}',
    '{\u00a0"a":1}',
    '{"a":1} // c',
    '/* c */{}',
    '\u2028{}',
    '{"a"\x01:1}',
  ].map((text): [string, string] => [text, 'syntax']),
  // UTF-16 read as UTF-8.
  [Buffer.from('{"a":1}', 'utf16le').toString('utf8'), 'syntax'],
  ['\ufffd\ufffd{"a":1}', 'syntax'],
];

test('the corpus of bodies that are not what they seem', () => {
  assert.ok(corpus.length + dishonest.length >= 60 * 2);
  for (const [text, expected] of corpus) assert.equal(outcomeOf(text), expected, JSON.stringify(text));
  assert.equal(({} as { polluted?: unknown }).polluted, undefined);
});

test('at most eight deep, in objects, arrays and both', () => {
  const nested = (open: string, close: string, depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;
  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const) {
    assert.equal(outcomeOf(nested(open, close, 8)), null);
    for (const depth of [9, 10, 1000, 500_000])
      assert.match(outcomeOf(nested(open, close, depth)) ?? '', /nested more than 8 deep$/);
  }
  assert.equal(outcomeOf(`{"a":${nested('[{"b":', '}]', 3)}}`), null);
  assert.equal(outcomeOf(`{"x":{"a":${nested('[{"b":', '}]', 4)}}}`), 'x.a.b.b.b: is nested more than 8 deep');
  assert.match(outcomeOf('['.repeat(100_000)) ?? '', /nested more than 8 deep$/);
  assert.equal(outcomeOf(`[${Array(1000).fill('[[[[]]]]').join(',')}]`), null, 'many side by side are not deep');
});

test('the field that is told stays short whatever the key is', () => {
  const key = 'k'.repeat(50_000);
  assert.ok(jsonProblem(`{"${key}":{"${key}":1,"${key}":2}}`)!.field.length <= 120);
});

const keys = fc.string({ unit: 'binary', maxLength: 6 }).filter((key) => key !== '__proto__');
const numbers = fc.oneof(
  fc.maxSafeInteger(),
  fc.nat(10),
  fc.double({ min: -1e6, max: 1e6, noNaN: true }).filter((number) => !Number.isInteger(number)),
);
const leaf = fc.oneof(
  numbers.map((number) => (number === 0 ? 0 : number)),
  fc.boolean(),
  fc.constant(null),
  fc.string({ unit: 'binary' }),
);
const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 7, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 4 }),
  ),
}));

test('nothing honest is refused, however it is laid out', () => {
  fc.assert(
    fc.property(values, fc.constantFrom(undefined, 1, '\t', '\n'), (value, space) => {
      assert.equal(jsonProblem(JSON.stringify(value, null, space)), null);
    }),
    { numRuns: 3000 },
  );
});

test('what is let through means what is written: every key once, every integer as it stands', () => {
  const words = fc.constantFrom(
    ...'{ } [ ] , : "a" "b" "\\u0061" "__proto__" 1 0 -1 1.0 1e1 -0 1.5 9007199254740993 true "x{" \\'.split(' '),
  );
  const object = fc.array(
    fc.tuple(fc.constantFrom('"a"', '"b"', '"\\u0061"'), fc.constantFrom('1', '1.0', '"a"', '{}')),
    { maxLength: 4 },
  );
  const texts = fc.oneof(
    fc.array(words, { maxLength: 12 }).map((list) => list.join('')),
    object.map((pairs) => `{${pairs.map((pair) => pair.join(':')).join(',')}}`),
  );
  fc.assert(
    fc.property(texts, (text) => {
      if (outcomeOf(text) !== null) return;
      const strings = /"(?:[^"\\]|\\.)*"/g;
      const count = (text.replace(strings, (literal) => JSON.stringify(JSON.parse(literal))).match(/"\s*:/g) ?? [])
        .length;
      let kept = 0;
      const again = JSON.stringify(
        JSON.parse(text, function (this: unknown, key, value: unknown) {
          if (key !== '' && !Array.isArray(this)) kept += 1;
          return value;
        }),
      );
      assert.equal(kept, count);
      // Fractions mean the same number in many spellings; the schema refuses them where integers belong.
      const rest = (json: string) => json.replace(strings, '').replace(/-?\d+\.\d+(e\d+)?/g, '');
      assert.equal(rest(again), rest(text));
    }),
    { numRuns: 5000 },
  );
});
