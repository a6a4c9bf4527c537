import type { Finding } from '../operations/examine.ts';
import { type Command, exit } from './command.ts';

const marks: Readonly<Record<Finding['state'], string>> = { ok: 'ok  ', warn: 'warn', bad: 'BAD ' };

export const doctorCommand: Command = {
  name: 'doctor',
  what: 'Examine this installation: one line for each thing that can be wrong, with its cure',
  group: 'run',
  settings: ['HOST', 'PORT', 'DATA_DIR', 'DATABASE_URL', 'PUBLIC_URL'],
  more: 'Exit code 1 when something is BAD. What is only to be watched says warn and leaves the code at 0.',
  examples: [
    ['doctor', 'Examine what the settings name.'],
    ['doctor --json', 'One line for each finding, for monitoring.'],
  ],
  async run(_given, { environment, outside, print }) {
    const findings = await outside.examine(environment);
    if (print.json) print.items(findings);
    else for (const finding of findings) print.text(lineOf(finding));
    return findings.some(({ state }) => state === 'bad') ? exit.failed : exit.ok;
  },
};

function lineOf({ name, state, detail, cure }: Finding): string {
  return `${marks[state]}  ${name}: ${detail}${cure === null ? '' : ` → ${cure}`}\n`;
}
