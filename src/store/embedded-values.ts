/** Values of the embedded database: JavaScript to PostgreSQL text and back, as store/database.ts lays down. */
import { arrayText } from './array-text.ts';
import type { Parameter } from './database.ts';

/** Turns one column's text into its JavaScript value. */
export type Decoder = (text: string) => unknown;

/** The value as PostgreSQL text, which every type accepts: null, a scalar, or an array literal. */
export function encodeParameter(value: Parameter): string | null {
  if (value === null) return null;
  if (typeof value === 'object') return arrayText(value);
  return String(value);
}

const asText: Decoder = (text) => text;
const asNumber: Decoder = (text) => Number(text);
const asBoolean: Decoder = (text) => text === 't';
const asJson: Decoder = (text) => JSON.parse(text) as unknown;

/** PostgreSQL's fixed type numbers: element type, its array type, and how an element is read. */
const builtIn: readonly (readonly [number, number, Decoder])[] = [
  [16, 1000, asBoolean],
  [20, 1016, asNumber],
  [21, 1005, asNumber],
  [23, 1007, asNumber],
  [26, 1028, asNumber],
  [700, 1021, asNumber],
  [701, 1022, asNumber],
  [114, 199, asJson],
  [3802, 3807, asJson],
  [1184, 1185, readInstant],
];

/** Arrays whose elements stay text: char, name, text, bpchar, varchar, date, numeric, uuid, xid8. */
const textArrays = [1002, 1003, 1009, 1014, 1015, 1182, 1231, 2951, 271];

/** The decoders of the fixed types; a type number that is missing here and below 16384 is read as text. */
export function builtInDecoders(): Map<number, Decoder> {
  const decoders = new Map<number, Decoder>();
  for (const [element, array, decode] of builtIn) decoders.set(element, decode).set(array, arrayOf(decode));
  for (const array of textArrays) decoders.set(array, arrayOf(asText));
  return decoders;
}

/** Reads array literals whose elements are read by `decode`. */
export function arrayOf(decode: Decoder): Decoder {
  return (text) => readArray(text, decode);
}

/**
 * Milliseconds since the epoch of a timestamptz as PostgreSQL prints it in ISO style and UTC;
 * microseconds are cut off, `infinity` and `-infinity` become the JavaScript infinities.
 */
function readInstant(text: string): number {
  const usual = Date.parse(`${text.slice(0, 10)}T${text.slice(11, -3)}Z`);
  if (text.charCodeAt(4) === 45 && text.endsWith('+00') && !Number.isNaN(usual)) return usual;
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  if (text === '-infinity') return Number.NEGATIVE_INFINITY;
  return readFarInstant(text);
}

/** Years beyond four digits or before Christ, which Date.parse does not read. */
function readFarInstant(text: string): number {
  const parts = /^(\d+)-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d+))?\+00( BC)?$/.exec(text);
  if (parts === null) throw new Error(`unreadable instant from the database: ${text}`);
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const milliseconds = Number((parts[7] ?? '0').padEnd(3, '0').slice(0, 3));
  const date = new Date(Date.UTC(2000, 0, 1, hour, minute, second, milliseconds));
  return date.setUTCFullYear(parts[8] === undefined ? year : 1 - year, month - 1, day);
}

/** Matches one token of an array literal: a brace, a quoted element or a bare one. */
const arrayToken = /[{}]|"((?:[^"\\]|\\.)*)"|([^{},"]+)/gsy;

function readArray(text: string, decode: Decoder): unknown[] {
  const root: unknown[] = [];
  const open: unknown[][] = [root];
  // A literal with unusual bounds starts with "[2:3]="; the bounds mean nothing in JavaScript.
  arrayToken.lastIndex = text.startsWith('[') ? text.indexOf('=') + 1 : 0;
  while (arrayToken.lastIndex < text.length) {
    if (text[arrayToken.lastIndex] === ',') arrayToken.lastIndex += 1;
    const token = arrayToken.exec(text);
    if (token === null) throw new Error(`unreadable array from the database: ${text}`);
    takeToken(token, open, decode);
  }
  return root[0] as unknown[];
}

function takeToken(token: RegExpExecArray, open: unknown[][], decode: Decoder): void {
  const innermost = open[open.length - 1]!;
  if (token[0] === '{') {
    const nested: unknown[] = [];
    innermost.push(nested);
    open.push(nested);
    return;
  }
  if (token[0] === '}') {
    open.pop();
    return;
  }
  if (token[1] !== undefined) innermost.push(decode(token[1].replace(/\\(.)/gs, '$1')));
  else innermost.push(token[2] === 'NULL' ? null : decode(token[2]!));
}
