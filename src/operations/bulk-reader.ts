import type { Hash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { mostRowBytes, type RowRead, readHeader, readLine, readRecord, tooLarge } from '../contract/bulk-rows.ts';
import { hour } from '../domain/calendar.ts';
import { fieldRefusal, Refusal } from '../domain/refusal.ts';

/** A file on its way in. */
export interface Upload {
  readonly format: 'ndjson' | 'csv';
  readonly bytes: AsyncIterable<Buffer>;
}

/** Bytes of one file, and milliseconds: for the whole of it, and for which it may stand still. */
export const uploadLimits = { bytes: 512 * 1024 * 1024, whole: hour, silence: 30_000 } as const;

/** What has arrived so far. */
export interface Arrived {
  bytes: number;
}

interface Watch {
  readonly arrived: Arrived;
  /** Ends the upload, with the reason. */
  readonly signal: AbortSignal;
  /** Takes every byte in, to tell the same file from another; null when nobody asks. */
  readonly digest: Hash | null;
}

/** The pieces of a file as they come; nobody waits for ever, and no more is taken than may be. */
async function* piecesOf(bytes: AsyncIterable<Buffer>, { arrived, signal, digest }: Watch): AsyncGenerator<Buffer> {
  const end = performance.now() + uploadLimits.whole;
  const iterator = bytes[Symbol.asyncIterator]();
  for (;;) {
    const piece = await withinTime(iterator.next(), Math.min(uploadLimits.silence, end - performance.now()), signal);
    if (piece.done) return;
    arrived.bytes += piece.value.length;
    if (arrived.bytes > uploadLimits.bytes) throw new Refusal('BULK_FILE_TOO_LARGE');
    digest?.update(piece.value);
    yield piece.value;
  }
}

async function withinTime<T>(work: Promise<T>, limit: number, signal: AbortSignal): Promise<T> {
  let late: NodeJS.Timeout | undefined;
  let stop = () => {};
  const ends = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    late = setTimeout(() => reject(new Refusal('BULK_FILE_BROKEN')), limit);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
  });
  // When the time is over, what comes afterwards is nobody's any more.
  work.catch(() => {});
  try {
    return await Promise.race([work, ends]);
  } finally {
    clearTimeout(late);
    signal.removeEventListener('abort', stop);
  }
}

/** The rows of a file, some at a time, as fast as they are taken. Throws when the file as a whole is refused. */
export function rowsOf(upload: Upload, watch: Watch): AsyncGenerator<RowRead[]> {
  const pieces = piecesOf(upload.bytes, watch);
  return upload.format === 'csv' ? recordsOf(pieces) : linesOf(pieces);
}

/** Rows are handed on in such portions; whoever takes them sees to others in between. */
const rowsAtOnce = 50;

const newline = 0x0a;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** A line that has begun; of one that is too long nothing is kept but that it is. */
class OpenLine {
  #parts: Buffer[] = [];
  #size = 0;

  add(part: Buffer): void {
    this.#size += part.length;
    if (this.#size <= mostRowBytes) this.#parts.push(part);
    else this.#parts = [];
  }

  /** Ends the line; null for one with nothing on it. */
  end(): RowRead | null {
    const line = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts);
    const long = this.#size > mostRowBytes;
    this.#parts = [];
    this.#size = 0;
    if (long) return tooLarge();
    return isBlank(line) ? null : readLine(line);
  }
}

function isBlank(line: Buffer): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<RowRead[]> {
  const line = new OpenLine();
  let first = true;
  for await (const whole of pieces) {
    const piece = first && whole.subarray(0, 3).equals(byteOrderMark) ? whole.subarray(3) : whole;
    first = false;
    let rows: RowRead[] = [];
    let from = 0;
    for (let to = piece.indexOf(newline); to >= 0; to = piece.indexOf(newline, from)) {
      line.add(piece.subarray(from, to));
      const row = line.end();
      if (row !== null) rows.push(row);
      from = to + 1;
      if (rows.length < rowsAtOnce) continue;
      yield rows;
      rows = [];
    }
    line.add(piece.subarray(from));
    yield rows;
  }
  const last = line.end();
  if (last !== null) yield [last];
}

/** Longer than a row may be: what does not end by then has a quote that does not close. */
const mostRecordSize = 4 * mostRowBytes;

async function* recordsOf(pieces: AsyncGenerator<Buffer>): AsyncGenerator<RowRead[]> {
  const { delimiter, all } = await peek(pieces);
  const parser = parse({
    bom: true,
    delimiter,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    max_record_size: mostRecordSize,
  });
  pipeline(Readable.from(inUtf8(all)), parser, () => {});
  let columns: ReturnType<typeof readHeader> | null = null;
  let rows: RowRead[] = [];
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      if (columns === null) {
        columns = readHeader(record.map((cell) => cell.trim()));
        continue;
      }
      rows.push(readRecord(columns, record));
      if (rows.length < rowsAtOnce) continue;
      yield rows;
      rows = [];
    }
  } catch (problem) {
    throw problem instanceof CsvError ? fileRefusal(problem) : problem;
  }
  yield rows;
}

function fileRefusal({ code, lines }: CsvError & { readonly lines?: unknown }): Refusal {
  const unclosed = code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE';
  const problem = unclosed ? 'has a quote that does not close' : 'has a quote where none may be';
  return fieldRefusal(
    'BULK_FILE_REFUSED',
    'body',
    typeof lines === 'number' ? `${problem}, in line ${lines}` : problem,
  );
}

/** Decides by the header what separates cells: a comma, or in some countries a semicolon or a tab. */
async function peek(pieces: AsyncGenerator<Buffer>): Promise<{ delimiter: string; all: AsyncIterable<Buffer> }> {
  const seen: Buffer[] = [];
  let size = 0;
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
    seen.push(next.value);
    size += next.value.length;
    if (next.value.includes(newline) || size > mostRowBytes) break;
  }
  const header = Buffer.concat(seen).toString('latin1').split('\n', 1)[0]!;
  const count = (character: string) => header.split(character).length;
  const delimiter = [',', ';', '\t'].reduce((best, other) => (count(other) > count(best) ? other : best));
  return { delimiter, all: joined(seen, pieces) };
}

async function* joined(seen: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* seen;
  yield* rest;
}

/** A spreadsheet that writes another encoding would make other names of names. */
async function* inUtf8(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const check = (piece: Buffer | undefined) => {
    try {
      decoder.decode(piece, { stream: piece !== undefined });
    } catch {
      throw fieldRefusal('BULK_FILE_REFUSED', 'body', 'is not UTF-8');
    }
  };
  for await (const piece of pieces) {
    check(piece);
    yield piece;
  }
  check(undefined);
}
