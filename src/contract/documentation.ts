import { type RefusalName, refusalNames } from '../domain/refusal.ts';
import { errors } from './errors.ts';
import { html, type Markup, prose } from './html.ts';
import type { OpenApiDocument } from './openapi-document.ts';
import { introduction, introductionSections } from './reference-introduction.ts';
import { operationSection, operationsOf, type PlacedOperation, titleOf } from './reference-operation.ts';

/** What the thousands of the numbers stand for. */
export const thousands: ReadonlyMap<number, string> = new Map([
  [1, 'Request'],
  [2, 'Authentication'],
  [3, 'Issuing'],
  [4, 'Redemption'],
  [5, 'Order state'],
  [6, 'Push events'],
  [7, 'Running a programme'],
  [8, 'Bulk issue'],
  [9, 'Server'],
]);

interface ErrorGroup {
  readonly thousand: number;
  readonly title: string;
  readonly names: readonly RefusalName[];
}

function errorGroups(): ErrorGroup[] {
  const names = refusalNames.toSorted((left, right) => errors[left].code - errors[right].code);
  const found = [...new Set(names.map((name) => Math.floor(errors[name].code / 1000)))];
  return found.map((thousand) => ({
    thousand,
    title: thousands.get(thousand) ?? 'Other',
    names: names.filter((name) => Math.floor(errors[name].code / 1000) === thousand),
  }));
}

/** The catalogue of errors as one page of Markdown. */
export function errorsPage(): string {
  const sections = errorGroups().map(({ thousand, title, names }) => {
    const rows = names.map((name) => {
      const { code, status, cause, message } = errors[name];
      return `| ${code} | <a id="${name}"></a>\`${name}\` | ${status} | ${cell(cause)} | ${cell(message)} |`;
    });
    const head = '| number | name | HTTP status | cause | cure |\n| --- | --- | --- | --- | --- |';
    return `## ${thousand}xxx ${title}\n\n${head}\n${rows.join('\n')}\n`;
  });
  return `# Errors

Every refusal of the API, from the closed catalogue that answers are made from. \`error\` in an answer is the name, the
one to program against; \`code\` is the number; \`message\` is the cure, with facts where there are any. Names and numbers
are never used again for something else. This page is generated: \`node tools/write-docs.mjs\` after a build.

${sections.join('\n')}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** The human reference of the API: one page of HTML without scripts; its style is `referenceStyle`. */
export function referencePage(document: OpenApiDocument): string {
  const operations = operationsOf(document);
  const menu = menuOf(document, operations);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${document.info.title}</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="bar" id="contents"><a class="brand" href="#start">${document.info.title}</a>
<details class="menu"><summary>Contents</summary><nav aria-label="Contents">${menu}</nav></details></header>
<aside class="side"><a class="brand" href="#start">${document.info.title}</a><nav aria-label="Contents">${menu}</nav></aside>
<main id="main" tabindex="-1">
<h1>${document.info.title}</h1>
${introductionSections(document)}
${document.tags.map((tag) => tagSection(document, tag, operations))}
${errorsSection()}
</main>
<nav class="up" aria-label="Back"><a href="#contents">Contents</a></nav>
</body>
</html>
`.markup;
}

function idOf(tag: string): string {
  return `tag-${tag.replace(/[^A-Za-z0-9-]/g, '-')}`;
}

function menuOf(document: OpenApiDocument, operations: readonly PlacedOperation[]): Markup {
  const groups = document.tags.map(({ name }) => {
    const links = operations
      .filter(({ operation }) => operation.tags.includes(name))
      .map(({ method, operation: { operationId } }) => {
        const badge = html`<span class="method ${method.toLowerCase()}">${method}</span>`;
        return html`<li><a href="#${operationId}"><span>${titleOf(operationId)}</span>${badge}</a></li>`;
      });
    return html`<h2><a href="#${idOf(name)}">${name}</a></h2><ul>${links}</ul>`;
  });
  const before = introduction.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`);
  const after = errorGroups().map(
    ({ thousand, title }) => html`<li><a href="#errors-${thousand}">${title} <small>${thousand}xxx</small></a></li>`,
  );
  return html`<h2>Basics</h2><ul>${before}</ul>${groups}<h2><a href="#errors">Errors</a></h2><ul>${after}</ul>`;
}

function tagSection(
  document: OpenApiDocument,
  { name, description }: OpenApiDocument['tags'][number],
  operations: readonly PlacedOperation[],
): Markup {
  const own = operations.filter(({ operation }) => operation.tags.includes(name));
  return html`<section id="${idOf(name)}" class="tag">
<h2>${name}</h2><p class="lead">${prose(description)}</p>
${own.map((placed) => operationSection(document, placed))}
</section>
`;
}

function errorsSection(): Markup {
  const groups = errorGroups().map(({ thousand, title, names }) => {
    const rows = names.map((name) => {
      const { code, status, cause, message } = errors[name];
      return html`<tr id="${name}"><th scope="row"><a href="#${name}"><code>${name}</code></a> <span class="number">${code}</span></th>
<td class="status">${status}</td><td>${prose(cause)}</td><td>${prose(message)}</td></tr>
`;
    });
    return html`<h3 id="errors-${thousand}">${title} <small>${thousand}xxx</small></h3>
<table class="refusals"><caption class="unseen">${title}</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Status</th><th scope="col">Cause</th><th scope="col">Cure</th></tr></thead>
<tbody>${rows}</tbody></table>
`;
  });
  return html`<section id="errors" class="tag"><h2>Errors</h2>
<p class="lead">Every refusal there is. Names and numbers are never used again for something else.</p>
${groups}
</section>
`;
}
