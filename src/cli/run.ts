import { CliProblem, type Command, exit, flagOf, type Shell } from './command.ts';
import { commandOf, commandsOf, entries } from './commands.ts';
import { helpOf, overview, overviewOf } from './help.ts';
import type { Outside } from './outside.ts';
import { findCommand, flagsOf, readGiven } from './parse.ts';
import { openPrinter, type Streams } from './print.ts';

const streams: Streams = {
  out: (text) => void process.stdout.write(text),
  error: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY === true,
};

/**
 * The exit code when whoever reads our output goes before its end. He may have seen enough, as `head` has: that is no
 * fault. But what looks after the data is whole or failed: a back-up whose encryption broke off must not count as made.
 */
export function codeWhenNobodyReads(words: readonly string[]): number {
  return findCommand(words, entries)?.group === 'data' ? exit.failed : exit.ok;
}

/** Runs one command line in this process and ends it with the command's exit code. */
export async function runCommandLine(words: readonly string[], outside: Outside): Promise<void> {
  // Secrets and balances are in what this process writes: nobody else may read or write it.
  process.umask(0o077);
  process.stdout.on('error', (problem: NodeJS.ErrnoException) =>
    process.exit(problem.code === 'EPIPE' ? codeWhenNobodyReads(words) : exit.failed),
  );
  const code = await run(words, outside);
  // Nothing is cut off: what was written is handed over first.
  await new Promise((done) => process.stdout.write('', done));
  await new Promise((done) => process.stderr.write('', done));
  process.exit(code);
}

async function run(words: readonly string[], outside: Outside): Promise<number> {
  const json = words.includes('--json');
  try {
    const entry = findCommand(words, entries);
    if (entry === null) return overviewFor(words, outside);
    return await runCommand(commandOf(entry, outside.describe), words, outside);
  } catch (problem) {
    const { message, code, facts } = problemOf(problem);
    streams.error(`${message}\n`);
    if (json) streams.out(`${JSON.stringify({ error: message, ...facts, exitCode: code })}\n`);
    return code;
  }
}

function overviewFor(words: readonly string[], outside: Outside): number {
  const [first = 'help'] = words;
  if (['help', '--help', '-h'].includes(first)) {
    streams.out(overview(commandsOf(outside.describe), outside.version));
    return exit.ok;
  }
  if (['version', '--version'].includes(first)) {
    streams.out(`${outside.version}\n`);
    return exit.ok;
  }
  const group = words
    .filter((word) => !word.startsWith('-'))
    .slice(0, 1)
    .join(' ');
  if (entries.some(({ name }) => name.startsWith(`${group} `))) {
    streams.out(overviewOf(group, commandsOf(outside.describe)));
    return words.length === 1 || words.some((word) => ['--help', '-h'].includes(word)) ? exit.ok : exit.usage;
  }
  throw new CliProblem(`there is no command "${words.join(' ')}"; see: passdesk --help`, exit.usage);
}

async function runCommand(command: Command, words: readonly string[], outside: Outside): Promise<number> {
  const settings = outside.settings(process.env);
  const given = readGiven(command, words.slice(command.name.split(' ').length), flagsOf(command, settings));
  if (given.on('help')) {
    streams.out(helpOf(command, settings));
    return exit.ok;
  }
  const print = openPrinter(streams, { json: given.on('json'), quiet: given.on('quiet') });
  const flags = (command.settings ?? []).map((name) => [name, given.text(flagOf(name)) ?? undefined] as const);
  const over = Object.fromEntries(flags.filter(([, text]) => text !== undefined));
  const shell: Shell = { environment: { ...process.env, ...over }, print, outside };
  return command.run(given, shell);
}

function problemOf(problem: unknown): CliProblem {
  if (problem instanceof CliProblem) return problem;
  const { code, path } = problem as NodeJS.ErrnoException;
  if (code === 'ENOENT' && path !== undefined) return new CliProblem(`there is no file ${path}`);
  return new CliProblem(problem instanceof Error ? problem.message : String(problem));
}
