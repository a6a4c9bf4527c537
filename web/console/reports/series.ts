import type { Series } from '../parts/plot-scale.ts';

/** A row of a report: a step, what it is about, and a figure. */
export interface KeyedRow {
  readonly start: string;
  readonly key: string;
  readonly name: string;
  readonly value: number;
}

const mostSeries = 8;

/** The steps of a range as the API's rows name them, also those in which nothing happened. */
export interface Step {
  readonly start: string;
  readonly localStart: string;
}

/** One series for each key, the largest first; those beyond eight are one called `others`. */
export function seriesOf(rows: readonly KeyedRow[], steps: readonly Step[], others: string): Series[] {
  const sums = new Map<string, { name: string; sum: number }>();
  for (const { key, name, value } of rows) sums.set(key, { name, sum: (sums.get(key)?.sum ?? 0) + value });
  const keys = [...sums].sort(([, left], [, right]) => right.sum - left.sum).map(([key]) => key);
  const own = keys.length > mostSeries ? keys.slice(0, mostSeries - 1) : keys;
  const placeOf = new Map(steps.map(({ start }, index) => [start, index]));
  const valuesOf = (mine: (key: string) => boolean) => {
    const values = steps.map(() => 0);
    for (const { start, key, value } of rows) {
      const place = placeOf.get(start);
      if (place !== undefined && mine(key)) values[place]! += value;
    }
    return values;
  };
  const series = own.map((key) => ({ key, name: sums.get(key)!.name, values: valuesOf((other) => other === key) }));
  if (own.length === keys.length) return series;
  return [...series, { key: 'all others', name: others, values: valuesOf((key) => !own.includes(key)) }];
}
