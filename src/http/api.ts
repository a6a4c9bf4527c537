import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Answer, failure } from '../contract/answer.ts';
import { type OperationId, type Route, routes } from '../contract/routes.ts';
import { validator } from '../contract/validate.ts';
import { Refusal, refuseField } from '../domain/refusal.ts';
import type { Caller } from '../operations/caller.ts';
import type { Client } from '../operations/directory.ts';
import { fetchToken } from '../operations/fetch-token.ts';
import { signIn } from '../operations/sign-in.ts';
import type { World } from '../operations/world.ts';
import { cookiesOf } from './cookies.ts';
import { admit, beginLookUp, endLookUp, errorOf, gateOf, type LookUp } from './gate.ts';
import { programIdOf, repeatKeyOf } from './headers.ts';
import { secondsLeft } from './limits.ts';
import type { Metrics } from './metrics.ts';
import { type ClientOperationId, operations } from './operations.ts';
import { placeOf, refuseStrangers } from './people.ts';
import { refusalOf, send } from './server.ts';

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

type Handle = (world: World, request: FastifyRequest, arrival: Arrival) => Promise<Answer>;

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
      const arrival: Arrival = { client: null, startedAt: performance.now() };
      arrivals.set(request, arrival);
      const world = parts.world();
      // A client that keeps this connection would meet it closed the next time. It is refused once its
      // body is read: a socket that is closed on unread bytes takes the answer with it.
      if (world === null) return void reply.header('connection', 'close');
      if (route.scopes !== null) arrival.client = await admit(world, route, request, reply);
    },
    handler: async (request, reply) => {
      const arrival = arrivals.get(request)!;
      const world = parts.world();
      if (world === null) throw new Refusal('UNAVAILABLE');
      const answer = await answerOf(world, request, arrival, handle);
      if (answer.cookies !== undefined) reply.header('set-cookie', cookiesOf(answer.cookies, world.publicUrl));
      return send(request, reply, answer);
    },
    // What is refused before the operation is asked: tokens, scopes, rates, bodies that are no JSON.
    errorHandler: (problem, request, reply) => {
      if ((problem as unknown) instanceof Refusal) parts.metrics.refused((problem as unknown as Refusal).refusal);
      return server.errorHandler(problem, request, reply);
    },
    onResponse: (request, reply, done) => {
      const seconds = (performance.now() - (arrivals.get(request)?.startedAt ?? performance.now())) / 1000;
      parts.metrics.answered(operationId, reply.statusCode, seconds);
      done();
    },
  });

  async function answerOf(world: World, request: FastifyRequest, arrival: Arrival, run: Handle): Promise<Answer> {
    let lookUp: LookUp | null = null;
    let answer: Answer;
    try {
      lookUp = arrival.client === null ? null : beginLookUp(world, arrival.client, route);
      answer = await run(world, request, arrival);
    } catch (problem) {
      answer = failure(refusalOf(problem, request, world.log), request.id);
    }
    if (lookUp !== null) endLookUp(world, lookUp, answer);
    if (answer.status >= 400) parts.metrics.refused(errorOf(answer));
    return answer;
  }
}

function readerOf(route: Route) {
  const params = route.params === undefined ? null : validator(route.params);
  const query = route.query === undefined ? null : validator(route.query);
  const body = route.body === undefined ? null : validator(route.body);
  return (request: FastifyRequest) => {
    if (query === null) refuseQuery(request);
    if (body === null) refuseBody(request);
    return {
      ...(params === null ? {} : { params: params(request.params) }),
      ...(query === null ? {} : { query: query(request.query) }),
      ...(body === null ? {} : { body: body(request.body) }),
    };
  };
}

function refuseQuery(request: FastifyRequest): void {
  const [field] = Object.keys(request.query as object);
  if (field !== undefined) throw refuseField('REQUEST_INVALID', field.slice(0, 120), 'is not a field of this request');
}

/** A body where none is taken is a mistake, and is not dropped; an empty object says nothing. */
function refuseBody(request: FastifyRequest): void {
  if (request.body === undefined || request.body === null) return;
  const [field] = typeof request.body === 'object' ? Object.keys(request.body) : ['body'];
  if (field !== undefined) throw refuseField('REQUEST_INVALID', field.slice(0, 120), 'is not a field of this request');
}

type AnyOperation = (world: World, caller: Caller, request: unknown) => Promise<Answer>;

function handlerOf(operationId: OperationId, route: Route): Handle {
  if (operationId === 'fetchToken') return tokenHandler(route);
  return operationId === 'signIn' ? signInHandler(route) : clientHandler(operationId, route);
}

function clientHandler(operationId: ClientOperationId, route: Route): Handle {
  const operation = operations[operationId] as AnyOperation;
  const read = readerOf(route);
  return async (world, request, arrival) => {
    const caller: Caller = {
      client: arrival.client!,
      programId: programIdOf(request.headers),
      requestId: request.id,
      key: route.changes ? repeatKeyOf(request.headers) : null,
      operationId,
    };
    return operation(world, caller, read(request));
  };
}

function tokenHandler(route: Route): Handle {
  const read = readerOf(route) as (request: FastifyRequest) => Parameters<typeof fetchToken>[1];
  return async (world, request) => {
    const asked = read(request);
    // By address and client: behind one proxy nobody can lock the others out by sending wrong secrets.
    const window = gateOf(world).failures.window(`${request.ip} ${asked.body.clientId}`);
    if (window.count >= wrongSecrets) throw new Refusal('RATE_LIMITED', { facts: { retryAfter: secondsLeft(window) } });
    try {
      return await fetchToken(world, asked);
    } catch (problem) {
      if (problem instanceof Refusal && problem.refusal === 'CREDENTIALS_REFUSED') window.count += 1;
      throw problem;
    }
  };
}

function signInHandler(route: Route): Handle {
  const read = readerOf(route) as (request: FastifyRequest) => Parameters<typeof signIn>[1];
  return async (world, request) => {
    refuseStrangers(request, world.publicUrl);
    return signIn(world, read(request), placeOf(world, request));
  };
}
