/** One row of figures under one name, as many as the plot has labels. */
export interface Series {
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

/** The lowest round number at which an axis can end above `highest`. */
export function niceTop(highest: number): number {
  if (highest <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(highest));
  return [1, 2, 4, 5, 8, 10].map((factor) => factor * power).find((top) => top >= highest) ?? highest;
}

/** Five marks from 0 to the top, whole numbers where they fit. */
export function ticksOf(top: number): number[] {
  const ticks = [0, 1, 2, 3, 4].map((part) => (top * part) / 4);
  return ticks.filter((tick) => Number.isInteger(tick) || top < 4);
}
