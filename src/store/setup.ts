import type { Database, Statement, Transaction } from './database.ts';

const isEmptyStatement: Statement = {
  name: 'is_empty',
  text: 'select not exists (select from programs) as empty',
};

/** Whether no programme exists yet: a first start. */
export async function isEmpty(database: Database): Promise<boolean> {
  const [row] = await database.read<{ empty: boolean }>(isEmptyStatement, []);
  return row!.empty;
}

const lockSetupStatement: Statement = {
  name: 'lock_setup',
  text: 'select pg_advisory_xact_lock(7277337502)::text as locked',
};

/** Lets one process at a time set the first programme up; gives whether there is still none. */
export async function lockSetup(transaction: Transaction): Promise<boolean> {
  await transaction.run(lockSetupStatement, []);
  const [row] = await transaction.run<{ empty: boolean }>(isEmptyStatement, []);
  return row!.empty;
}
