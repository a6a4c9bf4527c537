import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nameKey, nameProblem } from '../../src/domain/name.ts';

const people = [
  `Zoë|José|Ångström|Nguyễn|Müller|Đặng|Søren|Łukasz|Ólafur|Sinéad|Renée|Čapek|Weiß|Иван|Йосиф|Ёлкин|Σίσυφος`,
  `Αθηνά|김민준|山田太郎|王小明|प्रिया|สมชาย|محمد|דוד|გიორგი|ガブリエル|O'Brien|Anne-Marie|de la Cruz|Dragon Pass`,
  `Ólöf Þórsdóttir|Jean-Luc Œuvre|Ḿöṩ|ﬁona|𝒜da|2Pac`,
].flatMap((line) => line.split('|'));

const spaces = ['\u00a0', '\u1680', '\u2003', '\u2009', '\u202f', '\u205f', '\u3000'];
const joiners = ['\u200d', '\u200c', '\u00ad', '\u034f', '\ufe0f', '\u180b', '\u2064', '\u{e0101}'];
const wide = (name: string) => name.replace(/[!-~]/g, (c) => String.fromCodePoint(c.codePointAt(0)! + 0xfee0));

/** Puts `inserted` into the middle, between whole characters. */
function within(name: string, inserted: string): string {
  const characters = [...name];
  const middle = Math.ceil(characters.length / 2);
  return [...characters.slice(0, middle), inserted, ...characters.slice(middle)].join('');
}

/** Other ways to write one name. */
const spellings: [string, (name: string) => string][] = [
  ...(['NFC', 'NFD', 'NFKC', 'NFKD'] as const).map((form): [string, (name: string) => string] => [
    form,
    (n) => n.normalize(form),
  ]),
  ['upper case', (name) => name.toUpperCase()],
  ['lower case', (name) => name.toLowerCase()],
  ['upper case, decomposed', (name) => name.toUpperCase().normalize('NFD')],
  ['spaces around', (name) => `  ${name} `],
  ['full width', wide],
  ['full width, upper case', (name) => wide(name.toUpperCase())],
  ...spaces.map((space): [string, (name: string) => string] => [
    `spaces of ${space.codePointAt(0)!.toString(16)}`,
    (name) => `${space}${name.replaceAll(' ', `${space} ${space}`)}${space}`,
  ]),
  ...joiners.map((joiner): [string, (name: string) => string] => [
    `joiner ${joiner.codePointAt(0)!.toString(16)}`,
    (name) => within(name, joiner),
  ]),
];

test('one name stays one name however it is written', () => {
  let pairs = 0;
  for (const name of people) {
    for (const [how, write] of spellings) {
      pairs += 1;
      assert.equal(nameKey(write(name)), nameKey(name), `${name}: ${how}`);
    }
  }
  assert.ok(pairs >= 300, `${pairs} pairs`);
});

/** Pairs, written `one=other|one=other`. */
function pairsOf(...lines: string[]): [string, string][] {
  return lines.flatMap((line) => line.split('|').map((pair) => pair.split('=') as [string, string]));
}

const same = pairsOf(
  `groß=GROSS|groß=gross|GROSS=gross|STRAẞE=straße|STRAẞE=STRASSE|ẞ=ss|ΟΔΥΣΣΕΥΣ=οδυσσευς|οδυσσευσ=οδυσσευς`,
  `Σ=ς|σ=ς|ΝΙΚΟΣ ΝΙΚΟΣ=νικος νικος|ﬂorian=FLORIAN|ﬃ=FFI|ŉ=ʼN|ǰan=J\u030cAN|ſusan=Susan|K=k|Å=å|Ⅳ=iv|①=1|㎏=kg`,
  `ａｄａ=ADA|ｶﾞ=ガ|ᾳ=ΑΙ|և=ԵՒ|Ǆ=ǆ|Ǆ=ǅ|ANNE\tMARIE=anne marie|Anne \u3000\u00a0 Marie=Anne Marie| Ada=Ada `,
  `İ=i\u0307|𐐀da=𐐨DA|\u1100\u1161=가|q\u0307\u0323=q\u0323\u0307`,
);

/** Letters that look alike and are others: people are never merged by looks. */
const lookAlikes = pairsOf(
  `a=аɑα|b=Ьƅ|c=сϲⅽ|d=ԁ|e=еє|g=ɡ|h=һ|i=іι|j=ј|k=кκ|l=Ӏ1|m=м|n=ոη|o=оοօ0|p=рρ|q=ԛ|s=ѕ|t=тτ|u=υս|v=ѵν|w=ԝ|x=хχ|y=уγ|z=ʐ`,
);

const different = pairsOf(
  `Zoe=Zoë|Jose=José|Muller=Müller|Mueller=Müller|Soren=Søren|Lukasz=Łukasz|Dang=Đặng|Annemarie=Anne-Marie`,
  `Anne Marie=Anne-Marie|AnneMarie=Anne Marie|OBrien=O'Brien|O'Brien=O’Brien|Иван=Ивaн|Йосиф=Иосиф`,
  `Ёлкин=Елкин|は=ば|山田=山 田|Ada=Ada 2|Ada=Adа|tooth=toоth|ß=s|Ada=Adda|Lee=Le|æ=ae|œ=oe|ð=d|þ=th`,
);

test('names that are the same, and names that only look so', () => {
  for (const [a, b] of same) assert.equal(nameKey(a), nameKey(b), `${a} is ${b}`);
  for (const [a, b] of different) assert.notEqual(nameKey(a), nameKey(b), `${a} is not ${b}`);
  for (const [latin, others] of lookAlikes) {
    for (const other of others) {
      if (other === 'ⅽ') assert.equal(nameKey(other), 'c', 'a compatibility form of c');
      else
        assert.notEqual(nameKey(`x${latin}y`), nameKey(`x${other}y`), `${latin} ${other.codePointAt(0)!.toString(16)}`);
    }
  }
  for (const [index, name] of people.entries()) {
    for (const other of people.slice(index + 1)) assert.notEqual(nameKey(name), nameKey(other));
  }
});

/** Every character there is, with what Unicode says of it. */
function* everyCharacter(): Generator<[number, string]> {
  for (let code = 0; code <= 0x10ffff; code += 1) yield [code, String.fromCodePoint(code)];
}

test('controls, directions, unpaired, private and unassigned characters are refused, letters never', () => {
  const refusedKinds = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\u2028\u2029\u200b\u2060\ufeff]/u;
  const letters = /[\p{L}\p{M}\p{N}\p{Zs}]/u;
  const wrong: string[] = [];
  for (const [code, character] of everyCharacter()) {
    const refused = nameProblem(`A${character}b`) !== null;
    if (refusedKinds.test(character) ? !refused : letters.test(character) && refused) wrong.push(code.toString(16));
  }
  assert.deepEqual(wrong, []);
});

test('nothing that turns the direction of writing is part of a name', () => {
  const directions = [...everyCharacter()].filter(([, character]) => /\p{Bidi_Control}/u.test(character));
  assert.equal(directions.length, 12);
  const accepted = directions.filter(([, character]) => nameProblem(`A${character}b`) === null);
  assert.deepEqual(
    accepted.map(([code]) => code.toString(16)),
    [],
  );
});

test('refusals that an attacker would try, wherever they stand in the name', () => {
  const parts = [
    '\0',
    '\n',
    '\r',
    '\t',
    '\x1b[31m',
    '\x7f',
    '\x85',
    '\u202e',
    '\u2066',
    '\u2069',
    '\u200f',
    '\ud800',
    '\udfff',
  ];
  for (const part of [
    ...parts,
    '\udc00\ud800',
    '\ue000',
    '\u0378',
    '\ufffe',
    '\uffff',
    '\u{1ffff}',
    '\u{f0000}',
    '\u2028',
    '\ufeff',
  ]) {
    for (const name of [part, `${part}Ada`, `Ada${part}`, `A${part}da`])
      assert.notEqual(nameProblem(name), null, JSON.stringify(name));
  }
  for (const name of people) assert.equal(nameProblem(name), null, name);
  for (const name of [
    'X Æ A-12',
    'Nuñez y Domènech',
    '👩‍🚀 Ada',
    'نازنین\u200cزهرا',
    'ශ්\u200dරී',
    'Mary (née Smith)',
    'J.',
  ]) {
    assert.equal(nameProblem(name), null, name);
  }
});

test('a name has something to see', () => {
  for (const name of ['', ' ', '   ', '.', '-', "'", '\u3000', '\u200d', '\u0301', '😀', '\u00ad']) {
    assert.notEqual(nameProblem(name), null, JSON.stringify(name));
  }
});

test('letters that Unicode itself calls invisible are nothing to see', () => {
  for (const filler of ['\u3164', '\u115f', '\u1160', '\uffa0', '\u3164\u3164 \u115f']) {
    assert.equal(nameKey(filler).trim(), '');
    assert.notEqual(nameProblem(filler), null, JSON.stringify(filler));
  }
});

test('a character and its other case and forms have one key', () => {
  const wrong: string[] = [];
  for (const [code, character] of everyCharacter()) {
    if (nameProblem(`a${character}`) !== null) continue;
    const key = nameKey(`a${character}b`);
    const lower = character.toLowerCase();
    const variants = [
      character.toUpperCase(),
      lower,
      character.normalize('NFD'),
      character.normalize('NFKD'),
      lower.normalize('NFD'),
    ];
    if (nameKey(key) !== key || variants.some((variant) => nameKey(`a${variant}b`) !== key))
      wrong.push(code.toString(16));
  }
  assert.deepEqual(wrong, []);
});

const tricky = [
  ...'ßẞſıİiIΣσςΑαᾳΐǰŉﬁ 가각ᄀ\u1161\u11a8\u0345\u0301\u0307\u0323\u030c\u200d\u034f\u00ad\u3164¨´\u00a0\u3000',
  '\u{1d15e}',
  '𐐀',
  'ǅ',
  '℀',
];
const unit = fc.oneof(fc.constantFrom(...tricky), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }));
const texts = fc.array(unit, { maxLength: 12 }).map((units) => units.join(''));

test('the key of a key is the key', () => {
  fc.assert(
    fc.property(texts, (name) => assert.equal(nameKey(nameKey(name)), nameKey(name))),
    { numRuns: 5000 },
  );
});

test('case, form and outer space never make another key of any text', () => {
  const ways = fc.constantFrom<(name: string) => string>(
    (name) => name.normalize('NFC'),
    (name) => name.normalize('NFD'),
    (name) => name.normalize('NFKC'),
    (name) => `\u3000 ${name}  `,
    (name) => name.replaceAll(' ', ' \u00a0 '),
  );
  fc.assert(
    fc.property(texts, ways, (name, write) => {
      const key = nameKey(name);
      assert.equal(nameKey(write(name)), key);
      assert.doesNotMatch(key, /^\s|\s$|\s\s|\p{Default_Ignorable_Code_Point}/u);
      assert.equal(key.normalize('NFKC'), key);
    }),
    { numRuns: 5000 },
  );
});
