import { createHash } from 'node:crypto';
import type { Database, Transaction } from '../store/database.ts';
import { historyEpoch } from '../store/epochs.ts';
import { type AppliedMigration, appliedMigrations } from '../store/migrate.ts';
import { type Progress, unwatched } from '../store/progress.ts';
import { beginSnapshot, countRows, RowDigest, readerOf, rowsOf } from '../store/table-rows.ts';
import { type TableShape, tablesOf } from '../store/tables.ts';
import { refuseUnfinished } from '../store/unfinished-restore.ts';

/*
 * A back-up is a text of lines, each JSON. The first line, an object, says what it is; then comes, table by table, an
 * object with the table's columns, an array for each row with every value as PostgreSQL writes it, and an object with the
 * number of rows and their checksum; at last an object with the checksum of all lines before. What can be a value of
 * PostgreSQL can stand in it, and it depends on nothing that one of the two databases has and the other has not.
 */

/** The form that is written, and read; a new one gets a new number, and old ones stay readable. */
export const backUpFormat = 1;

/** The first line. */
export interface BackUpHead {
  readonly passdesk: 'back-up';
  readonly format: number;
  readonly madeAt: string;
  readonly database: Database['kind'];
  /** Of the program that wrote it. */
  readonly version: string;
  readonly epoch: number;
  readonly migrations: readonly AppliedMigration[];
  /** For bars that show how far it is. */
  readonly rows: number;
  /** Small files of the data folder that belong to the data. */
  readonly files: Readonly<Record<string, string>>;
}

/** Before a table's rows. */
export interface TableHead {
  readonly table: string;
  readonly columns: readonly string[];
}

/** After a table's rows. */
export interface TableEnd {
  readonly end: string;
  readonly rows: number;
  readonly digest: string;
}

/** The last line. */
export interface BackUpEnd {
  readonly end: 'back-up';
  readonly tables: number;
  readonly rows: number;
  readonly sha256: string;
}

/** What a back-up says of itself besides the data. */
export interface BackUpFacts {
  readonly madeAt: string;
  readonly version: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Where lines go; resolves when more may come. */
export type Sink = (line: string) => Promise<void>;

/** What was written. */
export interface BackUpResult {
  readonly tables: readonly { readonly table: string; readonly rows: number; readonly digest: string }[];
  readonly rows: number;
}

/** Writes everything there is, as of one instant, while others go on changing it. Memory does not grow with the data. */
export function backUp(
  database: Database,
  facts: BackUpFacts,
  sink: Sink,
  progress: Progress = unwatched,
): Promise<BackUpResult> {
  return database.transaction(async (transaction) => {
    await beginSnapshot(transaction);
    const reader = readerOf(transaction);
    await refuseUnfinished(reader);
    const tables = await tablesOf(reader);
    let total = 0;
    for (const shape of tables) total += await countRows(reader, shape);
    progress.total(total);
    const lines = new Lines(sink);
    const { epoch } = await epochOf(transaction, tables);
    const migrations = await appliedMigrations(reader);
    await lines.write({
      passdesk: 'back-up',
      format: backUpFormat,
      ...facts,
      database: database.kind,
      epoch,
      migrations,
      rows: total,
    });
    const done: BackUpResult['tables'][number][] = [];
    for (const shape of tables) done.push(await writeTable(transaction, shape, lines, progress));
    const rows = done.reduce((sum, table) => sum + table.rows, 0);
    await lines.end({ end: 'back-up', tables: done.length, rows });
    return { tables: done, rows };
  });
}

/** The schema of the first releases knows no epochs: all of its history is of the first. */
async function epochOf(transaction: Transaction, tables: readonly TableShape[]): Promise<{ epoch: number }> {
  const known = tables.some(({ name, columns }) => name === 'deliveries' && columns.some((c) => c.name === 'epoch'));
  return known ? historyEpoch(readerOf(transaction)) : { epoch: 0 };
}

async function writeTable(transaction: Transaction, shape: TableShape, lines: Lines, progress: Progress) {
  await lines.write({ table: shape.name, columns: shape.columns.map(({ name }) => name) } satisfies TableHead);
  const digest = new RowDigest();
  for await (const rows of rowsOf(transaction, shape)) {
    const texts = rows.map((row) => JSON.stringify(row));
    for (const text of texts) digest.add(text);
    await lines.writeTexts(texts);
    progress.add(rows.length);
  }
  const end = { end: shape.name, rows: digest.rows, digest: String(digest) } satisfies TableEnd;
  await lines.write(end);
  return { table: shape.name, rows: end.rows, digest: end.digest };
}

/** Writes lines and sums them up. */
class Lines {
  readonly #sink: Sink;
  readonly #hash = createHash('sha256');

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  write(line: object): Promise<void> {
    return this.writeTexts([JSON.stringify(line)]);
  }

  async writeTexts(texts: readonly string[]): Promise<void> {
    const text = `${texts.join('\n')}\n`;
    this.#hash.update(text);
    await this.#sink(text);
  }

  async end(end: Omit<BackUpEnd, 'sha256'>): Promise<void> {
    await this.#sink(`${JSON.stringify({ ...end, sha256: this.#hash.digest('hex') } satisfies BackUpEnd)}\n`);
  }
}
