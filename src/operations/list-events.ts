import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { readInstants } from '../contract/orders.ts';
import { pageSizeOf } from '../contract/pages.ts';
import { pushedEventOf } from '../contract/push.ts';
import { eventCursor, eventPositionOf } from '../contract/push-cursors.ts';
import type { EventsQuery } from '../contract/schemas-push.ts';
import { hour } from '../domain/calendar.ts';
import type { Programme } from '../domain/catalogue.ts';
import { kindsOf } from '../domain/event.ts';
import {
  type EventPage,
  type EventPosition,
  firstPosition,
  positionBefore,
  readEventPage,
} from '../store/event-log.ts';
import { type Call, programmeOf } from './call.ts';
import type { World } from './world.ts';

/**
 * Events are settled within seconds of when they happen, so that order and time go together within
 * this much. Not so in a sandbox, whose clock can be set.
 */
const looseness = hour;

/**
 * The events of the programme in the order in which they were settled, which is that of every
 * pass's sequence; whoever follows the cursor misses none (INV-28).
 */
export async function listEvents(
  world: World,
  call: Call,
  request: { readonly query: Static<typeof EventsQuery> },
): Promise<Answer> {
  const programme = programmeOf(call);
  const { programId } = programme;
  const { query } = request;
  const { from, to } = readInstants('', { from: query.from, to: query.to });
  const size = pageSizeOf(query.pageSize, 100, 500);
  const after =
    query.cursor === undefined ? await beginning(world, programme, from) : eventPositionOf(query.cursor, programId);
  const kinds = query.eventType === undefined ? null : kindsOf(query.eventType);
  const page = await readEventPage(world.database, { programId, kinds, from, to }, after, size);
  return success({
    events: page.events.map(pushedEventOf),
    nextCursor: eventCursor(page.through, programId),
    hasMore: page.cut || (page.more && !isPast(page, programme, to)),
  });
}

async function beginning(world: World, programme: Programme, from: number | null): Promise<EventPosition> {
  if (from === null || programme.sandbox) return firstPosition;
  return positionBefore(world.database, programme.programId, from - looseness);
}

/**
 * Whether nothing that comes can be early enough any more: all that was looked through is too late.
 * One line alone that is stamped too late ends nothing.
 */
function isPast({ earliestAt }: EventPage, programme: Programme, to: number | null): boolean {
  return to !== null && !programme.sandbox && earliestAt !== null && earliestAt >= to + looseness;
}
