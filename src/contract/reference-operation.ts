import { html, type Markup, nothing, prose } from './html.ts';
import type {
  Content,
  Example,
  OpenApiDocument,
  Operation,
  Parameter,
  Reference,
  Response,
} from './openapi-document.ts';
import { fieldsTable, parametersTable } from './reference-fields.ts';

const json = 'application/json';
const lines = 'application/x-ndjson';

/** One operation of the document with its place in it. */
export interface PlacedOperation {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** Every operation, in the order of the document. */
export function operationsOf(document: OpenApiDocument): PlacedOperation[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

/** The name people read: `issuePass` is “Issue pass”. */
export function titleOf(operationId: string): string {
  const words = operationId.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The section of one operation: what it takes, what it gives, and what it refuses. */
export function operationSection(document: OpenApiDocument, placed: PlacedOperation): Markup {
  const { method, path, operation } = placed;
  const { operationId, summary, description } = operation;
  const answer = contentOf(operation.responses['200']) ?? fileOf(operation.responses['200']);
  const words = html`<p class="lead">${prose(`${summary}.`)}</p>
${description === undefined ? nothing : html`<p class="access">${prose(description)}</p>`}
${parametersTable(document, parametersOf(document, operation))}
${bodyPart(document, operation)}
${answerFields(document, answer)}`;
  return html`<section class="operation" id="${operationId}">
<h3><a href="#${operationId}">${titleOf(operationId)}</a></h3>
<p class="path"><span class="method ${method.toLowerCase()}">${method}</span> <code>${path}</code></p>
<div class="columns"><div class="words">${words}</div>
<div class="shown">${codeBlock('Request', curlOf(document, placed))}${answerBlock(answer)}</div></div>
${refusalsPart(document, operation)}
</section>
`;
}

function contentOf(holder: { readonly content?: Readonly<Record<string, Content>> } | undefined): Content | undefined {
  return holder?.content?.[json];
}

function fileOf(response: Response | undefined): Content | undefined {
  return response?.content?.['text/csv'] ?? response?.content?.[lines];
}

function bodyPart(document: OpenApiDocument, { requestBody }: Operation): Markup {
  const content = contentOf(requestBody);
  if (content !== undefined) return html`<h4>Body</h4>${fieldsTable(document, content.schema, 'Fields of the body')}`;
  const row = requestBody?.content[lines];
  if (row === undefined) return nothing;
  return html`<h4>Body: a row a line, as JSON or as CSV</h4>${fieldsTable(document, row.schema, 'Fields of a row')}
${Object.entries(requestBody!.content).map(([media, { example }]) => codeBlock(media, String(example)))}`;
}

/** The fields of `data`; folded, because the example says most of it. */
function answerFields(document: OpenApiDocument, content: Content | undefined): Markup {
  const data = content?.schema.properties?.data;
  if (data === undefined) return nothing;
  return html`<details class="answer"><summary>Fields of the answer’s <code>data</code></summary>
${fieldsTable(document, data, 'Fields of the answer')}</details>`;
}

function answerBlock(content: Content | undefined): Markup {
  if (content?.example === undefined) return nothing;
  const { example } = content;
  return codeBlock('Answer', typeof example === 'string' ? example : JSON.stringify(example, null, 2));
}

/** A block that keyboards can scroll. */
export function codeBlock(title: string, text: string): Markup {
  return html`<figure class="code"><figcaption>${title}</figcaption><pre tabindex="0" role="group" aria-label="${title}"><code>${text}</code></pre></figure>
`;
}

/** The parameters themselves, for those that only refer to a component. */
function parametersOf(document: OpenApiDocument, { parameters = [] }: Operation): Parameter[] {
  return parameters.map((one) => ('$ref' in one ? document.components.parameters[one.$ref.split('/').at(-1)!]! : one));
}

/** The address to show: the server's own, or where one listens that was just started. */
export function addressOf(document: OpenApiDocument): string {
  const url = document.servers[0]?.url ?? '/';
  return url === '/' ? 'http://127.0.0.1:8080' : url;
}

function curlOf(document: OpenApiDocument, { method, path, operation }: PlacedOperation): string {
  const parameters = parametersOf(document, operation);
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => shown(parameters.find((one) => one.name === name)));
  const asked = parameters.filter((one) => one.in === 'query' && one.required);
  const query = asked.map((one) => `${one.name}=${one.schema.examples?.[0] ?? 'text'}`).join('&');
  const body = contentOf(operation.requestBody)?.example;
  const upload = operation.requestBody?.content[lines] !== undefined;
  const repeatable = parameters.some((one) => one.name === 'Idempotency-Key');
  return [
    `curl ${method === 'GET' || (method === 'POST' && (body !== undefined || upload)) ? '' : `-X ${method} `}'${addressOf(document)}${filled}${query === '' ? '' : `?${query}`}'`,
    ...(operation.security.length === 0 ? [] : ['-H "Authorization: Bearer $TOKEN"']),
    ...(repeatable ? ['-H "X-Request-ID: $(uuidgen)"'] : []),
    ...(upload ? [`-H 'Content-Type: ${lines}'`, '--data-binary @rows.ndjson'] : []),
    ...(body === undefined
      ? []
      : ["-H 'Content-Type: application/json'", `-d ${quoted(JSON.stringify(body, null, 2))}`]),
  ].join(' \\\n  ');
}

function shown(parameter: Parameter | undefined): string {
  return encodeURIComponent(String(parameter?.example ?? 'text'));
}

/** A word of a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

interface Refused extends Example {
  readonly status: string;
}

function refusalsOfOperation(document: OpenApiDocument, { responses }: Operation): Refused[] {
  return Object.entries(responses).flatMap(([status, response]) => {
    const references = Object.values(contentOf(response)?.examples ?? {}) as readonly Reference[];
    return references.map(({ $ref }) => ({ status, ...document.components.examples[$ref.split('/').at(-1)!]! }));
  });
}

function refusalsPart(document: OpenApiDocument, operation: Operation): Markup {
  const all = refusalsOfOperation(document, operation).sort((left, right) => left.value.code - right.value.code);
  if (all.length === 0) return nothing;
  const own = all.filter((one) => operation['x-refusals']?.includes(one.value.error));
  const shared = all.filter((one) => !own.includes(one));
  return html`<h4>Refusals</h4>
${own.length === 0 ? nothing : refusalsTable(operation.operationId, own, 'Refusals of this operation')}
<details><summary>${own.length === 0 ? 'Those' : `And ${shared.length}`} that requests of this kind share</summary>
${refusalsTable(operation.operationId, shared, 'Shared refusals')}</details>`;
}

function refusalsTable(operationId: string, refusals: readonly Refused[], caption: string): Markup {
  const rows = refusals.map(
    ({
      status,
      summary,
      value,
    }) => html`<tr id="${operationId}-${value.error}"><th scope="row"><a href="#${value.error}"><code>${value.error}</code></a></th>
<td class="status">${status}</td><td>${prose(summary)}</td><td>${prose(value.message)}</td></tr>
`,
  );
  return html`<table class="refusals"><caption class="unseen">${caption}</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Status</th><th scope="col">Cause</th><th scope="col">Cure</th></tr></thead>
<tbody>${rows}</tbody></table>`;
}
