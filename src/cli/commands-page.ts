import { apiFlags } from './api.ts';
import { groups } from './command.ts';
import { commandsOf } from './commands.ts';
import type { Describe } from './description.ts';
import { exitCodes, flagLines, helpOf } from './help.ts';
import { commonFlags } from './parse.ts';

/** Told once, at the top of the page. */
const told = { ...commonFlags, ...apiFlags };

/** The page docs/commands.md: the help of every command, by group. */
export function commandsPage(
  describe: Describe,
  settings: readonly { readonly name: string; readonly what: string }[],
): string {
  const commands = commandsOf(describe);
  const parts = Object.entries(groups).map(([group, title]) => {
    const own = commands.filter((command) => command.group === group);
    const pages = own.map(
      (command) => `### passdesk ${command.name}\n\n\`\`\`text\n${helpOf(command, settings, told)}\`\`\`\n`,
    );
    return `## ${title}\n\n${pages.join('\n')}`;
  });
  return `# Commands

This page is generated: \`node tools/write-docs.mjs\` after a build. \`passdesk <command> --help\` says the same.

Results go to standard output, everything else to standard error. With \`--json\` a result is one JSON document, a list one JSON
document a line, and a refusal the document that the API answered with. Exit codes:

${exitCodes.map(([code, what]) => `- ${code}: ${what}`).join('\n')}

Options of every command:

\`\`\`text
${flagLines(commonFlags)}\`\`\`

Options of every command that calls the API, besides \`--data-dir\`:

\`\`\`text
${flagLines(apiFlags)}\`\`\`

${parts.join('\n')}`;
}

/** A README with the table of settings in its place. */
export function withSettings(readme: string, table: string): string {
  return readme.replace(
    /(<!-- made from [^>]* -->\n)[\s\S]*?(\n<!-- end -->)/,
    (_, begin, end) => `${begin}\n${table}${end}`,
  );
}
