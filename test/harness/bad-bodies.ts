/** Bodies that no route may accept, made from a route's schema and one good body by changing it. */
import { badValues, type Path, type Place, type Shape } from './bad-values.ts';

export interface BadBody {
  readonly what: string;
  readonly bytes: string | Buffer;
  /** The field that the refusal must name, when the change leaves no doubt. */
  readonly field?: string;
}

/** A repeatable stream of whole numbers below `limit`. */
export function randomNumbers(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

const mark = '@@raw@@';
const notJson = [
  ...[
    '',
    ' ',
    '\n',
    'null',
    'true',
    '1',
    '"x"',
    '[]',
    '[{}]',
    '{',
    '}',
    '[',
    '{]',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,}',
    "{'a':1}",
    '{a:1}',
  ],
  ...[
    '{"a":1}}',
    '{}{}',
    '{"a":undefined}',
    '{"a":NaN}',
    '{/*x*/"a":1}',
    '//x\n{}',
    '{"a":"\n"}',
    '{"a":"\\x41"}',
    '{"a":"\\ud8"}',
  ],
  ...[
    '<xml/>',
    'a=b&c=d',
    '--boundary\r\n\r\n{}',
    '\u0000',
    '{}\u0000',
    '\u00a0{}',
    '\u2028{}',
    '{"a":1 "b":2}',
    ',',
    ':',
    '"',
    '{"a"::1}',
  ],
];

/** Every place of a schema below `path`; an array's items stand at `*`. */
function placesOf(shape: Shape, good: unknown, path: Path = []): Place[] {
  const here = [{ path, shape }];
  if (shape.properties === undefined) return here;
  const inner = Object.entries(shape.properties).filter(([name]) => name in (good as object));
  return [
    ...here,
    ...inner.flatMap(([name, next]) => placesOf(next, (good as Record<string, unknown>)[name], [...path, name])),
  ];
}

/** The good body with the value at `path` replaced by JSON text. */
export function withText(good: unknown, path: Path, text: string): string {
  const changed = structuredClone(good) as Record<string, unknown>;
  let at = changed;
  for (const name of path.slice(0, -1)) at = at[name] as Record<string, unknown>;
  at[path.at(-1)!] = mark;
  return JSON.stringify(changed).replace(`"${mark}"`, () => text);
}

/** The good body with a member put into the object at `path`, written as it stands. */
function withMember(good: unknown, path: Path, member: string): string {
  let at: unknown = good;
  for (const name of path) at = (at as Record<string, unknown>)[name];
  const inside = JSON.stringify(at).slice(1);
  const text = `{${member}${inside === '}' ? '' : ','}${inside}`;
  return path.length === 0 ? text : withText(good, path, text);
}

/** All single changes: values, members, duplicates, and texts that are no JSON object. */
export function badBodies(shape: Shape, good: unknown, columns: readonly string[]): BadBody[] {
  const bodies: BadBody[] = [];
  const text = JSON.stringify(good);
  const names = [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    '',
    ' ',
    'a.b',
    '$where',
    ...columns,
  ];
  for (const place of placesOf(shape, good)) {
    const { path } = place;
    const value = path.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], good);
    const field = path.join('.');
    for (const bad of badValues(place, value))
      bodies.push({ what: `${field} = ${bad.slice(0, 80)}`, bytes: withText(good, path, bad) });
    for (let depth = 9; path.length > 0 && depth < 20_000; depth *= 7) {
      bodies.push({
        what: `${field} nested ${depth}`,
        bytes: withText(good, path, '['.repeat(depth) + ']'.repeat(depth)),
      });
    }
    if (place.shape.properties === undefined) continue;
    const known = Object.keys(place.shape.properties);
    const typing = known.flatMap((name) => [
      name.toLowerCase(),
      name.toUpperCase(),
      `${name} `,
      `${name}\u0000`,
      name.slice(0, -1),
    ]);
    for (const name of [...names, ...typing].filter((unknown) => !known.includes(unknown))) {
      for (const put of ['1', 'null', '{"polluted":1}', '{"prototype":{"polluted":1}}']) {
        const named = name === '__proto__' || name.trim() === '' ? {} : { field: [...path, name].join('.') };
        bodies.push({
          what: `${field} + ${name}`,
          bytes: withMember(good, path, `${JSON.stringify(name)}:${put}`),
          ...named,
        });
      }
    }
    for (const [name, held] of Object.entries(value as object)) {
      const spelt = `"\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}"`;
      for (const key of [JSON.stringify(name), spelt]) {
        bodies.push({
          what: `${field}.${name} twice`,
          bytes: withMember(good, path, `${key}:${JSON.stringify(held)}`),
          field: [...path, name].join('.'),
        });
      }
    }
    for (const name of place.shape.required ?? []) {
      const rest = structuredClone(value) as Record<string, unknown>;
      delete rest[name];
      const bytes = path.length === 0 ? JSON.stringify(rest) : withText(good, path, JSON.stringify(rest));
      bodies.push({ what: `${field} - ${name}`, bytes, field: [...path, name].join('.') });
    }
  }
  return [...bodies, ...brokenTexts(text)];
}

function brokenTexts(text: string): BadBody[] {
  const bytes = Buffer.from(text);
  const broken = [0xff, 0xfe, 0x80, 0xc0, 0xed].flatMap((byte) =>
    [1, 2, Math.floor(bytes.length / 2), bytes.length - 2].map((at) =>
      Buffer.concat([bytes.subarray(0, at), Buffer.from([byte]), bytes.subarray(at)]),
    ),
  );
  const wholes: (string | Buffer)[] = [
    ...notJson,
    ...[
      `\ufeff${text}`,
      `[${text}]`,
      JSON.stringify(text),
      `${text}${text}`,
      `${text},`,
      `${text}x`,
      `(${text})`,
      `${text};`,
      `x${text}`,
    ],
    ...[
      Buffer.from(text, 'utf16le'),
      Buffer.from(text, 'utf16le').swap16(),
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]),
    ],
    ...[1_000, 10_000, 32_000, 60_000, 100_000].flatMap((depth) => [
      '['.repeat(depth),
      '{"a":'.repeat(Math.ceil(depth / 5)),
    ]),
    ...[`${text}${' '.repeat(65_537)}`, `{"a":"${'x'.repeat(70_000)}"}`, `{"a":[${'1,'.repeat(20_000)}1]}`],
    ...Array.from({ length: text.length - 1 }, (_, index) => text.slice(0, index)),
    ...broken,
  ];
  return wholes.map((whole) => ({ what: `not a body: ${whole.toString('latin1').slice(0, 60)}`, bytes: whole }));
}

/** More of them: a bad value at one place and a foreign member or a cut elsewhere, until there are `count`. */
export function fill(bodies: readonly BadBody[], count: number, seed: number): BadBody[] {
  const next = randomNumbers(seed);
  const filled = [...bodies];
  const texts = bodies
    .map(({ bytes }) => bytes)
    .filter((bytes) => typeof bytes === 'string' && bytes.length < 4_000 && bytes.startsWith('{"')) as string[];
  while (filled.length < count) {
    const text = texts[next(texts.length)]!;
    const at = 1 + next(text.length - 1);
    // No JSON text may hold one of these as it stands, wherever it is.
    const insert = ['\u0000', '\u0001', '\u0008', '\u001f'][next(4)]!;
    const cut = text.slice(0, at) + insert + text.slice(at);
    const named = `{"x${next(1e9)}":${next(100)},${text.slice(1)}`;
    filled.push(next(2) === 0 ? { what: `cut ${at}`, bytes: cut } : { what: 'two changes', bytes: named });
  }
  return filled;
}
