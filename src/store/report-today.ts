import type { Database, Statement } from './database.ts';

/** Some hours of one resource: those of its day today, of another day up to the same time, … */
export interface Window {
  readonly resourceId: string;
  /** Which day it is; told back with each sum. */
  readonly day: number;
  readonly from: number;
  readonly to: number;
}

/** What happened in one hour of a window, counted from its beginning. */
export interface HourSum {
  readonly resourceId: string;
  readonly day: number;
  readonly hour: number;
}

export interface VisitSum extends HourSum {
  readonly uses: number;
  readonly people: number;
  readonly usages: number;
}

export interface RefusalSum extends HourSum {
  readonly reason: string;
  readonly count: number;
}

export interface GivenBackSum {
  readonly day: number;
  readonly uses: number;
  readonly people: number;
  readonly usages: number;
}

const iso = (instant: number) => new Date(instant).toISOString();

const windows =
  'unnest($2::text[], $3::int[], $4::timestamptz[], $5::timestamptz[]) as w (resource_id, day, since, until)';
const hourOf = (at: string) => `floor(extract(epoch from ${at} - w.since) / 3600)::int`;

function parametersOf(programId: string, asked: readonly Window[]) {
  return [
    programId,
    asked.map(({ resourceId }) => resourceId),
    asked.map(({ day }) => day),
    asked.map(({ from }) => iso(from)),
    asked.map(({ to }) => iso(to)),
  ];
}

// Lateral, and grouped inside: each window is read by the index of its resource.
const visitsStatement: Statement = {
  name: 'report_today_visits',
  text: `select w.resource_id as "resourceId", w.day, v.* from ${windows} cross join lateral (
      select ${hourOf('e.at')} as hour, count(*) as uses, sum(e.adults + e.children) as people, sum(e.units) as usages
      from entries e where e.program_id = $1 and e.resource_id = w.resource_id and e.kind = 'use'
        and e.at >= w.since and e.at < w.until group by 1
    ) v order by w.resource_id, w.day, v.hour`,
};

/** The visits of every hour of these windows, gross. */
export function sumVisits(database: Database, programId: string, asked: readonly Window[]): Promise<VisitSum[]> {
  return database.report<VisitSum>(visitsStatement, parametersOf(programId, asked));
}

const refusalsStatement: Statement = {
  name: 'report_today_refusals',
  text: `select w.resource_id as "resourceId", w.day, v.* from ${windows} cross join lateral (
      select ${hourOf('d.hour')} as hour, d.reason, sum(d.count)::int8 as count
      from door_refusals d where d.program_id = $1 and d.resource_id = w.resource_id
        and d.hour >= w.since and d.hour < w.until group by 1, 2
    ) v order by w.resource_id, w.day, v.hour`,
};

/** The refusals of every hour of these windows. The last hour of a window counts as a whole. */
export function sumRefusedVisits(
  database: Database,
  programId: string,
  asked: readonly Window[],
): Promise<RefusalSum[]> {
  return database.report<RefusalSum>(refusalsStatement, parametersOf(programId, asked));
}

const givenBackStatement: Statement = {
  name: 'report_today_given_back',
  text: `select w.day, count(*) as uses, sum(e.adults + e.children) as people, sum(-e.units) as usages
    from ${windows} join entries e on e.program_id = $1 and e.resource_id = w.resource_id
      and e.at >= w.since and e.at < w.until
    where e.program_id = $1 and e.kind = 'give-back' and e.at >= $6::timestamptz and e.at < $7::timestamptz
    group by 1`,
};

/** What was given back in these windows, by day. */
export async function sumGivenBack(
  database: Database,
  programId: string,
  asked: readonly Window[],
): Promise<GivenBackSum[]> {
  if (asked.length === 0) return [];
  // The index on time needs an end on both sides: Math.min of many arguments would not.
  const from = asked.reduce((least, window) => Math.min(least, window.from), Number.POSITIVE_INFINITY);
  const to = asked.reduce((most, window) => Math.max(most, window.to), 0);
  return database.report<GivenBackSum>(givenBackStatement, [...parametersOf(programId, asked), iso(from), iso(to)]);
}
