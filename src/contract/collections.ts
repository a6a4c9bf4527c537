import { isForClients } from './client-calls.ts';
import { brunoFiles } from './collection-bruno.ts';
import { postmanCollection } from './collection-postman.ts';
import { openApi } from './openapi.ts';
import type { Operation, Parameter, Reference } from './openapi-document.ts';
import { type Route, routes } from './routes.ts';

/** One request of a collection, made from the OpenAPI. */
export interface Sample {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  /** The folder it stands in. */
  readonly tag: string;
  readonly method: string;
  readonly path: string;
  readonly inPath: readonly { readonly name: string; readonly value: string }[];
  readonly inQuery: readonly { readonly name: string; readonly required: boolean; readonly description: string }[];
  readonly body: { readonly type: string; readonly text: string } | null;
  /** Whether it asks for a token and a programme. */
  readonly authorized: boolean;
}

/** What a partner or a venue calls; what only operators do is left to the console and the command line. */
function isForPartners(operationId: string, route: Route): boolean {
  if (operationId === 'fetchToken') return true;
  const { scopes } = route;
  return isForClients(route) && (scopes!.length === 0 || scopes!.includes('issuer') || scopes!.includes('venue'));
}

/** The requests of the collections, in the order of the route table. */
function samples(): Sample[] {
  const { paths } = openApi();
  return (Object.entries(routes) as [string, Route][])
    .filter(([operationId, route]) => isForPartners(operationId, route))
    .map(([, { path, method }]) => sampleOf(path, method, paths[path]![method.toLowerCase() as 'get']!));
}

function sampleOf(path: string, method: string, operation: Operation): Sample {
  const parameters = (operation.parameters ?? []).filter((one: Parameter | Reference) => 'in' in one);
  return {
    operationId: operation.operationId,
    summary: operation.summary,
    description: operation.description ?? '',
    tag: operation.tags[0]!,
    method,
    path,
    inPath: parameters
      .filter((one) => one.in === 'path')
      .map(({ name, example }) => ({ name, value: String(example ?? '') })),
    inQuery: parameters
      .filter((one) => one.in === 'query')
      .map(({ name, required, description = '' }) => ({ name, required, description })),
    body: bodyOf(operation),
    authorized: operation.security.length > 0,
  };
}

function bodyOf({ requestBody }: Operation): Sample['body'] {
  const [found] = Object.entries(requestBody?.content ?? {});
  if (found === undefined) return null;
  const [type, { example }] = found;
  if (typeof example === 'string') return { type, text: example.trimEnd() };
  const text = JSON.stringify(example, null, 2)
    // Whoever presses twice means two scans.
    .replace(/("scanId": )"[^"]*"/, '$1"{{$guid}}"')
    .replace(/("clientId": )"[^"]*"(,\s*"secret": )"[^"]*"/, '$1"{{clientId}}"$2"{{secret}}"');
  return { type, text };
}

/** Every file of the collections by its path: one for Postman, a folder for Bruno. */
export function collectionFiles(): Readonly<Record<string, string>> {
  const all = samples();
  return {
    'collections/passdesk.postman_collection.json': `${JSON.stringify(postmanCollection(all), null, 2)}\n`,
    ...Object.fromEntries(Object.entries(brunoFiles(all)).map(([path, text]) => [`collections/bruno/${path}`, text])),
  };
}
