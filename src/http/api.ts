import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Answer, type FileAnswer, failure } from '../contract/answer.ts';
import { type OperationId, type Route, routes } from '../contract/routes.ts';
import { validator } from '../contract/validate.ts';
import { Refusal, refuseField } from '../domain/refusal.ts';
import type { Caller } from '../operations/caller.ts';
import type { Client } from '../operations/directory.ts';
import { fetchToken } from '../operations/fetch-token.ts';
import type { World } from '../operations/world.ts';
import { type Authenticate, authenticator } from './authenticate.ts';
import { programIdOf, repeatKeyOf } from './headers.ts';
import { countOrRefuse, Limiter, refuseGuessing, secondsLeft } from './limits.ts';
import type { Metrics } from './metrics.ts';
import { operations } from './operations.ts';
import { refusalOf, send } from './server.ts';
import { acceptUploads, discardRest, uploadOf } from './upload.ts';

const minute = 60_000;
/** Unknown ids a client may ask for in an hour; in a sandbox there is nothing to find by guessing. */
const guesses = { live: 300, sandbox: 100_000 } as const;
/** Wrong secrets one address may send in a minute. */
const wrongSecrets = 60;

/** The three forms in which every path is served (contract, section 1). */
const prefixes = ['/v2', '/api/v2', ''] as const;

/** One request on its way: what was found out before its body was read. */
interface Arrival {
  client: Client | null;
  startedAt: number;
}

/** What the API needs; the world is null until the database is there and its schema current. */
export interface ApiParts {
  readonly world: () => World | null;
  readonly metrics: Metrics;
}

type Handle = (world: World, request: FastifyRequest, arrival: Arrival) => Promise<Answer | FileAnswer>;

interface Gate {
  readonly authenticate: Authenticate;
  readonly requests: Limiter;
  readonly unknownIds: Limiter;
  readonly failures: Limiter;
}

const gates = new WeakMap<World, Gate>();

function gateOf(world: World): Gate {
  const known = gates.get(world);
  if (known !== undefined) return known;
  const made: Gate = {
    authenticate: authenticator(world.directory, world.clock, world.log),
    requests: new Limiter(minute),
    unknownIds: new Limiter(60 * minute),
    failures: new Limiter(minute),
  };
  gates.set(world, made);
  return made;
}

/** Serves every route of the table under its three paths; other methods of those paths are refused. */
export function serveApi(server: FastifyInstance, parts: ApiParts): void {
  const methods = new Map<string, string[]>();
  for (const [operationId, route] of Object.entries(routes) as [OperationId, Route][]) {
    for (const prefix of prefixes) {
      const url = prefix + route.path.slice('/v2'.length).replace(/\{(\w+)\}/g, ':$1');
      methods.set(url, [...(methods.get(url) ?? []), route.method]);
      if (route.upload === undefined) serveRoute(server, parts, operationId, route, url);
      else serveUpload(server, parts, operationId, route, url);
    }
  }
  for (const [url, served] of methods) refuseOtherMethods(server, url, served);
}

function refuseOtherMethods(server: FastifyInstance, url: string, served: readonly string[]): void {
  const method = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter((name) => !served.includes(name));
  server.route({
    method,
    url,
    // Refused before any body is read.
    onRequest: (request, reply) => {
      reply.header('allow', served.join(', '));
      send(request, reply, failure(new Refusal('METHOD_NOT_ALLOWED'), request.id));
    },
    handler: () => {},
  });
}

/** In a scope of its own, so that no other route takes a body of this kind. */
function serveUpload(...[server, ...rest]: Parameters<typeof serveRoute>): void {
  server.register((scope, _options, done) => {
    acceptUploads(scope);
    serveRoute(scope, ...rest);
    done();
  });
}

function serveRoute(
  server: FastifyInstance,
  parts: ApiParts,
  operationId: OperationId,
  route: Route,
  url: string,
): void {
  const handle = operationId === 'fetchToken' ? tokenHandler(route) : clientHandler(operationId, route);
  const arrivals = new WeakMap<FastifyRequest, Arrival>();
  server.route({
    method: route.method,
    url,
    onRequest: async (request, reply) => {
      const arrival: Arrival = { client: null, startedAt: performance.now() };
      arrivals.set(request, arrival);
      const world = parts.world();
      // A client that keeps this connection would meet it closed the next time. It is refused once its
      // body is read: a socket that is closed on unread bytes takes the answer with it.
      if (world === null) return void reply.header('connection', 'close');
      if (route.scopes !== null) arrival.client = await admit(world, route.scopes, request, reply);
    },
    handler: async (request, reply) => {
      const arrival = arrivals.get(request)!;
      const world = parts.world();
      if (world === null) throw new Refusal('UNAVAILABLE');
      const answer = await answerOf(world, request, arrival, handle);
      if (route.upload !== undefined) discardRest(request);
      return 'parts' in answer ? sendFile(request, reply, answer) : send(request, reply, answer);
    },
    onResponse: (request, reply, done) => {
      const seconds = (performance.now() - (arrivals.get(request)?.startedAt ?? performance.now())) / 1000;
      parts.metrics.answered(operationId, reply.statusCode, seconds);
      done();
    },
  });

  async function answerOf(
    world: World,
    request: FastifyRequest,
    arrival: Arrival,
    run: Handle,
  ): Promise<Answer | FileAnswer> {
    let window: { count: number } | null = null;
    let answer: Answer | FileAnswer;
    try {
      window = arrival.client === null ? null : countGuess(world, arrival.client, route);
      answer = await run(world, request, arrival);
    } catch (problem) {
      answer = failure(refusalOf(problem, request, world.log), request.id);
    }
    // Counted before, so that a thousand guesses at once are no way around; taken back when it was none.
    const status = 'parts' in answer ? 200 : answer.status;
    if (window !== null && status !== 404) window.count -= 1;
    if (!('parts' in answer) && status >= 400) parts.metrics.refused(errorOf(answer));
    return answer;
  }
}

/** Sends a file while it is being made, as fast as it is taken. */
function sendFile(request: FastifyRequest, reply: FastifyReply, { mediaType, fileName, parts }: FileAnswer) {
  reply.header('content-type', mediaType).header('content-disposition', `attachment; filename="${fileName}"`);
  return reply.header('x-request-id', request.id).send(Readable.from(parts, { objectMode: false }));
}

function errorOf(answer: Answer): string {
  return /"error":"([A-Z_]+)"/.exec(answer.body)?.[1] ?? 'UNKNOWN';
}

/** Lets a client in: token, scope, rate. Cheap checks come first, and all before the body is read. */
async function admit(
  world: World,
  scopes: readonly string[],
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Client> {
  const gate = gateOf(world);
  refuseTwoTokens(request);
  const found = gate.authenticate(request.headers.authorization);
  const client = found instanceof Promise ? await found : found;
  const window = gate.requests.window(client.clientId);
  const limit = client.ratePerMinute;
  const left = Math.max(0, limit - window.count - 1);
  reply.header('ratelimit-policy', `"default";q=${limit};w=60`);
  reply.header('ratelimit', `"default";r=${left};t=${secondsLeft(window)}`);
  countOrRefuse(window, limit);
  if (scopes.length > 0 && !scopes.some((scope) => (client.scopes as ReadonlySet<string>).has(scope))) {
    throw new Refusal('SCOPE_MISSING', { facts: { scopes } });
  }
  return client;
}

function refuseTwoTokens(request: FastifyRequest): void {
  const raw = request.raw.rawHeaders;
  let seen = 0;
  for (let index = 0; index < raw.length; index += 2) {
    if (raw[index]!.length === 13 && raw[index]!.toLowerCase() === 'authorization') seen += 1;
  }
  if (seen > 1) throw refuseField('HTTP_MALFORMED', 'Authorization', 'is sent more than once');
}

/** Counts an unknown id in advance, for routes that look ids up; refuses a client that guesses. */
function countGuess(world: World, client: Client, route: Route): { count: number } | null {
  if (!route.refusals.includes('LOOK_UPS_EXHAUSTED')) return null;
  const window = gateOf(world).unknownIds.window(client.clientId);
  refuseGuessing(window, seesSandboxesOnly(world, client) ? guesses.sandbox : guesses.live);
  window.count += 1;
  return window;
}

/** Known until the directory changes, which makes new clients. */
const sandboxed = new WeakMap<Client, boolean>();

/** Whether everything a client may ask for belongs to sandboxes: its programmes, and those at its doors. */
function seesSandboxesOnly(world: World, client: Client): boolean {
  const known = sandboxed.get(client);
  if (known !== undefined) return known;
  const offers = [...world.directory.current().offers.values()].filter(
    ({ programme, resources }) =>
      client.programs.has(programme.programId) || [...client.resources].some((id) => resources.has(id)),
  );
  const only = offers.length > 0 && offers.every(({ programme }) => programme.sandbox);
  sandboxed.set(client, only);
  return only;
}

function readerOf(route: Route) {
  const params = route.params === undefined ? null : validator(route.params);
  const query = route.query === undefined ? null : validator(route.query);
  const body = route.body === undefined ? null : validator(route.body);
  return (request: FastifyRequest) => {
    if (query === null) refuseQuery(request);
    return {
      ...(params === null ? {} : { params: params(request.params) }),
      ...(query === null ? {} : { query: query(request.query) }),
      ...(body === null ? {} : { body: body(request.body) }),
      ...(route.upload === undefined ? {} : { upload: uploadOf(request) }),
    };
  };
}

function refuseQuery(request: FastifyRequest): void {
  const [field] = Object.keys(request.query as object);
  if (field !== undefined) throw refuseField('REQUEST_INVALID', field.slice(0, 120), 'is not a field of this request');
}

type AnyOperation = (world: World, caller: Caller, request: unknown) => Promise<Answer | FileAnswer>;

function clientHandler(operationId: Exclude<OperationId, 'fetchToken'>, route: Route): Handle {
  const operation = operations[operationId] as AnyOperation;
  const read = readerOf(route);
  return async (world, request, arrival) => {
    const caller: Caller = {
      client: arrival.client!,
      programId: programIdOf(request.headers),
      requestId: request.id,
      key: route.method === 'GET' ? null : repeatKeyOf(request.headers),
      operationId,
    };
    return operation(world, caller, read(request));
  };
}

function tokenHandler(route: Route): Handle {
  const read = readerOf(route) as (request: FastifyRequest) => Parameters<typeof fetchToken>[1];
  return async (world, request) => {
    const window = gateOf(world).failures.window(request.ip);
    if (window.count >= wrongSecrets) throw new Refusal('RATE_LIMITED', { facts: { retryAfter: secondsLeft(window) } });
    try {
      return await fetchToken(world, read(request));
    } catch (problem) {
      if (problem instanceof Refusal && problem.refusal === 'CREDENTIALS_REFUSED') window.count += 1;
      throw problem;
    }
  };
}
