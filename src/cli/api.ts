import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { retryAfterOf, waitAfter } from '../client/patience.ts';
import type { OperationId } from '../contract/routes.ts';
import type { Credentials } from '../operations/first-start.ts';
import { CliProblem, exit, type Flags, type Given, type Shell } from './command.ts';
import type { Describe, Operation } from './description.ts';

/** As whom: somebody who signs in, or one of the two demo clients where nothing else is given. */
export type Role = 'people' | 'partner' | 'venue';

/** What every command of the API takes. */
export const apiFlags: Flags = {
  server: { what: 'where the server is (PASSDESK_URL; else credentials.json)', value: 'address' },
  program: { what: 'the programme it is about (PASSDESK_PROGRAM; needed when there are several)', value: 'programId' },
  as: {
    what: "an account's e-mail, a client's id, or people, partner or venue of credentials.json (PASSDESK_AS; PASSDESK_PASSWORD or PASSDESK_SECRET goes with the first two)",
    value: 'whom',
  },
};

/** What goes into one request. */
export interface ApiRequest {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: unknown;
  /** A body that is not JSON, with its type: sent as it comes. */
  readonly stream?: { readonly type: string; readonly body: ReadableStream<Uint8Array> };
}

/** A server, and who asks. */
export interface Api {
  readonly baseUrl: string;
  /** Calls a route and gives its data. */
  call(operationId: OperationId, request: ApiRequest): Promise<unknown>;
  /** Calls a route whose answer is a file. */
  download(operationId: OperationId, request: ApiRequest): Promise<AsyncIterable<Uint8Array>>;
  /** Ends the session, if there is one. */
  end(): Promise<void>;
}

type Proof =
  | { readonly kind: 'client'; readonly clientId: string; readonly secret: string }
  | { readonly kind: 'account'; readonly email: string; readonly password: string };

function withoutSlashes(address: string): string {
  let end = address.length;
  while (address[end - 1] === '/') end -= 1;
  return address.slice(0, end);
}

/** Finds out where the server is and who asks, and signs in. */
export async function connect(given: Given, shell: Shell, role: Role, about: string | null = null): Promise<Api> {
  const { environment, outside } = shell;
  const known = await outside.credentials(environment);
  const baseUrl = withoutSlashes(given.text('server') ?? environment.PASSDESK_URL ?? known?.baseUrl ?? '');
  if (!URL.canParse(baseUrl)) {
    throw new CliProblem(
      'no server is named: give --server or PASSDESK_URL, or DATA_DIR with a credentials.json',
      exit.usage,
    );
  }
  const proof = proofOf(given, environment, known, role);
  const program = given.text('program') || about || environment.PASSDESK_PROGRAM || null;
  const { describe } = outside;
  let headers = await signIn(baseUrl, describe, proof);

  async function ask(operationId: OperationId, request: ApiRequest): Promise<Response> {
    const named = program === null ? headers : { ...headers, 'x-program-id': program };
    return send(baseUrl, describe(operationId), named, request);
  }

  /** A token ends after an hour, and a job may take longer. */
  async function askAgain(operationId: OperationId, request: ApiRequest): Promise<Response> {
    const answer = await ask(operationId, request);
    if (answer.status !== 401 || request.stream !== undefined) return answer;
    headers = await signIn(baseUrl, describe, proof);
    return ask(operationId, request);
  }

  return {
    baseUrl,
    call: async (operationId, request) => {
      const answer = await askAgain(operationId, request);
      return dataOf(await answer.text(), answer.status);
    },
    download: async (operationId, request) => {
      const answer = await askAgain(operationId, request);
      if (answer.status !== 200) dataOf(await answer.text(), answer.status);
      return answer.body as unknown as AsyncIterable<Uint8Array>;
    },
    end: async () => {
      if (proof.kind === 'account') await send(baseUrl, describe('endSession'), headers, {}).catch(() => {});
    },
  };
}

/** The flag first, then the environment; then what the data folder knows. */
function proofOf(given: Given, environment: Shell['environment'], known: Credentials | null, role: Role): Proof {
  const whom = given.text('as') ?? environment.PASSDESK_AS ?? role;
  if (whom.includes('@')) {
    return { kind: 'account', email: whom, password: environment.PASSDESK_PASSWORD ?? missing('PASSDESK_PASSWORD') };
  }
  if (!isRole(whom)) {
    return { kind: 'client', clientId: whom, secret: environment.PASSDESK_SECRET ?? missing('PASSDESK_SECRET') };
  }
  if (known === null)
    throw new CliProblem('nobody is named: give --as, or DATA_DIR with a credentials.json', exit.usage);
  if (whom === 'people') return { kind: 'account', ...known.admin };
  const { clientId, secret } = known[whom];
  return { kind: 'client', clientId, secret };
}

const isRole = (whom: string): whom is Role => ['people', 'partner', 'venue'].includes(whom);

function missing(name: string): never {
  throw new CliProblem(`${name} is missing from the environment`, exit.usage);
}

/** The headers with which everything else is asked. */
async function signIn(baseUrl: string, describe: Describe, proof: Proof): Promise<Record<string, string>> {
  if (proof.kind === 'client') {
    const { clientId, secret } = proof;
    const answer = await send(baseUrl, describe('fetchToken'), {}, { body: { clientId, secret } });
    const { token } = dataOf(await answer.text(), answer.status) as { token: string };
    return { authorization: `Bearer ${token}` };
  }
  const { email, password } = proof;
  const answer = await send(baseUrl, describe('signIn'), {}, { body: { email, password } });
  const { csrfToken } = dataOf(await answer.text(), answer.status) as { csrfToken: string };
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  return { cookie, 'x-csrf-token': csrfToken };
}

const attempts = 5;
const longestWait = 10_000;

/** Sends a request; again, under the same request id, when the server says "not now" or is not there for a moment. */
async function send(
  baseUrl: string,
  route: Operation,
  headers: Readonly<Record<string, string>>,
  request: ApiRequest,
): Promise<Response> {
  const { url, init } = compose(baseUrl, route, headers, request);
  const repeatable = request.stream === undefined;
  for (let attempt = 1; ; attempt += 1) {
    const answer = await fetch(url, init).catch((problem: Error) => problem);
    const last = !repeatable || attempt === attempts;
    if (answer instanceof Error) {
      if (last)
        throw new CliProblem(`the server at ${baseUrl} cannot be reached: ${reasonOf(answer)}`, exit.unreachable);
      await pause(waitAfter(attempt, null, Math.random()));
      continue;
    }
    const seconds = retryAfterOf(answer.headers.get('retry-after'), Date.now());
    const notNow = [409, 429, 503].includes(answer.status) && seconds !== null && seconds * 1000 <= longestWait;
    if (!notNow || last) return answer;
    await answer.text();
    await pause(waitAfter(attempt, seconds, Math.random()));
  }
}

function reasonOf(problem: Error): string {
  const cause = problem.cause as { code?: string; message?: string } | undefined;
  return cause?.code ?? cause?.message ?? problem.message;
}

function compose(
  baseUrl: string,
  route: Operation,
  headers: Readonly<Record<string, string>>,
  { params = {}, query = {}, body, stream }: ApiRequest,
): { url: string; init: RequestInit } {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) for (const one of [value].flat()) search.append(name, one);
  const sent: Record<string, string> = { ...headers };
  // It makes a change repeatable, and is only a name to anything else.
  if (route.method !== 'GET') sent['x-request-id'] = randomUUID();
  if (body !== undefined) sent['content-type'] = 'application/json';
  if (stream !== undefined) sent['content-type'] = stream.type;
  const text = search.toString();
  const content = stream === undefined ? (body === undefined ? null : JSON.stringify(body)) : stream.body;
  const init = {
    method: route.method,
    headers: sent,
    body: content,
    ...(stream === undefined ? {} : { duplex: 'half' }),
  };
  return { url: `${baseUrl}${path}${text === '' ? '' : `?${text}`}`, init: init as RequestInit };
}

interface Envelope {
  readonly data?: unknown;
  readonly error?: string;
  readonly message?: string;
  readonly details?: readonly { readonly field: string; readonly problem: string }[];
}

/** The data of an answer; a refusal ends the command with its own sentence, and as it is for programs. */
function dataOf(text: string, status: number): unknown {
  let answer: Envelope;
  try {
    answer = JSON.parse(text) as Envelope;
  } catch {
    throw new CliProblem(`the answer is none of Passdesk's (HTTP ${status})`, exit.unreachable);
  }
  if (status === 200) return answer.data;
  const fields = (answer.details ?? []).map(({ field, problem }) => `\n  ${field} ${problem}`).join('');
  const hint = answer.error === 'PROGRAM_REQUIRED' ? ' On the command line: --program, or PASSDESK_PROGRAM.' : '';
  const code = status === 503 || status === 429 ? exit.unreachable : exit.failed;
  throw new CliProblem(`${answer.message ?? `HTTP ${status}`}${hint}${fields}`, code, answer);
}
