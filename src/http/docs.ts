import type { FastifyInstance } from 'fastify';
import { referencePage } from '../contract/documentation.ts';
import { openApi } from '../contract/openapi.ts';
import { referenceStyle } from '../contract/reference-style.ts';

/** The page has a style sheet of ours and nothing else: no script, no third party. */
const pageHeaders = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
} as const;

/**
 * Serves GET /openapi.json and the reference for people at /docs, both made from the route table. `baseUrl` is asked at the first request: before
 * the server listens, its port may be any. */
export function serveDocs(server: FastifyInstance, baseUrl: () => string): void {
  const document = once(() => JSON.stringify(openApi(baseUrl())));
  const page = once(() => referencePage(openApi(baseUrl())));
  server.get('/openapi.json', (request, reply) =>
    reply
      .headers(pageHeaders)
      .header('x-request-id', request.id)
      .type('application/json; charset=utf-8')
      .send(document()),
  );
  server.get('/docs', (request, reply) =>
    reply.headers(pageHeaders).header('x-request-id', request.id).type('text/html; charset=utf-8').send(page()),
  );
  server.get('/docs/style.css', (request, reply) =>
    reply.headers(pageHeaders).header('x-request-id', request.id).type('text/css; charset=utf-8').send(referenceStyle),
  );
}

function once(make: () => string): () => string {
  let made: string | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
