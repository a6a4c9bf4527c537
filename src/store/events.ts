import type { EventFacts } from '../domain/event.ts';
import type { EntryKind } from '../domain/pass.ts';
import type { Statement, Transaction } from './database.ts';
import { epochColumn } from './epochs.ts';

/** A line of history with all that its event tells, as `eventColumns` of `eventSource` reads it. */
export interface EventRow {
  readonly programId: string;
  readonly passId: string;
  readonly number: number;
  readonly epoch: number;
  readonly kind: EntryKind;
  readonly at: number;
  readonly units: number;
  readonly left: number;
  readonly orderId: string;
  readonly clientId: string;
  readonly resourceId: string | null;
  readonly module: number;
  readonly adults: number;
  readonly children: number;
  readonly reason: string | null;
  readonly clientUserId: string;
  readonly createdAt: number;
  readonly activationAt: number;
  readonly expirationAt: number;
  readonly granted: number;
  readonly resourceName: string | null;
  readonly transportHubId: string | null;
  readonly transportHubName: string | null;
  readonly zone: string | null;
  readonly usedAt: number | null;
}

// In the words of the index by order id: the planner, before its first statistics, takes the smallest
// index that it may, and that by resource would be one if this said "use" alone.
const usedAt = `select used.at from entries used where used.program_id = e.program_id and used.order_id = e.order_id
  and used.kind in ('use', 'give-back') and used.number < e.number`;

/** To be selected from `eventSource`. */
export const eventColumns = `e.program_id as "programId", e.pass_id as "passId", e.number, ${epochColumn}, e.kind, e.at, e.units,
  e.left_after as "left", e.order_id as "orderId", e.client_id as "clientId", e.resource_id as "resourceId", e.module,
  e.adults, e.children, e.reason, p.client_user_id as "clientUserId", p.created_at as "createdAt",
  p.activation_at as "activationAt", p.expiration_at as "expirationAt", p.granted, r.name as "resourceName",
  h.transport_hub_id as "transportHubId", h.name as "transportHubName", h.zone,
  case when e.kind = 'give-back' then (${usedAt}) end as "usedAt"`;

/**
 * What hangs on a line of history `e`: its pass and its place. The planner, before its first statistics,
 * takes a programme for a handful of rows and would join all its passes and lines to each wanted one:
 * `offset 0` holds it to looking one up by its key.
 */
export const eventSource = `cross join lateral (
    select * from passes p where p.program_id = e.program_id and p.pass_id = e.pass_id offset 0) p
  left join resources r on r.resource_id = e.resource_id
  left join transport_hubs h on h.transport_hub_id = r.transport_hub_id`;

/** The facts of an event, for contract/events.ts. */
export function eventFactsOf(row: EventRow): EventFacts {
  const { programId, passId, epoch, clientUserId, createdAt, activationAt, expirationAt, granted, usedAt } = row;
  const { number, kind, at, units, left, orderId, clientId, resourceId, module, adults, children, reason } = row;
  return {
    programId,
    passId,
    epoch,
    clientUserId,
    createdAt,
    activationAt,
    expirationAt,
    granted,
    entry: { number, kind, at, units, left, orderId, clientId, resourceId, module, adults, children, reason },
    place: placeOf(row),
    usedAt,
  };
}

function placeOf({ resourceId, resourceName, transportHubId, transportHubName, zone }: EventRow) {
  if (resourceId === null || resourceName === null || transportHubId === null) return null;
  return { resourceId, resourceName, transportHubId, transportHubName: transportHubName!, zone: zone! };
}

const findEventsStatement: Statement = {
  name: 'find_events',
  text: `select ${eventColumns} from unnest($1::text[], $2::text[], $3::int[]) as wanted (program_id, pass_id, number)
    cross join lateral (select * from entries e where e.program_id = wanted.program_id
      and e.pass_id = wanted.pass_id and e.number = wanted.number offset 0) e
    ${eventSource}`,
};

/** The events with these keys, in any order. */
export function findEvents(
  transaction: Transaction,
  keys: readonly { readonly programId: string; readonly passId: string; readonly number: number }[],
): Promise<EventRow[]> {
  return transaction.run<EventRow>(findEventsStatement, [
    keys.map(({ programId }) => programId),
    keys.map(({ passId }) => passId),
    keys.map(({ number }) => number),
  ]);
}
