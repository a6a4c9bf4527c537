import { isUtf8 } from 'node:buffer';
import { fieldRefusal, type Problem, Refusal } from '../domain/refusal.ts';

/** How deep a body may be nested (contract, section 2); the deepest of ours is 4. */
const deepest = 8;

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const minus = 0x2d;
const colon = 0x3a;

/** One object or array that is open; an array has no keys. */
interface Level {
  readonly keys: Set<string> | null;
  key: string;
}

/**
 * Looks over JSON text before it is parsed for what JSON.parse lets pass or chokes on: a key given
 * twice in one object (the second would silently win), nesting deeper than 8, and numbers that
 * would silently become other integers (`1.0`, `1e1`, `-0`, 2^53 + 1). Gives the problem with its
 * field, or null. Syntax is left to JSON.parse, and plain fractions to the schema.
 */
export function jsonProblem(text: string): Problem | null {
  const levels: Level[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const end = endOfString(text, at);
      if (end < 0) return null;
      const problem = keyProblem(text, at, end, levels);
      if (problem !== null) return { field: fieldOf(levels), problem };
      at = end;
    } else if (code === openBrace || code === openBracket) {
      levels.push({ keys: code === openBrace ? new Set() : null, key: '' });
      if (levels.length > deepest) return { field: fieldOf(levels), problem: `is nested more than ${deepest} deep` };
    } else if (code === closeBrace || code === closeBracket) {
      levels.pop();
    } else if (code === minus || (code >= 0x30 && code <= 0x39)) {
      const number = numberAt(text, at);
      if (!isHonest(number)) return { field: fieldOf(levels), problem: 'must be written as a plain integer' };
      at += number.length - 1;
    }
  }
  return null;
}

/** Reads a body, or a row, as strict JSON; refuses with the field that is wrong, or as no JSON at all. */
export function readJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw fieldRefusal('JSON_INVALID', 'body', 'is not UTF-8');
  const text = bytes.toString('utf8');
  const problem = jsonProblem(text);
  if (problem !== null) throw jsonRefusal(problem);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw fieldRefusal('JSON_INVALID', 'body', 'is not JSON');
  }
}

/** A field that is wrong is the request's fault, whatever it is that looks at it first. */
function jsonRefusal(problem: Problem): Refusal {
  const ofField = problem.field !== 'body' && !problem.problem.startsWith('is nested');
  return new Refusal(ofField ? 'REQUEST_INVALID' : 'JSON_INVALID', { problems: [problem] });
}

function fieldOf(levels: readonly Level[]): string {
  const path = levels.map((level) => level.key).filter((key) => key !== '');
  return path.join('.').slice(0, 120) || 'body';
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === backslash) at += 1;
    else if (code === quote) return at;
  }
  return -1;
}

/** A string followed by a colon is a key of the innermost object. */
function keyProblem(text: string, start: number, end: number, levels: readonly Level[]): string | null {
  const level = levels[levels.length - 1];
  if (level === undefined || level.keys === null) return null;
  let next = end + 1;
  while (next < text.length && text.charCodeAt(next) <= 0x20) next += 1;
  if (text.charCodeAt(next) !== colon) return null;
  level.key = plainKey(text.slice(start, end + 1));
  if (level.key === '__proto__') return 'is not a field of this request';
  if (level.keys.has(level.key)) return 'is given twice';
  level.keys.add(level.key);
  return null;
}

/** Two spellings of one key (`a` and `\u0061`) are one key. */
function plainKey(literal: string): string {
  if (!literal.includes('\\')) return literal.slice(1, -1);
  try {
    return JSON.parse(literal) as string;
  } catch {
    return literal;
  }
}

function numberAt(text: string, start: number): string {
  let end = start + 1;
  while (end < text.length && /[0-9.eE+-]/.test(text[end]!)) end += 1;
  return text.slice(start, end);
}

/** Whether parsing keeps what was written: a plain integer in range, or a fraction the schema will refuse. */
function isHonest(number: string): boolean {
  if (/^(0|-?[1-9][0-9]{0,15})$/.test(number)) return Number.isSafeInteger(Number(number));
  const value = Number(number);
  return Number.isFinite(value) && !Number.isInteger(value);
}
