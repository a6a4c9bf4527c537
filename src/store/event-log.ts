import type { EventFacts } from '../domain/event.ts';
import type { Database, Statement } from './database.ts';
import { type EventRow, eventColumns, eventFactsOf, eventSource } from './events.ts';

/** A place in the order in which events were settled; a reader goes on after it. */
export interface EventPosition {
  /** The number under which a transaction stands in the history. */
  readonly settled: string;
  readonly passId: string;
  readonly number: number;
}

/** The beginning of everything. */
export const firstPosition: EventPosition = { settled: '0', passId: '', number: 0 };

export interface EventPage {
  readonly events: readonly EventFacts[];
  /** Up to where the history was looked through, whether or not something fitted. */
  readonly through: EventPosition;
  /** Whether something that fits was seen after it. */
  readonly cut: boolean;
  /** Whether the history goes on after what was looked through. */
  readonly more: boolean;
  /** The earliest instant that was looked through; null when nothing was. */
  readonly earliestAt: number | null;
}

/** Which events are wanted; instants in milliseconds. */
export interface EventFilter {
  readonly programId: string;
  /** Kinds of entries; null for all. */
  readonly kinds: readonly string[] | null;
  readonly from: number | null;
  readonly to: number | null;
}

/** One event, or none with the nulls of an outer join: what was looked through is told in any case. */
interface Row extends EventRow {
  readonly settled: string | null;
  readonly upperSettled: string;
  readonly upperPassId: string;
  readonly upperNumber: number;
  readonly seen: number;
  readonly earliestAt: number | null;
}

/**
 * Entries in the order in which they were settled, a page of them after a position.
 *
 * Two things make it an order that a reader can follow. *Only below the horizon*: a transaction at or
 * above pg_snapshot_xmin may still be running and commit rows into what was read already, so nothing
 * from there on is shown yet. *Settled, not written*: a transaction takes its id when it locks its
 * first pass, and may wait for another pass with it, so that a later line of that pass can carry the
 * lower id. A line is settled by the highest transaction id among itself and the lines before it:
 * that never changes once the line is there, never decreases along a pass, and is never below the
 * horizon while the line is uncommitted.
 *
 * `leaders` are the next lines by the index; a line that settled with an earlier one of its pass
 * follows that one, which is why the whole history of the passes in question is looked at, and that
 * of the pass at which the last page ended. `offset 0` holds the planner to keys (see events.ts).
 */
const pageStatement: Statement = {
  name: 'event_page',
  text: `with leaders as materialized (
      select transaction, pass_id, number, at from entries
      where program_id = $1 and transaction >= $2::xid8 and (transaction, pass_id, number) > ($2::xid8, $3, $4::int)
        and transaction < in_epoch(pg_snapshot_xmin(pg_current_snapshot()))
      order by transaction, pass_id, number limit $5::int
    ), upper as (
      (select transaction, pass_id, number from leaders order by transaction desc, pass_id desc, number desc limit 1)
      union all
      (select $2::xid8, $3, 2147483647 where not exists (select from leaders))
    ), lines as (
      select e.pass_id, e.number, e.kind, e.at,
        max(e.transaction) over (partition by e.pass_id order by e.number) as settled
      from (select pass_id from leaders union select $3) wanted
      cross join lateral (select pass_id, number, kind, at, transaction from entries e
        where e.program_id = $1 and e.pass_id = wanted.pass_id offset 0) e
    ), page as (
      select settled, lines.pass_id, lines.number from lines, upper
      where (settled, lines.pass_id, lines.number) > ($2::xid8, $3, $4::int)
        and (settled, lines.pass_id, lines.number) <= (upper.transaction, upper.pass_id, upper.number)
        and ($6::text[] is null or kind = any ($6::text[])) and ($7::timestamptz is null or at >= $7::timestamptz)
        and ($8::timestamptz is null or at < $8::timestamptz)
      order by settled, lines.pass_id, lines.number limit $9::int
    )
    select upper.transaction as "upperSettled", upper.pass_id as "upperPassId", upper.number as "upperNumber",
      (select count(*)::int from leaders) as seen, (select min(at) from leaders) as "earliestAt", told.*
    from upper left join (
      select page.settled, ${eventColumns} from page
      cross join lateral (select * from entries e
        where e.program_id = $1 and e.pass_id = page.pass_id and e.number = page.number offset 0) e
      ${eventSource}
    ) told on true
    order by told.settled, told."passId", told.number`,
};

const isoOrNull = (instant: number | null) => (instant === null ? null : new Date(instant).toISOString());

/** So many lines are looked through when some are not wanted: a rare kind of event must not hold up the database. */
const mostScanned = 2_000;

/** At most `size` events after a position, of those that can no longer be preceded by others. */
export async function readEventPage(
  database: Database,
  filter: EventFilter,
  after: EventPosition,
  size: number,
): Promise<EventPage> {
  const { programId, kinds, from, to } = filter;
  const scanned = kinds === null && from === null && to === null ? size : mostScanned;
  const times = [isoOrNull(from), isoOrNull(to)];
  const parameters = [programId, after.settled, after.passId, after.number, scanned, kinds, ...times, size + 1];
  const rows = await database.read<Row>(pageStatement, parameters);
  const [first] = rows;
  const found = rows.filter((row) => row.settled !== null);
  const shown = found.slice(0, size);
  const cut = found.length > size;
  const { upperSettled: settled, upperPassId, upperNumber } = first!;
  return {
    events: shown.map(eventFactsOf),
    through: cut ? positionOf(shown.at(-1)!) : { settled, passId: upperPassId, number: upperNumber },
    cut,
    more: first!.seen === scanned,
    earliestAt: first!.earliestAt,
  };
}

function positionOf({ settled, passId, number }: Row): EventPosition {
  return { settled: settled!, passId, number };
}

// Some line of that time or later, found by the index on time.
const positionAtStatement: Statement = {
  name: 'event_position_at',
  text: `select transaction as settled from entries where program_id = $1 and at >= $2::timestamptz order by at limit 1`,
};

/** A position before every event that happened at `at` or later, where time is real. */
export async function positionBefore(database: Database, programId: string, at: number): Promise<EventPosition> {
  const [row] = await database.read<{ settled: string }>(positionAtStatement, [programId, isoOrNull(at)]);
  return row === undefined ? firstPosition : { ...firstPosition, settled: row.settled };
}
