import { clientScopesOf } from './openapi-operation.ts';
import { type OperationId, type Route, routes } from './routes.ts';

/** Whether a client of the API can call a route: a partner, a venue, or an operator's system. */
export function isForClients({ scopes }: Route): boolean {
  return scopes !== null && (scopes.length === 0 || clientScopesOf(scopes).length > 0);
}

/** Whether it is a list, which is read on by cursor. */
function isPaged(route: Route): boolean {
  if (route.changes || route.produces !== undefined) return false;
  return 'cursor' in { ...route.query?.properties, ...(route.body as Route['query'])?.properties };
}

/** Whether it can be called with nothing. */
function isOptional({ params, query, body, upload }: Route): boolean {
  const needed = [params, query, body as Route['query']].flatMap((part) => part?.required ?? []);
  return upload === undefined && needed.length === 0;
}

function entryOf(operationId: string, route: Route): string {
  const members = [
    `method: '${route.method}'`,
    `path: '${route.path}'`,
    `changes: ${route.changes}`,
    ...(isOptional(route) ? ['optional: true'] : []),
    ...(route.upload === undefined ? [] : ['upload: true']),
    ...(route.produces === undefined ? [] : ['produces: true']),
    ...(isPaged(route) ? ['paged: true'] : []),
  ];
  const line = `  ${operationId}: { ${members.join(', ')} },`;
  const entry =
    line.length <= 120 ? line : `  ${operationId}: {\n${members.map((one) => `    ${one},\n`).join('')}  },`;
  return `  /** ${route.summary} */\n${entry}\n`;
}

/**
 * The source of `src/client/calls.ts`: what the client knows of each call at run time, so that it loads no
 * schema. The compiler holds it against the types of the route table.
 */
export function clientCalls(): string {
  const entries = (Object.entries(routes) as [OperationId, Route][])
    .filter(([, route]) => isForClients(route))
    .map(([operationId, route]) => entryOf(operationId, route));
  return `import type { CallOf, ClientRouteName } from './call-check.ts';

/** Every call of the API that a client can make. Made from the route table: node tools/write-docs.mjs. */
export const calls = {
${entries.join('')}} as const satisfies { readonly [Name in ClientRouteName]: CallOf<Name> };
`;
}
