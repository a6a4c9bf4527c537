import type { TObject } from 'typebox';
import { type Role, roles, type Scope, scopesOfRole } from '../domain/access.ts';
import { moduleOfSegment } from '../domain/module.ts';
import type { RefusalName } from '../domain/refusal.ts';
import { errors } from './errors.ts';
import type { Operation, Parameter, Reference, Response, Schema } from './openapi-document.ts';
import { exampleOf, parameterExample } from './openapi-samples.ts';
import { querySchemaOf, schemaOf } from './openapi-schemas.ts';
import type { Route, Upload } from './routes.ts';
import { Failure, UsageList, UsageOrder } from './schemas.ts';

const json = 'application/json';
const headers = (...names: string[]) =>
  Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
const parameter = (name: string): Reference => ({ $ref: `#/components/parameters/${name}` });

/** One operation of the document, made from its line in the route table. */
export function operationOf(operationId: string, route: Route, refusals: readonly RefusalName[]): Operation {
  const example = exampleOf(operationId, route);
  return {
    operationId,
    summary: route.summary.replace(/\.$/, ''),
    description: accessOf(route),
    tags: [tagOf(route)],
    security: securityOf(route),
    parameters: [...ownParameters(route), ...headerParameters(route)],
    ...requestBodyOf(route, example.request),
    responses: { 200: success(route, example.data), ...failures(route, refusals) },
    'x-refusals': route.refusals,
  };
}

function requestBodyOf({ body, upload }: Route, example: unknown): Pick<Operation, 'requestBody'> {
  if (upload !== undefined) return { requestBody: { required: true, content: uploadContent(upload) } };
  if (body === undefined) return {};
  return { requestBody: { required: true, content: { [json]: { schema: schemaOf(body), example } } } };
}

/** NDJSON by the schema of a line; CSV has no schema but its header. */
function uploadContent({ row, files }: Upload) {
  return {
    'application/x-ndjson': { schema: schemaOf(row), example: files['application/x-ndjson'] },
    'text/csv': { schema: { type: 'string' }, example: files['text/csv'] },
  };
}

function accessOf(route: Route): string {
  if (route.scopes === null) return 'Open: asks for no token.';
  if (route.scopes.length === 0) return 'Asks for a token of any client, or the session of an account.';
  const scopes = clientScopesOf(route.scopes).map((scope) => `\`${scope}\``);
  const token = scopes.length === 0 ? [] : [`a token of a client with the scope ${scopes.join(' or ')}`];
  const role = leastRole(route.scopes);
  const session = role === undefined ? [] : [`the session of an account with the role ${rolesFrom(role)}`];
  return `Asks for ${[...token, ...session].join(', or ')}.`;
}

const rolesFrom = (least: Role) =>
  roles
    .slice(roles.indexOf(least))
    .map((role) => `\`${role}\``)
    .join(' or ');

/** What of a route's scopes a client of the API can have. */
export function clientScopesOf(scopes: readonly Scope[]): Scope[] {
  return scopes.filter((scope) => scope !== 'auditor' && scope !== 'administrator');
}

/** The role that is enough for a route; none for what only venues do. */
function leastRole(scopes: readonly Scope[]): Role | undefined {
  return roles.find((role) => scopes.some((scope) => scopesOfRole[role].has(scope)));
}

/** Whether a person can call a route, whatever the role. */
export function acceptsSession({ scopes }: Route): boolean {
  return scopes !== null && (scopes.length === 0 || leastRole(scopes) !== undefined);
}

/** Any one of the scopes is enough, so that each is a requirement of its own. */
function securityOf({ scopes }: Route): Operation['security'] {
  if (scopes === null) return [];
  if (scopes.length === 0) return [{ token: [] }, { session: [] }];
  const role = leastRole(scopes);
  const tokens = clientScopesOf(scopes).map((scope) => ({ token: [scope] }));
  return role === undefined ? tokens : [...tokens, { session: [role] }];
}

const tagOfSegment: Readonly<Record<string, string>> = {
  auth: 'Authentication',
  sessions: 'People',
  accounts: 'People',
  auditLog: 'People',
  orders: 'E-passes',
  users: 'E-passes',
  passPages: 'E-passes',
  redemptions: 'Redemptions',
  devices: 'Front desk',
  transportHubs: 'Catalogue',
  resources: 'Catalogue',
  simulations: 'Sandbox',
  programmes: 'Programmes',
  clients: 'Clients',
  endpoints: 'Push events',
  event: 'Push events',
  bulk: 'Bulk issue',
  passes: 'E-passes',
};

/** The noun of a route; usage orders are listed below the orders, but belong to redemptions. */
function tagOf(route: Route): string {
  if (route.data === UsageOrder || route.data === UsageList) return 'Redemptions';
  const segment = route.path.split('/')[2]!;
  return tagOfSegment[segment] ?? segment.charAt(0).toUpperCase() + segment.slice(1);
}

const modulePath: Schema = { type: 'string', enum: [...moduleOfSegment.keys()] };
const moduleWords = 'The module, the same as in the body; `multiModule` is another word for `crossModule`.';

function ownParameters(route: Route): Parameter[] {
  return [...parametersOf('path', route.params), ...parametersOf('query', route.query)];
}

function parametersOf(place: 'path' | 'query', group: TObject | undefined): Parameter[] {
  if (group === undefined) return [];
  const required = new Set(group.required as readonly string[] | undefined);
  return Object.entries(group.properties).map(([name, schema]) => {
    if (place === 'path' && name === 'module') return modulePathParameter();
    return ownParameter(name, place, required.has(name), place === 'path' ? schemaOf(schema) : querySchemaOf(schema));
  });
}

function modulePathParameter(): Parameter {
  return {
    name: 'module',
    in: 'path',
    required: true,
    description: moduleWords,
    schema: modulePath,
    example: 'lounges',
  };
}

function ownParameter(name: string, place: 'path' | 'query', required: boolean, schema: Schema): Parameter {
  const { description = schema.items?.description, ...rest } = schema;
  const example = place === 'path' ? parameterExample(name, schema) : undefined;
  return {
    name,
    in: place,
    required,
    ...(description === undefined ? {} : { description }),
    schema: rest,
    ...(example === undefined ? {} : { example }),
    ...(schema.type === 'array' ? { style: 'form', explode: true } : {}),
  };
}

function headerParameters(route: Route): Reference[] {
  const programme = route.scopes === null ? [] : [parameter('ProgramId')];
  const withSession = acceptsSession(route) && route.method !== 'GET' ? [parameter('CsrfToken')] : [];
  const own = [...programme, ...withSession];
  if (!route.changes) return [...own, parameter('RequestId')];
  return [...own, parameter('RepeatableRequestId'), parameter('IdempotencyKey')];
}

function success(route: Route, data: unknown): Response {
  const limits = route.scopes === null ? [] : ['RateLimit', 'RateLimit-Policy'];
  const told = ['X-Request-ID', ...limits, ...(route.changes ? ['Idempotent-Replayed'] : [])];
  if (route.produces !== undefined) {
    const content = { [route.produces]: { schema: schemaOf(route.data), example: data } };
    return { description: 'Done.', headers: headers(...told), content };
  }
  const schema: Schema = {
    type: 'object',
    required: ['code', 'data'],
    properties: { code: { type: 'integer', const: 0 }, data: schemaOf(route.data) },
    additionalProperties: false,
  };
  return {
    description: 'Done.',
    headers: headers(...told),
    content: { [json]: { schema, example: { code: 0, data } } },
  };
}

function failures(route: Route, refusals: readonly RefusalName[]): Record<string, Response> {
  const statuses = [...new Set(refusals.map((name) => errors[name].status))].sort((left, right) => left - right);
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      failure(
        route,
        status,
        refusals.filter((name) => errors[name].status === status),
      ),
    ]),
  );
}

function failure(route: Route, status: number, names: readonly RefusalName[]): Response {
  const retry = names.some((name) => status === 429 || status === 503 || name === 'REQUEST_IN_PROGRESS');
  // What was decided by a rule is given again under the same key; faults and refusals of access are not.
  const replayed = route.changes && status < 500 && ![401, 403, 429].includes(status);
  return {
    description: names.join(', '),
    headers: headers(
      'X-Request-ID',
      ...(retry ? ['Retry-After'] : []),
      ...(status === 401 ? ['WWW-Authenticate'] : []),
      ...(replayed ? ['Idempotent-Replayed'] : []),
    ),
    content: {
      [json]: {
        schema: schemaOf(Failure),
        examples: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/examples/${name}` }])),
      },
    },
  };
}
