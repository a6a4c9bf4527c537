import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { Database, Statement } from './database.ts';
import type { Reader } from './tables.ts';

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** A migration as the database remembers it. */
export interface AppliedMigration {
  readonly number: number;
  readonly name: string;
  readonly checksum: string;
}

export interface SchemaState {
  readonly applied: number;
  readonly pending: readonly string[];
}

/** The schema and this code do not belong together; the sentence says why and what to do. */
export class SchemaMismatch extends Error {}

// Any fixed number will do, as long as nothing else on the server takes the same one.
const advisoryLock = 7_277_337_501;

const appliedStatement: Statement = {
  name: 'applied_migrations',
  text: 'select number, name, checksum from migrations order by number',
};

const makeTable = `select pg_advisory_xact_lock(${advisoryLock});
create table if not exists migrations (
  number int primary key, name text not null, checksum text not null, applied_at timestamptz(3) not null);`;

/** The numbered SQL files of a folder in order; refuses a gap in the numbers. */
async function readMigrations(folder: URL): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).sort();
  const migrations = await Promise.all(names.map((name) => readMigration(folder, name)));
  const gap = migrations.findIndex((migration, index) => migration.number !== index + 1);
  if (gap >= 0) throw new SchemaMismatch(`migration files have a gap before ${migrations[gap]!.name}`);
  return migrations;
}

async function readMigration(folder: URL, name: string): Promise<Migration> {
  const sql = await readFile(new URL(name, folder), 'utf8');
  const checksum = createHash('sha256').update(sql).digest('hex');
  return { number: Number(name.slice(0, 4)), name, sql, checksum };
}

function pendingOf(migrations: readonly Migration[], applied: readonly AppliedMigration[]): Migration[] {
  for (const old of applied) {
    const file = migrations[old.number - 1];
    if (file === undefined) {
      throw new SchemaMismatch(`the database is newer than this program (it has ${old.name}); start the newer version`);
    }
    if (file.checksum !== old.checksum) {
      throw new SchemaMismatch(`${file.name} was changed after it was applied; restore the file as it was released`);
    }
  }
  return migrations.slice(applied.length);
}

function scriptOf(pending: readonly Migration[], now: number): string {
  const applied = pending.map(
    ({ number, name, checksum }) =>
      `insert into migrations values (${number}, '${name}', '${checksum}', '${new Date(now).toISOString()}');`,
  );
  // The records come first: when another process was faster, they fail on their primary key before
  // anything is changed.
  return [`select pg_advisory_xact_lock(${advisoryLock});`, ...applied, ...pending.map(({ sql }) => sql)].join('\n');
}

function isUniqueViolation(problem: unknown): boolean {
  return (problem as { code?: unknown }).code === '23505';
}

async function pendingMigrations(database: Database, folder: URL, upTo = Number.POSITIVE_INFINITY) {
  const migrations = await readMigrations(folder);
  const applied = await database.read<AppliedMigration>(appliedStatement, []);
  const pending = pendingOf(migrations, applied).filter(({ number }) => number <= upTo);
  return { applied: applied.length, pending };
}

/** What was applied to a database that has a schema, in order. */
export function appliedMigrations(reader: Reader): Promise<AppliedMigration[]> {
  return reader.read<AppliedMigration>(appliedStatement, []);
}

/** Refuses, with the same sentences as `migrate`, a schema that this code's files do not make. */
export async function checkMigrations(applied: readonly AppliedMigration[], folder: URL): Promise<void> {
  pendingOf(await readMigrations(folder), applied);
}

/**
 * Brings the schema up to this code, or to the migration `upTo`: every pending file in one transaction under one
 * advisory lock, forward only. Refuses a database newer than the code and a file changed since it was applied.
 */
export async function migrate(database: Database, folder: URL, now: number, upTo?: number): Promise<void> {
  await database.script(makeTable);
  const { pending } = await pendingMigrations(database, folder, upTo);
  if (pending.length === 0) return;
  try {
    await database.script(scriptOf(pending, now));
  } catch (problem) {
    if (!isUniqueViolation(problem)) throw problem;
    const left = await pendingMigrations(database, folder, upTo);
    if (left.pending.length > 0) throw problem;
  }
}

/** What is applied and what is pending, without changing anything. */
export async function schemaState(database: Database, folder: URL): Promise<SchemaState> {
  const { applied, pending } = await pendingMigrations(database, folder);
  return { applied, pending: pending.map(({ name }) => name) };
}
