import { type ParseArgsConfig, parseArgs } from 'node:util';
import { CliProblem, type Command, exit, type Flags, flagOf, type Given } from './command.ts';

/** Flags of every command. */
export const commonFlags: Flags = {
  json: { what: 'print JSON for programs: one document, or one line for each item of a list' },
  quiet: { what: 'say nothing on standard error but what went wrong' },
  help: { what: 'show the help of the command' },
};

/** All flags of a command: its own, those of its settings, and the common ones. */
export function flagsOf(command: Command, settings: readonly { name: string; what: string }[]): Flags {
  const wanted = settings.filter(({ name }) => command.settings?.includes(name));
  const ofSettings = wanted.map(({ name, what }) => [flagOf(name), { what: `${what} (${name})`, value: 'value' }]);
  return { ...command.flags, ...Object.fromEntries(ofSettings), ...commonFlags };
}

/** The command that the words begin with: the longest name that fits. Null when none does. */
export function findCommand(words: readonly string[], commands: readonly Command[]): Command | null {
  const flag = words.findIndex((word) => word.startsWith('-'));
  const plain = flag < 0 ? words : words.slice(0, flag);
  const fitting = commands.filter(({ name }) => {
    const own = name.split(' ');
    return own.every((word, index) => plain[index] === word);
  });
  return fitting.sort((left, right) => right.name.length - left.name.length)[0] ?? null;
}

/** Reads what follows a command's own words. Throws with exit code 2 when it does not fit. */
export function readGiven(command: Command, words: readonly string[], flags: Flags): Given {
  const { values, positionals } = parse(command, words, flags);
  for (const [name, { choices }] of Object.entries(flags)) {
    const given = [values[name] ?? []].flat() as (string | boolean)[];
    const wrong = choices === undefined ? undefined : given.find((value) => !choices.includes(String(value)));
    if (wrong !== undefined) throw usage(command, `--${name} is "${wrong}", but must be one of ${choices!.join(', ')}`);
  }
  const isHelp = values.help === true;
  const missing = Object.entries(flags).find(([name, flag]) => flag.required && values[name] === undefined);
  if (missing !== undefined && !isHelp) throw usage(command, `--${missing[0]} is missing`);
  return {
    operands: isHelp ? {} : readOperands(command, positionals),
    text: (flag) => (typeof values[flag] === 'string' ? (values[flag] as string) : null),
    texts: (flag) => [values[flag] ?? []].flat().filter((value) => typeof value === 'string'),
    on: (flag) => values[flag] === true,
  };
}

type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

function parse(command: Command, words: readonly string[], flags: Flags): { values: Values; positionals: string[] } {
  const options: ParseArgsConfig['options'] = {};
  for (const [name, { value, many }] of Object.entries(flags)) {
    options[name] = { type: value === undefined ? 'boolean' : 'string', multiple: many === true };
  }
  options.help = { type: 'boolean', short: 'h', multiple: false };
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (problem) {
    // Node's sentences go on with advice about `--`; the first one says what is wrong.
    throw usage(command, (problem as Error).message.split(/\. To specify/)[0]!);
  }
}

function readOperands(command: Command, words: readonly string[]): Record<string, string> {
  const { operands = [] } = command;
  const missing = operands.find(({ optional }, index) => !optional && words[index] === undefined);
  if (missing !== undefined) throw usage(command, `<${missing.name}> is missing: ${missing.what}`);
  if (words.length > operands.length) throw usage(command, `"${words[operands.length]}" is one word too many`);
  return Object.fromEntries(words.map((word, index) => [operands[index]!.name, word]));
}

function usage({ name }: Command, sentence: string): CliProblem {
  return new CliProblem(`${sentence}. See: passdesk ${name} --help`, exit.usage);
}
