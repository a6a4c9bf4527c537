import type { EntryKind } from '../domain/pass.ts';
import type { Database, Statement } from './database.ts';

/** One line of a history as a timeline shows it. */
export interface HistoryRow {
  readonly number: number;
  readonly kind: EntryKind;
  readonly at: number;
  readonly units: number;
  readonly left: number;
  readonly orderId: string;
  readonly clientId: string;
  /** Of a client, or of a device of this programme: those of others are nobody here. */
  readonly clientName: string | null;
  readonly resourceId: string | null;
  readonly module: number;
  readonly adults: number;
  readonly children: number;
  readonly reason: string | null;
  /** The line that gave a use back, or the use that was given back. */
  readonly linkedNumber: number | null;
  readonly linkedAt: number | null;
}

const pageStatement: Statement = {
  name: 'history_page',
  text: `select e.number, e.kind, e.at, e.units, e.left_after as "left", e.order_id as "orderId",
      e.client_id as "clientId", coalesce(c.name, d.name) as "clientName", e.resource_id as "resourceId", e.module, e.adults, e.children,
      e.reason, o.number as "linkedNumber", o.at as "linkedAt"
    from entries e
    left join entries o on o.program_id = e.program_id and o.order_id = e.order_id and o.kind in ('use', 'give-back')
      and e.kind in ('use', 'give-back') and o.kind <> e.kind
    left join clients c on c.client_id = e.client_id
    left join devices d on d.program_id = e.program_id and d.device_id = substr(e.client_id, 8)
      and e.client_id like 'device:%'
    where e.program_id = $1 and e.pass_id = $2 and e.number >= $3::int
    order by e.number limit $4::int`,
};

/** At most `size` lines of a pass's history, from a number on. */
export function readHistory(
  database: Database,
  programId: string,
  passId: string,
  from: number,
  size: number,
): Promise<HistoryRow[]> {
  return database.read<HistoryRow>(pageStatement, [programId, passId, from, size]);
}

const placesStatement: Statement = {
  name: 'history_places',
  text: `select min(number) filter (where at >= $3::timestamptz and number > 1) as active,
      min(number) filter (where at >= $4::timestamptz and number > 1) as expired
    from entries where program_id = $1 and pass_id = $2`,
};

/** Before which lines its activation and its end stand in a pass's history; null: behind them all. */
export async function datesInHistory(
  database: Database,
  programId: string,
  passId: string,
  dates: { readonly active: number; readonly expired: number },
): Promise<{ readonly active: number | null; readonly expired: number | null }> {
  const iso = (instant: number) => new Date(instant).toISOString();
  const parameters = [programId, passId, iso(dates.active), iso(dates.expired)];
  const [row] = await database.read<{ active: number | null; expired: number | null }>(placesStatement, parameters);
  return row!;
}

const namesStatement: Statement = {
  name: 'client_names',
  text: 'select client_id as "clientId", name from clients where client_id = any ($1::text[])',
};

/** The names of clients by their ids, those included that were revoked. */
export async function clientNames(database: Database, clientIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await database.read<{ clientId: string; name: string }>(namesStatement, [clientIds]);
  return new Map(rows.map(({ clientId, name }) => [clientId, name]));
}
