import type { BulkRow } from '../domain/bulk.ts';
import { wordsOfKey } from '../domain/bulk-file.ts';
import { holderOf } from '../domain/issue.ts';
import type { KeyPart } from '../store/bulk-keys.ts';

/** Into so many parts the keys of a file are split by their hash; one part of a million fits into memory. */
export const keyParts = 64;

/** Keys that are looked at together, about. */
const mostTogether = 65_536;

/** How many parts of a file of so many rows are looked at together. */
export function partsTogether(rows: number): number {
  return Math.max(1, Math.min(keyParts, Math.floor((mostTogether * keyParts) / Math.max(rows, 1))));
}

/** So many rows are collected before their keys are written down. */
const mostCollected = 16_384;

/** Two independent 32-bit hashes of a text (cyrb53's halves), written behind one another into `words`. */
function hashInto(words: Uint32Array, at: number, text: string): void {
  let first = 0xdeadbeef;
  let second = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    first = Math.imul(first ^ code, 2_654_435_761);
    second = Math.imul(second ^ code, 1_597_334_677);
  }
  first = Math.imul(first ^ (first >>> 16), 2_246_822_507) ^ Math.imul(second ^ (second >>> 13), 3_266_489_909);
  second = Math.imul(second ^ (second >>> 16), 2_246_822_507) ^ Math.imul(first ^ (first >>> 13), 3_266_489_909);
  words[at] = first >>> 0;
  words[at + 1] = second >>> 0;
}

/** Keys of one kind, in the order of the rows. */
class Keys {
  readonly #words: Uint32Array;
  #count = 0;

  constructor(most: number) {
    this.#words = new Uint32Array(most * wordsOfKey);
  }

  add(row: number, unique: string, fill: (words: Uint32Array, at: number) => void): void {
    const at = this.#count * wordsOfKey;
    this.#words[at] = row;
    hashInto(this.#words, at + 1, unique);
    fill(this.#words, at + 3);
    this.#count += 1;
  }

  /** Gives what was collected, split into parts, and begins anew. */
  take(): Uint32Array[] {
    const parts = Array.from({ length: keyParts }, (): number[] => []);
    for (let at = 0; at < this.#count * wordsOfKey; at += wordsOfKey) {
      const part = parts[this.#words[at + 1]! % keyParts]!;
      for (let word = at; word < at + wordsOfKey; word += 1) part.push(this.#words[word]!);
    }
    this.#count = 0;
    return parts.map((words) => Uint32Array.from(words));
  }
}

/** Collects what must be unique within one file, a bounded number of rows at a time. */
export class KeyCollector {
  readonly #references: Keys;
  readonly #users: Keys;
  #rows = 0;

  /** `mostAdded` rows at most are added between two looks at `isFull`. */
  constructor(mostAdded: number) {
    this.#references = new Keys(mostCollected + mostAdded);
    this.#users = new Keys(mostCollected + mostAdded);
  }

  get isFull(): boolean {
    return this.#rows >= mostCollected;
  }

  /** Adds a row that is not refused; `binds` says whether it would give its clientUserId a name. */
  add(row: number, { reference, fingerprint, request }: BulkRow, binds: boolean): void {
    this.#rows += 1;
    this.#references.add(row, reference, (words, at) => hashInto(words, at, fingerprint));
    if (!binds) return;
    const { firstKey, lastKey } = holderOf(request);
    this.#users.add(row, request.clientUserId, (words, at) => {
      hashInto(words, at, lastKey);
      const last = words[at]!;
      hashInto(words, at, firstKey);
      words[at + 1] = last;
    });
  }

  /** Gives what was collected, and begins anew. */
  take(): KeyPart[] {
    this.#rows = 0;
    const users = this.#users.take();
    return this.#references
      .take()
      .map((words, part) => ({ part, references: packWords(words), users: packWords(users[part]!) }))
      .filter(({ references, users: named }) => references !== '' || named !== '');
  }
}

function packWords(words: Uint32Array): string {
  return Buffer.from(words.buffer, words.byteOffset, words.byteLength).toString('base64');
}

/** Keys of one part, as several writings left them, in order. */
export function unpackWords(texts: readonly string[]): Uint32Array {
  const bytes = Buffer.concat(texts.map((text) => Buffer.from(text, 'base64')));
  return new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
