import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { commandsPage, withSettings } from '../../src/cli/commands-page.ts';
import { openDescription } from '../../src/cli/description.ts';
import { clientCalls } from '../../src/contract/client-calls.ts';
import { collectionFiles } from '../../src/contract/collections.ts';
import { errorsPage, referencePage, thousands } from '../../src/contract/documentation.ts';
import { errors } from '../../src/contract/errors.ts';
import { openApi, refusalsOf } from '../../src/contract/openapi.ts';
import { exampleOf } from '../../src/contract/openapi-samples.ts';
import { operationsOf } from '../../src/contract/reference-operation.ts';
import { referenceStyle } from '../../src/contract/reference-style.ts';
import { type Route, routes } from '../../src/contract/routes.ts';
import { Failure } from '../../src/contract/schemas.ts';
import { Compile } from '../../src/contract/typebox.ts';
import { refusalNames } from '../../src/domain/refusal.ts';
import { settingsTable, tellSettings } from '../../src/system/configuration.ts';

const table = Object.entries(routes as Record<string, Route>);
const document = openApi();
const operations = operationsOf(document);
const page = referencePage(document);
const fresh = 'run node tools/write-docs.mjs after a build';

/** Tests run compiled, below dist/, and from the sources alike: both are started in the repository. */
const committed = (path: string) => readFileSync(path, 'utf8');

test('the committed documents are what the code makes', () => {
  assert.ok(committed('openapi.json') === `${JSON.stringify(document, null, 2)}\n`, `openapi.json: ${fresh}`);
  assert.ok(committed('docs/errors.md') === errorsPage(), `docs/errors.md: ${fresh}`);
  assert.ok(
    committed('docs/commands.md') ===
      commandsPage(
        openDescription(() => JSON.stringify(document)),
        tellSettings({}),
      ),
    `docs/commands.md: ${fresh}`,
  );
  const readme = committed('README.md');
  assert.ok(
    readme.includes(settingsTable()) && withSettings(readme, settingsTable()) === readme,
    `README.md: ${fresh}`,
  );
});

test('the committed collections and calls of the client are what the code makes, with nothing beside them', () => {
  assert.ok(committed('src/client/calls.ts') === clientCalls(), `src/client/calls.ts: ${fresh}`);
  const files = collectionFiles();
  for (const [path, text] of Object.entries(files)) assert.ok(committed(path) === text, `${path}: ${fresh}`);
  const present = readdirSync('collections', { recursive: true, encoding: 'utf8' })
    .map((path) => join('collections', path))
    .filter((path) => statSync(path).isFile());
  assert.deepEqual(present.sort(), Object.keys(files).sort(), fresh);
});

test('the document is valid OpenAPI 3.1, by the schema of the standard', async () => {
  const validator = new Validator();
  const plain = () => JSON.parse(committed('openapi.json'));
  const { valid, errors: problems } = await validator.validate(plain());
  assert.ok(valid, JSON.stringify(problems));
  assert.equal(validator.version, '3.1');
  const broken = plain();
  broken.paths['/v2/orders'].patch.parameters[0] = { name: 'X-Program-ID', in: 'nowhere' };
  assert.equal((await new Validator().validate(broken)).valid, false, 'a broken one is not');
});

test('every refusal is in the catalogue page and in the reference', () => {
  const catalogue = errorsPage();
  for (const name of refusalNames) {
    assert.ok(catalogue.includes(`<a id="${name}"></a>`), name);
    assert.ok(page.includes(`<tr id="${name}">`), name);
  }
});

test('numbers are unique and in the right thousand', () => {
  const numbers = refusalNames.map((name) => errors[name].code);
  assert.equal(new Set(numbers).size, numbers.length);
  for (const name of refusalNames) {
    const { code, status } = errors[name];
    const thousand = Math.floor(code / 1000);
    assert.ok(thousands.has(thousand), `${name} ${code}`);
    assert.equal(thousand === 9, status >= 500, `${name}: faults of the server are 9xxx, and only they`);
    const isAccess = status === 401 || status === 403;
    assert.ok(thousand === 2 || !isAccess, `${name}: access is 2xxx`);
    // What is wrong with accounts themselves stands beside it.
    assert.ok(isAccess || thousand !== 2 || Math.floor(code / 100) === 21, `${name}: 20xx is access alone`);
  }
});

test('the document and the route table hold the same routes', () => {
  const told = operations.filter(({ path }) => path.startsWith('/v2/'));
  const documented = told.map(({ method, path, operation }) => `${operation.operationId} ${method} ${path}`);
  assert.deepEqual(
    documented.sort(),
    table.map(([operationId, { method, path }]) => `${operationId} ${method} ${path}`).sort(),
  );
});

test('every path parameter of a path is told, and no other', () => {
  for (const { path, operation } of operations) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    const told = (operation.parameters ?? []).flatMap((one) => ('in' in one && one.in === 'path' ? [one.name] : []));
    assert.deepEqual(told, inPath, path);
  }
});

test('every example fits its schema', () => {
  for (const [operationId, route] of table) {
    const example = exampleOf(operationId, route);
    assert.ok(Compile(route.data).Check(example.data), `${operationId}: answer ${JSON.stringify(example.data)}`);
    if (route.body === undefined) continue;
    assert.ok(Compile(route.body).Check(example.request), `${operationId}: request ${JSON.stringify(example.request)}`);
  }
  const failure = Compile(Failure);
  for (const [name, { value }] of Object.entries(document.components.examples)) assert.ok(failure.Check(value), name);
});

test('every reference leads to a component, and every component is referred to', () => {
  const references = new Set([...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1]!));
  const { securitySchemes: _, ...components } = document.components;
  const present = Object.entries(components).flatMap(([kind, named]) =>
    Object.keys(named).map((name) => `#/components/${kind}/${name}`),
  );
  assert.deepEqual([...references].sort(), present.sort());
});

test('every operation tells its refusals; 401 unless it is open', () => {
  for (const [operationId, route] of table) {
    const { operation } = operations.find((one) => one.operation.operationId === operationId)!;
    const open = route.scopes === null && !route.refusals.some((name) => errors[name].status === 401);
    assert.equal('401' in operation.responses, !open, operationId);
    assert.deepEqual(operation.security.length === 0, route.scopes === null, operationId);
    for (const name of refusalsOf(route)) {
      const content = operation.responses[errors[name].status]?.content?.['application/json'];
      assert.ok(content?.examples?.[name], `${operationId} ${name}`);
    }
  }
});

test('a base address reaches the servers and the commands of the reference', () => {
  const placed = openApi('https://passes.example');
  assert.deepEqual(
    placed.servers.map(({ url }) => url),
    ['https://passes.example', 'https://passes.example/api'],
  );
  assert.ok(referencePage(placed).includes('curl &#39;https://passes.example/v2/orders/lounges/ePasses&#39;'));
});

test('the reference needs no script and no style of its own, and its links lead somewhere', () => {
  assert.doesNotMatch(page, /<script|<style|\sstyle=|\son\w+=|javascript:/i);
  assert.doesNotMatch(page + referenceStyle, /@import|url\(|(src|href)="https?:/);
  const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]!);
  assert.equal(new Set(ids).size, ids.length, 'an id is there twice');
  for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) assert.ok(ids.includes(target!), `#${target}`);
});

test('what stands in the document is text in the reference, never markup', () => {
  const info = { ...document.info, title: `<img src=x onerror="alert('1')">&` };
  const tags = document.tags.map((tag) => ({ ...tag, description: '<b>`<i>`</b>' }));
  const marked = referencePage({ ...document, info, tags });
  assert.ok(marked.includes('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;'));
  assert.doesNotMatch(marked, /<img|<b>|<i>/);
});
