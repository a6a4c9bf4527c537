import type { Answer } from '../contract/answer.ts';
import { fileName } from '../contract/report-range.ts';
import { type TodayRow, todayTable, totalsOf } from '../contract/reports.ts';
import { csvAnswer, tableAnswer } from '../contract/tables.ts';
import { day, dayAt, firstInstantOf, hour } from '../domain/calendar.ts';
import { formatInstant, formatInstantOrNull, type Instant } from '../domain/instant.ts';
import { lagOf } from '../store/delivery-log.ts';
import {
  type GivenBackSum,
  type HourSum,
  type RefusalSum,
  sumGivenBack,
  sumRefusedVisits,
  sumVisits,
  type VisitSum,
  type Window,
} from '../store/report-today.ts';
import { type Call, clockOf, programmeOffersOf } from './call.ts';
import type { ProgrammeOffers } from './directory.ts';
import { readReport } from './report-run.ts';
import type { World } from './world.ts';

/** The days that are told of, by how many days ago they were. */
const daysAgo = { today: 0, yesterday: 1, lastWeek: 7 } as const;

/** What goes on today, each resource's own day, beside the same time yesterday and a week ago. */
export async function reportToday(world: World, call: Call): Promise<Answer> {
  const { head, rows } = await todayOf(world, call);
  return tableAnswer(todayTable, head, rows);
}

/** Today's hours as CSV. */
export async function reportTodayCsv(world: World, call: Call): Promise<Answer> {
  const { head, rows } = await todayOf(world, call);
  return csvAnswer(todayTable, fileName(head.programId, 'today', head.now), [rows]);
}

async function todayOf(world: World, call: Call) {
  const offers = programmeOffersOf(world, call);
  const { programme } = offers;
  const { programId } = programme;
  const now = clockOf(programme)(world.clock.now());
  const windows = windowsOf(offers, now);
  // What this process has counted itself is told at once.
  await world.refusals.flush();
  const { database } = world;
  const { visits, refusals, givenBack } = await readReport(async () => ({
    visits: await sumVisits(database, programId, windows),
    refusals: await sumRefusedVisits(database, programId, windows),
    givenBack: await sumGivenBack(database, programId, windows),
  }));
  const days = Object.entries(daysAgo).map(([name, ago]) => [name, dayOf(ago, visits, refusals, givenBack)] as const);
  const head = {
    programId,
    now: formatInstant(now),
    ...Object.fromEntries(days),
    refusals: reasonsOf(refusals),
    push: await pushOf(world, programId),
  };
  return { head, rows: rowsOf(offers, now, visits, refusals) };
}

/** For every resource the time from midnight to now by its own clocks, today and on the other days. */
function windowsOf({ everOffered }: ProgrammeOffers, now: Instant): Window[] {
  const ofZone = new Map<string, Omit<Window, 'resourceId'>[]>();
  const windows: Window[] = [];
  for (const { resourceId, hub } of everOffered.values()) {
    const known = ofZone.get(hub.zone) ?? windowsAt(now, hub.zone);
    ofZone.set(hub.zone, known);
    for (const window of known) windows.push({ resourceId, ...window });
  }
  return windows;
}

function windowsAt(now: Instant, zone: string): Omit<Window, 'resourceId'>[] {
  const { midnight, wall } = dayAt(now, zone);
  return Object.values(daysAgo).map((ago) => ({
    day: ago,
    from: firstInstantOf(midnight - ago * day, zone),
    // What happens at this very millisecond belongs to it. In an hour that clocks repeat, now may be its second time.
    to: (ago === 0 ? now : firstInstantOf(wall - ago * day, zone)) + 1,
  }));
}

function dayOf(
  ago: number,
  visits: readonly VisitSum[],
  refusals: readonly RefusalSum[],
  givenBack: readonly GivenBackSum[],
) {
  const came = visits.filter((sum) => sum.day === ago);
  const back = givenBack.find((sum) => sum.day === ago);
  const figures = {
    uses: total(came.map(({ uses }) => uses)),
    people: total(came.map(({ people }) => people)),
    usages: total(came.map(({ usages }) => usages)),
    givenBackUses: back?.uses ?? 0,
    givenBackPeople: back?.people ?? 0,
    givenBackUsages: back?.usages ?? 0,
  };
  const refused = refusals.filter((sum) => sum.day === ago);
  return { ...totalsOf(figures), refusals: total(refused.map(({ count }) => count)) };
}

const total = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);

/** Today's refusals by reason, most first. */
function reasonsOf(refusals: readonly RefusalSum[]) {
  const counts = new Map<string, number>();
  for (const { day: ago, reason, count } of refusals) {
    if (ago === 0) counts.set(reason, (counts.get(reason) ?? 0) + count);
  }
  const reasons = [...counts].map(([reason, count]) => ({ reason, count }));
  return reasons.sort((one, other) => other.count - one.count || (one.reason < other.reason ? -1 : 1));
}

/** Today's hours of every resource in which somebody came or was refused. */
function rowsOf(
  { everOffered }: ProgrammeOffers,
  now: Instant,
  visits: readonly VisitSum[],
  refusals: readonly RefusalSum[],
): TodayRow[] {
  const rows = new Map<string, TodayRow>();
  const rowAt = ({ resourceId, hour: index }: HourSum): TodayRow => {
    const known = rows.get(`${resourceId} ${index}`);
    if (known !== undefined) return known;
    const { name, hub } = everOffered.get(resourceId)!;
    const place = { resourceId, resourceName: name, iata: hub.iata, zone: hub.zone };
    const startsAt = dayAt(now, hub.zone).startsAt + index * hour;
    return { ...place, hour: startsAt, uses: 0, people: 0, usages: 0, refusals: 0 };
  };
  const put = (sum: HourSum, row: TodayRow) => rows.set(`${sum.resourceId} ${sum.hour}`, row);
  for (const { uses, people, usages, ...sum } of visits) {
    if (sum.day === 0) put(sum, { ...rowAt(sum), uses, people, usages });
  }
  for (const { count, ...sum } of refusals) {
    const row = rowAt(sum);
    if (sum.day === 0) put(sum, { ...row, refusals: row.refusals + count });
  }
  const byPlace = (one: TodayRow, other: TodayRow) =>
    one.resourceId === other.resourceId ? one.hour - other.hour : one.resourceId < other.resourceId ? -1 : 1;
  return [...rows.values()].sort(byPlace);
}

/** How the programme's push events fare; what is paused does not lag, it waits to be resumed. */
async function pushOf(world: World, programId: string) {
  const endpoints = world.directory.current().endpoints.get(programId) ?? [];
  const lags = await Promise.all(
    endpoints.map(async ({ endpointId, state }) => ({
      state,
      ...(await lagOf(world.database, { programId, endpointId })),
    })),
  );
  const since = lags.flatMap(({ state, oldestWaitingAt }) =>
    state === 'active' && oldestWaitingAt !== null ? [oldestWaitingAt] : [],
  );
  const oldest = since.length === 0 ? null : Math.min(...since);
  return {
    waiting: total(lags.map(({ waiting }) => waiting)),
    parked: total(lags.map(({ parked }) => parked)),
    oldestWaitingDate: formatInstantOrNull(oldest),
    lagSeconds: oldest === null ? 0 : Math.max(0, Math.round((world.clock.now() - oldest) / 1000)),
    pausedEndpoints: lags.filter(({ state }) => state === 'paused').length,
  };
}
