import { type AccountRow, accountColumns } from './accounts.ts';
import type { Database, Statement, Transaction } from './database.ts';

/** A session with the account it is of. */
export interface SessionRow {
  readonly account: AccountRow;
  readonly createdAt: number;
  readonly usedAt: number;
}

type FlatRow = AccountRow & { readonly sessionCreatedAt: number; readonly sessionUsedAt: number };

const findSessionStatement: Statement = {
  name: 'find_session',
  text: `select ${accountColumns}, s.created_at as "sessionCreatedAt", s.used_at as "sessionUsedAt"
    from sessions s join accounts a on a.email = s.email where s.session_hash = $1`,
};

/** A session by the hash of its id, with its account as it is now; null when there is none. */
export async function findSession(database: Database, sessionHash: string): Promise<SessionRow | null> {
  const [row] = await database.read<FlatRow>(findSessionStatement, [sessionHash]);
  if (row === undefined) return null;
  const { sessionCreatedAt, sessionUsedAt, ...account } = row;
  return { account, createdAt: sessionCreatedAt, usedAt: sessionUsedAt };
}

const insertSessionStatement: Statement = {
  name: 'insert_session',
  text: `insert into sessions (session_hash, email, created_at, used_at)
    values ($1, $2, $3::timestamptz, $3::timestamptz)`,
};

/** Opens a session. */
export async function insertSession(
  transaction: Transaction,
  sessionHash: string,
  email: string,
  now: number,
): Promise<void> {
  await transaction.run(insertSessionStatement, [sessionHash, email, new Date(now).toISOString()]);
}

const touchSessionStatement: Statement = {
  name: 'touch_session',
  text: `update sessions set used_at = $2::timestamptz where session_hash = $1 and used_at < $2::timestamptz
    returning email`,
};

/** Puts down that a session was used. */
export async function touchSession(database: Database, sessionHash: string, now: number): Promise<void> {
  const parameters = [sessionHash, new Date(now).toISOString()];
  await database.transaction((transaction) => transaction.run(touchSessionStatement, parameters));
}

const deleteSessionStatement: Statement = {
  name: 'delete_session',
  text: 'delete from sessions where session_hash = $1 returning email',
};

/** Ends a session; gives whether it was there. */
export async function deleteSession(transaction: Transaction, sessionHash: string): Promise<boolean> {
  return (await transaction.run(deleteSessionStatement, [sessionHash])).length > 0;
}

const deleteSessionsStatement: Statement = {
  name: 'delete_sessions_of_account',
  text: 'delete from sessions where email = $1 returning email',
};

/** Ends every session of an account; gives how many there were. */
export async function deleteSessionsOf(transaction: Transaction, email: string): Promise<number> {
  return (await transaction.run(deleteSessionsStatement, [email])).length;
}

const deleteOldestStatement: Statement = {
  name: 'delete_oldest_sessions',
  text: `delete from sessions where session_hash in (
      select session_hash from sessions where email = $1
      order by session_hash = $3 desc, used_at desc, session_hash offset $2::int)
    returning email`,
};

/**
 * Leaves an account so many sessions, those used last. `opened` is one of them whatever the others say: after a
 * clock was set back they seem to be of later.
 */
export async function keepLatestSessions(
  transaction: Transaction,
  email: string,
  kept: number,
  opened: string,
): Promise<void> {
  await transaction.run(deleteOldestStatement, [email, kept, opened]);
}

const purgeSessionsStatement: Statement = {
  name: 'purge_sessions',
  text: `delete from sessions where session_hash in (select session_hash from sessions
      where used_at <= $1::timestamptz or created_at <= $2::timestamptz limit 5000)
    returning email`,
};

/** Forgets at most 5,000 sessions that were last used, or began, by these instants; gives how many went. */
export function purgeSessions(database: Database, usedBy: number, begunBy: number): Promise<number> {
  const parameters = [usedBy, begunBy].map((at) => new Date(at).toISOString());
  return database.background(async (transaction) => {
    return (await transaction.run(purgeSessionsStatement, parameters)).length;
  });
}
