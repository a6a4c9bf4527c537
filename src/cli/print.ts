import { once } from 'node:events';
import { SingleBar } from 'cli-progress';

/** Where text goes: standard output and standard error. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Whether somebody looks at standard error, so that bars and colours make sense. */
  readonly isTerminal: boolean;
}

/** One column of a table: its heading, and where its value is, such as `locationInfo.iata`. */
export type Column = readonly [heading: string, path: string];

/** A bar for what takes longer than a second; nothing where nobody looks. */
export interface Bar {
  total(count: number): void;
  add(count: number): void;
  stop(): void;
}

/** How a command speaks: results on standard output, everything else on standard error. */
export interface Printer {
  readonly json: boolean;
  /** Whether a bar would be seen. */
  readonly isWatched: boolean;
  /** One result: a JSON document, or its fields a line each. */
  result(value: object, lines?: readonly string[]): void;
  /** The items of a list: a JSON line each, or a table. */
  items(items: readonly object[], columns?: readonly Column[]): void;
  /** Text as it is, whatever the form of output. */
  text(text: string): void;
  /** Text as it is, no faster than it is read. */
  write(text: string): Promise<void>;
  /** Bytes as they come, no faster than they are read. */
  stream(chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** Something for people on the way. */
  note(text: string): void;
  bar(what: string): Bar;
}

const wait = 1_000;

/** Makes the printer of one run. */
export function openPrinter(streams: Streams, { json, quiet }: { json: boolean; quiet: boolean }): Printer {
  const { out, error } = streams;
  const isWatched = !quiet && !json && streams.isTerminal;
  return {
    json,
    isWatched,
    result(value, lines) {
      if (json) out(`${JSON.stringify(value)}\n`);
      else out(`${(lines ?? fieldsOf(value)).join('\n')}\n`);
    },
    items(items, columns) {
      if (json) for (const item of items) out(`${JSON.stringify(item)}\n`);
      else out(tableOf(items, columns ?? columnsOf(items)));
    },
    text: out,
    write: handOver,
    stream: async (chunks) => {
      for await (const chunk of chunks) await handOver(chunk);
    },
    note: (text) => {
      if (!quiet) error(`${text}\n`);
    },
    bar: (what) => (isWatched ? terminalBar(what) : silentBar),
  };
}

async function handOver(chunk: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
}

const silentBar: Bar = { total: () => {}, add: () => {}, stop: () => {} };

/** Shows itself after a second, so that what is quick shows nothing. */
function terminalBar(what: string): Bar {
  const format = `${what} {bar} {percentage} % · {value} of {total} · {eta_formatted} left`;
  // Before anybody knows how much there is, nothing of it is done.
  const looks = { hideCursor: true, clearOnComplete: true, emptyOnZero: true };
  const bar = new SingleBar({ format, stream: process.stderr, ...looks });
  let done = 0;
  let all = 0;
  let shown = false;
  const timer = setTimeout(() => {
    shown = true;
    bar.start(all, done);
  }, wait);
  return {
    total(count) {
      all = count;
      if (shown) bar.setTotal(count);
    },
    add(count) {
      done += count;
      if (shown) bar.update(done);
    },
    stop() {
      clearTimeout(timer);
      if (shown) bar.stop();
      shown = false;
    },
  };
}

/** A value as one cell of text. */
export function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(cellOf).join(', ');
  if (typeof value === 'object') return JSON.stringify(value);
  return clean(String(value));
}

/** Names come from outside: what would move the cursor or colour the terminal is shown, not done. */
function clean(text: string): string {
  return text.replace(/\p{Cc}|\p{Cf}/gu, (one) => `\\u${one.codePointAt(0)!.toString(16).padStart(4, '0')}`);
}

function valueAt(item: object, path: string): unknown {
  let value: unknown = item;
  for (const key of path.split('.')) value = (value as Record<string, unknown> | null | undefined)?.[key];
  return value;
}

/** The fields of a result, a line each; what lies deeper under its path. */
export function fieldsOf(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const deeper = inner !== null && typeof inner === 'object' && !Array.isArray(inner);
    if (deeper && Object.keys(inner).length > 0) return fieldsOf(inner as object, `${prefix}${key}.`);
    if (Array.isArray(inner) && inner.some((item) => item !== null && typeof item === 'object')) {
      return inner.flatMap((item, index) => fieldsOf(item as object, `${prefix}${key}[${index}].`));
    }
    return [`${prefix}${key}: ${cellOf(inner)}`];
  });
}

function columnsOf(items: readonly object[]): Column[] {
  const keys = new Set(items.flatMap((item) => Object.keys(item)));
  return [...keys].map((key) => [key, key]);
}

const widest = 60;

function tableOf(items: readonly object[], columns: readonly Column[]): string {
  if (items.length === 0) return 'none\n';
  const rows = items.map((item) => columns.map(([, path]) => cellOf(valueAt(item, path)).slice(0, widest)));
  const table = [columns.map(([heading]) => heading), ...rows];
  const widths = columns.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
