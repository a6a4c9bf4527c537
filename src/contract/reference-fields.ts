import { html, type Markup, nothing, prose } from './html.ts';
import type { OpenApiDocument, Parameter, Schema } from './openapi-document.ts';

/** Deeper than any body; stops a schema that refers to itself. */
const deepest = 6;

/** The schema itself, for one that only refers to a component. */
function resolve(document: OpenApiDocument, schema: Schema): Schema {
  return schema.$ref === undefined ? schema : document.components.schemas[schema.$ref.split('/').at(-1)!]!;
}

/** The table of the fields of a body or an answer; nested fields follow their parent, indented. */
export function fieldsTable(document: OpenApiDocument, schema: Schema, caption: string): Markup {
  const whole = resolve(document, schema);
  const rows = fieldRows(document, whole, 0);
  if (rows.length === 0) return html`<p>${typeOf(document, schema)}</p>`;
  return html`${whole.description === undefined ? nothing : html`<p>${prose(whole.description)}</p>`}
<table class="fields"><caption class="unseen">${caption}</caption>
<thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">Description</th></tr></thead>
<tbody>${rows}</tbody></table>`;
}

function fieldRows(document: OpenApiDocument, schema: Schema, depth: number): Markup[] {
  if (depth > deepest) return [];
  const object = schema.items === undefined ? schema : resolve(document, schema.items);
  const required = new Set(object.required);
  return Object.entries(object.properties ?? {}).flatMap(([name, field]) => {
    const own = resolve(document, field);
    const row = fieldRow(document, { name, field, required: required.has(name), depth });
    return [row, ...fieldRows(document, own, depth + 1)];
  });
}

interface Row {
  readonly name: string;
  readonly field: Schema;
  readonly required: boolean;
  readonly depth: number;
}

function fieldRow(document: OpenApiDocument, { name, field, required, depth }: Row): Markup {
  return html`<tr class="d${depth}"><th scope="row"><code>${name}</code>${mark(required)}</th>
<td class="type">${typeOf(document, field)}</td><td>${wordsOf(resolve(document, field))}</td></tr>
`;
}

/** The table of the parameters of a path, a query and the headers. */
export function parametersTable(document: OpenApiDocument, parameters: readonly Parameter[]): Markup {
  if (parameters.length === 0) return nothing;
  const rows = parameters.map(
    (parameter) => html`<tr><th scope="row"><code>${parameter.name}</code>${mark(parameter.required)}</th>
<td class="type">${typeOf(document, parameter.schema)} <span class="in">in ${parameter.in}</span></td>
<td>${wordsOf({ ...parameter.schema, description: parameter.description ?? '' })}</td></tr>
`,
  );
  return html`<h4>Parameters</h4>
<table class="fields"><caption class="unseen">Parameters</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Description</th></tr></thead>
<tbody>${rows}</tbody></table>`;
}

function mark(required: boolean): Markup {
  return required ? html` <span class="required">required</span>` : html` <span class="optional">optional</span>`;
}

function typeOf(document: OpenApiDocument, schema: Schema): string {
  const own = resolve(document, schema);
  if (own.type === 'array') return own.items === undefined ? 'array' : `array of ${typeOf(document, own.items)}`;
  if (own.anyOf !== undefined) return own.anyOf.map((one) => typeOf(document, one)).join(' or ');
  if (own.type === undefined) return own.enum === undefined && own.const === undefined ? 'any' : 'one of';
  return typeof own.type === 'string' ? own.type : own.type.join(' or ');
}

function wordsOf(schema: Schema): Markup {
  const limits = [...limitsOf(schema), ...(schema.items === undefined ? [] : limitsOf(schema.items))];
  const description = schema.description ?? '';
  return html`${description === '' ? nothing : html`<div>${prose(description)}</div>`}${
    limits.length === 0
      ? nothing
      : html`<div class="limits">${limits.map((limit) => html`<span>${limit}</span>`)}</div>`
  }`;
}

function limitsOf(schema: Schema): Markup[] {
  const limits: Markup[] = [];
  if (schema.const !== undefined) limits.push(html`always <code>${String(schema.const)}</code>`);
  if (schema.enum !== undefined)
    limits.push(html`one of ${schema.enum.map((one) => html`<code>${String(one)}</code> `)}`);
  if (schema.format !== undefined) limits.push(html`format <code>${schema.format}</code>`);
  if (schema.pattern !== undefined) limits.push(html`pattern <code>${schema.pattern}</code>`);
  limits.push(...rangeOf(schema.minimum, schema.maximum, ''));
  limits.push(...rangeOf(schema.minLength, schema.maxLength, ' characters'));
  limits.push(...rangeOf(schema.minItems, schema.maxItems, ' items'));
  return limits;
}

function rangeOf(least: number | undefined, most: number | undefined, unit: string): Markup[] {
  if (least === undefined && most === undefined) return [];
  if (least === undefined) return [html`at most ${most!.toLocaleString('en')}${unit}`];
  if (most === undefined) return [html`at least ${least.toLocaleString('en')}${unit}`];
  return [html`${least.toLocaleString('en')} to ${most.toLocaleString('en')}${unit}`];
}
