import type { Database, Statement } from './database.ts';

const nowStatement: Statement = {
  name: 'database_now',
  text: `select (extract(epoch from clock_timestamp()) * 1000)::float8 as now`,
};

/** What the database's clock says, in milliseconds since the epoch. */
export async function databaseNow(database: Database): Promise<number> {
  const [row] = await database.read<{ now: number }>(nowStatement, []);
  return row!.now;
}
