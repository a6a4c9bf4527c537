/** What the database seam gives back for a value, the same for every adapter. */
import type { Parameter } from '../../src/store/database.ts';

/** `sql` is an expression, with `$1` where the parameter goes, if there is one. */
export interface ValueCase {
  readonly sql: string;
  readonly parameter?: Parameter;
  readonly gives: unknown;
}

const NASTY = [
  'plain',
  '',
  'NULL',
  'null',
  'a,b',
  '{x}',
  'quote " and \\ slash',
  "it's",
  ' edge ',
  'é 漢 😀',
  'l1\nl2',
];

export const VALUE_CASES: readonly ValueCase[] = [
  { sql: 'NULL::text', gives: null },
  { sql: '$1::text', parameter: null, gives: null },
  ...NASTY.map((text) => ({ sql: '$1::text', parameter: text, gives: text })),
  { sql: '$1::text[]', parameter: [...NASTY, null], gives: [...NASTY, null] },
  { sql: '$1::text[]', parameter: [], gives: [] },
  { sql: '$1::uuid', parameter: '0f8fad5b-d9cb-469f-a165-70867728950e', gives: '0f8fad5b-d9cb-469f-a165-70867728950e' },
  { sql: "'42'::xid8", gives: '42' },
  { sql: '$1::int2', parameter: -32_768, gives: -32_768 },
  { sql: '$1::int4', parameter: 2_147_483_647, gives: 2_147_483_647 },
  { sql: '$1::int8', parameter: Number.MAX_SAFE_INTEGER, gives: Number.MAX_SAFE_INTEGER },
  { sql: '$1::int8[]', parameter: [1, null, Number.MIN_SAFE_INTEGER], gives: [1, null, Number.MIN_SAFE_INTEGER] },
  { sql: '$1::int4[]', parameter: [7], gives: [7] },
  { sql: '$1::float8', parameter: 0.1, gives: 0.1 },
  { sql: '$1::float8[]', parameter: [1e300, -5e-324], gives: [1e300, -5e-324] },
  { sql: '$1::bool', parameter: true, gives: true },
  { sql: '$1::bool', parameter: false, gives: false },
  { sql: '$1::bool[]', parameter: [true, false, null], gives: [true, false, null] },
  { sql: '$1::jsonb', parameter: '{"a":[1,"é\\"",null,{}]}', gives: { a: [1, 'é"', null, {}] } },
  { sql: "'null'::jsonb", gives: null },
  { sql: '$1::jsonb[]', parameter: ['{"a":"x,y"}', '1', null], gives: [{ a: 'x,y' }, 1, null] },
  ...instants(),
];

function instants(): ValueCase[] {
  const written: [string, number][] = [
    ['2026-01-31T12:00:00Z', Date.UTC(2026, 0, 31, 12)],
    ['2026-01-31T12:00:00.1Z', Date.UTC(2026, 0, 31, 12, 0, 0, 100)],
    ['2026-01-31T12:00:00.120Z', Date.UTC(2026, 0, 31, 12, 0, 0, 120)],
    ['2026-01-31T12:00:00.123Z', Date.UTC(2026, 0, 31, 12, 0, 0, 123)],
    ['2026-01-31T12:00:00.123999Z', Date.UTC(2026, 0, 31, 12, 0, 0, 123)],
    ['2026-01-31T23:59:59.000001+14:00', Date.UTC(2026, 0, 31, 9, 59, 59)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['1969-12-31T23:59:59.500Z', -500],
    ['1900-03-01T00:00:00Z', Date.UTC(1900, 2, 1)],
    ['0050-01-01T00:00:00Z', Date.parse('0050-01-01T00:00:00Z')],
    ['9999-12-31T23:59:59.999Z', Date.UTC(9999, 11, 31, 23, 59, 59, 999)],
    ['12026-01-01T00:00:00Z', Date.parse('+012026-01-01T00:00:00Z')],
  ];
  return [
    ...written.map(([text, gives]) => ({ sql: '$1::timestamptz', parameter: text, gives })),
    {
      sql: '$1::timestamptz[]',
      parameter: [...written.map(([text]) => text), null],
      gives: [...written.map(([, at]) => at), null],
    },
  ];
}
