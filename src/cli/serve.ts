import { type Command, exit } from './command.ts';

export const serveCommand: Command = {
  name: 'serve',
  what: 'Serve until SIGTERM or SIGINT',
  group: 'run',
  settings: ['HOST', 'PORT', 'DATA_DIR', 'DATABASE_URL', 'PUSH_ISSUER', 'PUSH_ALLOW_PRIVATE', 'PUBLIC_URL'],
  examples: [
    ['serve', 'With the embedded database in ./data, at http://127.0.0.1:8080.'],
    ['serve --port 9000 --database-url postgres://passdesk@db/passdesk', 'On PostgreSQL; as many of them as you like.'],
  ],
  async run(_given, { environment, outside }) {
    await outside.serve(environment, true);
    // The signals end the process.
    await new Promise(() => {});
    return exit.ok;
  },
};
