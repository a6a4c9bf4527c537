import { audit } from '../operations/audit.ts';
import { type Command, exit } from './command.ts';

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
    const data = await outside.openData(environment);
    try {
      const { checks, findings, head } = await audit(data.database);
      const broken = findings.map(({ check, found }) => `BROKEN: ${check}\n  ${found.join('\n  ')}`);
      // What stands outside the database is what a log that was cut off, or written anew, is held against.
      const log = head === null ? [] : [`audit log: line ${head.number} has the hash ${head.hash}; ${keep}`];
      print.result({ checks, findings, head }, [
        ...broken,
        `${checks - findings.length} of ${checks} checks hold`,
        ...log,
      ]);
      return findings.length === 0 ? exit.ok : exit.failed;
    } finally {
      await data.close();
    }
  },
};
