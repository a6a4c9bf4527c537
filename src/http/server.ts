import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Answer, type BodyStream, failure } from '../contract/answer.ts';
import { readJson } from '../contract/strict-json.ts';
import { fieldRefusal, Refusal, type RefusalName } from '../domain/refusal.ts';
import { refusalOfFault } from '../operations/faults.ts';
import type { Log } from '../operations/world.ts';
import { discardRest, watched } from './discard-rest.ts';
import { requestIdOf } from './headers.ts';

/** What every answer carries unless its route says otherwise: nothing is to be cached, framed, sniffed or run. */
const commonHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;
const json = 'application/json; charset=utf-8';

declare module 'fastify' {
  interface FastifyRequest {
    /** The name of the refusal it was answered with; empty when it was done as asked. */
    refusal: string;
  }
}

/** Milliseconds: the whole request must arrive within the first; connections are looked over at the last. */
const timeouts = { requestTimeout: 10_000, headersTimeout: 10_000, connectionsCheckingInterval: 500 } as const;
/** Milliseconds in which the rest of a refused body may still arrive; then the connection is cut. */
const restOfBodyWithin = 2_000;
/** Milliseconds in which a client must take something of a long answer. */
const takeWithin = 30_000;

/** No route has a schema of fastify's own; without this, it loads two libraries for them at each start. */
const noSchemas = () => () => {
  throw new Error('schemas are those of the route table');
};

/**
 * Makes the HTTP server: fastify as a plain router, our own strict JSON, one shape for every
 * failure, and limits on everything a client can make large or slow. What a proxy says of a sender's
 * address is believed of those that `isTrustedProxy` names, and of nobody without it.
 */
export function openServer(log: Log, isTrustedProxy: (address: string) => boolean = () => false): FastifyInstance {
  const server = fastify({
    trustProxy: isTrustedProxy,
    logger: false,
    bodyLimit: 65_536,
    keepAliveTimeout: 65_000,
    requestTimeout: timeouts.requestTimeout,
    maxRequestsPerSocket: 0,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
    genReqId: (raw) => requestIdOf(raw.headers),
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
    routerOptions: { maxParamLength: 128, caseSensitive: true, ignoreTrailingSlash: false },
    // Node would refuse a request without Host, but go on to run the one behind it and drop its answer.
    http: { ...timeouts, maxHeaderSize: 16_384, requireHostHeader: false },
    clientErrorHandler: answerBrokenHttp,
    // No hook has run when fastify itself refuses a path.
    frameworkErrors: (problem, request, reply) => sendProblem(problem, request, reply.headers(commonHeaders), log),
  });
  server.server.maxConnections = 20_000;
  server.decorateRequest('refusal', '');
  server.addHook('onRequest', (request, reply, done) => {
    reply.headers(commonHeaders);
    const hostless = request.headers.host === undefined && request.raw.httpVersion === '1.1';
    done(hostless ? fieldRefusal('HTTP_MALFORMED', 'Host', 'is missing') : undefined);
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, readJson(body as Buffer));
    } catch (problem) {
      done(problem as Error);
    }
  });
  server.setErrorHandler((problem, request, reply) => sendProblem(problem, request, reply, log));
  server.setNotFoundHandler((request, reply) =>
    send(request, reply, failure(new Refusal('ROUTE_UNKNOWN'), request.id)),
  );
  return server;
}

/** Sends an answer as it stands: its body is text already. */
export function send(request: FastifyRequest, reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status).header('content-type', json).header('x-request-id', request.id);
  if (answer.replayed) reply.header('idempotent-replayed', 'true');
  if (answer.retryAfter !== undefined) reply.header('retry-after', String(answer.retryAfter));
  if (answer.status === 401) reply.header('www-authenticate', 'Bearer');
  return answer.stream === undefined ? reply.send(answer.body) : sendPieces(reply, answer.stream);
}

/** Sends a body piece by piece, as fast as it is taken; who takes nothing for a while is cut off. */
function sendPieces(reply: FastifyReply, { type, fileName, pieces }: BodyStream): FastifyReply {
  reply.header('content-type', type);
  if (fileName !== undefined) reply.header('content-disposition', `attachment; filename="${fileName}"`);
  reply.raw.setTimeout(takeWithin, () => reply.raw.destroy());
  return reply.send(Readable.from(pieces()));
}

/** What fastify itself refuses, in our words. */
const frameworkRefusals: Readonly<Record<string, Refusal>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: new Refusal('CONTENT_TYPE_UNSUPPORTED'),
  FST_ERR_CTP_INVALID_TYPE: new Refusal('CONTENT_TYPE_UNSUPPORTED'),
  FST_ERR_CTP_BODY_TOO_LARGE: new Refusal('BODY_TOO_LARGE'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: new Refusal('HTTP_MALFORMED'),
  FST_ERR_CTP_EMPTY_JSON_BODY: fieldRefusal('JSON_INVALID', 'body', 'is empty'),
  FST_ERR_BAD_URL: new Refusal('ROUTE_UNKNOWN'),
  FST_ERR_MAX_PARAM_LENGTH: new Refusal('ROUTE_UNKNOWN'),
  FST_ERR_ASYNC_CONSTRAINT: new Refusal('ROUTE_UNKNOWN'),
  // A QUERY request without a body: no path here takes that method.
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: new Refusal('ROUTE_UNKNOWN'),
  ECONNRESET: new Refusal('HTTP_MALFORMED'),
};

function sendProblem(problem: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply {
  const refusal = refusalOf(problem, request, log);
  if (!request.raw.complete && isOfBody(problem)) {
    // Fastify would close at once, while the client still sends, and with the connection the answer would be lost.
    reply.removeHeader('connection');
    discardRest(request, restOfBodyWithin);
  }
  request.refusal = refusal.refusal;
  return send(request, reply, failure(refusal, request.id));
}

/** A body that is not read to its end: too large, or of a type that nobody reads. */
const isOfBody = (problem: unknown) => String((problem as { code?: unknown }).code).startsWith('FST_ERR_CTP_');

/** A refusal as it is; anything else is broken: logged with the request's id, and told as nothing more. */
export function refusalOf(problem: unknown, request: FastifyRequest, log: Log): Refusal {
  if (problem instanceof Refusal) return problem;
  const known = frameworkRefusals[String((problem as { code?: unknown }).code)];
  if (known !== undefined) return known;
  const fault = refusalOfFault(problem);
  if (fault !== null) {
    log('warn', 'request refused', { requestId: request.id, problem: String(problem) });
    return fault;
  }
  const stack = problem instanceof Error ? (problem.stack ?? problem.message) : String(problem);
  log('error', 'request failed', { requestId: request.id, route: request.routeOptions?.url, stack });
  return new Refusal('INTERNAL');
}

const brokenHttp: Readonly<Record<string, RefusalName>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'REQUEST_TIMED_OUT',
  HPE_HEADER_OVERFLOW: 'HEADERS_TOO_LARGE',
};

/** Requests that are not HTTP never reach a route; they are answered on the bare socket and closed. */
function answerBrokenHttp(problem: Error & { code?: string }, socket: Socket): void {
  if (problem.code === 'ERR_HTTP_REQUEST_TIMEOUT' && watched.has(socket)) return;
  if (problem.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const refusal = new Refusal(brokenHttp[problem.code ?? ''] ?? 'HTTP_MALFORMED');
  const requestId = randomUUID();
  const { status, body } = failure(refusal, requestId);
  const headers = { ...commonHeaders, 'content-type': json, connection: 'close', 'x-request-id': requestId };
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
