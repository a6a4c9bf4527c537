/** The tables of the schema as they are, so that whole tables can be copied by code that knows none of them. */
import { createHash } from 'node:crypto';
import type { Database, Statement } from './database.ts';

/** One table, with what is needed to read it whole and to write it again. */
export interface TableShape {
  readonly name: string;
  /** In their order; without generated ones. `type` as PostgreSQL writes it, such as `timestamp(3) with time zone`. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** The columns of its primary key. */
  readonly key: readonly string[];
  /** Tables that its foreign keys point at. */
  readonly needs: readonly string[];
}

/** The table that stands while a restore is not finished (store/unfinished-restore.ts). */
export const markOfUnfinished = 'unfinished_restore';

/** What keeps the schema's own account, and a restore's; every database has its own. */
const ownAccount = ['migrations', markOfUnfinished];

const tablesStatement: Statement = {
  name: 'catalogue_tables',
  text: `select c.relname::text as name,
      (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
      (select array_agg(format_type(a.atttypid, a.atttypmod) order by a.attnum) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as types,
      coalesce((select array_agg(a.attname::text order by array_position(i.indkey::int2[], a.attnum))
        from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
        where i.indrelid = c.oid and i.indisprimary), '{}') as key,
      coalesce((select array_agg(distinct r.relname::text) from pg_constraint f join pg_class r on r.oid = f.confrelid
        where f.conrelid = c.oid and f.contype = 'f' and f.confrelid <> c.oid), '{}') as needs
    from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
      and not c.relispartition order by c.relname`,
};

interface CatalogueRow {
  readonly name: string;
  readonly columns: readonly string[];
  readonly types: readonly string[];
  readonly key: readonly string[];
  readonly needs: readonly string[];
}

/** All that reads: a database, or an open transaction through `readerOf`. */
export type Reader = Pick<Database, 'read'>;

/** Every table but those by which a database accounts for itself, each after those that its foreign keys point at. */
export async function tablesOf(reader: Reader): Promise<TableShape[]> {
  const rows = await reader.read<CatalogueRow>(tablesStatement, []);
  const shapes = rows
    .filter(({ name }) => !ownAccount.includes(name))
    .map(({ columns, types, ...row }) => ({
      ...row,
      columns: columns.map((name, index) => ({ name, type: types[index]! })),
    }));
  return inOrder(shapes);
}

/** Sorts tables so that each comes after those it needs. Refuses a circle, which the schema does not have. */
function inOrder(shapes: readonly TableShape[]): TableShape[] {
  const sorted: TableShape[] = [];
  let left = [...shapes];
  while (left.length > 0) {
    const waiting = new Set(left.map(({ name }) => name));
    const free = left.filter(({ needs }) => !needs.some((name) => waiting.has(name)));
    if (free.length === 0) throw new Error(`foreign keys go in a circle: ${[...waiting].join(', ')}`);
    sorted.push(...free);
    left = left.filter((shape) => !free.includes(shape));
  }
  return sorted;
}

/** A statement under a name of its own, for texts that are made from the catalogue. */
export function named(text: string): Statement {
  return { name: `copy_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`, text };
}

/** A name of the catalogue as SQL has it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Of the tables given, those that hold rows. */
export async function filledTables(reader: Reader, tables: readonly TableShape[]): Promise<string[]> {
  const filled: string[] = [];
  for (const { name } of tables) {
    const [row] = await reader.read<{ filled: boolean }>(
      named(`select exists (select from ${quoted(name)}) as filled`),
      [],
    );
    if (row!.filled) filled.push(name);
  }
  return filled;
}
