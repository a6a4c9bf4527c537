import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Answer, errorOf, failure } from '../contract/answer.ts';
import { type OperationId, type Route, routes } from '../contract/routes.ts';
import { Refusal, refuseField } from '../domain/refusal.ts';
import type { Caller } from '../operations/caller.ts';
import type { Client } from '../operations/directory.ts';
import type { Person } from '../operations/people.ts';
import type { World } from '../operations/world.ts';
import { type Authenticate, authenticator } from './authenticate.ts';
import { cookiesOf } from './cookies.ts';
import { programIdOf, repeatKeyOf } from './headers.ts';
import { countOrRefuse, Limiter, refuseGuessing, secondsLeft } from './limits.ts';
import type { Metrics } from './metrics.ts';
import { openHandler } from './open-operations.ts';
import { type ClientOperationId, type OpenOperationId, operations } from './operations.ts';
import { admitPerson, sessionOf } from './people.ts';
import { readerOf } from './read-request.ts';
import { refusalOf, send } from './server.ts';

const minute = 60_000;
/** Unknown ids a client may ask for in an hour; in a sandbox there is nothing to find by guessing. */
const guesses = { live: 300, sandbox: 100_000 } as const;

/** The three forms in which every path is served (contract, section 1). */
const prefixes = ['/v2', '/api/v2', ''] as const;

/** One request on its way: what was found out before its body was read. */
interface Arrival {
  /** Null before the database is there, and once the process stops. */
  readonly world: World | null;
  client: Client | null;
  readonly startedAt: number;
}

/** What the API needs; the world is null until the database is there and its schema current. */
export interface ApiParts {
  readonly world: () => World | null;
  readonly metrics: Metrics;
}

type Handle = (world: World, request: FastifyRequest, arrival: Arrival, reply: FastifyReply) => Promise<Answer>;

interface Gate {
  readonly authenticate: Authenticate;
  readonly requests: Limiter;
  readonly unknownIds: Limiter;
}

const gates = new WeakMap<World, Gate>();

function gateOf(world: World): Gate {
  const known = gates.get(world);
  if (known !== undefined) return known;
  const made: Gate = {
    authenticate: authenticator(world.directory, world.clock, world.log),
    requests: new Limiter(minute),
    unknownIds: new Limiter(60 * minute),
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
      serveRoute(server, parts, operationId, route, url);
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

function serveRoute(
  server: FastifyInstance,
  parts: ApiParts,
  operationId: OperationId,
  route: Route,
  url: string,
): void {
  const handle = handlerOf(operationId, route);
  const arrivals = new WeakMap<FastifyRequest, Arrival>();
  server.route({
    method: route.method,
    url,
    onRequest: async (request, reply) => {
      const world = parts.world();
      const arrival: Arrival = { world, client: null, startedAt: performance.now() };
      arrivals.set(request, arrival);
      // A client that keeps this connection would meet it closed the next time. It is refused once its
      // body is read: a socket that is closed on unread bytes takes the answer with it.
      if (world === null) return void reply.header('connection', 'close');
      if (route.scopes !== null) await admit(world, route, request, reply, arrival);
    },
    handler: async (request, reply) => {
      const world = parts.world();
      // Nobody was let in while there was no world.
      if (world === null || arrivals.get(request)!.world === null) throw new Refusal('UNAVAILABLE');
      const answer = await answerOf(world, request, reply);
      if (answer.cookies !== undefined) reply.header('set-cookie', cookiesOf(answer.cookies, world.publicUrl));
      return send(request, reply, answer);
    },
    onResponse: (request, reply, done) => {
      countAnswer(request, reply.statusCode, arrivals.get(request));
      done();
    },
  });

  function countAnswer({ refusal }: FastifyRequest, status: number, arrival: Arrival | undefined): void {
    const now = performance.now();
    parts.metrics.answered(operationId, status, (now - (arrival?.startedAt ?? now)) / 1000);
    if (refusal !== '') parts.metrics.refused(refusal);
    const { world, client } = arrival ?? {};
    if (client?.kind === 'client') world?.traffic.count(client.clientId, operationId, refusal, world.clock.now());
  }

  async function answerOf(world: World, request: FastifyRequest, reply: FastifyReply): Promise<Answer> {
    const arrival = arrivals.get(request)!;
    let window: { count: number } | null = null;
    let answer: Answer;
    try {
      window = arrival.client === null ? null : countGuess(world, arrival.client, route);
      answer = await handle(world, request, arrival, reply);
    } catch (problem) {
      answer = failure(refusalOf(problem, request, world.log), request.id);
    }
    // Counted before, so that a thousand guesses at once are no way around; taken back when it was none.
    if (window !== null && answer.status !== 404) window.count -= 1;
    if (answer.status >= 400) request.refusal = errorOf(answer);
    return answer;
  }
}

/** Lets a caller in: token or session, rate, scope. Cheap checks come first, and all before the body is read. */
async function admit(
  world: World,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  arrival: Arrival,
): Promise<void> {
  const gate = gateOf(world);
  refuseTwoTokens(request);
  const session = sessionOf(world, request);
  const found =
    session === null ? gate.authenticate(request.headers.authorization) : admitPerson(world, request, session);
  const client = found instanceof Promise ? await found : found;
  arrival.client = client;
  const window = gate.requests.window(client.clientId);
  const limit = client.ratePerMinute;
  const left = Math.max(0, limit - window.count - 1);
  reply.header('ratelimit-policy', `"default";q=${limit};w=60`);
  reply.header('ratelimit', `"default";r=${left};t=${secondsLeft(window)}`);
  countOrRefuse(window, limit);
  if (session !== null && route.beforePasswordChange !== true) refuseTemporary(client as Person);
  const scopes = route.scopes!;
  if (scopes.length > 0 && !scopes.some((scope) => (client.scopes as ReadonlySet<string>).has(scope))) {
    throw new Refusal('SCOPE_MISSING', { facts: { scopes } });
  }
}

/** A password that somebody else has seen is good for nothing but choosing another. */
function refuseTemporary({ account }: Person): void {
  if (account.passwordIsTemporary) throw new Refusal('PASSWORD_CHANGE_REQUIRED');
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

/** Which verb answers a route, after the checks that its kind of caller asks for. */
function handlerOf(operationId: OperationId, route: Route): Handle {
  if (route.scopes !== null) return clientHandler(operationId as ClientOperationId, route);
  const handle = openHandler(operationId as OpenOperationId, route);
  return (world, request, _arrival, reply) => handle(world, request, reply);
}

type AnyOperation = (world: World, caller: Caller, request: unknown) => Promise<Answer>;

function clientHandler(operationId: ClientOperationId, route: Route): Handle {
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
