/** What a script is told when the database of a command cannot be used: whether coming again can help. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CliProblem, exit } from '../../src/cli/command.ts';
import { openOutside } from '../../src/outside.ts';
import { withPostgres } from '../harness/databases.ts';

await withPostgres('a database that lets nobody in', (adminUrl) => {
  const codeAt = (url: URL) =>
    openOutside()
      .openData({ DATABASE_URL: url.href })
      .then(
        () => null,
        ({ code, message }: CliProblem) => ({ code, message }),
      );

  test('a role that the server does not know is a wrong setting', async () => {
    const url = new URL(adminUrl);
    url.username = 'nobody_of_this_name';
    url.password = 'wrong';
    const refused = await codeAt(url);
    assert.equal(refused?.code, exit.usage, refused?.message);
    assert.match(refused!.message, /nobody_of_this_name/);
  });

  test('a server that is not there may come', async () => {
    const url = new URL(adminUrl);
    url.port = '1';
    assert.equal((await codeAt(url))?.code, exit.unreachable);
  });
});
