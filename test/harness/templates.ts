/**
 * Databases with the schema and nothing else, made once before the tests of a run: a copy of one takes a tenth of the
 * time that making it takes.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbedded } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { migrations } from '../../src/version.ts';
import { freshDatabase } from './postgres-server.ts';

/** Makes them in `folder`, and on the server at `adminUrl` where there is one; gives the environment that tells of them. */
export async function makeTemplates(folder: string, adminUrl: string | null): Promise<NodeJS.ProcessEnv> {
  const embedded = join(folder, 'embedded');
  const [, database] = await Promise.all([makeEmbedded(embedded), adminUrl === null ? null : makePostgres(adminUrl)]);
  return {
    PASSDESK_TEST_EMBEDDED_TEMPLATE: embedded,
    ...(database === null ? {} : { PASSDESK_TEST_POSTGRES_TEMPLATE: database }),
  };
}

async function makeEmbedded(folder: string): Promise<void> {
  const database = await openEmbedded({ folder });
  await migrate(database, migrations, Date.now());
  await database.close();
}

/** Gives the database's name. */
async function makePostgres(adminUrl: string): Promise<string> {
  const url = await freshDatabase(adminUrl);
  const database = await openPostgres({ url });
  await migrate(database, migrations, Date.now());
  await database.close();
  return new URL(url).pathname.slice(1);
}

/** Fills a folder for an embedded database, so that it opens with the schema; without a template it stays as it is. */
export function fillFolder(folder: string): void {
  const template = process.env.PASSDESK_TEST_EMBEDDED_TEMPLATE;
  if (template !== undefined) cpSync(template, folder, { recursive: true });
}

/** Creates a database with the schema, or an empty one without a template; gives its address. */
export function preparedDatabase(adminUrl: string): Promise<string> {
  return freshDatabase(adminUrl, process.env.PASSDESK_TEST_POSTGRES_TEMPLATE);
}
