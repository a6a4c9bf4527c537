import type { Mark, Series } from '../parts/plot-scale.ts';
import type { TodayReport } from './page.tsx';

type Row = TodayReport['rows'][number];

/** The hours of a day, by the clock on the wall. */
export const hours: readonly Mark[] = Array.from({ length: 24 }, (_, hour) => {
  const key = String(hour).padStart(2, '0');
  return { key, label: `${key}:00` };
});

/** As many venues as have a colour of their own, one of which is for all others. */
const mostSeries = 8;

export interface Venue {
  readonly resourceId: string;
  readonly name: string;
  readonly iata: string | null;
  readonly uses: number;
  readonly people: number;
  readonly refusals: number;
}

/** What came to each venue today, the busiest first. */
export function byVenue(rows: readonly Row[]): Venue[] {
  const venues = new Map<string, Venue>();
  for (const { resourceId, resourceName: name, iata, uses, people, refusals } of rows) {
    const before = venues.get(resourceId) ?? { uses: 0, people: 0, refusals: 0 };
    venues.set(resourceId, {
      resourceId,
      name,
      iata,
      uses: before.uses + uses,
      people: before.people + people,
      refusals: before.refusals + refusals,
    });
  }
  return [...venues.values()].sort((left, right) => right.uses - left.uses || right.refusals - left.refusals);
}

/** The visits of each hour as series, one a venue; those beyond the busiest are one called `others`. */
export function byHour(rows: readonly Row[], others: string): Series[] {
  const venues = byVenue(rows).filter(({ uses }) => uses > 0);
  const own = venues.length > mostSeries ? venues.slice(0, mostSeries - 1) : venues;
  const valuesOf = (mine: (row: Row) => boolean) =>
    hours.map(({ key }) =>
      rows.reduce((sum, row) => (mine(row) && row.localHour.slice(11, 13) === key ? sum + row.uses : sum), 0),
    );
  const series = own.map(({ resourceId, name, iata }) => ({
    key: resourceId,
    name: iata === null ? name : `${name} (${iata})`,
    values: valuesOf((row) => row.resourceId === resourceId),
  }));
  if (own.length === venues.length) return series;
  const known = new Set(own.map(({ resourceId }) => resourceId));
  return [...series, { key: 'others', name: others, values: valuesOf((row) => !known.has(row.resourceId)) }];
}
