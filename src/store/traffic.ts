import type { Database, Statement } from './database.ts';

/** How often a client asked for something in one hour and was answered so. */
export interface TrafficRow {
  readonly clientId: string;
  /** The beginning of the hour. */
  readonly hour: number;
  readonly operation: string;
  /** The name of the refusal; empty for what was done as asked. */
  readonly refusal: string;
  readonly requests: number;
}

// In the order of the key, so that two processes that add to the same lines wait in one order. One line may come
// twice, when the clock went back over an hour; a statement takes it only once.
const addStatement: Statement = {
  name: 'add_traffic',
  text: `insert into client_traffic as t (client_id, hour, operation, refusal, requests)
    select n."clientId", to_timestamp(n.hour / 1000), n.operation, n.refusal, sum(n.requests)::bigint
    from json_to_recordset($1) as n ("clientId" text, hour float8, operation text, refusal text, requests bigint)
    group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (client_id, hour, operation, refusal) do update set requests = t.requests + excluded.requests`,
};

/** Adds to what was counted before. */
export async function addTraffic(database: Database, rows: readonly TrafficRow[]): Promise<void> {
  await database.transaction((transaction) => transaction.last(addStatement, [JSON.stringify(rows)]));
}

const hoursStatement: Statement = {
  name: 'traffic_by_hour',
  text: `select hour, sum(requests)::bigint as requests,
      coalesce(sum(requests) filter (where refusal <> ''), 0)::bigint as errors
    from client_traffic where client_id = $1 and hour >= $2::timestamptz and hour < $3::timestamptz
    group by hour order by hour`,
};

export interface TrafficHour {
  readonly hour: number;
  readonly requests: number;
  readonly errors: number;
}

const kindsStatement: Statement = {
  name: 'traffic_by_operation',
  text: `select operation, refusal, sum(requests)::bigint as requests
    from client_traffic where client_id = $1 and hour >= $2::timestamptz and hour < $3::timestamptz
    group by operation, refusal order by 3 desc, 1, 2`,
};

export interface TrafficKind {
  readonly operation: string;
  readonly refusal: string;
  readonly requests: number;
}

/** What a client asked for from one instant to another, by hour and by what it was. */
export async function trafficOf(
  database: Database,
  clientId: string,
  from: number,
  to: number,
): Promise<{ readonly hours: readonly TrafficHour[]; readonly kinds: readonly TrafficKind[] }> {
  const parameters = [clientId, new Date(from).toISOString(), new Date(to).toISOString()];
  const [hours, kinds] = await Promise.all([
    database.read<TrafficHour>(hoursStatement, parameters),
    database.read<TrafficKind>(kindsStatement, parameters),
  ]);
  return { hours, kinds };
}

const purgeStatement: Statement = {
  name: 'purge_traffic',
  text: `delete from client_traffic where ctid = any (array(
      select ctid from client_traffic where hour < $1::timestamptz limit 5000))
    returning 1 as gone`,
};

/** Forgets at most 5,000 lines of hours before then; gives how many went. */
export async function purgeTraffic(database: Database, before: number): Promise<number> {
  const parameters = [new Date(before).toISOString()];
  return database.background(async (open) => (await open.run(purgeStatement, parameters)).length);
}
