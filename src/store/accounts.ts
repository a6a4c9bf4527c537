import type { Role } from '../domain/access.ts';
import type { Statement, Transaction } from './database.ts';

export interface NewAccount {
  /** In small letters. */
  readonly email: string;
  readonly role: Role;
  readonly language: string;
  /** The programmes it may work in; null: all. */
  readonly programIds: readonly string[] | null;
  readonly passwordHash: string;
  /** Whether somebody else has seen the password, so that it must be changed first. */
  readonly passwordIsTemporary: boolean;
}

const insertAccountStatement: Statement = {
  name: 'insert_account',
  text: `insert into accounts (email, role, language, program_ids, password_hash, password_is_temporary, created_at)
    values ($1, $2, $3, $4::text[], $5, $6::boolean, $7::timestamptz)`,
};

/** Enters an account, by the hash of its password. */
export async function insertAccount(transaction: Transaction, account: NewAccount, now: number): Promise<void> {
  const { email, role, language, programIds, passwordHash, passwordIsTemporary } = account;
  const parameters = [email, role, language, programIds, passwordHash, passwordIsTemporary];
  await transaction.run(insertAccountStatement, [...parameters, new Date(now).toISOString()]);
}
