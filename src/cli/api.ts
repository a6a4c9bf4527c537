import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type OperationId, type Route, routes } from '../contract/routes.ts';
import type { Credentials } from '../operations/first-start.ts';
import { CliProblem, exit, type Flags, type Given, type Shell } from './command.ts';

/** As whom: somebody who signs in, or one of the two demo clients where nothing else is given. */
export type Role = 'people' | 'partner' | 'venue';

/** What every command of the API takes. */
export const apiFlags: Flags = {
  url: { what: 'where the server is (PASSDESK_URL; else credentials.json)', value: 'address' },
  program: { what: 'the programme it is about (PASSDESK_PROGRAM; needed when there are several)', value: 'programId' },
  email: { what: 'sign in as this account (PASSDESK_EMAIL, PASSDESK_PASSWORD)', value: 'address' },
  'client-id': { what: 'be this client instead (PASSDESK_CLIENT_ID, PASSDESK_SECRET)', value: 'clientId' },
  as: {
    what: 'whom of credentials.json to be, when nothing else is given',
    value: 'whom',
    choices: ['people', 'partner', 'venue'],
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

/** Finds out where the server is and who asks, and signs in. */
export async function connect(given: Given, shell: Shell, role: Role): Promise<Api> {
  const { environment, outside } = shell;
  const known = await outside.credentials(environment);
  const baseUrl = (given.text('url') ?? environment.PASSDESK_URL ?? known?.baseUrl ?? '').replace(/\/+$/, '');
  if (!URL.canParse(baseUrl)) {
    throw new CliProblem(
      'no server is named: give --url or PASSDESK_URL, or DATA_DIR with a credentials.json',
      exit.usage,
    );
  }
  const proof = proofOf(given, environment, known, role);
  const program = given.text('program') ?? environment.PASSDESK_PROGRAM;
  const headers = await signIn(baseUrl, proof);
  const all = program === undefined || program === null ? headers : { ...headers, 'x-program-id': program };
  return {
    baseUrl,
    call: async (operationId, request) => {
      const answer = await send(baseUrl, routes[operationId], all, request);
      return dataOf(await answer.text(), answer.status);
    },
    download: async (operationId, request) => {
      const answer = await send(baseUrl, routes[operationId], all, request);
      if (answer.status !== 200) dataOf(await answer.text(), answer.status);
      return answer.body as unknown as AsyncIterable<Uint8Array>;
    },
    end: async () => {
      if (proof.kind === 'account') await send(baseUrl, routes.endSession, headers, {}).catch(() => {});
    },
  };
}

/** Flags and environment first; then what the data folder knows. */
function proofOf(given: Given, environment: Shell['environment'], known: Credentials | null, role: Role): Proof {
  const email = given.text('email') ?? environment.PASSDESK_EMAIL;
  const clientId = given.text('client-id') ?? environment.PASSDESK_CLIENT_ID;
  if (email) return { kind: 'account', email, password: environment.PASSDESK_PASSWORD ?? missing('PASSDESK_PASSWORD') };
  if (clientId) return { kind: 'client', clientId, secret: environment.PASSDESK_SECRET ?? missing('PASSDESK_SECRET') };
  const whom = (given.text('as') as Role | null) ?? role;
  if (known === null) throw new CliProblem('nobody is named: give --email or --client-id', exit.usage);
  if (whom === 'people') return { kind: 'account', ...known.admin };
  const { clientId: id, secret } = known[whom];
  return { kind: 'client', clientId: id, secret };
}

function missing(name: string): never {
  throw new CliProblem(`${name} is missing from the environment`, exit.usage);
}

/** The headers with which everything else is asked. */
async function signIn(baseUrl: string, proof: Proof): Promise<Record<string, string>> {
  if (proof.kind === 'client') {
    const { clientId, secret } = proof;
    const answer = await send(baseUrl, routes.fetchToken, {}, { body: { clientId, secret } });
    const { token } = dataOf(await answer.text(), answer.status) as { token: string };
    return { authorization: `Bearer ${token}` };
  }
  const { email, password } = proof;
  const answer = await send(baseUrl, routes.signIn, {}, { body: { email, password } });
  const { csrfToken } = dataOf(await answer.text(), answer.status) as { csrfToken: string };
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  return { cookie, 'x-csrf-token': csrfToken };
}

const attempts = 4;
const longestWait = 10_000;

/** Sends a request; again, under the same request id, when the server says "not now" or is not there for a moment. */
async function send(
  baseUrl: string,
  route: Route,
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
      await pause(250 * attempt);
      continue;
    }
    const wait = Number(answer.headers.get('retry-after') ?? Number.NaN) * 1000;
    const notNow = [429, 503].includes(answer.status) || (answer.status === 409 && wait > 0);
    if (!notNow || last || !(wait <= longestWait)) return answer;
    await answer.text();
    await pause(wait);
  }
}

function reasonOf(problem: Error): string {
  const cause = problem.cause as { code?: string; message?: string } | undefined;
  return cause?.code ?? cause?.message ?? problem.message;
}

function compose(
  baseUrl: string,
  route: Route,
  headers: Readonly<Record<string, string>>,
  { params = {}, query = {}, body, stream }: ApiRequest,
): { url: string; init: RequestInit } {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) for (const one of [value].flat()) search.append(name, one);
  const sent: Record<string, string> = { ...headers };
  if (route.changes) sent['x-request-id'] = randomUUID();
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
  const code = status === 503 || status === 429 ? exit.unreachable : exit.failed;
  throw new CliProblem(`${answer.message ?? `HTTP ${status}`}${fields}`, code, answer);
}
