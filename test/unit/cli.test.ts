import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { type CliProblem, type Command, exit } from '../../src/cli/command.ts';
import { commandsOf } from '../../src/cli/commands.ts';
import { completionOf } from '../../src/cli/completion.ts';
import { openDescription } from '../../src/cli/description.ts';
import { helpOf, overview } from '../../src/cli/help.ts';
import { findCommand, flagsOf, readGiven } from '../../src/cli/parse.ts';
import { cellOf, fieldsOf, openPrinter } from '../../src/cli/print.ts';
import { codeWhenNobodyReads } from '../../src/cli/run.ts';
import { fieldFlags, putFields, type Schema } from '../../src/cli/schema-flags.ts';
import { openApi } from '../../src/contract/openapi.ts';
import { openOutside } from '../../src/outside.ts';
import { tellSettings } from '../../src/system/configuration.ts';

const settings = tellSettings({});
const commands = commandsOf(openDescription(() => JSON.stringify(openApi())));
const flagsFor = (command: Command) => flagsOf(command, settings);

/** The words of a line as a shell would split it; what comes after a pipe or a redirection is another's. */
function wordsOf(line: string): string[] {
  const own = line.split(/ [|<>] /)[0]!;
  return [...own.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}

test('names are unique, in small letters, and no command hides another', () => {
  const names = commands.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z]+(-[a-z]+)*( [a-z]+(-[a-z]+)*)?$/, name);
  for (const command of commands) assert.equal(findCommand(command.name.split(' '), commands), command);
});

test('every example is a line that the command takes', () => {
  for (const command of commands) {
    assert.ok(command.examples.length > 0, command.name);
    for (const [line, what] of command.examples) {
      const words = wordsOf(line);
      assert.equal(findCommand(words, commands)?.name, command.name, line);
      readGiven(command, words.slice(command.name.split(' ').length), flagsFor(command));
      assert.match(what, /\.$|\?$/, line);
    }
  }
});

test('help names every word, flag and example', () => {
  const page = overview(commands, '1.2.3');
  for (const command of commands) {
    assert.ok(page.includes(`  ${command.name} `), command.name);
    const help = helpOf(command, settings);
    for (const flag of Object.keys(flagsFor(command))) assert.ok(help.includes(`--${flag}`), `${command.name} ${flag}`);
    for (const { name } of command.operands ?? []) assert.ok(help.includes(name), `${command.name} ${name}`);
    for (const [line] of command.examples) assert.ok(help.includes(`passdesk ${line}`), line);
    assert.doesNotMatch(help, /undefined|\[object/);
  }
});

test('settings that a command takes exist', () => {
  const known = new Set(settings.map(({ name }) => name));
  for (const { name, settings: wanted = [] } of commands) {
    for (const setting of wanted) assert.ok(known.has(setting), `${name} ${setting}`);
  }
});

function refusedWith(words: readonly string[], sentence: RegExp): void {
  const command = findCommand(words, commands)!;
  const own = words.slice(command.name.split(' ').length);
  assert.throws(
    () => readGiven(command, own, flagsFor(command)),
    (problem: CliProblem) => problem.code === exit.usage && sentence.test(problem.message),
  );
}

test('a wrong line is told with its cure, and is exit code 2', () => {
  refusedWith(['restore'], /--from is missing.*passdesk restore --help/);
  refusedWith(['backup', '--to'], /argument missing/);
  refusedWith(['backup', '--too', 'x'], /Unknown option '--too'/);
  refusedWith(['backup', 'x'], /one word too many/);
  refusedWith(['resource', 'show'], /<resourceId> is missing/);
  refusedWith(['resource', 'change', 'N00001', '--children-count', 'maybe'], /must be one of yes, no/);
});

test('output that nobody reads to its end is a failure of what looks after the data, and of nothing else', () => {
  for (const words of [
    'backup --to -',
    'restore --from x',
    'audit',
    'export passes',
    'db move --to postgres://db/passdesk',
    'db epoch --json',
  ]) {
    assert.equal(codeWhenNobodyReads(words.split(' ')), exit.failed, words);
  }
  for (const words of ['--help', 'resource list --all-pages', 'nothing of ours', 'completion bash']) {
    assert.equal(codeWhenNobodyReads(words.split(' ')), exit.ok, words);
  }
});

test('a filter that the CSV of a list does not have is refused, before anybody is asked', async () => {
  const describe = openDescription(() => JSON.stringify(openApi()));
  const outside = { ...openOutside(), describe, credentials: () => Promise.reject(new Error('asked')) };
  const print = openPrinter({ out: () => {}, error: () => {}, isTerminal: false }, { json: false, quiet: true });
  const run = (line: string) => {
    const words = wordsOf(line);
    const command = findCommand(words, commands)!;
    const given = readGiven(command, words.slice(command.name.split(' ').length), flagsFor(command));
    return command.run(given, { environment: {}, print, outside });
  };
  const refused = (sentence: RegExp) => (problem: CliProblem) =>
    problem.code === exit.usage && sentence.test(problem.message);
  await assert.rejects(run('bulk rows bulk_1 --verdict refused --csv'), refused(/^--verdict does not go with --csv$/));
  await assert.rejects(run('pass history 1788193061224415 --page-size 5 --csv'), refused(/^--page-size does not/));
  // What the CSV has, too, goes along.
  await assert.rejects(run('bulk rows bulk_1 --verdict refused'), /asked/);
  await assert.rejects(run('report usage --from 2026-11-01 --to 2026-11-02 --csv'), /asked/);
});

test('the completion of each shell knows every command and flag, and the shell can read it', () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const script = completionOf(shell, commands, flagsFor);
    for (const { name } of commands) for (const word of name.split(' ')) assert.ok(script.includes(word), name);
    assert.ok(script.includes('data-dir'));
    const { status, stderr, error } = spawnSync(shell, ['-n'], { input: script, encoding: 'utf8' });
    if (error === undefined) assert.equal(status, 0, `${shell}: ${stderr}`);
  }
});

test('bash completes commands and flags', () => {
  const script = completionOf('bash', commands, flagsFor);
  const complete = (words: readonly string[]) => {
    const line = `${script}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _passdesk; echo "\${COMPREPLY[@]}"`;
    return spawnSync('bash', ['-c', line], { encoding: 'utf8' }).stdout.trim().split(' ');
  };
  assert.deepEqual(complete(['passdesk', 'res']), ['restore', 'resource']);
  assert.deepEqual(complete(['passdesk', 'db', '']), ['move', 'epoch']);
  assert.deepEqual(complete(['passdesk', 'db', 'move', '--t']), ['--to']);
});

const schema: Schema = {
  properties: {
    status: { const: 3 },
    module: { enum: [1, 2] },
    extra: {
      properties: {
        firstName: { type: 'string' },
        usages: { type: 'integer' },
        places: { properties: { iata: { type: 'array', items: { type: 'string' } } } },
      },
    },
    open: { type: 'boolean' },
    until: { type: ['string', 'null'] },
  },
};

test('fields of a request are flags, wherever they lie', () => {
  const fields = fieldFlags(schema);
  assert.deepEqual(
    fields.map(({ name, path }) => `${name}=${path.join('.')}`),
    [
      'module=module',
      'first-name=extra.firstName',
      'usages=extra.usages',
      'iata=extra.places.iata',
      'open=open',
      'until=until',
    ],
  );
  const flags = Object.fromEntries(fields.map(({ name, flag }) => [name, flag]));
  const command = { ...commands[0]!, operands: [], flags };
  const words = ['--module', '2', '--first-name', 'Ada', '--usages', '3', '--iata', 'MAN,HKG', '--iata', 'BKK'];
  const given = readGiven(command, [...words, '--open', 'no', '--until', 'none'], flags);
  assert.deepEqual(putFields(fields, given, { extra: { lastName: 'Lovelace' } }), {
    module: 2,
    extra: { lastName: 'Lovelace', firstName: 'Ada', usages: 3, places: { iata: ['MAN', 'HKG', 'BKK'] } },
    open: false,
    until: null,
  });
  assert.deepEqual(putFields(fields, readGiven(command, [], flags), {}), {});
  const wrong = readGiven(command, ['--usages', 'many'], flags);
  assert.throws(() => putFields(fields, wrong, {}), /--usages is "many", but must be a number/);
});

function printed(json: boolean, print: (printer: ReturnType<typeof openPrinter>) => void): string {
  let text = '';
  const out = (part: string) => {
    text += part;
  };
  const streams = { out, error: () => {}, isTerminal: false };
  print(openPrinter(streams, { json, quiet: false }));
  return text;
}

test('results are lines for people and JSON for programs', () => {
  const items = [
    { id: 'N1', name: 'A', where: { iata: 'MAN' } },
    { id: 'N22', name: null, where: { iata: null } },
  ];
  const columns = [
    ['id', 'id'],
    ['name', 'name'],
    ['airport', 'where.iata'],
  ] as const;
  assert.equal(
    printed(false, (print) => print.items(items, columns)),
    'id   name  airport\nN1   A     MAN\nN22  –     –\n',
  );
  assert.equal(
    printed(true, (print) => print.items(items, columns)),
    items.map((item) => `${JSON.stringify(item)}\n`).join(''),
  );
  assert.deepEqual(fieldsOf({ a: { b: 1, c: [] }, d: [{ e: 2 }] }), ['a.b: 1', 'a.c: none', 'd[0].e: 2']);
});

test('what comes from outside cannot write to the terminal', () => {
  assert.equal(cellOf('Ada\u001b[31m\u202e'), 'Ada\\u001b[31m\\u202e');
});
