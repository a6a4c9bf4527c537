/**
 * The upkeep that PostgreSQL's background processes do elsewhere. PGlite runs PostgreSQL's single-user
 * mode, where they do not exist: a full pg_wal segment asks for a checkpoint only under a postmaster,
 * so pg_wal would grow without end, and no autovacuum launcher ever clears dead rows, refreshes the
 * planner's statistics or freezes old transaction numbers.
 */
import type { EmbeddedSession } from './embedded-session.ts';

/** Dead rows that make a table due: autovacuum's own defaults, 50 plus a fifth of the live ones. */
const dueTable = `
  select quote_ident(s.schemaname) || '.' || quote_ident(s.relname) as name
  from pg_stat_user_tables s join pg_class c on c.oid = s.relid
  where s.n_dead_tup > 50 + 0.2 * s.n_live_tup
     or s.n_mod_since_analyze > 50 + 0.1 * s.n_live_tup
     or s.n_ins_since_vacuum > 1000 + 0.2 * s.n_live_tup
     or age(c.relfrozenxid) > 100000000
  order by s.n_dead_tup desc limit 1`;

const walSize = 'select (pg_current_wal_insert_lsn() - redo_lsn)::float8 as bytes from pg_control_checkpoint()';

/**
 * One small round of upkeep: a checkpoint when more than `walLimit` bytes would have to be recovered
 * after a crash, then VACUUM ANALYZE of the one table that needs it most. Gives what was done.
 */
export async function maintain(session: EmbeddedSession, walLimit: number): Promise<string[]> {
  const done: string[] = [];
  const [wal] = await session.run({ begin: false, name: 'upkeep-wal', text: walSize, parameters: [] });
  if ((wal?.bytes as number) > walLimit) {
    await session.alone(['checkpoint']);
    done.push('checkpoint');
  }
  // A session hands its counts over about once a second, and only when it runs something.
  await session.alone(['select pg_stat_force_next_flush()']);
  const [due] = await session.run({ begin: false, name: 'upkeep-due', text: dueTable, parameters: [] });
  if (due === undefined) return done;
  await session.alone([`vacuum (analyze) ${due.name as string}`]);
  done.push(`vacuum ${due.name as string}`);
  return done;
}
