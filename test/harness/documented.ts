/** Holds every answer that a test gets against the route table: the documents promise its shape and its refusals. */
import assert from 'node:assert/strict';
import type { TSchema } from 'typebox';
import { refusalsOf } from '../../src/contract/openapi.ts';
import { acceptsSession } from '../../src/contract/openapi-operation.ts';
import { type Route, routes } from '../../src/contract/routes.ts';
import { Compile } from '../../src/contract/typebox.ts';
import type { RefusalName } from '../../src/domain/refusal.ts';

interface Known {
  readonly operation: string;
  readonly method: string;
  readonly segments: readonly string[];
  readonly route: Route;
  /** Compiled when it is first needed: most files of tests call a few routes. */
  check: ((data: unknown) => string | null) | null;
}

/** What comes of a cookie of the console, also where nobody is told to send one. */
const ofPeople: ReadonlySet<RefusalName> = new Set(['SESSION_REFUSED', 'CSRF_REFUSED', 'PASSWORD_CHANGE_REQUIRED']);

const isParameter = (segment: string) => segment.startsWith('{');
const parameters = ({ segments }: Known) => segments.filter(isParameter).length;
const segmentsOf = (path: string) => path.replace(/^\/(?:api\/v2|v2)(?=\/)/, '').split('/');

// A literal segment is meant before a parameter.
const table: readonly Known[] = Object.entries(routes as Record<string, Route>)
  .map(([operation, route]) => ({
    operation,
    method: route.method,
    segments: segmentsOf(route.path),
    route,
    check: null,
  }))
  .sort((one, other) => parameters(one) - parameters(other));

function routeOf(method: string, path: string): Known | undefined {
  const asked = segmentsOf(path.split('?', 1)[0]!);
  return table.find(
    ({ method: own, segments }) =>
      own === method &&
      segments.length === asked.length &&
      segments.every((segment, index) => isParameter(segment) || segment === asked[index]),
  );
}

function checkOf(schema: TSchema): (data: unknown) => string | null {
  const compiled = Compile(schema);
  return (data) => (compiled.Check(data) ? null : JSON.stringify(compiled.Errors(data).slice(0, 3)));
}

/** Fails when a route gives data that is not of its schema, which is closed, or a refusal that it does not list. */
export function assertDocumented(method: string, path: string, status: number, json: unknown): void {
  const known = routeOf(method, path);
  if (known === undefined || json === null || typeof json !== 'object') return;
  const { operation, route } = known;
  if (status === 200) {
    known.check ??= checkOf(route.data);
    const problem = known.check((json as { data?: unknown }).data);
    assert.equal(problem, null, `${operation} answers otherwise than documented: ${problem}`);
    return;
  }
  const { error } = json as { error?: RefusalName };
  if (error === undefined || (ofPeople.has(error) && !acceptsSession(route))) return;
  assert.ok(refusalsOf(route).includes(error), `${operation} does not list ${error}`);
}
