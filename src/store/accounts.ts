import type { Account } from '../domain/account.ts';
import type { Database, Statement, Transaction } from './database.ts';

/** An account with the hash of its password. */
export interface AccountRow extends Account {
  readonly passwordHash: string;
}

/** The columns of an account, below the alias `a`. */
export const accountColumns = `a.email, a.role, a.language, a.program_ids as "programIds", a.disabled_at as "disabledAt",
  a.password_hash as "passwordHash", a.password_is_temporary as "passwordIsTemporary", a.created_at as "createdAt",
  a.password_set_at as "passwordSetAt", a.signed_in_at as "signedInAt"`;

const instant = (at: number | null) => (at === null ? null : new Date(at).toISOString());

const findAccountStatement: Statement = {
  name: 'find_account',
  text: `select ${accountColumns} from accounts a where a.email = $1`,
};

/** An account by its e-mail in small letters; null when there is none. */
export async function findAccount(database: Database, email: string): Promise<AccountRow | null> {
  const [row] = await database.read<AccountRow>(findAccountStatement, [email]);
  return row ?? null;
}

const lockAccountStatement: Statement = { name: 'lock_account', text: `${findAccountStatement.text} for update` };

/** The account as it is now, locked until the end of the transaction. */
export async function lockAccount(transaction: Transaction, email: string): Promise<AccountRow | null> {
  const [row] = await transaction.run<AccountRow>(lockAccountStatement, [email]);
  return row ?? null;
}

const lockAdministratorsStatement: Statement = {
  name: 'lock_administrators',
  text: `select a.email from accounts a where a.role = 'administrator' and a.disabled_at is null
    order by a.email for update`,
};

/** The e-mails of all administrators that can sign in, locked, so that two changes cannot both leave the other one. */
export async function lockAdministrators(transaction: Transaction): Promise<string[]> {
  const rows = await transaction.run<{ email: string }>(lockAdministratorsStatement, []);
  return rows.map(({ email }) => email);
}

const listAccountsStatement: Statement = {
  name: 'list_accounts',
  text: `select ${accountColumns} from accounts a where $1::text is null or a.email > $1 order by a.email limit $2::int`,
};

/** Accounts by e-mail, after one. */
export function listAccounts(database: Database, after: string | null, most: number): Promise<AccountRow[]> {
  return database.read<AccountRow>(listAccountsStatement, [after, most]);
}

const insertAccountStatement: Statement = {
  name: 'insert_account',
  text: `insert into accounts (email, role, language, program_ids, password_hash, password_is_temporary,
      created_at, password_set_at)
    values ($1, $2, $3, $4::text[], $5, $6::boolean, $7::timestamptz, $7::timestamptz)
    on conflict do nothing returning email`,
};

export type NewAccount = Pick<
  AccountRow,
  'email' | 'role' | 'language' | 'programIds' | 'passwordHash' | 'passwordIsTemporary'
>;

/** Enters an account; gives whether there was none with its e-mail. */
export async function insertAccount(transaction: Transaction, account: NewAccount, now: number): Promise<boolean> {
  const { email, role, language, programIds, passwordHash, passwordIsTemporary } = account;
  const parameters = [email, role, language, programIds, passwordHash, passwordIsTemporary];
  return (await transaction.run(insertAccountStatement, [...parameters, instant(now)])).length > 0;
}

const updateAccessStatement: Statement = {
  name: 'update_account_access',
  text: `update accounts set role = $2, program_ids = $3::text[], disabled_at = $4::timestamptz where email = $1
    returning email`,
};

/** What an account may do, and whether it may at all. */
export async function updateAccess(transaction: Transaction, account: Account): Promise<void> {
  const { email, role, programIds, disabledAt } = account;
  await transaction.run(updateAccessStatement, [email, role, programIds, instant(disabledAt)]);
}

const updatePasswordStatement: Statement = {
  name: 'update_account_password',
  text: `update accounts set password_hash = $2, password_is_temporary = $3::boolean, password_set_at = $4::timestamptz
    where email = $1 returning email`,
};

/** Gives an account another password. */
export async function updatePassword(
  transaction: Transaction,
  account: Pick<AccountRow, 'email' | 'passwordHash' | 'passwordIsTemporary'>,
  now: number,
): Promise<void> {
  const { email, passwordHash, passwordIsTemporary } = account;
  await transaction.run(updatePasswordStatement, [email, passwordHash, passwordIsTemporary, instant(now)]);
}

const updateLanguageStatement: Statement = {
  name: 'update_account_language',
  text: 'update accounts set language = $2 where email = $1 returning email',
};

/** In which language the console speaks to an account. */
export async function updateLanguage(transaction: Transaction, email: string, language: string): Promise<void> {
  await transaction.run(updateLanguageStatement, [email, language]);
}

const signedInStatement: Statement = {
  name: 'account_signed_in',
  text: 'update accounts set signed_in_at = $2::timestamptz where email = $1 returning email',
};

/** Puts down when an account last signed in. */
export async function rememberSignIn(transaction: Transaction, email: string, now: number): Promise<void> {
  await transaction.run(signedInStatement, [email, instant(now)]);
}
