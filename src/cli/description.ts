import type { OperationId } from '../contract/routes.ts';
import type { Schema } from './schema-flags.ts';

/** A route of the API as its own document describes it; loading the code of the contract would take longer. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  /** Names of what stands in the path. */
  readonly params: readonly string[];
  readonly query: Schema;
  /** Null without a body, and for one that is no JSON. */
  readonly body: Schema | null;
}

/** Gives a route by its name. */
export type Describe = (operationId: OperationId) => Operation;

/** What is used of an OpenAPI document. */
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

interface DocumentedOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> };
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly description?: string;
  readonly schema: Schema;
}

interface Reference {
  readonly $ref: string;
}

/** Reads the document when the first route is asked for. */
export function openDescription(read: () => string): Describe {
  let document: Document | null = null;
  return (operationId) => {
    document ??= JSON.parse(read()) as Document;
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (operation.operationId === operationId) return operationOf(document, method.toUpperCase(), path, operation);
      }
    }
    throw new Error(`openapi.json has no ${operationId}`);
  };
}

function operationOf(document: Document, method: string, path: string, operation: DocumentedOperation): Operation {
  const parameters = (operation.parameters ?? []).map((one) => resolve(document, one) as Parameter);
  const query = parameters.filter((parameter) => parameter.in === 'query');
  const body = operation.requestBody?.content['application/json']?.schema;
  return {
    method,
    path,
    summary: operation.summary,
    params: parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name),
    query: {
      properties: Object.fromEntries(query.map(({ name, schema, description }) => [name, told(schema, description)])),
    },
    body: body === undefined ? null : (resolve(document, body) as Schema),
  };
}

const told = (schema: Schema, description: string | undefined): Schema =>
  description === undefined ? schema : { ...schema, description };

/** A part of the document with what it refers to in its place. */
function resolve(document: Document, part: unknown): unknown {
  if (Array.isArray(part)) return part.map((item) => resolve(document, item));
  if (part === null || typeof part !== 'object') return part;
  const { $ref, ...beside } = part as { readonly $ref?: string };
  if (typeof $ref === 'string') {
    const [, , kind, name] = $ref.split('/');
    return { ...(resolve(document, document.components[kind!]![name!]) as object), ...beside };
  }
  return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, resolve(document, inner)]));
}
