import { createHash, type Hash } from 'node:crypto';
import type { Database, Transaction } from '../store/database.ts';
import { beginEpoch } from '../store/epochs.ts';
import { appliedMigrations, checkMigrations, migrate } from '../store/migrate.ts';
import { type Progress, unwatched } from '../store/progress.ts';
import { beginLoad, emptyTables, endLoad, insertRows, setSequences } from '../store/table-load.ts';
import { digestOf, type Row, RowDigest, readerOf } from '../store/table-rows.ts';
import { filledTables, type TableShape, tablesOf } from '../store/tables.ts';
import { clearUnfinished, markUnfinished, refuseUnfinished } from '../store/unfinished-restore.ts';
import { type BackUpEnd, type BackUpHead, backUpFormat, type TableEnd, type TableHead } from './back-up.ts';

/** It cannot be restored, or not here; the sentence says why and what to do. */
export class RestoreRefused extends Error {}

/** What a restore needs to know besides the lines. */
export interface RestoreSettings {
  /** The folder of the numbered SQL files. */
  readonly migrations: URL;
  readonly now: () => number;
  readonly progress?: Progress;
}

/** What was restored: every table with its rows, as written and as read back. */
export interface RestoreResult {
  readonly head: BackUpHead;
  readonly tables: readonly { readonly table: string; readonly rows: number; readonly digest: string }[];
  readonly rows: number;
}

/** What a migration may put into a table of its own accord: an empty database has these rows, too. */
const filledByMigrations = new Set(['directory_version']);

/**
 * Writes a back-up into an empty database, of either kind, and holds every row against the back-up: whole and as it was, or
 * not at all. Afterwards the schema is that of the back-up, and the database is marked as unfinished, so that nobody serves
 * it, until `finishRestore`.
 */
export async function restore(
  database: Database,
  lines: AsyncIterable<string>,
  settings: RestoreSettings,
): Promise<RestoreResult> {
  const source = new BackUpReader(lines);
  const head = await source.head();
  settings.progress?.total(head.rows * 2);
  await checkMigrations(head.migrations, settings.migrations);
  await refuseUnlessEmpty(database, head);
  await migrate(database, settings.migrations, settings.now(), head.migrations.length);
  const ends = await database.transaction((transaction) => load(transaction, source, settings));
  const tables = ends.map(({ end, rows, digest }) => ({ table: end, rows, digest }));
  return { head, tables, rows: tables.reduce((sum, { rows }) => sum + rows, 0) };
}

/** Refuses a database in which there is anything. */
async function refuseUnlessEmpty(database: Database, head: BackUpHead): Promise<void> {
  await refuseUnfinished(database);
  const tables = await tablesOf(database);
  if (tables.length === 0) return;
  const applied = await appliedMigrations(database).catch(() => null);
  if (applied === null) throw new RestoreRefused('the database holds tables of something else; give an empty one');
  const filled = (await filledTables(database, tables)).filter((name) => !filledByMigrations.has(name));
  if (filled.length > 0) {
    throw new RestoreRefused(
      `the database is not empty: ${filled.slice(0, 5).join(', ')} have rows; give an empty one`,
    );
  }
  if (applied.length > head.migrations.length) {
    throw new RestoreRefused('the empty database has a newer schema than the back-up; drop it and create it anew');
  }
}

async function load(transaction: Transaction, source: BackUpReader, settings: RestoreSettings): Promise<TableEnd[]> {
  const tables = await tablesOf(readerOf(transaction));
  await beginLoad(transaction, tables);
  await emptyTables(transaction, tables);
  const ends: TableEnd[] = [];
  for (const shape of tables) {
    const { table, columns } = await source.table();
    const expected = shape.columns.map(({ name }) => name);
    if (table !== shape.name || columns.join() !== expected.join()) {
      throw new RestoreRefused(`the back-up has another table ${table} than its migrations make`);
    }
    ends.push(await source.rows(shape, (rows) => insertRows(transaction, shape, rows), settings.progress));
  }
  await source.end(ends);
  // Before the commit: whoever is interrupted while he compares leaves nothing behind either.
  await compare(transaction, tables, ends, settings);
  await markUnfinished(transaction);
  await setSequences(transaction, tables);
  await endLoad(transaction, tables);
  return ends;
}

/** Reads everything back and holds the checksums of the tables against those of the back-up. */
async function compare(
  transaction: Transaction,
  tables: readonly TableShape[],
  ends: readonly TableEnd[],
  { progress }: RestoreSettings,
): Promise<void> {
  for (const [index, shape] of tables.entries()) {
    const tell = (rows: number) => progress?.add(rows);
    const digest = await digestOf(transaction, shape, tell);
    const { rows, digest: expected } = ends[index]!;
    if (digest.rows === rows && String(digest) === expected) continue;
    throw new RestoreRefused(`table ${shape.name} came out different: ${digest.rows} rows instead of ${rows}`);
  }
}

/**
 * Brings the restored schema up to this program and begins a new epoch, so that events are numbered on after everything
 * that was ever told and no event id is used twice. Gives the epoch. From then on the database can be served: what
 * else belongs to it must be there.
 */
export async function finishRestore(
  database: Database,
  { head }: Pick<RestoreResult, 'head'>,
  settings: RestoreSettings,
): Promise<number> {
  await migrate(database, settings.migrations, settings.now());
  return database.transaction(async (transaction) => {
    await clearUnfinished(transaction);
    return beginEpoch(transaction, head.epoch);
  });
}

/** Rows are written so many at once, or fewer when they are long. */
const batch = { rows: 1000, characters: 1_048_576 };

/** Reads the lines of a back-up in their order, and refuses what is damaged, cut off or of another form. */
class BackUpReader {
  readonly #lines: AsyncIterator<string>;
  readonly #hash: Hash = createHash('sha256');

  constructor(lines: AsyncIterable<string>) {
    this.#lines = lines[Symbol.asyncIterator]();
  }

  async head(): Promise<BackUpHead> {
    const head = this.#parse(await this.#next('its first line')) as BackUpHead;
    if (head.passdesk !== 'back-up') throw new RestoreRefused('this is not a back-up of Passdesk');
    if (head.format === backUpFormat) return head;
    throw new RestoreRefused(
      `this back-up has form ${head.format}; this program reads form ${backUpFormat}: use a newer one`,
    );
  }

  async table(): Promise<TableHead> {
    return this.#parse(await this.#next('a table')) as TableHead;
  }

  /** Hands the rows of a table over in batches, up to its end, and checks number and checksum. */
  async rows(
    { name }: TableShape,
    take: (rows: Row[]) => Promise<void>,
    progress: Progress = unwatched,
  ): Promise<TableEnd> {
    const digest = new RowDigest();
    let waiting: Row[] = [];
    let characters = 0;
    const hand = async () => {
      if (waiting.length > 0) await take(waiting);
      progress.add(waiting.length);
      waiting = [];
      characters = 0;
    };
    for (;;) {
      const line = await this.#next(`the rows of ${name}`);
      if (!line.startsWith('[')) {
        await hand();
        return checkEnd(name, digest, this.#parse(line) as TableEnd);
      }
      digest.add(line);
      waiting.push(this.#parse(line) as Row);
      characters += line.length;
      if (waiting.length >= batch.rows || characters >= batch.characters) await hand();
    }
  }

  /** The last line: everything before it must be what was written. */
  async end(ends: readonly TableEnd[]): Promise<void> {
    const sum = this.#hash.digest('hex');
    const line = await this.#next('its end', false);
    const { end, tables, sha256 } = this.#parse(line) as BackUpEnd;
    if (end !== 'back-up' || tables !== ends.length || sha256 !== sum) {
      throw new RestoreRefused('the back-up is damaged: its checksum does not fit; nothing was restored');
    }
  }

  async #next(wanted: string, summed = true): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new RestoreRefused(`the back-up is cut off: ${wanted} is missing; nothing was restored`);
    if (summed) this.#hash.update(`${value}\n`);
    return value as string;
  }

  #parse(line: string): unknown {
    try {
      return JSON.parse(line);
    } catch {
      throw new RestoreRefused('the back-up is damaged: a line is not JSON; nothing was restored');
    }
  }
}

function checkEnd(name: string, digest: RowDigest, end: TableEnd): TableEnd {
  if (end.end === name && end.rows === digest.rows && end.digest === String(digest)) return end;
  throw new RestoreRefused(
    `the back-up is damaged: the rows of ${name} do not fit their checksum; nothing was restored`,
  );
}
