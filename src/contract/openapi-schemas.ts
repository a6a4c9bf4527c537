import type { TSchema } from 'typebox';
import type { Schema } from './openapi-document.ts';
import * as schemas from './schemas.ts';
import * as accounts from './schemas-accounts.ts';
import * as bulk from './schemas-bulk.ts';
import * as catalogue from './schemas-catalogue.ts';
import * as clients from './schemas-clients.ts';
import * as management from './schemas-management.ts';
import * as push from './schemas-push.ts';
import * as reports from './schemas-reports.ts';

const refPrefix = '#/components/schemas/';

/** Parameters are told one by one, so that what groups them is no component. */
const isComponent = ([name, value]: [string, unknown]) =>
  typeof value === 'object' && value !== null && !/(Params|Query)$/.test(name);

const exported = Object.entries({
  ...schemas,
  ...accounts,
  ...catalogue,
  ...push,
  ...management,
  ...clients,
  ...reports,
  ...bulk,
} as Record<string, unknown>).filter(isComponent) as [string, TSchema][];

/** By their text, so that a copy of a schema (an optional field, say) is still the same component. */
const nameOfText = new Map(exported.map(([name, schema]) => [JSON.stringify(schema), name]));
const schemaOfName = new Map(exported);

/** A schema as the document has it: a reference to its component, or the schema itself when it has no name. */
export function schemaOf(schema: TSchema): Schema {
  const name = nameOfText.get(JSON.stringify(schema));
  return name === undefined ? inlineSchema(schema) : { $ref: refPrefix + name };
}

/** The components that `part` of the document refers to, directly or through one another, by name. */
export function componentsOf(part: unknown): Record<string, Schema> {
  const found = new Map<string, Schema>();
  const pending = refsIn(part);
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (found.has(name)) continue;
    const schema = inlineSchema(schemaOfName.get(name)!);
    found.set(name, schema);
    pending.push(...refsIn(schema));
  }
  return Object.fromEntries([...found].sort(([left], [right]) => (left < right ? -1 : 1)));
}

function refsIn(part: unknown): string[] {
  return [...JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1]!);
}

function inlineSchema(schema: TSchema): Schema {
  const told = Object.entries(schema as Record<string, unknown>).map(([key, value]) => translated(key, value));
  return simplified(Object.fromEntries(told) as Schema);
}

function translated(key: string, value: unknown): [string, unknown] {
  if (key === 'properties') {
    const fields = Object.entries(value as Record<string, TSchema>);
    return [key, Object.fromEntries(fields.map(([name, field]) => [name, schemaOf(field)]))];
  }
  if (key === 'items') return [key, schemaOf(value as TSchema)];
  if (key === 'anyOf') return [key, (value as TSchema[]).map(schemaOf)];
  // A record of anything: what generators of clients understand best.
  if (key === 'patternProperties') return ['additionalProperties', true];
  return [key, value];
}

/** The shortest of several ways to say the same: client generators make the best types of it. */
function simplified(schema: Schema): Schema {
  const { anyOf, ...rest } = schema;
  if (anyOf === undefined) return isWhole(schema) ? { ...schema, type: 'integer' } : schema;
  if (anyOf.every(isWhole)) return { ...rest, type: 'integer', enum: anyOf.flatMap((one) => one.enum ?? [one.const]) };
  const [value, none] = anyOf;
  if (anyOf.length !== 2 || none?.type !== 'null' || typeof value?.type !== 'string') return schema;
  if (value.const !== undefined || value.enum !== undefined) return schema;
  return { ...value, ...rest, type: [value.type, 'null'] };
}

function isWhole(schema: Schema): boolean {
  if (schema.enum !== undefined) return schema.enum.every(Number.isInteger);
  return Number.isInteger(schema.const);
}

/**
 * A query value as the document has it. On the wire it is text, so our schemas are patterns; where
 * a pattern means a whole number the document says so.
 */
export function querySchemaOf(schema: TSchema): Schema {
  const list = (schema as Schema).anyOf?.find((one) => one.type === 'array');
  if (list !== undefined) return { ...list, items: numeric(list.items!) };
  return numeric(schemaOf(schema));
}

function numeric(schema: Schema): Schema {
  const { pattern, type: _, ...rest } = schema;
  const choice = /^\^\((\d+(?:\|\d+)*)\)\$$/.exec(pattern ?? '')?.[1];
  if (choice !== undefined) return { type: 'integer', enum: choice.split('|').map(Number), ...rest };
  const digits = /^\^\[0-9\]\{1,(\d+)\}\$$/.exec(pattern ?? '')?.[1];
  if (digits !== undefined) return { type: 'integer', minimum: 0, maximum: 10 ** Number(digits) - 1, ...rest };
  return schema;
}
