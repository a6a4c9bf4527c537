import type { Static, TSchema } from 'typebox';
import type { routes } from '../../../src/contract/routes.ts';
import type { Failure } from '../../../src/contract/schemas.ts';

/**
 * The API as the console calls it: by method and path, typed by the route table. Only types cross
 * over; no schema reaches the browser.
 */
type Table = typeof routes;
type Calls = { readonly [Id in keyof Table as `${Table[Id]['method']} ${Table[Id]['path']}`]: Table[Id] };

export type CallName = keyof Calls;

type Part<R, Key extends string> = R extends { readonly [key in Key]: infer S extends TSchema }
  ? object extends Static<S>
    ? { readonly [key in Key]?: Static<S> }
    : { readonly [key in Key]: Static<S> }
  : unknown;

/** What a call takes: `params` of its path, `query` and `body`, as far as it has them. */
export type Input<Name extends CallName> = Part<Calls[Name], 'params'> &
  Part<Calls[Name], 'query'> &
  Part<Calls[Name], 'body'>;

/** What a call answers, out of its envelope. */
export type Data<Name extends CallName> = Static<Calls[Name]['data']>;

export type FailureBody = Static<typeof Failure>;

/** A no of the API, or of the way to it: then `refusal` is NETWORK and there is no request id. */
export class Refused extends Error {
  readonly status: number;
  readonly refusal: string;
  readonly details: FailureBody['details'];
  readonly facts: Readonly<Record<string, unknown>>;
  readonly requestId: string | null;

  constructor(status: number, body: Partial<FailureBody>) {
    super(body.message ?? '');
    this.status = status;
    this.refusal = body.error ?? 'NETWORK';
    this.details = body.details ?? [];
    this.facts = body.facts ?? {};
    this.requestId = body.requestId ?? null;
  }
}

/** What every request carries besides its own content. */
export interface Credentials {
  readonly csrfToken: string | null;
  /** The programme the reader looks at; null before there is one. */
  readonly programId: string | null;
}

export interface Request {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
}

/** Milliseconds after which nobody waits for an answer any more. */
const patience = 20_000;
/** How often a change is sent that nobody knows the outcome of. Its key makes sure that it happens once. */
const attempts = 3;

/** The address of a call with its values put in. */
export function addressOf(path: string, { params = {}, query = {} }: Request): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const given = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return given.length === 0 ? filled : `${filled}?${new URLSearchParams(given)}`;
}

/**
 * Sends one call and gives its data; anything else is thrown as `Refused`. A call with a `key` is
 * repeated under it when its outcome is unknown.
 */
export async function send<Name extends CallName>(
  name: Name,
  input: Input<Name>,
  credentials: Credentials,
  key?: string,
): Promise<Data<Name>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await sendOnce(name, input, credentials, key);
    } catch (problem) {
      const unknown = problem instanceof Refused && (problem.status === 0 || problem.status === 503);
      if (key === undefined || !unknown || attempt === attempts) throw problem;
      await new Promise((resolve) => setTimeout(resolve, 500 * attempt));
    }
  }
}

async function sendOnce<Name extends CallName>(
  name: Name,
  input: Input<Name>,
  credentials: Credentials,
  key: string | undefined,
): Promise<Data<Name>> {
  const [method, path] = name.split(' ') as [string, string];
  const request = input as Request;
  const headers = headersOf(credentials, method);
  if (key !== undefined) headers.set('idempotency-key', key);
  if (request.body !== undefined) headers.set('content-type', 'application/json');
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  const response = await reach(addressOf(path, request), { method, headers, body });
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok || answer === null) throw new Refused(response.status, (answer ?? {}) as Partial<FailureBody>);
  return (answer as { data: Data<Name> }).data;
}

/** The headers of every request of somebody. */
export function headersOf({ csrfToken, programId }: Credentials, method: string): Headers {
  const headers = new Headers();
  if (programId !== null) headers.set('x-program-id', programId);
  if (method !== 'GET' && csrfToken !== null) headers.set('x-csrf-token', csrfToken);
  return headers;
}

async function reach(address: string, init: RequestInit): Promise<Response> {
  try {
    const signal = init.signal ?? AbortSignal.timeout(patience);
    return await fetch(address, { ...init, credentials: 'same-origin', cache: 'no-store', signal });
  } catch {
    throw new Refused(0, {});
  }
}

/** As `reach`, for what may be long: it must begin in time, and may take as long as it takes. */
async function reachLong(address: string, init: RequestInit): Promise<Response> {
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(), patience);
  try {
    return await reach(address, { ...init, signal: waiting.signal });
  } finally {
    clearTimeout(timer);
  }
}

/** Fetches a file of the API, such as a report's CSV, and hands it to the reader under `fileName`. */
export async function saveCall<Name extends CallName>(
  name: Name,
  input: Input<Name>,
  fileName: string,
  credentials: Credentials,
): Promise<void> {
  const [method, path] = name.split(' ') as [string, string];
  const headers = headersOf(credentials, method);
  const response = await reachLong(addressOf(path, input as Request), { method, headers });
  if (!response.ok)
    throw new Refused(response.status, (await response.json().catch(() => ({}))) as Partial<FailureBody>);
  // One that breaks off is no file.
  const file = await response.blob().catch(() => null);
  if (file === null) throw new Refused(0, {});
  saveFile(file, fileName);
}

/** Hands a file to the reader under a name. */
export function saveFile(file: Blob, fileName: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = fileName;
  link.click();
  // The browser has read the address by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
