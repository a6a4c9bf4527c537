import { newEpoch } from '../operations/new-epoch.ts';
import { type Command, exit } from './command.ts';

export const dbEpochCommand: Command = {
  name: 'db epoch',
  what: 'Begin a new epoch of events, after a PostgreSQL server came back without its last moments',
  group: 'data',
  settings: ['DATA_DIR', 'DATABASE_URL'],
  more: `Needed when PostgreSQL was recovered to a point in time or a standby took over that had not received everything:
receivers may know of events that are gone, and new ones must not be taken for those. "restore" and "db move" do it
themselves. Stop every Passdesk process first.`,
  examples: [
    ['db epoch --database-url postgres://passdesk@db/passdesk', 'Before Passdesk is started on the recovered server.'],
  ],
  async run(_given, { environment, outside, print }) {
    const data = await outside.openOwn(environment);
    try {
      const epoch = await newEpoch(data.database);
      print.result({ epoch }, [`epoch ${epoch} begins`]);
    } finally {
      await data.close();
    }
    return exit.ok;
  },
};
