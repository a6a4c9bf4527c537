import { type AuditResult, audit } from '../operations/audit.ts';
import { type Command, exit } from './command.ts';
import type { Printer } from './print.ts';

const keep = 'keep it to hold a later audit against';

export const auditCommand: Command = {
  name: 'audit',
  what: 'Hold counters against history, and the history against itself',
  group: 'data',
  settings: ['DATA_DIR', 'DATABASE_URL'],
  more: 'Reads everything and changes nothing. Of a running embedded server it examines a copy made at this moment.',
  examples: [
    ['audit', 'Check what ./data holds.'],
    ['audit --json | jq .findings', 'What is broken, for a program.'],
  ],
  async run(_given, { environment, outside, print }) {
    // From here on: to open the data of a large installation takes its time, too.
    const bar = print.bar('Checking');
    try {
      const data = await outside.openData(environment);
      const result = await audit(data.database, bar).finally(() => data.close());
      bar.stop();
      tell(result, print);
      return result.findings.length === 0 ? exit.ok : exit.failed;
    } finally {
      bar.stop();
    }
  },
};

function tell({ checks, findings, head }: AuditResult, print: Printer): void {
  const broken = findings.map(({ check, found }) => `BROKEN: ${check}\n  ${found.join('\n  ')}`);
  // What stands outside the database is what a log that was cut off, or written anew, is held against.
  const log = head === null ? [] : [`audit log: line ${head.number} has the hash ${head.hash}; ${keep}`];
  print.result({ checks, findings, head }, [...broken, `${checks - findings.length} of ${checks} checks hold`, ...log]);
}
