import type { BulkFile, CallName, Content } from './call-types.ts';
import { calls } from './calls.ts';

/** What a caller can say about one call. */
export interface CallOptions {
  /** Ends the call; what it throws is the signal's reason. */
  readonly signal?: AbortSignal;
  /** A UUID of your own, so that this very call can be made again later; one is made otherwise. */
  readonly requestId?: string;
  /** A name of your own for a change, such as your order's number: 1 to 255 printable ASCII characters. */
  readonly idempotencyKey?: string;
  /** Another programme than the client's usual one. */
  readonly programId?: string;
  /** Milliseconds for the whole call, waiting included. */
  readonly deadline?: number;
}

/** A call as the table has it. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly changes: boolean;
  readonly optional?: true;
  readonly upload?: true;
  readonly produces?: true;
  readonly paged?: true;
}

export const callOf = (name: CallName): Call => calls[name];

/** A call, ready to be sent as often as it takes: every attempt is the same request. */
export interface CallRequest {
  readonly name: string;
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Content | null;
  readonly requestId: string;
  readonly changes: boolean;
  /** Whether it may be sent again when nobody knows what became of it. */
  readonly repeatable: boolean;
  /** Whether there is anything left to send again. */
  readonly resendable: boolean;
  /** Whether the answer is a file. */
  readonly produces: boolean;
}

/** The word for a module in the path of an issue. */
const moduleSegments: Readonly<Record<string, string>> = {
  0: 'crossModule',
  1: 'lounges',
  2: 'fastTrack',
  3: 'setMeals',
  4: 'coupons',
  7: 'fitness',
  8: 'esims',
  11: 'localOffers',
};

/** Not made repeatable by a key, and doing something each time. */
const oneByOne: ReadonlySet<string> = new Set<CallName>(['testEndpoint']);

type Fields = Readonly<Record<string, unknown>>;

/** Puts a call's input where the route has it: into the path, then the query, or the body. */
export function requestOf(
  baseUrl: string,
  name: CallName,
  input: Fields,
  options: CallOptions,
  programId: string | undefined,
): CallRequest {
  const call = callOf(name);
  const { path, rest } = filled(call.path, input);
  const requestId = options.requestId ?? crypto.randomUUID();
  const { query, body, type } = contentOf(name, call, rest);
  const headers: Record<string, string> = { accept: 'application/json', 'x-request-id': requestId };
  if (call.produces === true) headers.accept = '*/*';
  if (type !== null) headers['content-type'] = type;
  const programme = options.programId ?? programId;
  if (programme !== undefined) headers['x-program-id'] = programme;
  if (options.idempotencyKey !== undefined && call.changes) headers['idempotency-key'] = options.idempotencyKey;
  const resendable = !(body instanceof ReadableStream);
  return {
    name,
    url: baseUrl + path + query,
    method: call.method,
    headers,
    body,
    requestId,
    changes: call.changes,
    repeatable: resendable && !oneByOne.has(name),
    resendable,
    produces: call.produces === true,
  };
}

/** The path with its values in it, and what is left of the input. */
function filled(path: string, input: Fields): { path: string; rest: Fields } {
  const rest = { ...input };
  const whole = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    // The only one that the body holds, too, there as a number.
    if (name === 'module') return moduleSegments[String(input.module)] ?? encodeURIComponent(String(input.module));
    delete rest[name];
    const value = String(input[name] ?? '');
    if (value === '') throw new TypeError(`${name} is missing`);
    // Dots alone would lead to another path.
    if (/^\.+$/.test(value)) throw new TypeError(`${name} cannot be ${value}`);
    return encodeURIComponent(value);
  });
  return { path: whole, rest };
}

interface Sent {
  readonly query: string;
  readonly body: Content | null;
  readonly type: string | null;
}

function contentOf(name: CallName, call: Call, rest: Fields): Sent {
  if (call.upload === true) {
    const { file, ...query } = rest;
    return { query: queryOf(query), ...fileOf(file as BulkFile<unknown>) };
  }
  if (call.method === 'GET') return { query: queryOf(rest), body: null, type: null };
  // One scan is one scan, however often it is sent, and for ever.
  const body = name === 'redeemPass' ? { scanId: crypto.randomUUID(), ...defined(rest) } : rest;
  return { query: '', body: JSON.stringify(body), type: 'application/json' };
}

const defined = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

function fileOf(file: BulkFile<unknown>): { readonly body: Content; readonly type: string } {
  const lines = 'application/x-ndjson';
  if ('csv' in file) return { body: file.csv, type: 'text/csv' };
  if ('ndjson' in file) return { body: file.ndjson, type: lines };
  return { body: file.rows.map((row) => `${JSON.stringify(row)}\n`).join(''), type: lines };
}

function queryOf(fields: Fields): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(defined(fields))) {
    for (const one of [value].flat()) search.append(name, String(one));
  }
  return search.size === 0 ? '' : `?${search}`;
}
