import { cut, day, isZone, parseEnd, type Step } from '../domain/calendar.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import { fieldRefusal, type Problem, Refusal } from '../domain/refusal.ts';

/** What a query says about a report's range. */
export interface RangeQuery {
  readonly from: string;
  readonly to: string;
  readonly zone?: string | undefined;
}

/** A range cut into parts along the clocks of a zone. */
export interface Range {
  readonly from: Instant;
  readonly to: Instant;
  readonly zone: string;
  /** Where each part begins; the first with the range. */
  readonly starts: readonly Instant[];
}

/** Days that a range may have, by the length of its steps. */
const mostDays: Readonly<Record<Step, number>> = { hour: 31, day: 400, month: 3_660 };

const endProblem = 'must be a date, such as 2026-07-01, or an RFC 3339 date and time, from 2000-01-01 to 9999-12-29';

/** Reads a range and cuts it into steps; without a step it is one part. Refuses what is longer than its steps allow. */
export function rangeOf(query: RangeQuery, step: Step | null): Range {
  const zone = query.zone ?? 'UTC';
  if (!isZone(zone)) throw fieldRefusal('REQUEST_INVALID', 'zone', 'must be an IANA zone, such as Europe/London');
  const [from, to] = [parseEnd(query.from, zone), parseEnd(query.to, zone)];
  if (from === null || to === null) {
    const problems: Problem[] = [];
    if (from === null) problems.push({ field: 'from', problem: endProblem });
    if (to === null) problems.push({ field: 'to', problem: endProblem });
    throw new Refusal('REQUEST_INVALID', { problems });
  }
  if (to <= from) throw fieldRefusal('REQUEST_INVALID', 'to', 'must be after from');
  const most = mostDays[step ?? 'day'];
  // A day that clocks make longer does not make a range too long.
  if (to - from > most * day + day / 4) {
    throw fieldRefusal(
      'REQUEST_INVALID',
      'to',
      `must be at most ${most} days after from${step ? ` by the ${step}` : ''}`,
    );
  }
  const starts = step === null ? [from] : cut(from, to, step, zone).slice(0, -1);
  return { from, to, zone, starts };
}

/** One part of a range, counted from 1. */
export function partOf({ starts, to, zone }: Range, part: number) {
  return { start: starts[part - 1]!, end: starts[part] ?? to, zone };
}

/** What every report with a range tells of it. */
export function toldRange(programId: string, { from, to, zone }: Range) {
  return { programId, from: formatInstant(from), to: formatInstant(to), zone };
}

/** The name of the file of a report: what, of which programme, from when. */
export function fileName(programId: string, report: string, date: string): string {
  return `passdesk-${programId}-${report}-${date.slice(0, 10)}.csv`;
}
