import type { Statement, Transaction } from './database.ts';
import type { EndpointName } from './endpoint-settings.ts';

const iso = (instant: number) => new Date(instant).toISOString();

// By place on the disk: a planner that does not know an endpoint yet takes its rows for one, and would look for each of
// ten thousand keys through all of them. `is true` keeps it from an index of the programme there. Bounded: the rest of a long backlog keeps its times, at most a day away.
const dueNowStatement: Statement = {
  name: 'deliveries_due_now',
  text: `update deliveries d set next_attempt_at = $3::timestamptz where (d.program_id = $1) is true and d.ctid = any (array(
      select w.ctid from deliveries w where w.program_id = $1 and w.endpoint_id = $2
        and w.state = 'waiting' and w.lease is null and w.next_attempt_at > $3::timestamptz
      order by w.next_attempt_at limit 10000 for update skip locked))`,
};

/** Makes what waits for a later attempt due at once: its endpoint has been resumed. */
export async function dueNow(
  transaction: Transaction,
  { programId, endpointId }: EndpointName,
  now: number,
): Promise<void> {
  await transaction.run(dueNowStatement, [programId, endpointId, iso(now)]);
}

/** A place in the order in which an endpoint's deliveries are due. */
export interface DuePlace {
  readonly at: number;
  readonly passId: string;
  readonly number: number;
}

/** Before everything that waits. */
export const firstDue: DuePlace = { at: 0, passId: '', number: 0 };

// What another process holds comes when its lease is over, as the clock is now. Only what is to change is locked.
const broughtForwardStatement: Statement = {
  name: 'deliveries_brought_forward',
  text: `with page as materialized (
      select w.ctid as place, w.next_attempt_at as at, w.pass_id, w.number,
        case when w.lease is null then $6::timestamptz + w.wait_milliseconds * interval '1 ms' else $7::timestamptz end
          as latest
      from deliveries w where w.program_id = $1 and w.endpoint_id = $2 and w.state = 'waiting'
        and (w.next_attempt_at, w.pass_id, w.number) > ($3::timestamptz, $4, $5::int)
      order by w.next_attempt_at, w.pass_id, w.number limit $8::int
    ), late as materialized (
      select d.ctid as place from deliveries d
      where (d.program_id = $1) is true and d.ctid = any (array(select place from page where at > latest))
      for update skip locked
    ), moved as (
      update deliveries d set
        next_attempt_at = case when d.lease is null then $6::timestamptz + d.wait_milliseconds * interval '1 ms'
          else $7::timestamptz end,
        leased_until = case when d.lease is not null then $7::timestamptz end
      where (d.program_id = $1) is true and d.ctid = any (array(select place from late)) returning 1
    )
    select (select count(*)::int from page) as seen, (select count(*)::int from moved) as moved, at,
      pass_id as "passId", number
    from page order by at desc, pass_id desc, number desc limit 1`,
};

/** What one step of bringing forward came to. */
export interface BroughtForward {
  readonly moved: number;
  /** Where to go on; null when everything was looked at. */
  readonly next: DuePlace | null;
}

/**
 * Looks through what waits at an endpoint, `most` at a time, and lets nothing wait longer than was decided for it:
 * from `now` on, or until `leaseEnds` where it is held. Done twice it changes nothing more.
 */
export async function bringForward(
  transaction: Transaction,
  { programId, endpointId }: EndpointName,
  after: DuePlace,
  times: { readonly now: number; readonly leaseEnds: number },
  most: number,
): Promise<BroughtForward> {
  const { at, passId, number } = after;
  const parameters = [programId, endpointId, iso(at), passId, number, iso(times.now), iso(times.leaseEnds), most];
  const [row] = await transaction.run<DuePlace & { seen: number; moved: number }>(broughtForwardStatement, parameters);
  if (row === undefined) return { moved: 0, next: null };
  return { moved: row.moved, next: row.seen < most ? null : { at: row.at, passId: row.passId, number: row.number } };
}
