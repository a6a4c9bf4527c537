/** The collections for Postman and Bruno: of the shape that those programs read, and about every call of a partner. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { Script } from 'node:vm';
import type { Static } from 'typebox';
import { collectionFiles } from '../../src/contract/collections.ts';
import { type Route, routes } from '../../src/contract/routes.ts';
import { Compile, Type } from '../../src/contract/typebox.ts';

const files = collectionFiles();
const table = Object.entries(routes as Record<string, Route>);
const ofPartners = table.filter(
  ([operationId, { scopes }]) =>
    operationId === 'fetchToken' ||
    (scopes !== null && (scopes.length === 0 || scopes.includes('issuer') || scopes.includes('venue'))),
);
const called = ofPartners.map(([, { method, path }]) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`).sort();

const closed = { additionalProperties: false };
const Text = Type.String();
const Variable = Type.Object({ key: Type.String({ minLength: 1 }), value: Text, type: Type.Literal('string') }, closed);
const Auth = Type.Union([
  Type.Object({ type: Type.Literal('noauth') }, closed),
  Type.Object({ type: Type.Literal('bearer'), bearer: Type.Array(Variable) }, closed),
]);
const Url = Type.Object(
  {
    raw: Text,
    host: Type.Array(Text),
    path: Type.Array(Type.String({ minLength: 1 })),
    query: Type.Optional(
      Type.Array(
        Type.Object({ key: Text, value: Text, description: Text, disabled: Type.Optional(Type.Literal(true)) }, closed),
      ),
    ),
    variable: Type.Optional(Type.Array(Type.Object({ key: Text, value: Type.String({ minLength: 1 }) }, closed))),
  },
  closed,
);
const Item = Type.Object(
  {
    name: Text,
    request: Type.Object(
      {
        method: Type.Enum(['GET', 'POST', 'PATCH']),
        description: Text,
        auth: Type.Optional(Auth),
        header: Type.Array(Type.Object({ key: Text, value: Text }, closed)),
        url: Url,
        body: Type.Optional(
          Type.Object(
            {
              mode: Type.Literal('raw'),
              raw: Text,
              options: Type.Object({ raw: Type.Object({ language: Type.Enum(['json', 'text']) }, closed) }, closed),
            },
            closed,
          ),
        ),
      },
      closed,
    ),
    response: Type.Array(Type.Unknown()),
  },
  closed,
);
/** As much of Postman's schema of version 2.1 as a collection of ours may use. */
const Collection = Type.Object(
  {
    info: Type.Object(
      {
        name: Text,
        description: Text,
        schema: Type.Literal('https://schema.getpostman.com/json/collection/v2.1.0/collection.json'),
      },
      closed,
    ),
    auth: Auth,
    event: Type.Array(
      Type.Object(
        {
          listen: Type.Enum(['prerequest', 'test']),
          script: Type.Object({ type: Type.Literal('text/javascript'), exec: Type.Array(Text) }, closed),
        },
        closed,
      ),
    ),
    variable: Type.Array(Variable),
    item: Type.Array(Type.Object({ name: Text, item: Type.Array(Item, { minItems: 1 }) }, closed)),
  },
  closed,
);

const postman = JSON.parse(files['collections/passdesk.postman_collection.json']!) as Static<typeof Collection>;

test('the Postman collection has the shape of version 2.1', () => {
  const validator = Compile(Collection);
  assert.ok(validator.Check(postman), JSON.stringify(validator.Errors(postman).slice(0, 3)));
  for (const { script } of postman.event) assert.ok(new Script(script.exec.join('\n')));
});

test('it holds every call of a partner or a venue, and every variable that it uses', () => {
  const items = postman.item.flatMap(({ item }) => item);
  const told = items.map(({ request: { method, url } }) => `${method} /${url.path.join('/')}`);
  assert.deepEqual(told.sort(), called);
  for (const { request } of items) {
    const { raw, path, variable = [] } = request.url;
    assert.equal(raw, `{{baseUrl}}/${path.join('/')}`);
    const placed = path.filter((part) => part.startsWith(':')).map((part) => part.slice(1));
    assert.deepEqual(
      variable.map(({ key }) => key),
      placed,
      raw,
    );
    if (request.body?.options.raw.language === 'json') JSON.parse(request.body.raw);
  }
  const known = new Set(postman.variable.map(({ key }) => key));
  for (const [, name] of JSON.stringify(postman).matchAll(/\{\{(\w+)\}\}/g)) assert.ok(known.has(name!), name);
});

/** What Bruno's own reader makes of a file. */
interface BruFile {
  readonly meta: { readonly name: string; readonly type: string; readonly seq: string };
  readonly http: { readonly method: string; readonly url: string; readonly body: string; readonly auth: string };
  readonly params?: readonly { readonly name: string; readonly type: string; readonly enabled: boolean }[];
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly body?: { readonly json?: string; readonly text?: string };
}
const require = createRequire(import.meta.url);
const bruno = require('@usebruno/lang') as {
  bruToJsonV2(text: string): BruFile;
  collectionBruToJson(text: string): {
    readonly auth: { readonly mode: string; readonly bearer: { readonly token: string } };
    readonly script: { readonly req: string };
  };
  bruToEnvJsonV2(text: string): { readonly variables: readonly { readonly name: string; readonly secret: boolean }[] };
};
const requests = Object.entries(files).filter(([path]) =>
  /^collections\/bruno\/[^/]+\/(?!Local)[^/]+\.bru$/.test(path),
);

test("Bruno's own reader reads every file, and finds the same calls", () => {
  const told: string[] = [];
  for (const [path, text] of requests) {
    const { meta, http, body, headers, params = [] } = bruno.bruToJsonV2(text);
    assert.deepEqual([meta.type, /^\d+$/.test(meta.seq)], ['http', true], path);
    const method = http.method.toUpperCase();
    told.push(`${method} ${http.url.replace('{{baseUrl}}', '')}`);
    const [, route] = table.find(([operationId]) => path.endsWith(`/${operationId}.bru`))!;
    assert.equal(meta.name, route.summary.replace(/\.$/, ''));
    assert.deepEqual(
      params.filter(({ type }) => type === 'query').map(({ name }) => name),
      Object.keys(route.query?.properties ?? {}),
      path,
    );
    assert.ok(params.every(({ type, enabled }) => type === 'path' || !enabled));
    assert.ok(headers.some(({ name, value }) => name === 'X-Request-ID' && value === '{{$guid}}'));
    if (route.body !== undefined) JSON.parse(body!.json!);
    if (path.endsWith('/fetchToken.bru')) {
      assert.deepEqual(JSON.parse(body!.json!), { clientId: '{{clientId}}', secret: '{{secret}}' });
    }
    if (route.upload !== undefined) assert.ok(body!.text!.split('\n').every((line) => JSON.parse(line)));
  }
  assert.deepEqual(told.sort(), called);
});

test("the collection's own settings are read, and the secret is one", () => {
  const { auth, script } = bruno.collectionBruToJson(files['collections/bruno/collection.bru']!);
  assert.deepEqual([auth.mode, auth.bearer.token], ['bearer', '{{token}}']);
  assert.ok(new Script(`(async () => {${script.req}})`));
  const { variables } = bruno.bruToEnvJsonV2(files['collections/bruno/environments/Local.bru']!);
  assert.deepEqual(
    variables.map(({ name, secret }) => [name, secret]),
    [
      ['baseUrl', false],
      ['programId', false],
      ['clientId', false],
      ['secret', true],
    ],
  );
  const { type, version } = JSON.parse(readFileSync('collections/bruno/bruno.json', 'utf8'));
  assert.deepEqual([type, version], ['collection', '1']);
});
