import type { Database, Parameter, Statement, Transaction } from './database.ts';
import type { EndpointName } from './endpoint-settings.ts';

/** One attempt to tell an endpoint of an event: what was sent and what came back. */
export interface AttemptRow {
  readonly attempt: number;
  readonly at: number;
  readonly milliseconds: number;
  readonly url: string;
  readonly body: string;
  readonly kid: string;
  readonly status: number | null;
  readonly answer: string;
  readonly succeeded: boolean;
}

/** One event for one endpoint, and how it fares. */
export interface DeliveryRow {
  readonly passId: string;
  readonly number: number;
  readonly epoch: number;
  readonly eventType: string;
  readonly state: 'waiting' | 'delivered' | 'parked';
  readonly attempts: number;
  readonly createdAt: number;
  readonly nextAttemptAt: number;
  readonly finishedAt: number | null;
}

/** A delivery's place in a list. */
export interface DeliveryPlace {
  readonly at: number;
  readonly passId: string;
  readonly number: number;
}

/** Which deliveries of an endpoint; absent means any. */
export interface DeliveryFilter extends EndpointName {
  readonly state?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

const iso = (instant: number) => new Date(instant).toISOString();

const columns = `d.pass_id as "passId", d.number, d.epoch, d.event_type as "eventType", d.state, d.attempts,
  d.created_at as "createdAt", d.next_attempt_at as "nextAttemptAt", d.finished_at as "finishedAt"`;

// An attempt without a body of its own sent the one of the last before it that has one.
const attemptColumns = `a.attempt, a.at, a.milliseconds, a.url, coalesce(a.body, (
    select b.body from delivery_attempts b where b.program_id = a.program_id and b.endpoint_id = a.endpoint_id
      and b.pass_id = a.pass_id and b.number = a.number and b.attempt < a.attempt and b.body is not null
    order by b.attempt desc limit 1)) as body, a.kid, a.status, a.answer, a.succeeded`;

/** Always of one endpoint; the other conditions only when they are asked for. */
function conditionsOf(filter: DeliveryFilter): { readonly name: string; readonly sql: string; values: Parameter[] } {
  const values: Parameter[] = [filter.programId, filter.endpointId];
  const parts: string[] = ['d.program_id = $1', 'd.endpoint_id = $2'];
  const names: string[] = [];
  const add = (name: string, sql: (parameter: string) => string, value: Parameter | undefined) => {
    if (value === undefined) return;
    values.push(value);
    names.push(name);
    parts.push(sql(`$${values.length}`));
  };
  add('state', (parameter) => `d.state = ${parameter}`, filter.state);
  add('from', (parameter) => `d.created_at >= ${parameter}::timestamptz`, filter.from && iso(filter.from));
  add('to', (parameter) => `d.created_at < ${parameter}::timestamptz`, filter.to && iso(filter.to));
  return { name: names.join('_'), sql: parts.join(' and '), values };
}

/** After every real delivery in the order of a list that begins with the newest. */
const newest: DeliveryPlace = { at: Date.UTC(9999, 11, 31), passId: 'Z', number: 0 };

/** A delivery with its last attempt, whose number is null when there was none. */
export type DeliveryWithLast = DeliveryRow & Omit<AttemptRow, 'attempt'> & { readonly attempt: number | null };

/** One page of an endpoint's deliveries, newest first, each with its last attempt. */
export function listDeliveries(
  database: Database,
  filter: DeliveryFilter,
  after: DeliveryPlace | null,
  size: number,
): Promise<DeliveryWithLast[]> {
  const { name, sql, values } = conditionsOf(filter);
  const next = values.length + 1;
  const statement: Statement = {
    name: `list_deliveries_${name}`,
    text: `select ${columns}, ${attemptColumns} from (
        select * from deliveries d where ${sql}
          and (d.created_at, d.pass_id, d.number) < ($${next}::timestamptz, $${next + 1}, $${next + 2}::int)
        order by d.created_at desc, d.pass_id desc, d.number desc limit $${next + 3}::int
      ) d left join lateral (
        select * from delivery_attempts a where a.program_id = d.program_id and a.endpoint_id = d.endpoint_id
          and a.pass_id = d.pass_id and a.number = d.number order by a.attempt desc limit 1
      ) a on true
      order by d.created_at desc, d.pass_id desc, d.number desc`,
  };
  const { at, passId, number } = after ?? newest;
  return database.read<DeliveryWithLast>(statement, [...values, iso(at), passId, number, size]);
}

const findDeliveryStatement: Statement = {
  name: 'find_delivery',
  text: `select ${columns} from deliveries d where d.program_id = $1 and d.endpoint_id = $2
    and event_id(d.program_id, d.pass_id, d.number, d.epoch) = $3`,
};

/** One event of an endpoint by its id, or null. */
export async function findDelivery(
  database: Database,
  { programId, endpointId }: EndpointName,
  eventId: string,
): Promise<DeliveryRow | null> {
  const [row] = await database.read<DeliveryRow>(findDeliveryStatement, [programId, endpointId, eventId]);
  return row ?? null;
}

const listAttemptsStatement: Statement = {
  name: 'list_attempts',
  text: `select * from (
      select ${attemptColumns} from delivery_attempts a
      where a.program_id = $1 and a.endpoint_id = $2 and a.pass_id = $3 and a.number = $4::int
      order by a.attempt desc limit 100
    ) latest order by attempt`,
};

/** The latest 100 attempts of one delivery, oldest first. */
export function listAttempts(
  database: Database,
  { programId, endpointId }: EndpointName,
  { passId, number }: Pick<DeliveryRow, 'passId' | 'number'>,
): Promise<AttemptRow[]> {
  return database.read<AttemptRow>(listAttemptsStatement, [programId, endpointId, passId, number]);
}

const purgeStatement: Statement = {
  name: 'purge_deliveries',
  text: `with old as materialized (
      select program_id, endpoint_id, pass_id, number from deliveries where state = $1 and finished_at < $2::timestamptz
      order by finished_at limit 500 for update skip locked
    ), attempts as (
      delete from delivery_attempts a using old where a.program_id = old.program_id
        and a.endpoint_id = old.endpoint_id and a.pass_id = old.pass_id and a.number = old.number
    )
    delete from deliveries d using old where d.program_id = old.program_id and d.endpoint_id = old.endpoint_id
      and d.pass_id = old.pass_id and d.number = old.number returning 1 as gone`,
};

/** Forgets at most 500 deliveries that came to that before then, with their attempts; gives how many went. */
export async function purgeDeliveries(
  database: Database,
  state: 'delivered' | 'parked',
  before: number,
): Promise<number> {
  const parameters = [state, iso(before)];
  return database.transaction(async (open) => (await open.run(purgeStatement, parameters)).length);
}

/** How many of an endpoint's events wait, since when, and how many were given up. */
export interface LagRow {
  readonly waiting: number;
  readonly oldestWaitingAt: number | null;
  readonly parked: number;
}

const lagStatement: Statement = {
  name: 'endpoint_lag',
  text: `select (select count(*)::int from (select 1 from deliveries
        where program_id = $1 and endpoint_id = $2 and state = 'waiting' limit 100000) counted) as waiting,
      (select min(created_at) from deliveries
        where program_id = $1 and endpoint_id = $2 and state = 'waiting') as "oldestWaitingAt",
      (select count(*)::int from (select 1 from deliveries
        where program_id = $1 and endpoint_id = $2 and state = 'parked' limit 100000) counted) as parked`,
};

/** How far an endpoint lags behind. */
export async function lagOf(database: Database, { programId, endpointId }: EndpointName): Promise<LagRow> {
  const [row] = await database.read<LagRow>(lagStatement, [programId, endpointId]);
  return row!;
}

// Only the state decides: what waits is sent anyway, and at its turn. The schedule starts anew.
const again = `state = 'waiting', resent_after = attempts, finished_at = null, wait_milliseconds = 0`;

const resendOneStatement: Statement = {
  name: 'resend_delivery',
  text: `with known as (
      select d.pass_id, d.number from deliveries d where d.program_id = $1 and d.endpoint_id = $2
        and event_id(d.program_id, d.pass_id, d.number, d.epoch) = $3
    ), done as (
      update deliveries d set ${again}, next_attempt_at = $4::timestamptz from known
      where d.program_id = $1 and d.endpoint_id = $2 and d.pass_id = known.pass_id and d.number = known.number
        and d.lease is null returning 1
    )
    select (select count(*)::int from done) as resent from known`,
};

/**
 * Makes one event due now, whatever became of it before; gives how many that were: none when it is
 * being sent at this moment, null when there is no such event.
 */
export async function resendOne(
  transaction: Transaction,
  { programId, endpointId }: EndpointName,
  eventId: string,
  now: number,
): Promise<number | null> {
  const parameters = [programId, endpointId, eventId, iso(now)];
  const [row] = await transaction.run<{ resent: number }>(resendOneStatement, parameters);
  return row?.resent ?? null;
}

const inRange = `from deliveries d
      where d.program_id = $1 and d.endpoint_id = $2 and d.state = any ($3::text[])
        and d.created_at >= $4::timestamptz and d.created_at < $5::timestamptz
        and (d.created_at, d.pass_id, d.number) > ($6::timestamptz, $7, $8::int)
      order by d.created_at, d.pass_id, d.number limit $9::int`;

// Waits for whoever is writing one of them down; the next statement then sees them as they are.
const lockRangeStatement: Statement = { name: 'lock_range', text: `select 1 ${inRange} for update` };

// By place on the disk, as in due-now.ts.
const resendRangeStatement: Statement = {
  name: 'resend_range',
  text: `with chosen as materialized (select d.ctid as place, d.pass_id, d.number, d.created_at ${inRange}
    ), done as (
      update deliveries d set ${again}, next_attempt_at = $10::timestamptz
      where (d.program_id = $1) is true and d.ctid = any (array(select place from chosen)) returning 1
    )
    select c.created_at as at, c.pass_id as "passId", c.number, (select count(*)::int from done) as resent
    from chosen c order by c.created_at desc, c.pass_id desc, c.number desc limit 1`,
};

/** Before every real delivery in the order of a list that begins with the oldest. */
const oldest: DeliveryPlace = { at: 0, passId: '', number: 0 };

export interface ResendRange extends EndpointName {
  readonly states: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly after: DeliveryPlace | null;
  readonly most: number;
}

/** Makes finished events of a range due now, the oldest first; gives how many, and the last of them. */
export async function resendRange(
  transaction: Transaction,
  range: ResendRange,
  now: number,
): Promise<{ readonly resent: number; readonly last: DeliveryPlace | null }> {
  const after = range.after ?? oldest;
  const wanted = [
    range.programId,
    range.endpointId,
    range.states,
    iso(range.from),
    iso(range.to),
    iso(after.at),
    after.passId,
    after.number,
    range.most,
  ];
  await transaction.run(lockRangeStatement, wanted);
  const again = [...wanted, iso(now)];
  const [row] = await transaction.run<DeliveryPlace & { resent: number }>(resendRangeStatement, again);
  return { resent: row?.resent ?? 0, last: row ?? null };
}
