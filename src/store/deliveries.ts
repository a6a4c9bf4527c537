import type { EventKey } from '../domain/event.ts';
import type { Database, Statement, Transaction } from './database.ts';

/** One event for one endpoint. */
export interface DeliveryKey extends EventKey {
  readonly endpointId: string;
}

/** A delivery that one worker holds. */
export interface Claimed extends DeliveryKey {
  readonly epoch: number;
  readonly eventType: string;
  /** Attempts made before. */
  readonly attempts: number;
  readonly resentAfter: number;
}

const iso = (instant: number) => new Date(instant).toISOString();

/** The columns of a list of keys, as parameters for `unnest ($n::text[], $n+1::text[], $n+2::text[], $n+3::int[])`. */
function keyColumns(keys: readonly DeliveryKey[]) {
  return [
    keys.map(({ programId }) => programId),
    keys.map(({ endpointId }) => endpointId),
    keys.map(({ passId }) => passId),
    keys.map(({ number }) => number),
  ] as const;
}

// A paused endpoint collects too; whoever asked for the type when the event happened is told of it.
const insertDeliveriesStatement: Statement = {
  name: 'insert_deliveries',
  text: `insert into deliveries (program_id, endpoint_id, pass_id, number, event_type, created_at, next_attempt_at)
    select e.program_id, e.endpoint_id, n.pass, n.number, n.type, $2::timestamptz, $2::timestamptz
    from json_to_recordset($1) as n (program text, pass text, number int, type text)
    join endpoints e on e.program_id = n.program and n.type = any (e.event_types)`,
};

/** Puts events down for every endpoint of their programmes that asked for their type. */
export async function insertDeliveries(
  transaction: Transaction,
  events: readonly (EventKey & { readonly eventType: string })[],
  now: number,
): Promise<void> {
  const rows = events.map(({ programId, passId, number, eventType }) => ({
    program: programId,
    pass: passId,
    number,
    type: eventType,
  }));
  await transaction.run(insertDeliveriesStatement, [JSON.stringify(rows), iso(now)]);
}

/** A worker takes deliveries of an endpoint up to so many at once, and looks at so many that are due. */
export interface Room {
  readonly programId: string;
  readonly endpointId: string;
  readonly look: number;
}

// Locked here and decided by the next statement, which sees what was committed before the locks were
// had. SKIP LOCKED: two workers look at different rows and neither waits for the other. The limit over
// all ends the look in the order of the rooms: a nested loop goes no further, and locks no further.
const lockDueStatement: Statement = {
  name: 'lock_due_deliveries',
  text: `select d.program_id as "programId", d.endpoint_id as "endpointId", d.pass_id as "passId", d.number
    from unnest($1::text[], $2::text[], $3::int[]) as room (program_id, endpoint_id, look)
    join endpoints e on e.program_id = room.program_id and e.endpoint_id = room.endpoint_id and e.state = 'active'
    cross join lateral (
      select * from deliveries d where d.program_id = room.program_id and d.endpoint_id = room.endpoint_id
        and d.state = 'waiting' and d.next_attempt_at <= $4::timestamptz
      order by d.next_attempt_at limit room.look for update skip locked
    ) d limit $5::int`,
};

/** Locks deliveries of active endpoints that are due, of each the oldest first, and so many at the most. */
export function lockDue(
  transaction: Transaction,
  rooms: readonly Room[],
  most: number,
  now: number,
): Promise<DeliveryKey[]> {
  return transaction.run<DeliveryKey>(lockDueStatement, [
    rooms.map(({ programId }) => programId),
    rooms.map(({ endpointId }) => endpointId),
    rooms.map(({ look }) => look),
    iso(now),
    most,
  ]);
}

/** A locked delivery, and whether the worker wants it. */
export interface Chosen extends DeliveryKey {
  readonly wanted: boolean;
}

/** Who claims, and for how long. */
export interface Lease {
  readonly token: string;
  readonly until: number;
  /** Until when to forget a delivery whose turn has not come, unless the one before it is finished. */
  readonly later: number;
}

// The first waiting delivery of its pass may go; the others are put off until it is finished, so
// that they are not looked at again and again.
const claimStatement: Statement = {
  name: 'claim_deliveries',
  text: `update deliveries d set
      lease = case when c.first and c.wanted then $6 end,
      leased_until = case when c.first and c.wanted then $7::timestamptz end,
      next_attempt_at = case when c.first then $7::timestamptz else greatest(c.before, $8::timestamptz) end
    from (select w.*, b.next_attempt_at as before, b.number is null as first
      from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::boolean[])
        as w (program_id, endpoint_id, pass_id, number, wanted)
      left join lateral (select b.number, b.next_attempt_at from deliveries b
        where b.program_id = w.program_id and b.endpoint_id = w.endpoint_id and b.pass_id = w.pass_id
          and b.number < w.number and b.state = 'waiting' order by b.number limit 1) b on true) c
    where d.program_id = c.program_id and d.endpoint_id = c.endpoint_id and d.pass_id = c.pass_id
      and d.number = c.number and (c.wanted or not c.first)
    returning d.program_id as "programId", d.endpoint_id as "endpointId", d.pass_id as "passId", d.number, d.epoch,
      d.event_type as "eventType", d.attempts, d.resent_after as "resentAfter", d.lease`,
};

/** Claims the wanted deliveries that are first in line in their pass; gives those. */
export async function claim(transaction: Transaction, chosen: readonly Chosen[], lease: Lease): Promise<Claimed[]> {
  const rows = await transaction.run<Claimed & { lease: string | null }>(claimStatement, [
    ...keyColumns(chosen),
    chosen.map(({ wanted }) => wanted),
    lease.token,
    iso(lease.until),
    iso(lease.later),
  ]);
  return rows.filter((row) => row.lease !== null).map(({ lease: _, ...claimed }) => claimed);
}

/** What became of one attempt, as it is written down. */
export interface AttemptResult extends DeliveryKey {
  readonly lease: string;
  /** Delivered and parked are final; waiting comes again at `nextAttemptAt`. */
  readonly state: 'delivered' | 'parked' | 'waiting';
  readonly nextAttemptAt: number;
  /** Milliseconds until then, as they were decided; 0 for what is final. */
  readonly wait: number;
  readonly attempt: number;
  readonly at: number;
  readonly milliseconds: number;
  readonly url: string;
  readonly body: string;
  readonly kid: string;
  readonly status: number | null;
  readonly answer: string;
}

// Whoever lost its lease writes nothing, not even the attempt: its successor's are numbered the same. The two may be
// told of at once, by a worker that took up again what it had been at for longer than its lease.
// In key order, so that two workers that meet wait for one another in one order.
// A body that an earlier attempt has sent stands with that one alone (delivery-log.ts reads it there).
const finishStatement: Statement = {
  name: 'finish_deliveries',
  text: `with told as (
      select * from json_to_recordset($1) as n (program text, endpoint text, pass text, number int, lease text, state text,
        next timestamptz, wait int, attempt int, at timestamptz, milliseconds int, url text, body text, kid text, status int,
        answer text)
    ), held as (
      select d.program_id, d.endpoint_id, d.pass_id, d.number from told n
      join deliveries d on d.program_id = n.program and d.endpoint_id = n.endpoint and d.pass_id = n.pass
        and d.number = n.number and d.lease = n.lease and d.state = 'waiting'
      order by d.program_id, d.endpoint_id, d.pass_id, d.number for update of d
    ), done as (
      update deliveries d set state = n.state, attempts = n.attempt, next_attempt_at = n.next,
        wait_milliseconds = n.wait, lease = null, leased_until = null, finished_at = case when n.state = 'waiting' then null else $2::timestamptz end
      from held h join told n on n.program = h.program_id and n.endpoint = h.endpoint_id and n.pass = h.pass_id
        and n.number = h.number
      where d.program_id = h.program_id and d.endpoint_id = h.endpoint_id and d.pass_id = h.pass_id
        and d.number = h.number and d.lease = n.lease
      returning d.program_id, d.endpoint_id, d.pass_id, d.number, n.lease
    ), written as (
      insert into delivery_attempts (program_id, endpoint_id, pass_id, number, attempt, at, milliseconds, url, body, kid,
        status, answer, succeeded)
      select n.program, n.endpoint, n.pass, n.number, n.attempt, n.at, n.milliseconds, n.url,
        case when n.attempt = 1 then n.body else nullif(n.body, (select a.body from delivery_attempts a
          where a.program_id = n.program and a.endpoint_id = n.endpoint and a.pass_id = n.pass and a.number = n.number
            and a.body is not null order by a.attempt desc limit 1)) end,
        n.kid, n.status, n.answer, n.state = 'delivered'
      from done join told n on n.program = done.program_id and n.endpoint = done.endpoint_id
        and n.pass = done.pass_id and n.number = done.number and n.lease = done.lease
    )
    select count(*) from done`,
};

/** Writes down what became of attempts whose lease still holds. */
export async function finish(transaction: Transaction, results: readonly AttemptResult[], now: number): Promise<void> {
  const rows = results.map((result) => ({
    program: result.programId,
    endpoint: result.endpointId,
    pass: result.passId,
    number: result.number,
    lease: result.lease,
    state: result.state,
    next: iso(result.nextAttemptAt),
    wait: result.wait,
    attempt: result.attempt,
    at: iso(result.at),
    milliseconds: result.milliseconds,
    url: result.url,
    body: result.body,
    kid: result.kid,
    status: result.status,
    answer: result.answer,
  }));
  await transaction.run(finishStatement, [JSON.stringify(rows), iso(now)]);
}

const wakeNextStatement: Statement = {
  name: 'wake_next_deliveries',
  text: `update deliveries d set next_attempt_at = $5::timestamptz
    from unnest($1::text[], $2::text[], $3::text[], $4::int[]) as w (program_id, endpoint_id, pass_id, number)
    where d.program_id = w.program_id and d.endpoint_id = w.endpoint_id and d.pass_id = w.pass_id
      and d.state = 'waiting' and d.lease is null and d.attempts = d.resent_after
      and d.number = (select min(b.number) from deliveries b where b.program_id = w.program_id
        and b.endpoint_id = w.endpoint_id and b.pass_id = w.pass_id and b.state = 'waiting')`,
};

/** The next event of a pass is due at once when the one before it is delivered or parked. */
export async function wakeNext(transaction: Transaction, finished: readonly DeliveryKey[], now: number): Promise<void> {
  await transaction.run(wakeNextStatement, [...keyColumns(finished), iso(now)]);
}

const releaseStatement: Statement = {
  name: 'release_deliveries',
  text: `update deliveries d set lease = null, leased_until = null, next_attempt_at = $6::timestamptz
    from unnest($1::text[], $2::text[], $3::text[], $4::int[]) as w (program_id, endpoint_id, pass_id, number)
    where d.program_id = w.program_id and d.endpoint_id = w.endpoint_id and d.pass_id = w.pass_id
      and d.number = w.number and d.lease = $5 and d.state = 'waiting'`,
};

/** Gives deliveries back that were claimed and not attempted to the end: another worker may take them at once. */
export async function release(
  transaction: Transaction,
  token: string,
  deliveries: readonly DeliveryKey[],
  now: number,
): Promise<void> {
  await transaction.run(releaseStatement, [...keyColumns(deliveries), token, iso(now)]);
}

/** How the deliveries of the whole database stand. */
export interface DeliveryFigures {
  readonly waiting: number;
  readonly parked: number;
  /** For how many milliseconds the delivery that is most overdue has been due; 0 when none is. */
  readonly lag: number;
}

// Counted up to a limit: a count over millions would hold up the database.
const figuresStatement: Statement = {
  name: 'delivery_figures',
  text: `select
      (select count(*)::int from (select from deliveries where state = 'waiting' limit 1000000) w) as waiting,
      (select count(*)::int from (select from deliveries where state = 'parked' limit 1000000) p) as parked,
      (select min(due.next_attempt_at) from endpoints e cross join lateral (
        select d.next_attempt_at from deliveries d where d.program_id = e.program_id and d.endpoint_id = e.endpoint_id
          and d.state = 'waiting' order by d.next_attempt_at limit 1) due where e.state = 'active') as oldest`,
};

/** Counts for the metrics; waiting and parked are counted up to a million each. */
export async function deliveryFigures(database: Database, now: number): Promise<DeliveryFigures> {
  const [row] = await database.read<{ waiting: number; parked: number; oldest: number | null }>(figuresStatement, []);
  const { waiting, parked, oldest } = row!;
  return { waiting, parked, lag: Math.max(0, now - (oldest ?? now)) };
}
