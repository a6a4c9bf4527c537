import { audit } from '../operations/audit.ts';
import { finishRestore, restore } from '../operations/restore.ts';
import { CliProblem, type Command, exit } from './command.ts';

export const restoreCommand: Command = {
  name: 'restore',
  what: 'Write a back-up into an empty database, and hold every row against it',
  group: 'data',
  flags: { from: { what: 'the back-up; - for standard input', value: 'file', required: true } },
  settings: ['DATA_DIR', 'DATABASE_URL'],
  more: `The database may be of the other kind than the one that was backed up, and the back-up of an older version. Whole or
not at all; a database in which there is anything is refused. Afterwards the audit runs, and events are numbered on after
everything that was ever told. What happened after the back-up was made is not in it: passes used since then can be used
again.`,
  examples: [
    ['restore --from passdesk.backup --data-dir ./restored', 'Into a new embedded database.'],
    [
      'restore --from passdesk.backup --database-url postgres://passdesk@db/passdesk',
      'Into an empty PostgreSQL database.',
    ],
    [
      'restore --from - --data-dir ./restored < passdesk.backup',
      'From whatever writes to it, such as a program that decrypts.',
    ],
  ],
  async run(given, { environment, outside, print }) {
    const lines = await outside.readBackUp(given.text('from')!);
    const data = await outside.openEmpty(environment);
    const bar = print.bar('Restoring');
    try {
      const settings = { migrations: outside.migrations, now: Date.now, progress: bar };
      const result = await restore(data.database, lines, settings);
      // Before the database can be served: a server that finds no link-secret draws another, and links of before are dead.
      const files = await outside.writeFiles(environment, result.head.files);
      const epoch = await finishRestore(data.database, result, settings);
      bar.stop();
      const { checks, findings } = await audit(data.database);
      const { rows, tables, head } = result;
      print.result({ madeAt: head.madeAt, rows, tables, epoch, files, audit: { checks, findings } }, [
        `${rows} rows of ${tables.length} tables, as of ${head.madeAt}, read back and found the same`,
        ...(files.length === 0 ? [] : [`files put back: ${files.join(', ')}`]),
        `${checks - findings.length} of ${checks} checks of the audit hold`,
      ]);
      if (findings.length > 0) throw new CliProblem('what was restored does not pass the audit; see passdesk audit');
    } finally {
      bar.stop();
      await data.close();
    }
    return exit.ok;
  },
};
