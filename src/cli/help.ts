import { type Command, exit, type Flags, groups } from './command.ts';
import { flagsOf } from './parse.ts';

type Settings = readonly { readonly name: string; readonly what: string }[];

const exits: readonly (readonly [number, string])[] = [
  [exit.ok, 'done'],
  [exit.failed, 'refused, failed, or something is not as it should be'],
  [exit.usage, 'the command line is wrong; nothing was done'],
  [exit.unreachable, 'server or database cannot be reached, or says "not now"'],
  [exit.busy, 'another process holds the data folder'],
];

/** The first page: every command with half a sentence, by group. */
export function overview(commands: readonly Command[], version: string): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const parts = Object.entries(groups).map(([group, title]) => {
    const own = commands.filter((command) => command.group === group);
    if (own.length === 0) return '';
    return `\n${title}:\n${own.map(({ name, what }) => `  ${name.padEnd(width)}  ${what}\n`).join('')}`;
  });
  const codes = exits.map(([code, what]) => `  ${code}  ${what}\n`).join('');
  return `Passdesk ${version}: issue, look up, redeem, cancel and account for prepaid access passes.

Usage: passdesk <command> [options]
       passdesk <command> --help
${parts.join('')}
Exit codes:
${codes}
Results go to standard output, everything else to standard error; --json makes results readable for programs.
`;
}

/** The commands that begin with these words, for who has typed no more than that. */
export function overviewOf(words: string, commands: readonly Command[]): string {
  const own = commands.filter(({ name }) => name.startsWith(`${words} `));
  const width = Math.max(...own.map(({ name }) => name.length));
  return `Usage: passdesk ${words} <command> [options]\n\n${own
    .map(({ name, what }) => `  ${name.padEnd(width)}  ${what}\n`)
    .join('')}`;
}

/** The page of one command. */
export function helpOf(command: Command, settings: Settings): string {
  const { name, what, operands = [], examples, more } = command;
  const words = operands.map((operand) => (operand.optional ? ` [${operand.name}]` : ` <${operand.name}>`)).join('');
  const width = Math.max(0, ...operands.map((operand) => operand.name.length));
  const told = operands.map((operand) => `  ${operand.name.padEnd(width)}  ${operand.what}\n`).join('');
  return [
    `${what}\n\nUsage: passdesk ${name}${words} [options]\n`,
    more === undefined ? '' : `\n${more}\n`,
    told === '' ? '' : `\nWords:\n${told}`,
    `\nOptions:\n${flagLines(flagsOf(command, settings))}`,
    `\nExamples:\n${examples.map(([line, why]) => `  passdesk ${line}\n      ${why}\n`).join('')}`,
  ].join('');
}

function flagLines(flags: Flags): string {
  const names = Object.entries(flags).map(
    ([name, { value }]) => `--${name}${value === undefined ? '' : ` <${value}>`}`,
  );
  const width = Math.max(...names.map((name) => name.length));
  return Object.values(flags)
    .map(({ what, choices, many, required }, index) => {
      const notes = [
        ...(required ? ['required'] : []),
        ...(choices === undefined ? [] : [`one of ${choices.join(', ')}`]),
        ...(many ? ['may be given more than once'] : []),
      ];
      return `  ${names[index]!.padEnd(width)}  ${what}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}\n`;
    })
    .join('');
}
