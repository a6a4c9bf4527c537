/** Early statistics: the server's own upkeep comes once a minute, and a plan for empty tables is slow in full ones. */
import type { Connection } from './postgres-connection.ts';

/** Tables of the product that have more than doubled since the planner last looked at them. */
const youngTables = `
  SELECT quote_ident(schemaname) || '.' || quote_ident(relname) AS name FROM pg_stat_user_tables
  WHERE schemaname = current_schema() AND n_mod_since_analyze > 1000 AND n_mod_since_analyze * 2 > n_live_tup
  ORDER BY relname LIMIT 20`;

/** Analyses what has grown much; plans that were made before are made anew. Gives the names of the tables. */
export async function analyzeYoungTables(connection: Connection): Promise<string[]> {
  const tables = await connection.run<{ name: string }>({ name: 'passdesk_young_tables', text: youngTables }, []);
  // Another process of ours may do the same: then ours waits, and looks at the table once more.
  for (const { name } of tables) await connection.command(`ANALYZE ${name}`);
  return tables.map(({ name }) => name);
}
