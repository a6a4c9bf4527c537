import { type RefusalName, refusalNames } from '../domain/refusal.ts';
import { errors } from './errors.ts';
import type { Example, OpenApiDocument, Operation, Parameter, PathItem } from './openapi-document.ts';
import { acceptsSession, operationOf } from './openapi-operation.ts';
import { componentsOf } from './openapi-schemas.ts';
import { type Route, routes } from './routes.ts';

const table = Object.entries(routes as Record<string, Route>);

const onTheWay: readonly RefusalName[] = ['REQUEST_INVALID', 'HTTP_MALFORMED', 'REQUEST_TIMED_OUT'];
const ofBodies: readonly RefusalName[] = ['JSON_INVALID', 'CONTENT_TYPE_UNSUPPORTED', 'BODY_TOO_LARGE'];
const ofTokens: readonly RefusalName[] = ['TOKEN_REFUSED', 'PROGRAM_REQUIRED', 'PROGRAM_UNKNOWN'];
const ofSessions: readonly RefusalName[] = ['SESSION_REFUSED', 'CSRF_REFUSED'];
const ofChanges: readonly RefusalName[] = [
  'IDEMPOTENCY_KEY_REUSED',
  'REQUEST_IN_PROGRESS',
  'OVERLOADED',
  'OUTCOME_UNKNOWN',
];
const always: readonly RefusalName[] = ['RATE_LIMITED', 'INTERNAL', 'UNAVAILABLE'];

/** Every refusal a route can give, its own and those of the way to it, in the order of the catalogue. */
export function refusalsOf(route: Route): RefusalName[] {
  const withClient = route.scopes !== null;
  const given = new Set<RefusalName>([
    ...route.refusals,
    ...onTheWay,
    ...always,
    // A path parameter can be too long, or a word that is no part of any path.
    ...(route.params === undefined ? [] : (['ROUTE_UNKNOWN'] as const)),
    ...(route.body === undefined ? [] : ofBodies),
    ...(withClient ? ofTokens : []),
    ...(acceptsSession(route) ? ofSessions : []),
    ...(acceptsSession(route) && !route.beforePasswordChange ? (['PASSWORD_CHANGE_REQUIRED'] as const) : []),
    ...(withClient && route.scopes.length > 0 ? (['SCOPE_MISSING'] as const) : []),
    ...(withClient && route.method !== 'GET' ? (['REQUEST_ID_INVALID'] as const) : []),
    ...(route.changes ? ofChanges : []),
  ]);
  return refusalNames.filter((name) => given.has(name)).sort((left, right) => errors[left].code - errors[right].code);
}

/** The OpenAPI 3.1 document of the whole API, for a server at `baseUrl` (no slash at its end). */
export function openApi(baseUrl = ''): OpenApiDocument {
  const paths = { ...apiPaths(), ...servicePaths };
  const used = new Set(table.flatMap(([, route]) => refusalsOf(route)));
  return {
    openapi: '3.1.0',
    info,
    servers: [
      { url: baseUrl === '' ? '/' : baseUrl, description: 'This deployment.' },
      { url: `${baseUrl}/api`, description: 'The same routes under `/api/v2`.' },
    ],
    tags: tagsOf(paths),
    paths,
    components: {
      schemas: componentsOf(paths),
      parameters,
      headers,
      examples: Object.fromEntries(
        refusalNames.filter((name) => used.has(name)).map((name) => [name, exampleOf(name)]),
      ),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'A JWT signed by the client itself, HS256 with its secret or RS256 with a key it registered, with `iss` and `exp`, at most 24 hours long; or the token that `POST /v2/auth/token` gives for the client id and secret.',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'passdesk_session',
          description:
            'The session of a person, from `POST /v2/sessions`; where people come by https the cookie is called `__Host-passdesk_session`. Every request but GET also takes `X-CSRF-Token`. A request with an `Authorization` header is one of its client, whatever its cookies.',
        },
      },
    },
  };
}

const info = {
  title: 'Passdesk API',
  version: '2.0.0',
  summary: 'Issue, look up, redeem, cancel and account for prepaid access passes.',
  description: `Every route is served under three paths: \`/v2/…\` as written here, \`/api/v2/…\`, and without a version (\`/orders\`, \`/orders/ePasses/search\`).

A successful answer is \`{"code":0,"data":…}\`. A refusal has a fitting HTTP status and \`{"code","error","message","details","requestId"}\`; \`error\` is a stable name of a closed list, \`message\` says what to do. Unknown fields are refused, nothing is coerced and nothing is dropped.

A change is repeatable under its \`X-Request-ID\` or \`Idempotency-Key\` for 72 hours: the same key with the same body gets the first answer again, byte for byte.

Instants are RFC 3339; one without an offset is in UTC. Answers are in UTC, in whole seconds, with \`+00:00\`.`,
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
} as const;

function apiPaths(): Record<string, PathItem> {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const [operationId, route] of table) {
    const operation = operationOf(operationId, route, refusalsOf(route));
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation };
  }
  return paths;
}

const probe = (operationId: string, summary: string, responses: Operation['responses']): PathItem => ({
  get: { operationId, summary, tags: ['Service'], security: [], responses },
});

const servicePaths: Readonly<Record<string, PathItem>> = {
  '/livez': probe('livez', 'Whether the process is alive', { 200: { description: 'It is.' } }),
  '/readyz': probe('readyz', 'Whether requests can be served now', {
    200: { description: 'The schema is current and the database answers.' },
    503: { description: 'Not now; the body says what is wrong.' },
  }),
  '/metrics': probe('metrics', 'Metrics of this process for Prometheus', {
    200: { description: 'Metrics.', content: { 'text/plain': { schema: { type: 'string' } } } },
  }),
  '/.well-known/jwks.json': probe(
    'getKeys',
    'The public keys that verify push events, as a JWK set; also at `/v2/event/keys`',
    {
      200: {
        description: 'Every key that receivers must accept now, those that will sign later included.',
        content: { 'application/jwk-set+json': { schema: { type: 'object' } } },
      },
    },
  ),
};

const wordsOfTag: Readonly<Record<string, string>> = {
  Authentication: 'Tokens for client ids and secrets.',
  'E-passes': 'Issue, look up, cancel, suspend and list E-passes.',
  Redemptions: 'Use passes at venues, give uses back, and account for them.',
  Catalogue: 'Transport hubs and the resources that passes open.',
  'Front desk': 'Devices at the door: made by an operator, paired with a code, revoked.',
  Sandbox: 'Play the venue, and move the clock, in sandbox programmes.',
  Programmes: 'Set up programmes and change their settings.',
  Clients: 'Give clients their access, change it, take it away, and see what they asked for.',
  People: 'Sessions and accounts of people, and the log of what they did.',
  'Push events': 'Where events are pushed, how they fared, and how missed ones are recovered.',
  'Bulk issue': 'Files of rows: a verdict for each before anything is written, then a job that issues them.',
  Reports: 'What goes on today, what was used and what it comes to, what is still owed; each as CSV, too.',
  Service: 'Health and metrics of a process; outside the versioned API.',
};

/** In the order of the route table. */
function tagsOf(paths: Readonly<Record<string, PathItem>>): OpenApiDocument['tags'] {
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  const names = [...new Set(operations.flatMap((operation) => operation.tags))];
  return names.map((name) => ({ name, description: wordsOfTag[name] ?? `${name}.` }));
}

const uuid = '7f0f2c1e-5a3b-4c8d-9e1f-0a1b2c3d4e5f';

const headerParameter = (
  name: string,
  description: string,
  schema: Parameter['schema'],
  example: string,
): Parameter => ({
  name,
  in: 'header',
  required: false,
  description,
  schema,
  example,
});

const parameters: Readonly<Record<string, Parameter>> = {
  ProgramId: headerParameter(
    'X-Program-ID',
    'The programme; may be left out by a client that has exactly one.',
    { type: 'string' },
    'DEMO',
  ),
  RequestId: headerParameter(
    'X-Request-ID',
    'Comes back on the answer; made by the server when absent.',
    { type: 'string', format: 'uuid' },
    uuid,
  ),
  RepeatableRequestId: headerParameter(
    'X-Request-ID',
    'A UUID that makes the change repeatable for 72 hours. Comes back on the answer; made by the server when absent.',
    { type: 'string', format: 'uuid' },
    uuid,
  ),
  CsrfToken: headerParameter(
    'X-CSRF-Token',
    'With a session: its `csrfToken`. Not looked at with a token.',
    { type: 'string' },
    'pYd4xJ0ZC3nQm8s5bVt1rLk7wHf2gTe9aUo6iXcNzSE',
  ),
  IdempotencyKey: headerParameter(
    'Idempotency-Key',
    'Makes the change repeatable, like `X-Request-ID`; wins when both are sent.',
    { type: 'string', pattern: '^[!-~]{1,255}$', minLength: 1, maxLength: 255 },
    'order-4711',
  ),
};

const header = (description: string, schema: object) => ({ description, schema });

const headers = {
  'X-Request-ID': header('The id of the request, sent or made.', { type: 'string' }),
  RateLimit: header('What is left of the limit, and for how many seconds.', {
    type: 'string',
    examples: ['"default";r=599;t=42'],
  }),
  'RateLimit-Policy': header('The limit and its window in seconds.', {
    type: 'string',
    examples: ['"default";q=600;w=60'],
  }),
  'Idempotent-Replayed': header('`true` when this is the first answer given again; absent otherwise.', {
    type: 'string',
    const: 'true',
  }),
  'Retry-After': header('Seconds to wait before the request is sent again.', { type: 'integer', minimum: 1 }),
  'WWW-Authenticate': header('`Bearer`.', { type: 'string', const: 'Bearer' }),
};

function exampleOf(name: RefusalName): Example {
  const { cause, code, message } = errors[name];
  return { summary: cause, value: { code, error: name, message, details: [], requestId: uuid } };
}
