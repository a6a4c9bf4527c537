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

// Sorted, so that two processes that meet on the same passes wait for one another in one order.
const insertLinksStatement: Statement = {
  name: 'insert_pass_links',
  text: `insert into pass_links (program_id, pass_id, token_hash, nonce, made_with, created_at, created_by)
    select program, pass, hash, nonce, secret, at, client
      from json_to_recordset($1) as n (program text, pass text, hash text, nonce text, secret text, at timestamptz,
        client text)
      order by program collate "C", pass collate "C"
    on conflict (program_id, pass_id, made_with) where revoked_at is null do nothing
    returning token_hash as "tokenHash"`,
};

/** A link that is to be entered, and who has it made. */
export interface NewPassLink extends PassLinkRow {
  readonly createdBy: string;
}

/** Enters links, but for passes that have one already; gives the hashes of those that were entered. */
export async function insertLinks(transaction: Transaction, links: readonly NewPassLink[]): Promise<Set<string>> {
  const rows = links.map(({ programId, passId, tokenHash, nonce, madeWith, createdAt, createdBy }) => ({
    ...{ program: programId, pass: passId, hash: tokenHash, nonce, secret: madeWith },
    ...{ at: iso(createdAt), client: createdBy },
  }));
  const entered = await transaction.run<{ tokenHash: string }>(insertLinksStatement, [JSON.stringify(rows)]);
  return new Set(entered.map(({ tokenHash }) => tokenHash));
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
