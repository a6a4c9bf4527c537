/** The console speaks each language completely, says nothing that is not asked for, and has words for every refusal. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { build } from 'vite';
import { type OperationId, type Route, routes } from '../../src/contract/routes.ts';
import * as clients from '../../src/contract/schemas-clients.ts';
import * as management from '../../src/contract/schemas-management.ts';
import * as push from '../../src/contract/schemas-push.ts';
import { acts } from '../../src/domain/act.ts';
import { eventTypes } from '../../src/domain/event.ts';
import { refusalNames } from '../../src/domain/refusal.ts';

type Message = string | Readonly<Record<string, string>>;
interface Words {
  readonly file: string;
  readonly en: Readonly<Record<string, Message>>;
  readonly de: Readonly<Record<string, Message>>;
}

const root = 'web/console';
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
const source = (file: string) => readFileSync(join(root, file), 'utf8');

/** The catalogues as the console's own modules make them. */
async function readWords(): Promise<Words[]> {
  const entry = 'virtual:words';
  const result = await build({
    configFile: false,
    root,
    logLevel: 'error',
    plugins: [
      {
        name: 'words',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) =>
          id === entry
            ? `export const found = import.meta.glob(['/**/*words.ts', '/words/refusals.ts'], { eager: true });`
            : null,
      },
    ],
    build: { write: false, minify: false, rolldownOptions: { input: entry, preserveEntrySignatures: 'strict' } },
  });
  const [chunk] = (result as { output: { code: string }[] }).output;
  const { found } = (await import(`data:text/javascript,${encodeURIComponent(chunk!.code)}`)) as {
    found: Record<string, Record<string, Omit<Words, 'file'>>>;
  };
  return Object.entries(found).flatMap(([path, exported]) =>
    Object.values(exported).map((words) => ({ file: path.slice(1), en: words.en, de: words.de })),
  );
}

/** Details that are put together by functions or by a request's body, out of reach of `namesIn`. */
const gatheredNames = [
  ...['role', 'programIds', 'disabled'],
  ...['name', 'iata', 'city', 'countryOrRegion', 'zone', 'latitude', 'longitude'],
  ...['ePassId', 'orderId', 'left', 'units', 'reason', 'resourceId'],
  ...['bits', 'sha256'],
];
const writtenBodies = [
  management.ProgrammeBody,
  management.ResourceBody,
  management.ResourceChangeBody,
  clients.ClientBody,
  clients.ClientChangeBody,
  push.ResendBody,
];

/** The names of the details that an operation writes down as `details = { … }` or `details: { … }`. */
function namesIn(text: string): string[] {
  return [...text.matchAll(/\bdetails(?:: | = )\{([^;}]*)\}/g)]
    .flatMap(([, held]) => held!.split(','))
    .map((part) => part.trim().split(':')[0]!)
    .filter((name) => /^\w+$/.test(name) && name !== 'before' && name !== 'after');
}

/** What a row of a bulk file can be refused for, besides what an issue is. */
const rowRefusals = ['JSON_INVALID', 'BULK_REFERENCE_REUSED', 'BULK_ROW_TOO_LARGE', 'BULK_ROW_FAILED'] as const;

const placeholders = (message: Message) => {
  const texts = typeof message === 'string' ? [message] : Object.values(message);
  return texts.map((text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort());
};

/** By its name in quotes, as the name of a state that a table lists, or as one that is put together. */
function isSaid(key: string, said: string): boolean {
  if (said.includes(`'${key}'`) || said.includes(` ${key}: '`)) return true;
  const templates = [...said.matchAll(/\bt\(`([^`$]*)\$\{[^`{}]*\}([^`$]*)`/g)];
  return templates.some(
    ([, before, after]) => `${before}${after}` !== '' && key.startsWith(before!) && key.endsWith(after!),
  );
}

describe('words of the console', () => {
  let catalogues: Words[] = [];
  let refusals: Words;
  before(async () => {
    const found = await readWords();
    refusals = found.find(({ file }) => file === 'words/refusals.ts')!;
    catalogues = found.filter((words) => words !== refusals);
  });

  test('every language has the same messages with the same values, and its own plural forms', () => {
    assert.ok(catalogues.length >= 6, `${catalogues.length} catalogues`);
    for (const { file, en, de } of catalogues) {
      assert.deepEqual(Object.keys(de).sort(), Object.keys(en).sort(), file);
      for (const [key, english] of Object.entries(en)) {
        const german = de[key]!;
        assert.equal(typeof german, typeof english, `${file} ${key}`);
        const [wanted] = placeholders(english).slice(-1);
        for (const [language, message] of [
          ['en', english],
          ['de', german],
        ] as const) {
          assert.deepEqual(placeholders(message).at(-1), wanted, `${file} ${key} in ${language}`);
          if (typeof message === 'string') assert.notEqual(message.trim(), '', `${file} ${key} in ${language}`);
          else
            assert.deepEqual(
              Object.keys(message),
              new Intl.PluralRules(language).resolvedOptions().pluralCategories,
              key,
            );
        }
      }
    }
  });

  test('no message is left that nobody says', () => {
    const unsaid: string[] = [];
    for (const { file, en } of catalogues) {
      const beside = dirname(file) === 'words' ? null : dirname(file);
      const sayers = files.filter(
        (other) =>
          other !== file && (dirname(other) === beside || source(other).includes(`/${file.split('/').at(-1)}'`)),
      );
      const said = [...sayers.map(source), ...[...eventTypes, ...acts].map((name) => `'${name}'`)].join('\n');
      unsaid.push(
        ...Object.keys(en)
          .filter((key) => !isSaid(key, said))
          .map((key) => `${file} ${key}`),
      );
    }
    assert.deepEqual(unsaid, []);
  });

  test('every act that the audit log can hold has words in each language', () => {
    const words = catalogues.find(({ file }) => file === 'audit-log/act-words.ts')!;
    for (const language of ['en', 'de'] as const) assert.deepEqual(Object.keys(words[language]), acts, language);
    // Two acts that were called the same could not be told apart.
    assert.equal(new Set(Object.values(words.en)).size, acts.length);
    assert.equal(new Set(Object.values(words.de)).size, acts.length);
  });

  test('every detail that the audit log can hold has words in each language', () => {
    const words = catalogues.find(({ file }) => file === 'audit-log/detail-words.ts')!;
    const operations = readdirSync('src/operations', { encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const read = operations.flatMap((file) => namesIn(readFileSync(join('src/operations', file), 'utf8')));
    assert.ok(read.includes('endedSessions') && read.includes('validFrom') && read.length > 25, read.join());
    const written = new Set([
      ...read,
      ...gatheredNames,
      ...writtenBodies.flatMap(({ properties }) => Object.keys(properties)),
    ]);
    for (const language of ['en', 'de'] as const)
      assert.deepEqual(Object.keys(words[language]), [...written].sort(), language);
  });

  test('every refusal that the console can meet has a sentence in each language', () => {
    const table = new Map(
      (Object.entries(routes) as [OperationId, Route][]).map(([, route]) => [`${route.method} ${route.path}`, route]),
    );
    const calls = new Set(
      files.flatMap((file) =>
        [...source(file).matchAll(/'((?:GET|POST|PATCH) \/v2\/[^']+)'/g)].map(([, name]) => name!),
      ),
    );
    assert.ok(calls.size >= 15, `${calls.size} calls`);
    // What any route can answer with.
    const met = new Set<string>([
      'REQUEST_INVALID',
      'RATE_LIMITED',
      'PROGRAM_UNKNOWN',
      'PROGRAM_REQUIRED',
      'SCOPE_MISSING',
    ]);
    for (const name of [
      'SESSION_REFUSED',
      'CSRF_REFUSED',
      'INTERNAL',
      'UNAVAILABLE',
      'OVERLOADED',
      'OUTCOME_UNKNOWN',
      'NETWORK',
    ])
      met.add(name);
    // What a row of a bulk file can be refused for.
    for (const name of [...routes.issuePass.refusals, ...rowRefusals]) met.add(name);
    for (const call of calls) {
      assert.ok(table.has(call), `${call} is no route`);
      for (const name of table.get(call)!.refusals) met.add(name);
    }
    for (const language of ['en', 'de'] as const) {
      assert.deepEqual(
        [...met].filter((name) => refusals[language][name] === undefined),
        [],
        language,
      );
    }
    const known = new Set<string>([...refusalNames, 'NETWORK']);
    assert.deepEqual(Object.keys(refusals.de), Object.keys(refusals.en));
    assert.deepEqual(
      Object.keys(refusals.en).filter((name) => !known.has(name)),
      [],
    );
  });
});
