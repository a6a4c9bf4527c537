/** Values that a field may not have, by its schema. */

/** The parts of a JSON schema that are looked at here. */
export interface Shape {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description?: string;
}

export type Path = readonly string[];
export interface Place {
  readonly path: Path;
  readonly shape: Shape;
}

const badDates = [
  ...[
    '2028-02-30T00:00:00Z',
    '2027-02-29T00:00:00Z',
    '2028-13-01T00:00:00Z',
    '2028-00-10T00:00:00Z',
    '2028-04-31T00:00:00Z',
  ],
  ...[
    '2028-01-01T24:00:00Z',
    '2028-01-01T23:60:00Z',
    '2028-01-01T23:59:60Z',
    '2028-06-30T23:59:61Z',
    '10000-01-01T00:00:00Z',
  ],
  ...[
    '0000-01-01T00:00:00Z',
    '1999-12-31T23:59:59Z',
    '+010000-01-01T00:00:00Z',
    '+275760-09-13T00:00:00Z',
    '-000001-01-01T00:00:00Z',
  ],
  ...[
    '2028-01-01',
    '2028-01-01T00:00Z',
    '2028-01-01 00:00:00',
    '2028-01-01T00:00:00+24:00',
    '2028-01-01T00:00:00+1:00',
    '20280101T000000Z',
  ],
  ...[
    '2028-01-01T00:00:00,5Z',
    '2028-01-01T00:00:00.Z',
    '2028-01-01T00:00:00ZZ',
    '2028-W01-1T00:00:00Z',
    '2028-001T00:00:00Z0000',
  ],
  ...[
    'infinity',
    'now',
    'tomorrow',
    'epoch',
    '-infinity',
    '1893456000',
    '1893456000000',
    '',
    '1',
    'null',
    '٢٠٢٨-01-01T00:00:00Z',
  ],
  ...[
    'Sat, 01 Jan 2028 00:00:00 GMT',
    '2028-01-01T00:00:00 Europe/London',
    '2028-01-01T00:00:00Z\n',
    ' 2028-01-01T00:00:00Z',
  ],
];
const badNumbers = [
  ...[
    '1.0',
    '1e1',
    '1E0',
    '1e400',
    '-1e400',
    '-0',
    '-0.0',
    '0.5',
    '9007199254740993',
    '9007199254740992',
    '1e-400',
    '-1',
    '2147483648',
  ],
  ...[
    '-9223372036854775809',
    '18446744073709551616',
    '1e5000',
    '"1"',
    '"0"',
    'true',
    'false',
    '[1]',
    '{}',
    '[]',
    '""',
    '" 1"',
  ],
  ...['01', '+1', '.5', '5.', '0x10', '0b1', '1_000', 'NaN', 'Infinity', '-Infinity', '1n', '--1', '1e', '٣', '１'],
];
const badInside = ['\u0000', '\n', '\r', '\u001f', '\u007f', '\ud800', '\udfff', '\udc00\ud800'];
const nullable = (shape: Shape): boolean => shape.type === 'null' || (shape.anyOf ?? []).some(nullable);
const plain = (shape: Shape): Shape => shape.anyOf?.find(({ type }) => type !== 'null') ?? shape;
const isNumber = (shape: Shape) =>
  [shape, ...(shape.anyOf ?? [])].some(
    ({ type, enum: values, const: value }) =>
      type === 'integer' || type === 'number' || typeof (value ?? values?.[0]) === 'number',
  );

/** JSON texts that must be refused at a place where `value` is good. */
export function badValues({ path, shape: full }: Place, value: unknown): string[] {
  const shape = plain(full);
  const always = [
    '[]',
    '[[]]',
    '[null]',
    '{"a":1}',
    'true',
    ...(nullable(full) ? [] : ['null']),
    '{"__proto__":{"polluted":1}}',
  ];
  if (path.length === 0) return [];
  if (shape.properties !== undefined) return ['null', '[]', '"x"', '1', 'true', '[{}]', `[${JSON.stringify(value)}]`];
  if (shape.type === 'array')
    return [
      ...(nullable(full) ? [] : ['null']),
      '{}',
      '"N00001"',
      '1',
      '[null]',
      ...(isNumber(shape.items ?? {}) ? ['["1"]', '[0.5]', '[-1]', '[1,1]', '[99]'] : ['[1]']),
      '[[]]',
      '[""]',
      '[{}]',
      '["\\u0000"]',
      '["N00001","N00001"]',
      '["x y"]',
    ];
  if (shape.type === 'boolean') return ['null', '"true"', '1', '0', '[]', '{}', '[true]', '"false"', '""'];
  if (isNumber(full)) return [...always, ...badNumbers, ...beyond(shape)].filter((text) => text !== String(value));
  const inside = badInside.flatMap((bad) => [`${bad}${value}`, `${value}${bad}`].map((text) => JSON.stringify(text)));
  const dates = /RFC 3339/.test(shape.description ?? '') ? badDates.map((text) => JSON.stringify(text)) : [];
  return [...always, '1', '1.5', '""', JSON.stringify([value]), JSON.stringify('x'.repeat(5_000)), ...inside, ...dates];
}

const beyond = ({ minimum, maximum }: Shape) =>
  [
    ...(minimum === undefined ? [] : [String(minimum - 1)]),
    ...(maximum === undefined ? [] : [String(maximum + 1)]),
    '99',
    '-99',
    '5000000',
  ].filter(
    (text) => !(minimum !== undefined && maximum !== undefined && Number(text) >= minimum && Number(text) <= maximum),
  );
