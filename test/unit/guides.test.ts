/** What the pages for people claim of this repository: files, links, commands, tests. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { entries } from '../../src/cli/commands.ts';

const folders = ['.', 'docs', 'bench', 'reference'];
const pages = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);
const read = (page: string) => readFileSync(page, 'utf8');

/** The anchor that a heading gets where Markdown is shown. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replace(/ /g, '-');

const anchorsOf = (page: string) =>
  [...read(page).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => anchorOf(heading!));

test('every link from page to page leads somewhere', () => {
  let links = 0;
  for (const page of pages) {
    for (const [, target] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue;
      links += 1;
      const [path, anchor] = target!.split('#') as [string, string?];
      const file = path === '' ? page : join(dirname(page), path);
      assert.ok(existsSync(file), `${page}: ${target}`);
      if (anchor !== undefined) assert.ok(anchorsOf(file).includes(anchor), `${page}: ${target}`);
    }
  }
  assert.ok(links > 20, `${links} links`);
});

test('every test, tool and file of deploy/ that a page names is there', () => {
  let named = 0;
  for (const page of pages) {
    for (const [, path] of read(page).matchAll(/`((?:test|deploy|tools|src)\/[\w./@-]*[\w@-])`/g)) {
      named += 1;
      assert.ok(existsSync(path!), `${page}: ${path}`);
    }
  }
  assert.ok(named > 40, `${named} files`);
});

test('the figures by which the guide sizes are those that were measured', () => {
  const measured = read('docs/measurements.md');
  const sizing = read('docs/operations.md');
  /** Uses a second, and microseconds of processor time of the process and of PostgreSQL, from a row of the results. */
  const row = (part: RegExp, contestant: string) => {
    const section = measured.slice(measured.search(part));
    const line = section.split('\n').find((one) => one.startsWith(`| ${contestant} `))!;
    const [, , perSecond, , , , node, postgres] = line.split('|').map((cell) => cell.trim());
    return { perSecond: Number(perSecond), node: Number(node), postgres: Number(postgres) };
  };
  const told = (what: string) => {
    const line = sizing.split('\n').find((one) => one.startsWith(`| ${what} |`))!;
    return line.split('|')[2]!.trim();
  };
  const milliseconds = ({ node, postgres }: { node: number; postgres: number }) =>
    `${(node / 1000).toFixed(2)} / ${(postgres / 1000).toFixed(2)} ms`;
  const many = row(/^### a, c:/m, 'Passdesk, 256 connections');
  assert.equal(told('uses a second, one process, 256 connections'), many.perSecond.toLocaleString('en'));
  assert.equal(told('processor time of a use, process / PostgreSQL, many at once'), milliseconds(many));
  assert.equal(told('the same, a lone request'), milliseconds(row(/^### d:/m, 'Passdesk, 1 connection')));
  const hot = row(/^### b:/m, 'Passdesk, 256 connections');
  assert.equal(told('uses a second of one pass'), hot.perSecond.toLocaleString('en'));
});

test('the connections that the guide counts are those that a process may open', () => {
  const source = read('src/store/postgres.ts');
  const counts = ['lanes', 'BACKGROUND_CONNECTIONS', 'READ_CONNECTIONS', 'REPORT_CONNECTIONS'].map((name) =>
    Number(new RegExp(`\\b${name} = (\\d+)`).exec(source)![1]),
  );
  const words = ['none', 'one', 'two', 'three', 'four', 'five', 'six'];
  const [changes, bulk, reading, reports] = counts.map((count) => words[count]!);
  const all = counts.reduce((sum, count) => sum + count, 1);
  const told = `opens up to ${all}: ${changes} for changes, ${bulk} for bulk issue, ${reading} for reading, ${reports} for reports, one for health.`;
  assert.ok(read('docs/operations.md').includes(told), told);
});

test('what the steps for systemd copy is in the package, or in the checkout that makes it', () => {
  const { version, files } = JSON.parse(read('package.json')) as { version: string; files: string[] };
  const steps = [...read('docs/operations.md').matchAll(/^# (.+)$/gm)].map(([, step]) => step!);
  const copied = steps.flatMap((step) => [...step.matchAll(/\b(?:cp|tar xzf) (\S+)/g)].map(([, path]) => path!));
  assert.ok(copied.length >= 3, copied.join());
  for (const path of copied) {
    const [, inPackage] = /^\/opt\/passdesk\/(.+)$/.exec(path) ?? [];
    if (inPackage !== undefined) {
      assert.ok(files.some((one) => inPackage.startsWith(`${one}/`)) && existsSync(inPackage), path);
    } else assert.ok(path === `passdesk-${version}.tgz` || existsSync(path), path);
  }
});

test('every command that the guides name is one', () => {
  const names = ['version', ...entries.map(({ name }) => name)];
  let named = 0;
  const known = (words: string) => names.some((name) => words === name || words.startsWith(`${name} `));
  for (const page of ['docs/operations.md', 'docs/security.md', 'docs/threat-model.md', 'SECURITY.md']) {
    for (const [, words] of read(page).matchAll(/(?:`|^|[$(&|;] ?|api-1 )passdesk ([a-z][a-z -]*)/gm)) {
      assert.ok(known(words!.trim()), `${page}: passdesk ${words}`);
      named += 1;
    }
  }
  assert.ok(named > 40, `${named} commands`);
});

interface Threat {
  readonly id: string;
  readonly kind: string;
  readonly tests: string[];
}

/** The rows of the tables of threats. */
function threats(): Threat[] {
  const rows = [...read('docs/threat-model.md').matchAll(/^\| (T\d+) \|(.*)\|$/gm)];
  return rows.map(([, id, row]) => {
    const cells = row!.split(' | ');
    return {
      id: id!,
      kind: cells[0]!.trim(),
      tests: [...cells.at(-1)!.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path!),
    };
  });
}

test('every threat has a number of its own, a kind, and tests that show its defence', () => {
  const all = threats();
  assert.ok(all.length >= 40, `${all.length} threats`);
  assert.deepEqual(
    all.map(({ id }) => id),
    all.map((_, index) => `T${index + 1}`),
  );
  for (const { id, kind, tests } of all) {
    assert.match(kind, /^[STRIDE](, [STRIDE])*$/, id);
    assert.ok(tests.length > 0, `${id} names no test`);
    for (const path of tests) assert.match(path, /\.test\.ts$/, id);
  }
  // All six kinds are there.
  assert.equal(new Set(all.flatMap(({ kind }) => kind.split(', '))).size, 6);
});

/** Every file with sentences for people, but what is generated and the table of numbers itself. */
const cited = ['src', 'test', 'bench', 'web', 'docs', 'tools'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|tsx|mjs|md)$/.test(name) && name !== 'reliability.md')
    .map((name) => join(folder, name)),
);

test('every invariant, attack and fault that is cited has its row, with tests that cite it', () => {
  const rows = new Map(
    [...read('docs/reliability.md').matchAll(/^\| ((?:INV|ATK|FLT)-\d\d[a-z]?) \|.*\| (.+) \|$/gm)].map(
      ([, id, tests]) => [id!, [...tests!.matchAll(/`([^`]+)`/g)].map(([, path]) => join('test', path!))],
    ),
  );
  for (const file of [...cited, 'ARCHITECTURE.md']) {
    for (const [id] of read(file).matchAll(/\b(?:INV|ATK|FLT)-\d\d[a-z]?\b/g)) {
      assert.ok(rows.has(id), `${file}: ${id} is not in docs/reliability.md`);
    }
  }
  assert.ok(rows.size > 90, `${rows.size} rows`);
  for (const [id, tests] of rows) {
    assert.ok(tests.length > 0, `${id} has no test`);
    // "FLT-34 to 36" cites the one between, too.
    for (const path of tests) assert.match(read(path), new RegExp(id.slice(0, 3)), `${path} does not cite ${id}`);
  }
});

test('every section of the contract that is cited is there', () => {
  const sections = new Set([...read('docs/contract.md').matchAll(/^## (\d+)\. /gm)].map(([, number]) => number!));
  let citations = 0;
  for (const file of cited) {
    for (const [, number] of read(file).matchAll(/contract,(?: \*)? ?\n?(?: \*)? ?section (\d+)/g)) {
      citations += 1;
      assert.ok(sections.has(number!), `${file}: section ${number}`);
    }
  }
  assert.ok(citations > 30, `${citations} citations`);
});
