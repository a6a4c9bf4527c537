import type { Database, Statement, Transaction } from './database.ts';

/** A link as it is kept: what its token is made from, never the token. */
export interface PassLinkRow {
  readonly programId: string;
  readonly passId: string;
  readonly tokenHash: string;
  readonly nonce: string;
  /** The name of the secret that the token is made with. */
  readonly madeWith: string;
  readonly createdAt: number;
}

const iso = (instant: number) => new Date(instant).toISOString();

const standingLinkStatement: Statement = {
  name: 'standing_pass_link',
  text: `select program_id as "programId", pass_id as "passId", token_hash as "tokenHash", nonce,
      made_with as "madeWith", created_at as "createdAt"
    from pass_links where program_id = $1 and pass_id = $2 and made_with = $3 and revoked_at is null`,
};

/** The link of a pass that stands and was made with this secret, or null. */
export async function standingLink(
  database: Database,
  { programId, passId, madeWith }: Pick<PassLinkRow, 'programId' | 'passId' | 'madeWith'>,
): Promise<PassLinkRow | null> {
  const [row] = await database.read<PassLinkRow>(standingLinkStatement, [programId, passId, madeWith]);
  return row ?? null;
}

const insertLinkStatement: Statement = {
  name: 'insert_pass_link',
  text: `insert into pass_links (program_id, pass_id, token_hash, nonce, made_with, created_at, created_by)
    values ($1, $2, $3, $4, $5, $6::timestamptz, $7)
    on conflict (program_id, pass_id, made_with) where revoked_at is null do nothing
    returning token_hash`,
};

/** Enters a link; gives false when one stands already, which another request has made meanwhile. */
export async function insertLink(transaction: Transaction, link: PassLinkRow, createdBy: string): Promise<boolean> {
  const { programId, passId, tokenHash, nonce, madeWith, createdAt } = link;
  const parameters = [programId, passId, tokenHash, nonce, madeWith, iso(createdAt), createdBy];
  return (await transaction.run(insertLinkStatement, parameters)).length > 0;
}

const revokeLinksStatement: Statement = {
  name: 'revoke_pass_links',
  text: `update pass_links set revoked_at = $3::timestamptz, revoked_by = $4
    where program_id = $1 and pass_id = $2 and revoked_at is null returning token_hash`,
};

/** Revokes every link of a pass that stands, whatever secret it was made with; gives how many there were. */
export async function revokeLinks(
  transaction: Transaction,
  { programId, passId }: Pick<PassLinkRow, 'programId' | 'passId'>,
  revokedBy: string,
  now: number,
): Promise<number> {
  return (await transaction.run(revokeLinksStatement, [programId, passId, iso(now), revokedBy])).length;
}

const findLinkStatement: Statement = {
  name: 'find_pass_link',
  text: `select program_id as "programId", pass_id as "passId" from pass_links
    where program_id = any ($1::text[]) and token_hash = $2 and revoked_at is null`,
};

/** Whose link has a token with this hash: a pass of one of these programmes, or null. */
export async function findLink(
  database: Database,
  programIds: readonly string[],
  tokenHash: string,
): Promise<Pick<PassLinkRow, 'programId' | 'passId'> | null> {
  const [row] = await database.read<Pick<PassLinkRow, 'programId' | 'passId'>>(findLinkStatement, [
    programIds,
    tokenHash,
  ]);
  return row ?? null;
}
