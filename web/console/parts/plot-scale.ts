/** One row of figures under one name, as many as the plot has labels. */
export interface Series {
  /** Tells it from every other one; names may be alike. */
  readonly key: string;
  readonly name: string;
  readonly values: readonly number[];
}

/** One place along the bottom of a plot. */
export interface Mark {
  /** Tells it from every other one; labels may be alike, as in the hour that clocks show twice. */
  readonly key: string;
  readonly label: string;
}

/** The colour of the series at a place; the theme has eight that can be told apart. */
export function seriesColour(place: number): string {
  return `var(--plot-${(place % 8) + 1})`;
}

/** The marks of an axis that reaches `highest`: from 0 by a round whole step, at most five steps. */
export function ticksUpTo(highest: number): number[] {
  const power = 10 ** Math.floor(Math.log10(Math.max(highest, 1) / 5));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= 1 && size * 5 >= highest) ?? 1;
  return Array.from({ length: Math.ceil(highest / step) + 1 }, (_, index) => index * step);
}
