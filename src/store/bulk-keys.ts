import type { BulkKey } from './bulk-jobs.ts';
import type { Database, Statement, Transaction } from './database.ts';

/** Keys of some rows that fall into one part; base64 of their words. */
export interface KeyPart {
  readonly part: number;
  readonly references: string;
  readonly users: string;
}

const insertKeysStatement: Statement = {
  name: 'insert_bulk_keys',
  text: `insert into bulk_keys (program_id, job_id, number, part, reference_keys, user_keys)
    select $1, $2, $3::int, part, reference_keys, user_keys
    from unnest($4::smallint[], $5::text[], $6::text[]) as n (part, reference_keys, user_keys)`,
};

/** Writes keys down under the number of their first chunk. */
export async function insertKeys(
  transaction: Transaction,
  { programId, jobId }: BulkKey,
  number: number,
  parts: readonly KeyPart[],
): Promise<void> {
  if (parts.length === 0) return;
  await transaction.run(insertKeysStatement, [
    programId,
    jobId,
    number,
    parts.map(({ part }) => part),
    parts.map(({ references }) => references),
    parts.map(({ users }) => users),
  ]);
}

const referenceKeysStatement: Statement = {
  name: 'bulk_reference_keys',
  text: `select reference_keys as keys from bulk_keys where program_id = $1 and job_id = $2 and part >= $3::smallint and part < $4::smallint
    order by part, number`,
};

const userKeysStatement: Statement = {
  name: 'bulk_user_keys',
  text: `select user_keys as keys from bulk_keys where program_id = $1 and job_id = $2 and part >= $3::smallint and part < $4::smallint
    order by part, number`,
};

/** The keys of some parts of a file; those of a part stand in the order of its rows. */
export async function readKeys(
  database: Database,
  { programId, jobId }: BulkKey,
  kind: 'references' | 'users',
  from: number,
  to: number,
): Promise<string[]> {
  const statement = kind === 'references' ? referenceKeysStatement : userKeysStatement;
  const rows = await database.read<{ keys: string }>(statement, [programId, jobId, from, to]);
  return rows.map(({ keys }) => keys);
}

const deleteKeysStatement: Statement = {
  name: 'delete_bulk_keys',
  text: 'delete from bulk_keys where program_id = $1 and job_id = $2',
};

/** Forgets the keys of a file. */
export async function deleteKeys(transaction: Transaction, { programId, jobId }: BulkKey): Promise<void> {
  await transaction.run(deleteKeysStatement, [programId, jobId]);
}
