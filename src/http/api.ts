import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Answer, errorOf, failure } from '../contract/answer.ts';
import { type OperationId, type Route, routes } from '../contract/routes.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Call } from '../operations/call.ts';
import type { Caller } from '../operations/caller.ts';
import { oldestPicture } from '../operations/directory.ts';
import type { World } from '../operations/world.ts';
import { cookiesOf } from './cookies.ts';
import { discardRest } from './discard-rest.ts';
import { admit, beginLookUp, endLookUp, type LookUp } from './gate.ts';
import { programIdOf, repeatKeyOf } from './headers.ts';
import type { Metrics } from './metrics.ts';
import { openHandler } from './open-operations.ts';
import { type CallerOperationId, type OpenOperationId, operations } from './operations.ts';
import { readerOf } from './read-request.ts';
import { refusalOf, send } from './server.ts';
import { acceptUploads } from './upload.ts';

/** The three forms in which every path is served (contract, section 1). */
const prefixes = ['/v2', '/api/v2', ''] as const;

/** Milliseconds in which the rest of a file may still arrive after its answer; then the connection is cut. */
const restOfFileWithin = 30_000;

/** One request on its way: what was found out before its body was read. */
interface Arrival {
  /** Null before the database is there, and once the process stops. */
  readonly world: World | null;
  caller: Caller | null;
  readonly startedAt: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Null on what is not a route of the API, and before the request has come to one. */
    arrival: Arrival | null;
  }
}

/** What the API needs; the world is null until the database is there and its schema current. */
export interface ApiParts {
  readonly world: () => World | null;
  readonly metrics: Metrics;
}

type Handle = (world: World, request: FastifyRequest, arrival: Arrival, reply: FastifyReply) => Promise<Answer>;

/** Serves every route of the table under its three paths; other methods of those paths are refused. */
export function serveApi(server: FastifyInstance, parts: ApiParts): void {
  server.decorateRequest('arrival', null);
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
  const handle = handlerOf(operationId, route);
  server.route({
    method: route.method,
    url,
    onRequest: async (request, reply) => {
      const world = parts.world();
      const arrival: Arrival = { world, caller: null, startedAt: performance.now() };
      request.arrival = arrival;
      // A client that keeps this connection would meet it closed the next time. It is refused once its
      // body is read: a socket that is closed on unread bytes takes the answer with it.
      if (world === null) return void reply.header('connection', 'close');
      if (world.directory.age() > oldestPicture) await world.directory.confirm();
      if (route.scopes !== null) await admit(world, route, request, reply, arrival);
    },
    handler: async (request, reply) => {
      const arrival = request.arrival!;
      const world = parts.world();
      // Nobody was let in while there was no world.
      if (world === null || arrival.world === null) throw new Refusal('UNAVAILABLE');
      const answer = await answerOf(world, request, reply, arrival);
      if (route.upload !== undefined) discardRest(request, restOfFileWithin);
      if (answer.cookies !== undefined) reply.header('set-cookie', cookiesOf(answer.cookies, world.publicUrl));
      return send(request, reply, answer);
    },
    onResponse: (request, reply, done) => {
      countAnswer(request, reply.statusCode);
      done();
    },
  });

  function countAnswer({ refusal, arrival }: FastifyRequest, status: number): void {
    const now = performance.now();
    parts.metrics.answered(operationId, status, (now - (arrival?.startedAt ?? now)) / 1000);
    if (refusal !== '') parts.metrics.refused(refusal);
    const { world, caller } = arrival ?? {};
    if (caller?.kind === 'client') world?.traffic.count(caller.clientId, operationId, refusal, world.clock.now());
  }

  async function answerOf(
    world: World,
    request: FastifyRequest,
    reply: FastifyReply,
    arrival: Arrival,
  ): Promise<Answer> {
    let lookUp: LookUp | null = null;
    let answer: Answer;
    try {
      lookUp = arrival.caller === null ? null : beginLookUp(world, arrival.caller, route);
      answer = await handle(world, request, arrival, reply);
    } catch (problem) {
      answer = failure(refusalOf(problem, request, world.log), request.id);
    }
    if (lookUp !== null) endLookUp(world, lookUp, answer);
    if (answer.status >= 400) request.refusal = errorOf(answer);
    return answer;
  }
}

/** Which verb answers a route, after the checks that its kind of caller asks for. */
function handlerOf(operationId: OperationId, route: Route): Handle {
  if (route.scopes !== null) return callerHandler(operationId as CallerOperationId, route);
  const handle = openHandler(operationId as OpenOperationId, route);
  return (world, request, _arrival, reply) => handle(world, request, reply);
}

type AnyOperation = (world: World, call: Call, request: unknown) => Promise<Answer>;

function callerHandler(operationId: CallerOperationId, route: Route): Handle {
  const operation = operations[operationId] as AnyOperation;
  const read = readerOf(route);
  return async (world, request, arrival) => {
    const call: Call = {
      caller: arrival.caller!,
      programId: programIdOf(request.headers),
      requestId: request.id,
      key: route.changes ? repeatKeyOf(request.headers) : null,
      operationId,
    };
    return operation(world, call, read(request));
  };
}
