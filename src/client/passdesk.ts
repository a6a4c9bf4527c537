import type { Arguments, CallName, Data, ListName, Row } from './call-types.ts';
import { calls } from './calls.ts';
import { pagesOf, rowsOf } from './pages.ts';
import type { Patience } from './patience.ts';
import { type CallOptions, type CallRequest, callOf, requestOf } from './requests.ts';
import { type Attempt, type Carrier, send } from './send.ts';
import { type Credentials, type FetchToken, openTokens } from './tokens.ts';

export type { BulkFile, CallName, Content, Data, Input, ListName, Row } from './call-types.ts';
export { CallProblem, CallRefused, CallUnanswered } from './problems.ts';
export type { CallOptions } from './requests.ts';
export type { Attempt } from './send.ts';
export type { Credentials } from './tokens.ts';
export {
  PushEventRefused,
  type PushExpectation,
  pushVerifier,
  type VerifiedPushEvent,
  verifyPushEvent,
} from './verify-push-event.ts';

/** A pass and its order, as every route about it tells it. */
export type Order = Data<'searchPass'>;
/** A use of a pass. */
export type UsageOrder = Data<'redeemPass'>;

/** What a client is opened with. */
export interface Settings {
  /** Where Passdesk is, such as `https://passes.example`; `…/v2/…` is put behind it. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  /** The programme; may be left out by a client that has exactly one. */
  readonly programId?: string;
  /** Milliseconds for a whole call, waiting and retries included; 30,000 unless told otherwise, an hour for files. */
  readonly deadline?: number;
  /** Milliseconds for one attempt; 10,000 unless told otherwise. Files have all the time of the call. */
  readonly attemptTimeout?: number;
  /** How often a call is sent at the most; 5 unless told otherwise. */
  readonly attempts?: number;
  /** Told of every attempt, for logs and figures. */
  readonly onAttempt?: (attempt: Attempt) => void;
  /** Another way to the network than the global one. */
  readonly fetch?: typeof fetch;
}

/** One method for each call. */
type Methods = {
  readonly [Name in keyof typeof calls]: (...given: Arguments<Name, CallOptions>) => Promise<Data<Name>>;
};

/** The API of one deployment, as one client. */
export interface Passdesk extends Methods {
  /** Every item of a list, page after page. */
  each<Name extends ListName>(
    list: Name,
    ...given: Arguments<Name, CallOptions>
  ): AsyncGenerator<Row<Name>, void, undefined>;
  /** Every page of a list. */
  pages<Name extends ListName>(
    list: Name,
    ...given: Arguments<Name, CallOptions>
  ): AsyncGenerator<Data<Name>, void, undefined>;
}

const hour = 3_600_000;
const usual: Patience = { deadline: 30_000, attemptTimeout: 10_000, attempts: 5 };

type Fields = Readonly<Record<string, unknown>>;

/** Opens a client of a Passdesk. Nothing is sent before the first call. */
export function openPassdesk(settings: Settings): Passdesk {
  const baseUrl = addressOf(settings.baseUrl);
  const patience = { ...usual, ...known(settings) };
  const carry = {
    fetch: settings.fetch ?? ((...request) => fetch(...request)),
    onAttempt: settings.onAttempt ?? (() => {}),
  } satisfies Partial<Carrier>;
  const tokens = openTokens(settings.credentials, tokenFetcher(baseUrl, { ...carry, patience, tokens: null }));

  function make(name: CallName, input: Fields = {}, options: CallOptions = {}): Promise<unknown> {
    const { upload, produces } = callOf(name);
    const request = requestOf(baseUrl, name, input, options, settings.programId);
    const long = upload === true || produces === true;
    const deadline = options.deadline ?? (long ? Math.max(hour, patience.deadline) : patience.deadline);
    const attemptTimeout = long ? deadline : patience.attemptTimeout;
    return send(request, { ...carry, tokens, patience: { ...patience, deadline, attemptTimeout } }, options.signal);
  }

  function pages<Name extends ListName>(list: Name, ...[input = {}, options = {}]: [Fields?, CallOptions?]) {
    // Each page is a call of its own, with an id of its own.
    const { requestId: _, ...every } = options;
    return pagesOf<Name>((where) => make(list, { ...input, ...where }, every) as Promise<Data<Name>>);
  }

  async function* each<Name extends ListName>(list: Name, ...given: [Fields?, CallOptions?]) {
    for await (const page of pages(list, ...given)) yield* rowsOf<Name>(page);
  }

  const methods = Object.fromEntries(
    (Object.keys(calls) as CallName[]).map((name) => [
      name,
      // An error in the input is a rejection, too.
      async (input?: Fields, options?: CallOptions) => make(name, input, options),
    ]),
  );
  return { ...(methods as unknown as Methods), each, pages } as Passdesk;
}

function addressOf(baseUrl: string): string {
  const { protocol, search, hash, href } = new URL(baseUrl);
  if (!/^https?:$/.test(protocol) || search !== '' || hash !== '') {
    throw new TypeError(`baseUrl must be an http or https address without a query: ${baseUrl}`);
  }
  return href.replace(/\/$/, '');
}

/** What was set of the patience. */
function known({ deadline, attemptTimeout, attempts }: Settings): Partial<Patience> {
  const set = Object.entries({ deadline, attemptTimeout, attempts }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set);
}

/** The one call without a token. */
function tokenFetcher(baseUrl: string, carrier: Carrier): FetchToken {
  return async ({ clientId, secret }) => {
    const requestId = crypto.randomUUID();
    const request: CallRequest = {
      name: 'fetchToken',
      url: `${baseUrl}/v2/auth/token`,
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/json', 'x-request-id': requestId },
      body: JSON.stringify({ clientId, secret }),
      requestId,
      changes: false,
      repeatable: true,
      resendable: true,
      produces: false,
    };
    return (await send(request, carrier)) as Awaited<ReturnType<FetchToken>>;
  };
}
