import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { openCursor, sealCursor } from '../contract/cursors.ts';
import { type Happening, historyTable } from '../contract/history.ts';
import { orderOf } from '../contract/orders.ts';
import { pageSizeOf } from '../contract/pages.ts';
import { fileName } from '../contract/report-range.ts';
import type { HistoryQuery, PassParams } from '../contract/schemas-reports.ts';
import { csvAnswer, rowOf } from '../contract/tables.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import { isActivated, type Pass } from '../domain/pass.ts';
import { Refusal } from '../domain/refusal.ts';
import { datesInHistory, type HistoryRow, readHistory } from '../store/history.ts';
import { findPassById } from '../store/passes.ts';
import { type Call, clockOf, programmeOffersOf } from './call.ts';
import type { ProgrammeOffers } from './directory.ts';
import { allPages, type ListPage } from './report-run.ts';
import type { World } from './world.ts';

type Request = { readonly params: Static<typeof PassParams>; readonly query: Static<typeof HistoryQuery> };

/** A pass's timeline, a page at a time, the oldest first. */
export async function passHistory(world: World, call: Call, { params, query }: Request): Promise<Answer> {
  const timeline = await timelineOf(world, call, params.ePassId);
  const { pass, now } = timeline;
  const size = pageSizeOf(query.pageSize, 100, 200);
  const list = { list: 'history', programId: pass.programId, passId: pass.passId };
  const { rows, next } = await readPage(timeline, afterOf(query.cursor, list), size);
  return success({
    ePass: orderOf(pass, now),
    rows: rows.map((row) => rowOf(historyTable, row)),
    nextCursor: next === null ? null : sealCursor([next], list),
  });
}

/** All of it as CSV. */
export async function passHistoryCsv(world: World, call: Call, { params }: Pick<Request, 'params'>): Promise<Answer> {
  const timeline = await timelineOf(world, call, params.ePassId);
  const { pass, now } = timeline;
  const pages = await allPages(world, (after: number | null, size) => readPage(timeline, after ?? 0, size));
  return csvAnswer(historyTable, fileName(pass.programId, `history-${pass.passId}`, formatInstant(now)), pages);
}

/** What stands in the history, and what follows from a pass's dates, with the line before which it comes. */
interface Timeline {
  readonly world: World;
  readonly offers: ProgrammeOffers;
  readonly pass: Pass;
  readonly now: Instant;
  readonly derived: readonly { readonly kind: 'active' | 'expired'; readonly at: Instant; readonly before: number }[];
}

const behindAll = Number.POSITIVE_INFINITY;

async function timelineOf(world: World, call: Call, passId: string): Promise<Timeline> {
  const offers = programmeOffersOf(world, call);
  const { programId } = offers.programme;
  const pass = await findPassById(world.database, programId, passId);
  if (pass === null) throw new Refusal('E_PASS_UNKNOWN');
  const now = clockOf(offers.programme)(world.clock.now());
  const dates = { active: pass.activationAt, expired: pass.expirationAt };
  const places = await datesInHistory(world.database, programId, passId, dates);
  const until = Math.min(now, pass.cancelledAt ?? now);
  const derived: Timeline['derived'][number][] = [];
  if (isActivated(pass, until)) {
    derived.push({ kind: 'active', at: pass.activationAt, before: places.active ?? behindAll });
  }
  if (until >= pass.expirationAt) {
    derived.push({ kind: 'expired', at: pass.expirationAt, before: places.expired ?? behindAll });
  }
  return { world, offers, pass, now, derived };
}

/** So many lines after one of the history, and what is derived between them. */
async function readPage(
  { world, offers, pass, derived }: Timeline,
  after: number,
  size: number,
): Promise<ListPage<Happening, number>> {
  // The line before the page tells what was left; the one behind it, that there is one.
  const from = Math.max(1, after);
  const rows = await readHistory(world.database, pass.programId, pass.passId, from, size + 2);
  const ahead = rows.filter(({ number }) => number > after);
  const shown = ahead.slice(0, size);
  const next = ahead.length > size ? shown.at(-1)!.number : null;
  let left = rows[0]?.left ?? 0;
  const happenings: Happening[] = [];
  const derive = (until: number, since: number) => {
    for (const { kind, at, before } of derived) {
      if (before <= until && before > since) happenings.push({ ...nothing, kind, at, left });
    }
  };
  let before = after;
  for (const row of shown) {
    derive(row.number, before);
    happenings.push(happeningOf(row, offers));
    before = row.number;
    left = row.left;
  }
  if (next === null) derive(behindAll, before);
  return { rows: happenings, next };
}

const nothing = {
  number: null,
  orderId: null,
  clientId: null,
  clientName: null,
  place: null,
  module: null,
  adults: null,
  children: null,
  units: 0,
  reason: null,
  linkedNumber: null,
  linkedAt: null,
} as const;

function happeningOf({ resourceId, ...row }: HistoryRow, { everOffered }: ProgrammeOffers): Happening {
  const resource = resourceId === null ? undefined : everOffered.get(resourceId);
  if (resource === undefined) return { ...row, place: null };
  const { name, hub } = resource;
  return { ...row, place: { resourceId: resource.resourceId, name, hub: hub.name, zone: hub.zone } };
}

function afterOf(cursor: string | undefined, list: object): number {
  if (cursor === undefined) return 0;
  const [number] = openCursor(cursor, list, 1);
  if (!Number.isInteger(number) || (number as number) < 1 || (number as number) > 2_147_483_647) {
    throw new Refusal('CURSOR_INVALID');
  }
  return number as number;
}
