import type { Holder } from '../domain/issue.ts';
import type { Database, Statement, Transaction } from './database.ts';

export interface HolderRow extends Holder {
  readonly programId: string;
  readonly clientUserId: string;
}

const findHoldersStatement: Statement = {
  name: 'find_holders',
  text: `select h.program_id as "programId", h.client_user_id as "clientUserId", h.first_key as "firstKey",
      h.last_key as "lastKey"
    from unnest($1::text[], $2::text[]) as wanted (program_id, client_user_id)
    join holders h on h.program_id = wanted.program_id and h.client_user_id = wanted.client_user_id`,
};

/** The bindings that stand for these ids. A binding never changes, so nothing is locked. */
export function findHolders(
  transaction: Transaction,
  programIds: readonly string[],
  clientUserIds: readonly string[],
): Promise<HolderRow[]> {
  return transaction.run<HolderRow>(findHoldersStatement, [programIds, clientUserIds]);
}

// One by one by key: planned as a join while the table is empty, it would go through all of it for each.
const readHoldersStatement: Statement = {
  name: 'read_holders',
  text: `select h.program_id as "programId", h.client_user_id as "clientUserId", h.first_key as "firstKey",
      h.last_key as "lastKey"
    from unnest($2::text[]) as wanted (client_user_id)
    cross join lateral (
      select * from holders h where h.program_id = $1 and h.client_user_id = wanted.client_user_id limit 1) h`,
};

/** As `findHolders` for many of one programme, outside a transaction. */
export function readHolders(
  database: Database,
  programId: string,
  clientUserIds: readonly string[],
): Promise<HolderRow[]> {
  return database.read<HolderRow>(readHoldersStatement, [programId, clientUserIds]);
}

const insertHoldersStatement: Statement = {
  name: 'insert_holders',
  text: `insert into holders (program_id, client_user_id, first_key, last_key, bound_at)
    select "programId", "clientUserId", "firstKey", "lastKey", $2::timestamptz
    from json_to_recordset($1) as n ("programId" text, "clientUserId" text, "firstKey" text, "lastKey" text)
    order by "programId", "clientUserId"`,
};

/**
 * Binds new ids to names. When another process bound one of them meanwhile, this is a unique
 * violation (23505): the caller runs its batch again and then sees that binding.
 */
export async function insertHolders(
  transaction: Transaction,
  holders: readonly HolderRow[],
  now: number,
): Promise<void> {
  await transaction.run(insertHoldersStatement, [JSON.stringify(holders), new Date(now).toISOString()]);
}
