import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

/** The rooms and what each may import at run time and as types (ARCHITECTURE.md, The map). */
const rooms: Record<string, string[]> = {
  domain: [],
  contract: ['domain'],
  store: ['domain'],
  operations: ['store', 'contract', 'domain'],
  http: ['operations', 'contract', 'domain'],
  // Of the client, how long it waits: a person who asks comes back as a partner's system does.
  cli: ['operations', 'client', 'contract', 'domain'],
  worker: ['operations', 'contract', 'domain'],
  system: [],
  // What a partner runs in a service of their own: of ours it knows types alone.
  client: ['contract', 'domain'],
};

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
const source = (file: string) => readFileSync(join('src', file), 'utf8');
const roomOf = (file: string) => (file.includes('/') ? file.slice(0, file.indexOf('/')) : 'the top');

test('every room imports only what the house allows', () => {
  let imports = 0;
  for (const file of files) {
    for (const [, target] of source(file).matchAll(/(?:\bfrom|\bimport|\bimport\()\s*'(\.[^']+)'/g)) {
      imports += 1;
      const room = roomOf(file);
      const imported = roomOf(join(file, '..', target!));
      // The files at the top build the world by hand and may import everything; nobody imports them.
      if (room === 'the top' || room === imported) continue;
      assert.ok(rooms[room] !== undefined, `${file} stands in a room that the house does not have`);
      assert.ok(rooms[room].includes(imported), `${file} imports ${target}`);
    }
  }
  assert.ok(files.length > 40 && imports > 150, `${files.length} files, ${imports} imports`);
});

test('the client takes types from the product and nothing that runs', () => {
  const own = files.filter((file) => roomOf(file) === 'client');
  let types = 0;
  for (const file of own) {
    for (const [, kind, target] of source(file).matchAll(
      /^(import|export)(?: type)?\b[^;]*?\bfrom '(\.\.\/[^']+)';/gm,
    )) {
      types += 1;
      assert.match(source(file), new RegExp(`^${kind} type [^;]*from '${target}';`, 'm'), `${file} loads ${target}`);
    }
    for (const [, name] of source(file).matchAll(/\bfrom '([^.][^']*)'/g)) {
      assert.ok(
        name === 'jose' || (name === 'typebox' && /import type [^;]*from 'typebox'/.test(source(file))),
        `${file}: ${name}`,
      );
    }
  }
  assert.ok(own.length > 5 && types >= 3, `${own.length} files, ${types} types`);
});

/** The pages' sources, from the root: they run in browsers and know the product by its contract alone. */
const pages = readdirSync('web', { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => join('web', file));

test('a page imports its own folder, the contract and the domain only', () => {
  let imports = 0;
  for (const file of pages) {
    const page = file.split('/').slice(0, 2).join('/');
    for (const [, target] of readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport|\bimport\()\s*'(\.[^']+)'/g)) {
      imports += 1;
      const imported = join(file, '..', target!);
      const folders = [`${page}/`, 'src/contract/', 'src/domain/'];
      // A file that stands beside the pages, such as the icon, is all of theirs.
      const allowed = folders.some((folder) => imported.startsWith(folder)) || /^web\/[^/]+$/.test(imported);
      assert.ok(allowed, `${file} imports ${target}`);
    }
  }
  assert.ok(pages.length > 50 && imports > 200, `${pages.length} files, ${imports} imports`);
});

test('the domain reads no clock and draws no lots', () => {
  for (const file of files.filter((name) => roomOf(name) === 'domain')) {
    assert.doesNotMatch(
      source(file),
      /Date\.now|new Date\(\)|Math\.random|from '(?!\.)|performance|process\.|await /,
      file,
    );
  }
});

/** The functions of a formatted file with their lengths: what closes one stands as deep as what opens it. */
function functionsOf(text: string): { name: string; lines: number }[] {
  const lines = text.split('\n');
  const begins =
    /^( *)(?!(?:if|for|while|switch|catch|else|return)\b)(?:(?:export |default |async |static |private |override |get |set )*(?:function\*? ?)?([\w#$]+)(?:<.*>)?\(.*|.*(?:=>|function\*? ?\w*\(.*\)) \{)$/;
  return lines.flatMap((line, start) => {
    const found = begins.exec(line);
    if (found === null) return [];
    const closing = lines.findIndex((other, at) => at > start && other.startsWith(`${found[1]}}`));
    const stray = lines.findIndex(
      (other, at) => at > start && /\S/.test(other) && other.search(/\S/) < found[1]!.length,
    );
    // A call over several lines ends with a bracket, and what follows it is not its body.
    const calls = lines.findIndex(
      (other, at) => at > start && other.startsWith(`${found[1]})`) && !other.endsWith('{'),
    );
    if (closing < 0 || (stray >= 0 && stray < closing) || (calls >= 0 && calls < closing)) return [];
    return [{ name: found[2] ?? line.trim(), lines: closing - start + 1 }];
  });
}

test('files have at most 300 lines and functions at most 70', () => {
  const long: string[] = [];
  let functions = 0;
  for (const file of [...files.map((name) => join('src', name)), ...pages]) {
    const text = readFileSync(file, 'utf8');
    const length = text.trimEnd().split('\n').length;
    if (length > 300) long.push(`${file}: ${length} lines`);
    const found = functionsOf(text);
    functions += found.length;
    for (const { name, lines } of found) if (lines > 70) long.push(`${file} ${name}: ${lines} lines`);
  }
  assert.ok(functions > 250, `${functions} functions found`);
  assert.ok(functionsOf(source('domain/issue.ts')).some(({ name, lines }) => name === 'issue' && lines > 15));
  assert.deepEqual(long, []);
});

test('names say what a file is, and no file only hands others on', () => {
  for (const file of files) {
    const words = file.replace(/\.ts$/, '').split(/[/-]/);
    for (const word of words)
      assert.doesNotMatch(word, /^(utils?|helpers?|commons?|managers?|services?|misc|index)$/, file);
    const code = source(file).replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
    const own = code.replace(/^(?:import|export (?:type )?(?:\*|\{[^}]*\}) from)\b[\s\S]*?;$/gm, '');
    assert.match(own, /\S/, `${file} holds nothing of its own`);
  }
});

/** Every table whose rows belong to one programme. */
function tablesOfProgrammes(): string[] {
  const folder = 'src/store/migrations';
  const sql = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  const tables = [...sql.join('\n').matchAll(/create table (\w+) \(([\s\S]*?)\n\)/g)];
  return tables
    .filter(([, name, columns]) => name !== 'programs' && /^ +program_id /m.test(columns!))
    .map(([, name]) => name!);
}

/** The texts of a source, with the constants of the same file put in; each after the name it stands under. */
function textsOf(code: string): { name: string; sql: string }[] {
  const literals = /(?:name: '(\w+)',\s*)?(?:(?:const (\w+) =|text:)\s*)?(?:`((?:[^`\\]|\\.)*)`|'([^'\n]*)')/g;
  const found = [...code.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '').matchAll(literals)];
  const constants = new Map(found.map(([, , constant, template, plain]) => [constant, template ?? plain ?? '']));
  return found.map(([, name, constant, template, plain]) => ({
    name: name ?? constant ?? '',
    sql: (template ?? plain ?? '').replace(/\$\{(\w+)\}/g, (whole, inner: string) => constants.get(inner) ?? whole),
  }));
}

/**
 * Texts that span programmes on purpose: the directory, the purges, the metrics, one set of public keys, a stranger's
 * code, whose bulk job has waited longest, and all programmes of a client, which are looked at before its figures are
 * shown.
 */
const spanning =
  /^(directory_\w+|purge_\w+|delivery_figures|public_keys|programmes_of_client|pairing_device|find_bulk_work|old_bulk_jobs|history_epoch)$/;
/** What reads a whole database, for its operator alone. */
const spanningFiles = ['store/audit.ts', 'store/examination.ts', 'store/export.ts'];

/** What a text leaves open: a table without its programme, or no programme that comes from outside. */
function openEnds(sql: string, code: string, touched: RegExp): string[] {
  const uses = [...sql.matchAll(touched)];
  const aliases = uses.map(([, , , alias]) => alias).filter((alias) => alias !== undefined);
  const open = uses.filter(([, verb, , alias]) => {
    const column = alias === undefined ? '(?<![.\\w])program_id' : `\\b${alias}\\.program_id`;
    return !(verb === 'into' ? /\(program_id\b/ : new RegExp(`${column} = |= ${column}\\b`)).test(sql);
  });
  const ends = open.map(([text]) => text);
  if (uses.length === 0 || uses.every(([, verb]) => verb === 'into')) return ends;
  // Tables that are only joined to one another still hold every programme: one must be held from outside.
  const outside = `(?:\\$\\d|any \\(\\$|(?!(?:${aliases.join('|') || '-'})\\.)\\w+\\.program)`;
  const whole = sql.includes('${') ? code : sql;
  return new RegExp(`program_id = ${outside}`).test(whole) ? ends : [...ends, 'no programme from outside'];
}

test('every statement on a table of programmes says which programme', () => {
  const tables = tablesOfProgrammes();
  const known = ['holders', 'passes', 'entries', 'answers', 'offers', 'client_programs'];
  assert.deepEqual(
    known.filter((table) => !tables.includes(table)),
    [],
  );
  const keyword = 'set|where|on|order|limit|values|for|left|join|group';
  const alias = `(?:\\s+(?:as\\s+)?(?!(?:${keyword})\\b)([a-z]\\w*))?`;
  const touched = new RegExp(`\\b(from|join|update|into)\\s+(${tables.join('|')})\\b${alias}`, 'g');
  const open: string[] = [];
  let statements = 0;
  for (const file of files.filter((name) => roomOf(name) === 'store' && !spanningFiles.includes(name))) {
    for (const { name, sql } of textsOf(source(file))) {
      if (spanning.test(name)) continue;
      if (new RegExp(touched).test(sql)) statements += 1;
      open.push(...openEnds(sql, source(file), touched).map((end) => `${file} ${name}: ${end}`));
    }
  }
  assert.ok(statements > 20, `${statements} statements`);
  assert.deepEqual(open, []);
  const unheld = 'select 1 from entries u join passes p on p.program_id = u.program_id';
  assert.deepEqual(openEnds(unheld, '', touched), ['no programme from outside']);
  assert.equal(openEnds('delete from passes where pass_id = $1', '', touched).length, 2);
  assert.deepEqual(openEnds(`${unheld} where u.program_id = $1`, '', touched), []);
});

test('what runs the tests is no test itself: its last lines are the counts of those it ran', () => {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    assert.doesNotMatch(text, /from 'node:test'/, `${file} is loaded by tools/test.mjs`);
    for (const [, target] of text.matchAll(/^import (?!type )[^;]*?from '(\.[^']+)';/gm))
      visit(join(file, '..', target!));
  };
  const runner = readFileSync('tools/test.mjs', 'utf8');
  for (const [, target] of runner.matchAll(/import\('\.\.\/dist\/(test\/[^']+)\.js'\)/g)) visit(`${target}.ts`);
  assert.ok(seen.size > 5, `${[...seen]}`);
});
