import { referenceReused, refusedBy, type Verdict } from './bulk.ts';
import { nameMismatch } from './issue.ts';

/*
 * What must be unique within one file, judged on hashes: a million references would not fit into
 * memory, but a part of them does when all equal ones are in the same part. Keys come in the order of
 * the rows, five words each, and only for rows that are not refused by themselves.
 */

/** Words of one key: the row's number, the hash of what must be unique (two), and of what it goes with (two). */
export const wordsOfKey = 5;

/** What the file says about a row: 0 nothing, else one of these. */
export const mark = { repeated: 1, reused: 2, otherFirstName: 3, otherLastName: 4, otherNames: 5 } as const;

/** The first key with each hash, by the place where it begins. */
function firstOf(keys: Uint32Array, at: number, seen: Map<number, number>): number {
  const hash = keys[at + 1]! * 0x20_0000 + (keys[at + 2]! >>> 11);
  const first = seen.get(hash);
  if (first !== undefined) return first;
  seen.set(hash, at);
  return at;
}

/**
 * Marks rows whose reference an earlier row of the file has: with the same contents they are the same
 * row again, with others they are refused.
 */
export function markReferences(keys: Uint32Array, marks: Uint8Array): void {
  const seen = new Map<number, number>();
  for (let at = 0; at < keys.length; at += wordsOfKey) {
    const first = firstOf(keys, at, seen);
    if (first === at || keys[first + 2] !== keys[at + 2]) continue;
    const same = keys[first + 3] === keys[at + 3] && keys[first + 4] === keys[at + 4];
    marks[keys[at]!] = same ? mark.repeated : mark.reused;
  }
}

/**
 * Marks rows that give a clientUserId another name than the first row of the file that has it; that row
 * is the one that binds it. Rows that are marked already bind nothing.
 */
export function markNames(keys: Uint32Array, marks: Uint8Array): void {
  const seen = new Map<number, number>();
  for (let at = 0; at < keys.length; at += wordsOfKey) {
    if (marks[keys[at]!] !== 0) continue;
    const first = firstOf(keys, at, seen);
    if (first === at || keys[first + 2] !== keys[at + 2]) continue;
    const otherFirst = keys[first + 3] !== keys[at + 3];
    const otherLast = keys[first + 4] !== keys[at + 4];
    if (otherFirst) marks[keys[at]!] = otherLast ? mark.otherNames : mark.otherFirstName;
    else if (otherLast) marks[keys[at]!] = mark.otherLastName;
  }
}

/** The verdict of a row that is marked. */
export function verdictOfMark(code: number): Verdict {
  if (code === mark.repeated) return { verdict: 'repeated', passId: null, orderId: null };
  if (code === mark.reused) return refusedBy(referenceReused());
  const parts = { [mark.otherFirstName]: ['firstName'], [mark.otherLastName]: ['lastName'] }[code];
  return refusedBy(nameMismatch(parts ?? ['firstName', 'lastName']));
}
