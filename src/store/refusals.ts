import { day } from '../domain/calendar.ts';
import type { Database, Statement, Transaction } from './database.ts';

/** How often one door said no for one reason within one hour. */
export interface RefusalCount {
  readonly programId: string;
  readonly resourceId: string;
  /** When the hour began. */
  readonly hour: number;
  readonly reason: string;
  readonly count: number;
}

const iso = (instant: number) => new Date(instant).toISOString();

// In key order: two processes that add to the same lines wait in one order.
const addStatement: Statement = {
  name: 'add_refusals',
  text: `insert into door_refusals as d (program_id, resource_id, hour, reason, count)
    select program_id, resource_id, hour, reason, count
    from json_to_recordset($1) as n (program_id text, resource_id text, hour timestamptz, reason text, count int8)
    order by program_id, resource_id, hour, reason
    on conflict (program_id, resource_id, hour, reason) do update set count = d.count + excluded.count`,
};

/** Adds counts to those of all processes. */
export async function addRefusals(transaction: Transaction, counts: readonly RefusalCount[]): Promise<void> {
  const rows = counts.map(({ programId, resourceId, hour, reason, count }) => ({
    program_id: programId,
    resource_id: resourceId,
    hour: iso(hour),
    reason,
    count,
  }));
  await transaction.run(addStatement, [JSON.stringify(rows)]);
}

/** By what a report of refusals is sorted. */
export type RefusalsBy = 'reason' | 'resource';

export interface RefusalSum {
  /** 1 for the part that begins first. */
  readonly part: number;
  readonly key: string;
  readonly count: number;
}

const sumStatements: Readonly<Record<RefusalsBy, Statement>> = {
  reason: {
    name: 'report_refusals_reason',
    text: `select width_bucket(hour, $4::timestamptz[]) as part, reason as key, sum(count)::int8 as count
      from door_refusals where program_id = $1 and hour >= $2::timestamptz and hour < $3::timestamptz group by 1, 2`,
  },
  resource: {
    name: 'report_refusals_resource',
    text: `select width_bucket(hour, $4::timestamptz[]) as part, resource_id as key, sum(count)::int8 as count
      from door_refusals where program_id = $1 and hour >= $2::timestamptz and hour < $3::timestamptz group by 1, 2`,
  },
};

/** Refusals of a range, in parts that begin at `starts`; an hour belongs where it began. */
export function sumRefusals(
  database: Database,
  programId: string,
  range: { readonly starts: readonly number[]; readonly to: number },
  by: RefusalsBy,
): Promise<RefusalSum[]> {
  const { starts, to } = range;
  const parameters = [programId, iso(starts[0]!), iso(to), starts.map(iso)];
  return database.report<RefusalSum>(sumStatements[by], parameters);
}

/** How long the counts are kept, in milliseconds. */
const keptFor = 800 * day;

// Bounded per run, so that a purge never holds up the door.
const purgeStatement: Statement = {
  name: 'purge_refusals',
  text: `delete from door_refusals where ctid = any (array(
      select d.ctid from programs p join door_refusals d on d.program_id = p.program_id
      where d.hour < $1::timestamptz limit 5000))
    returning 1 as gone`,
};

/** Forgets at most 5,000 counts of more than 800 days ago; gives how many went. */
export function purgeRefusals(database: Database, now: number): Promise<number> {
  return database.background(async (transaction) => {
    const rows = await transaction.run(purgeStatement, [iso(now - keptFor)]);
    return rows.length;
  });
}
