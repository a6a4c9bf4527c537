import { day } from '../domain/calendar.ts';

/** How PostgreSQL's text output becomes the seam's values (see database.ts). */

type Parse = (text: string) => unknown;

const identity: Parse = (text) => text;

/**
 * Milliseconds since the epoch of a `timestamptz` as PostgreSQL writes it with DateStyle ISO and
 * TimeZone UTC: `2026-01-31 12:00:00.123456+00`. Microseconds are cut off; `infinity` becomes
 * Infinity. Refuses any other offset: it would mean that somebody changed the session's time zone.
 */
function parseInstant(text: string): number {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(text.length - 1) === 67) return parseRareInstant(text);
  return instant(digits(text, 0, 4), text, 5);
}

/** Years beyond 9999, years before Christ and the two infinities. */
function parseRareInstant(text: string): number {
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  if (text === '-infinity') return Number.NEGATIVE_INFINITY;
  const dash = text.indexOf('-');
  const year = digits(text, 0, dash);
  // PostgreSQL has no year 0: 1 BC is the year before 1 AD, which Date.UTC calls 0.
  return text.endsWith(' BC') ? instant(1 - year, text.slice(0, -3), dash + 1) : instant(year, text, dash + 1);
}

/** `month` is where the month starts in `text`; what follows has fixed widths up to the fraction. */
function instant(year: number, text: string, month: number): number {
  const end = text.length - 3;
  if (!text.endsWith('+00')) throw new Error(`not an instant in UTC: ${text}`);
  const time = Date.UTC(
    // Date.UTC takes 0 to 99 for 1900 to 1999; the calendar repeats every 400 years.
    year + 400,
    digits(text, month, month + 2) - 1,
    digits(text, month + 3, month + 5),
    digits(text, month + 6, month + 8),
    digits(text, month + 9, month + 11),
    digits(text, month + 12, month + 14),
  );
  if (Number.isNaN(time)) throw new Error(`an instant beyond what a date can hold: ${text}`);
  return time - FOUR_CENTURIES + (end > month + 14 ? milliseconds(text, month + 15, end) : 0);
}

const FOUR_CENTURIES = 146_097 * day;

/** `.5` is 500 ms, `.123456` is 123 ms: PostgreSQL drops trailing zeros. */
function milliseconds(text: string, start: number, end: number): number {
  const kept = Math.min(end, start + 3);
  return digits(text, start, kept) * (kept - start === 3 ? 1 : kept - start === 2 ? 10 : 100);
}

function digits(text: string, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) throw new Error(`not an instant: ${text}`);
    value = value * 10 + digit;
  }
  return value;
}

/** An int8 as a number; refuses what a number cannot hold rather than rounding a balance. */
function parseWhole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 ${text} does not fit a JavaScript number`);
  return value;
}

/**
 * A one-dimensional array in PostgreSQL's text form (`{1,NULL,"a \"b\""}`), each element through
 * `parse`. Refuses nested arrays, which the seam does not have.
 */
function parseArray(text: string, parse: Parse): unknown[] {
  const values: unknown[] = [];
  let at = text.indexOf('{') + 1;
  const end = text.length - 1;
  while (at < end) {
    const quoted = text.charCodeAt(at) === 34;
    if (text.charCodeAt(at) === 123) throw new Error('nested arrays are not supported');
    const stop = quoted ? closingQuote(text, at + 1) : plainEnd(text, at);
    const raw = text.slice(quoted ? at + 1 : at, stop);
    if (quoted) values.push(parse(raw.includes('\\') ? raw.replace(/\\([\s\S])/g, '$1') : raw));
    else values.push(raw === 'NULL' ? null : parse(raw));
    at = stop + (quoted ? 2 : 1);
  }
  return values;
}

function closingQuote(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== 34) at += text.charCodeAt(at) === 92 ? 2 : 1;
  return at;
}

function plainEnd(text: string, from: number): number {
  const comma = text.indexOf(',', from);
  return comma < 0 ? text.length - 1 : comma;
}

/** Element type, array type and parser of every built-in type that is more than text to us. */
const KNOWN: readonly (readonly [element: number, array: number, parse: Parse])[] = [
  [16, 1000, (text) => text === 't'], // bool
  [21, 1005, Number], // int2
  [23, 1007, Number], // int4
  [26, 1028, Number], // oid
  [20, 1016, parseWhole], // int8
  [700, 1021, Number], // float4
  [701, 1022, Number], // float8
  [1184, 1185, parseInstant], // timestamptz
  [114, 199, JSON.parse as Parse], // json
  [3802, 3807, JSON.parse as Parse], // jsonb
  [25, 1009, identity], // text
  [1043, 1015, identity], // varchar
  [1042, 1014, identity], // bpchar
  [19, 1003, identity], // name
  [2950, 2951, identity], // uuid
  [5069, 271, identity], // xid8
];

/** Parsers by type number, in the shape that `pg` asks for; everything unknown stays text. */
export class ValueParsers {
  readonly #parsers = new Map<number, Parse>();

  constructor() {
    for (const [element, array, parse] of KNOWN) {
      this.#parsers.set(element, parse);
      this.#parsers.set(array, (text) => parseArray(text, parse));
    }
  }

  /** Tells the numbers of the array types of the database's own enums, which no build can know. */
  addTextArrays(types: readonly number[]): void {
    for (const type of types) this.#parsers.set(type, (text) => parseArray(text, identity));
  }

  getTypeParser = (type: number): Parse => this.#parsers.get(type) ?? identity;
}
