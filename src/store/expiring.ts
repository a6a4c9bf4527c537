import type { Database, Statement } from './database.ts';

/** A pass that ends soon and was not told of yet. */
export interface ExpiringPass {
  readonly passId: string;
  readonly expirationAt: number;
}

/** Programmes that want to be told so many days ahead. */
export interface TellingProgramme {
  readonly programId: string;
  readonly expiringDays: number;
}

const iso = (instant: number) => new Date(instant).toISOString();

const programmesStatement: Statement = {
  name: 'telling_programmes',
  text: `select program_id as "programId", expiring_days as "expiringDays" from programs
    where expiring_days > 0 order by program_id`,
};

/** Every programme that wants to be told of passes that end soon. */
export function tellingProgrammes(database: Database): Promise<TellingProgramme[]> {
  return database.read<TellingProgramme>(programmesStatement, []);
}

const expiringStatement: Statement = {
  name: 'expiring_passes',
  text: `select p.pass_id as "passId", p.expiration_at as "expirationAt" from passes p
    where p.program_id = $1 and p.expiration_at > $2::timestamptz and p.expiration_at <= $3::timestamptz
      and (p.expiration_at, p.pass_id) > ($4::timestamptz, $5)
      and p.cancelled_at is null and p.suspended_at is null and p.used < p.granted
      and not exists (select from entries e where e.program_id = p.program_id and e.pass_id = p.pass_id
        and e.kind = 'expiring')
    order by p.expiration_at, p.pass_id limit $6::int`,
};

/** One page of the passes that end after `now` and not after `until`, in that order; `after` is the last one seen. */
export function expiringPasses(
  database: Database,
  programId: string,
  between: { readonly now: number; readonly until: number },
  after: ExpiringPass | null,
  size: number,
): Promise<ExpiringPass[]> {
  const { expirationAt, passId } = after ?? { expirationAt: between.now, passId: '' };
  const parameters = [programId, iso(between.now), iso(between.until), iso(expirationAt), passId, size];
  return database.read<ExpiringPass>(expiringStatement, parameters);
}
