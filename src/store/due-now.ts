import type { Statement, Transaction } from './database.ts';
import type { DeliveryKey } from './deliveries.ts';

const iso = (instant: number) => new Date(instant).toISOString();

// Bounded: the rest of a long backlog keeps its times, which are at most a day away.
const dueNowStatement: Statement = {
  name: 'deliveries_due_now',
  text: `update deliveries d set next_attempt_at = $3::timestamptz
    where d.program_id = $1 and d.endpoint_id = $2 and (d.pass_id, d.number) in (
      select w.pass_id, w.number from deliveries w where w.program_id = $1 and w.endpoint_id = $2
        and w.state = 'waiting' and w.lease is null and w.next_attempt_at > $3::timestamptz
      order by w.next_attempt_at limit 10000)`,
};

/** Makes what waits for a later attempt due at once: its endpoint has been resumed. */
export async function dueNow(
  transaction: Transaction,
  { programId, endpointId }: Pick<DeliveryKey, 'programId' | 'endpointId'>,
  now: number,
): Promise<void> {
  await transaction.run(dueNowStatement, [programId, endpointId, iso(now)]);
}

// What another process holds comes when its lease is over, as the clock is now.
const broughtForwardStatement: Statement = {
  name: 'deliveries_brought_forward',
  text: `update deliveries d set leased_until = case when d.lease is not null then $3::timestamptz end,
      next_attempt_at = case when d.lease is null then $2::timestamptz else $3::timestamptz end
    where d.program_id = $1 and (d.endpoint_id, d.pass_id, d.number) in (
      select w.endpoint_id, w.pass_id, w.number from deliveries w
      where w.program_id = $1 and w.state = 'waiting' and w.next_attempt_at > $3::timestamptz
      limit 10000 for update skip locked)
    returning 1`,
};

/**
 * Makes what waits in a programme due at once, or at `until` where it is held: the clock was set back, and would have
 * to run for hours to come to where they wait. Ten thousand at a time; gives how many.
 */
export async function bringForward(
  transaction: Transaction,
  programId: string,
  now: number,
  until: number,
): Promise<number> {
  return (await transaction.run(broughtForwardStatement, [programId, iso(now), iso(until)])).length;
}
