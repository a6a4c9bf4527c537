import type { Pass } from '../domain/pass.ts';
import type { Database, Parameter, Statement } from './database.ts';
import { type PassRow, passColumns, passOf } from './passes.ts';

/** A pass with the keys of the name that its holder is bound to. */
export interface NamedPass {
  readonly pass: Pass;
  readonly firstKey: string;
  readonly lastKey: string;
}

/** What is known of a holder's name: the beginning of one part, and the other whole or not at all. */
export interface NameWish {
  /** The part that is looked up first; the index is by it. */
  readonly lead: 'first' | 'last';
  /** The lead as a whole, and the beginning of the other part; or null, and the beginning of the lead. */
  readonly whole: string | null;
  readonly beginning: string;
}

type NamedRow = PassRow & { readonly first_key: string; readonly last_key: string };

const named = (row: NamedRow): NamedPass => ({ pass: passOf(row), firstKey: row.first_key, lastKey: row.last_key });

/** Behind everything that begins so: no name holds this character, which is none. */
const behind = (beginning: string) => `${beginning}\u{10ffff}`;

const iso = (instant: number) => new Date(instant).toISOString();

/** Behind every pass in a list that begins with the newest. */
const newest = { at: Date.UTC(9999, 11, 31), passId: 'Z' };

/**
 * One holder after the other as the index has them, and each one's passes, the newest first. However
 * many names begin so, a page reads only so many of them, and one more: the first may have no more passes.
 */
function nameStatement(lead: NameWish['lead'], whole: boolean): Statement {
  const [one, other] = lead === 'first' ? ['h.first_key', 'h.last_key'] : ['h.last_key', 'h.first_key'];
  const [leading, following] = [`${one} collate "C"`, `${other} collate "C"`];
  const fits = whole
    ? `${leading} = $10 and ${following} >= $2 and ${following} < $3`
    : `${leading} >= $2 and ${leading} < $3`;
  return {
    name: `find_by_${lead}_name${whole ? '_and_other' : ''}`,
    text: `select ${passColumns}, n.first_key, n.last_key from (
        select h.client_user_id, h.first_key, h.last_key, ${leading} as leading, ${following} as following from holders h
        where h.program_id = $1 and ${fits}
          and (${leading}, ${following}, h.client_user_id) >= ($4, $5, $6)
        order by ${leading}, ${following}, h.client_user_id limit $9::int + 1
      ) n cross join lateral (
        select * from passes p where p.program_id = $1 and p.client_user_id = n.client_user_id
          and (n.client_user_id <> $6 or (p.created_at, p.pass_id) < ($7::timestamptz, $8))
        order by p.created_at desc, p.pass_id desc limit $9::int
      ) p
      order by n.leading, n.following, n.client_user_id, p.created_at desc, p.pass_id desc limit $9::int`,
  };
}

/** At most `size` passes whose holder's name fits, in the order of the names, after one of them. */
export async function findByName(
  database: Database,
  programId: string,
  wish: NameWish,
  after: NamedPass | null,
  size: number,
): Promise<NamedPass[]> {
  const keys = after === null ? ['', ''] : [after.firstKey, after.lastKey];
  const [leading, following] = wish.lead === 'first' ? keys : keys.reverse();
  const pass = after?.pass;
  const parameters: Parameter[] = [programId, wish.beginning, behind(wish.beginning), leading!, following!];
  parameters.push(pass?.clientUserId ?? '', iso(pass?.createdAt ?? newest.at), pass?.passId ?? newest.passId);
  parameters.push(size);
  if (wish.whole !== null) parameters.push(wish.whole);
  const statement = nameStatement(wish.lead, wish.whole !== null);
  return (await database.read<NamedRow>(statement, parameters)).map(named);
}

const namedPassStatement: Statement = {
  name: 'find_named_pass',
  text: `select ${passColumns}, h.first_key, h.last_key from passes p
    join holders h on h.program_id = p.program_id and h.client_user_id = p.client_user_id
    where p.program_id = $1 and p.pass_id = $2`,
};

/** One pass by its id with its holder's name keys, or null. */
export async function findNamedPass(database: Database, programId: string, passId: string): Promise<NamedPass | null> {
  const [row] = await database.read<NamedRow>(namedPassStatement, [programId, passId]);
  return row === undefined ? null : named(row);
}

const endingStatement: Statement = {
  name: 'report_ending_passes',
  text: `select ${passColumns} from passes p
    where p.program_id = $1 and p.expiration_at > $2::timestamptz and p.expiration_at <= $3::timestamptz
      and (p.expiration_at, p.pass_id) > ($4::timestamptz, $5) and p.cancelled_at is null and p.used < p.granted
    order by p.expiration_at, p.pass_id limit $6::int`,
};

/** Passes with something left that end after `from` and not after `to`, the next to end first, after one of them. */
export async function listEnding(
  database: Database,
  programId: string,
  { from, to }: { readonly from: number; readonly to: number },
  after: { readonly at: number; readonly passId: string } | null,
  size: number,
): Promise<Pass[]> {
  const place = [iso(after?.at ?? from), after?.passId ?? ''];
  const rows = await database.report<PassRow>(endingStatement, [programId, iso(from), iso(to), ...place, size]);
  return rows.map(passOf);
}
