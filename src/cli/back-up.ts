import { backUp } from '../operations/back-up.ts';
import { type Command, exit } from './command.ts';

/** `2026-11-27T10-05-11Z`: sorts by time, and every file system takes it. */
const stampOf = (iso: string) => iso.slice(0, 19).replaceAll(':', '-');

export const backUpCommand: Command = {
  name: 'backup',
  what: 'Write everything into one file, while the server goes on',
  group: 'data',
  flags: { to: { what: 'where to; - for standard output', value: 'file' } },
  settings: ['DATA_DIR', 'DATABASE_URL'],
  more: `The file is of one instant, compressed and checksummed; "passdesk restore" reads it into either kind of database.
It holds secrets of clients and private keys: keep it as you keep the database.`,
  examples: [
    ['backup --to passdesk.backup', 'Back up what ./data holds.'],
    ['backup --to - | age -r age1… > passdesk.backup.age', 'Encrypt it on the way.'],
    [
      'backup --database-url postgres://passdesk@db/passdesk --json',
      'Back up a PostgreSQL database; tell what was written.',
    ],
  ],
  async run(given, { environment, outside, print }) {
    const madeAt = new Date().toISOString();
    const path = given.text('to') ?? `passdesk-${stampOf(madeAt)}.backup`;
    const bar = print.bar('Backing up');
    // First, so that a path that cannot be written costs nothing.
    const writer = await outside.openBackUpWriter(path);
    try {
      const data = await outside.openData(environment);
      const facts = { madeAt, version: outside.version, files: await outside.readFiles(environment) };
      const { tables, rows } = await backUp(data.database, facts, writer.write, bar).finally(data.close);
      const bytes = await writer.commit();
      bar.stop();
      const told = `${rows} rows of ${tables.length} tables, as of ${madeAt}, in ${path} (${bytes} bytes)`;
      if (path === '-') print.note(told);
      else print.result({ file: path, madeAt, bytes, rows, tables }, [told]);
    } catch (problem) {
      await writer.abandon();
      throw problem;
    } finally {
      bar.stop();
    }
    return exit.ok;
  },
};
