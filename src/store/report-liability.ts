import type { Database, Statement } from './database.ts';

/** What happened to usages: entries of the history, and the two ways in which unused ones end. */
export type Flow = 'issue' | 'use' | 'give-back' | 'cancelled' | 'expired';

/** How many usages one flow moved in one part of the range; part 0 is the time before it. */
export interface FlowSum {
  readonly part: number;
  readonly flow: Flow;
  readonly usages: number;
}

/** After which pass the next statement goes on, in the order of their ends. */
export interface PassPlace {
  readonly expirationAt: number;
  readonly passId: string;
}

const iso = (instant: number) => new Date(instant).toISOString();

/**
 * Every entry that changes what is left of a pass is two movements: its own, when it happened, and the
 * same usages the other way when the pass ended, by its cancellation or by its date, or at once if it
 * had ended by then. A pass that has ended has therefore moved nothing in sum, at whatever instant one
 * looks, and what is unused at an instant is the sum of the movements before it.
 */
const ended = `case when s.cancelled_at < s.expiration_at then s.cancelled_at else s.expiration_at end`;

// Only passes that had not ended when the range begins: the others have moved nothing in sum. The last
// of the bounds is the end of the range: what lies behind it is in no part. Each line is looked at once,
// for both of its movements; its two parts are told apart when there are few sums left.
const flowsStatement: Statement = {
  name: 'report_flows',
  text: `with slice as materialized (
      select p.pass_id, p.granted, p.expiration_at, p.cancelled_at from passes p
      where p.program_id = $1 and p.expiration_at >= $3::timestamptz
        and (p.expiration_at, p.pass_id) > ($5::timestamptz, $6)
      order by p.expiration_at, p.pass_id limit $7::int
    ), moved as materialized (
      select width_bucket(e.at, $2::timestamptz[]) as part, e.kind,
        width_bucket(greatest(e.at, ${ended}), $2::timestamptz[]) as ended_part,
        coalesce(s.cancelled_at < s.expiration_at, false) as cancelled,
        sum(case e.kind when 'issue' then s.granted else -e.units end) as usages
      from slice s join entries e on e.program_id = $1 and e.pass_id = s.pass_id
      where e.program_id = $1 and e.kind in ('issue', 'use', 'give-back') and e.at < $4::timestamptz
      group by 1, 2, 3, 4
    ), sums as (
      select part, kind as flow, sum(usages)::int8 as usages from moved group by 1, 2
      union all
      select ended_part, case when cancelled then 'cancelled' else 'expired' end, sum(usages)::int8 from moved
      where ended_part < cardinality($2::timestamptz[]) group by 1, 2
    ), last as (
      select expiration_at, pass_id, (select count(*)::int from slice) as seen from slice
      order by expiration_at desc, pass_id desc limit 1
    )
    select last.expiration_at as "expirationAt", last.pass_id as "passId", last.seen, sums.part, sums.flow, sums.usages
    from last left join sums on true`,
};

interface Row extends PassPlace {
  readonly seen: number;
  readonly part: number | null;
  readonly flow: Flow | null;
  readonly usages: number | null;
}

/** The range of a report: its parts' beginnings, and its end. */
export interface Cut {
  readonly starts: readonly number[];
  readonly to: number;
}

/** The movements of some passes, and where to go on; null when these were the last. */
export async function sumFlows(
  database: Database,
  programId: string,
  { starts, to }: Cut,
  after: PassPlace | null,
): Promise<{ readonly sums: readonly FlowSum[]; readonly next: PassPlace | null }> {
  const from = iso(starts[0]!);
  const place = after === null ? [from, ''] : [iso(after.expirationAt), after.passId];
  const parameters = [programId, [...starts, to].map(iso), from, iso(to), ...place, database.reportStep];
  const rows = await database.report<Row>(flowsStatement, parameters);
  const [first] = rows;
  const sums = rows.filter(({ flow }) => flow !== null) as unknown as FlowSum[];
  return { sums, next: first !== undefined && first.seen === database.reportStep ? first : null };
}

// A use can be given back after the end of its pass; it ends again at that instant.
const lateStatement: Statement = {
  name: 'report_late_flows',
  text: `select width_bucket(e.at, $2::timestamptz[]) as part, sum(-e.units) as usages
    from entries e join passes p on p.program_id = e.program_id and p.pass_id = e.pass_id
    where e.program_id = $1 and e.kind = 'give-back' and e.at >= $3::timestamptz and e.at < $4::timestamptz
      and p.expiration_at < $3::timestamptz
    group by 1`,
};

/** What was given back within the range to passes that had ended by their date before it. */
export async function sumLateFlows(database: Database, programId: string, { starts, to }: Cut): Promise<FlowSum[]> {
  const parameters = [programId, starts.map(iso), iso(starts[0]!), iso(to)];
  const rows = await database.report<{ part: number; usages: number }>(lateStatement, parameters);
  return rows.flatMap((row) => [
    { ...row, flow: 'give-back' as const },
    { ...row, flow: 'expired' as const },
  ]);
}
