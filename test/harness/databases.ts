/** Runs one suite against both databases of the product: the embedded one and PostgreSQL. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import type { Database } from '../../src/store/database.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { freshDatabase, type PostgresServer, startPostgres } from './postgres-server.ts';
import { fillFolder, preparedDatabase } from './templates.ts';

/** Milliseconds: a machine that is busy with other things is no database without connections. */
export const patience = 20_000;

/** Opens a new database, with the schema alone or empty; the helper closes and removes it after the suite. */
export type OpenDatabase = () => Promise<Database>;

/**
 * Defines the suite `name` once per database: `suite` gets the way to open one and defines its
 * tests with it; `prepared` says whether they have the schema already. Without PostgreSQL that half counts as one skipped test, with the reason; with
 * CI=true it fails.
 */
export async function eachDatabase(
  name: string,
  suite: (open: OpenDatabase, kind: Database['kind']) => void,
  { prepared = true } = {},
): Promise<void> {
  describe(`${name} [embedded]`, () =>
    suite(
      opener(() => newFolder(prepared)),
      'embedded',
    ));
  await withPostgres(`${name} [postgresql]`, (server) =>
    suite(
      opener(() => newDatabase(server, prepared)),
      'postgresql',
    ),
  );
}

/**
 * Defines a suite that needs PostgreSQL. It gets the administrator's address of the server that
 * `npm test` has started (PASSDESK_TEST_POSTGRES_URL), or of one started for this file alone, and the way to open a
 * database with the schema on it.
 */
export async function withPostgres(name: string, suite: (adminUrl: string, open: OpenDatabase) => void): Promise<void> {
  const server = await sharedServer();
  if ('url' in server) {
    describe(name, () =>
      suite(
        server.url,
        opener(() => newDatabase(server.url, true)),
      ),
    );
    return;
  }
  missing(name, server.reason);
}

/** Defines a suite with a server of its own, for tests that stop it; it is gone after the suite. */
export async function withOwnPostgres(
  name: string,
  suite: (server: PostgresServer) => void,
  options: Parameters<typeof startPostgres>[0] = {},
): Promise<void> {
  const server = await startPostgres(options);
  if (server.kind === 'unavailable') {
    missing(name, server.reason);
    return;
  }
  describe(name, () => {
    suite(server);
    after(() => server.stop('immediate'));
  });
}

function missing(name: string, reason: string): void {
  if (process.env.CI === 'true') throw new Error(`PostgreSQL is needed when CI=true: ${reason}`);
  // A skipped suite would not be counted as anything.
  test(name, { skip: `no PostgreSQL: ${reason}` }, () => {});
}

type Shared = { readonly url: string } | { readonly reason: string };

let shared: Promise<Shared> | undefined;

function sharedServer(): Promise<Shared> {
  shared ??= findServer();
  return shared;
}

async function findServer(): Promise<Shared> {
  const url = process.env.PASSDESK_TEST_POSTGRES_URL;
  if (url) return { url };
  // tools/test.mjs has tried already, and tells why it failed: no need to try once per file.
  const reason = process.env.PASSDESK_TEST_POSTGRES_MISSING;
  if (reason) return { reason };
  const server = await startPostgres();
  if (server.kind === 'unavailable') return { reason: server.reason };
  after(() => server.stop('immediate'));
  return { url: server.url };
}

interface Opened {
  readonly database: Database;
  readonly remove: () => void;
}

/** To be called while a suite is being defined: what it opens is closed after that suite. */
function opener(open: () => Promise<Opened>): OpenDatabase {
  const opened: Opened[] = [];
  after(async () => {
    for (const { database, remove } of opened) {
      await database.close();
      remove();
    }
  });
  return async () => {
    const next = await open();
    opened.push(next);
    return next.database;
  };
}

async function newFolder(prepared: boolean): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'passdesk-db-'));
  if (prepared) fillFolder(folder);
  const database = await openEmbedded({ folder });
  return { database, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

async function newDatabase(adminUrl: string, prepared: boolean): Promise<Opened> {
  const url = await (prepared ? preparedDatabase(adminUrl) : freshDatabase(adminUrl));
  return { database: await openPostgres({ url }), remove: () => {} };
}
