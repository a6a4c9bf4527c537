import { CliProblem, type Command, exit, type Flags } from './command.ts';
import { flagsOf } from './parse.ts';

/** What can be completed, as plain data for the three shells: after these words, these words. */
type Words = ReadonlyMap<string, readonly (readonly [word: string, what: string])[]>;

function wordsOf(commands: readonly Command[]): Words {
  const words = new Map<string, Map<string, string>>();
  for (const { name, what } of commands) {
    const parts = name.split(' ');
    for (const [index, part] of parts.entries()) {
      const before = parts.slice(0, index).join(' ');
      const known = words.get(before) ?? new Map<string, string>();
      words.set(
        before,
        known.set(part, index === parts.length - 1 ? what : `${known.get(part) ?? `commands of ${part}`}`),
      );
    }
  }
  return new Map([...words].map(([before, after]) => [before, [...after]]));
}

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

type FlagsOf = (command: Command) => Flags;

function bash(commands: readonly Command[], flagsFor: FlagsOf): string {
  const cases = [...wordsOf(commands)].map(
    ([before, after]) => `    ${quote(before)}) words=${quote(after.map(([word]) => word).join(' '))} ;;\n`,
  );
  const flags = commands.map(
    (command) =>
      `    ${quote(command.name)}) flags=${quote(
        Object.keys(flagsFor(command))
          .map((flag) => `--${flag}`)
          .join(' '),
      )} ;;\n`,
  );
  return `# passdesk completion for bash: eval "$(passdesk completion bash)"
_passdesk() {
  local current=\${COMP_WORDS[COMP_CWORD]} said='' word words='' flags=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] && break
    said="\${said:+$said }$word"
  done
  case $said in
${cases.join('')}  esac
  case $said in
${flags.join('')}  esac
  if [[ $current == -* ]]; then COMPREPLY=($(compgen -W "$flags" -- "$current"))
  elif [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$current"))
  else COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _passdesk passdesk
`;
}

const zshItem = (word: string, what: string) => quote(`${word}:${what.replaceAll(':', '\\:')}`);

function zsh(commands: readonly Command[], flagsFor: FlagsOf): string {
  const cases = [...wordsOf(commands)].map(
    ([before, after]) =>
      `    ${quote(before)}) words=(${after.map(([word, what]) => zshItem(word, what)).join(' ')}) ;;\n`,
  );
  const flags = commands.map(
    (command) =>
      `    ${quote(command.name)}) flags=(${Object.entries(flagsFor(command))
        .map(([flag, { what }]) => zshItem(`--${flag}`, what))
        .join(' ')}) ;;\n`,
  );
  return `#compdef passdesk
# passdesk completion for zsh: eval "$(passdesk completion zsh)"
_passdesk() {
  local said='' word
  local -a words_ words flags
  words_=("\${(@)words[2,CURRENT-1]}")
  local current=\${words[CURRENT]}
  for word in $words_; do
    [[ $word == -* ]] && break
    said="\${said:+$said }$word"
  done
  words=()
  case $said in
${cases.join('')}  esac
  case $said in
${flags.join('')}  esac
  if [[ $current == -* ]]; then _describe option flags
  elif (( $#words )); then _describe command words
  else _files; fi
}
compdef _passdesk passdesk
`;
}

function fish(commands: readonly Command[], flagsFor: FlagsOf): string {
  const lines: string[] = [];
  for (const [before, after] of wordsOf(commands)) {
    for (const [word, what] of after) {
      lines.push(
        `complete -c passdesk -f -n ${quote(`__passdesk_said ${quote(before)}`)} -a ${quote(word)} -d ${quote(what)}`,
      );
    }
  }
  for (const command of commands) {
    for (const [flag, { what, value }] of Object.entries(flagsFor(command))) {
      const needs = value === undefined ? '' : ' -r';
      lines.push(
        `complete -c passdesk -n ${quote(`__passdesk_said ${quote(command.name)}`)} -l ${flag}${needs} -d ${quote(what)}`,
      );
    }
  }
  return `# passdesk completion for fish: passdesk completion fish | source
function __passdesk_said
  set -l said
  for word in (commandline -opc)[2..]
    string match -q -- '-*' $word; and break
    set -a said $word
  end
  test "$said" = "$argv[1]"
end
${lines.join('\n')}
`;
}

const shells: Readonly<Record<string, (commands: readonly Command[], flagsFor: FlagsOf) => string>> = {
  bash,
  zsh,
  fish,
};

/** The script with which a shell completes all commands and their flags. */
export function completionOf(shell: string, commands: readonly Command[], flagsFor: FlagsOf): string {
  return shells[shell]!(commands, flagsFor);
}

export const completionCommand: Command = {
  name: 'completion',
  what: 'Print the script with which a shell completes commands and options',
  group: 'shell',
  operands: [{ name: 'shell', what: Object.keys(shells).join(', ') }],
  examples: [
    ['completion bash > /etc/bash_completion.d/passdesk', 'For everybody who uses bash.'],
    ['completion fish | source', 'For this fish.'],
  ],
  async run(given, { commands, outside, environment, print }) {
    const shell = given.operands.shell!;
    if (!Object.hasOwn(shells, shell)) {
      throw new CliProblem(`there is no completion for "${shell}": ${Object.keys(shells).join(', ')}`, exit.usage);
    }
    const settings = outside.settings(environment);
    print.text(completionOf(shell, commands, (command) => flagsOf(command, settings)));
    return exit.ok;
  },
};
