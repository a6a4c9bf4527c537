/** How far back the figures of a client go, in milliseconds; the server keeps them for 30 days. */
export const spans = { day: 24 * 3_600_000, week: 7 * 86_400_000, month: 30 * 86_400_000 } as const;

export type Span = keyof typeof spans;

interface Counted {
  readonly requests: number;
  readonly errors: number;
}

/** One hour or one day of the reader's clock, with what was asked in it. */
export interface TrafficMark extends Counted {
  readonly start: string;
}

/** The figures at even steps: hour by hour for a day, day by day for longer. What the server leaves out is nothing. */
export function marksOf(
  hours: readonly (Counted & { readonly hour: string })[],
  from: string,
  to: string,
  span: Span,
): readonly TrafficMark[] {
  const startOf = (instant: string) => {
    const start = new Date(instant);
    if (span === 'day') start.setMinutes(0, 0, 0);
    else start.setHours(0, 0, 0, 0);
    return start;
  };
  const marks = new Map<string, TrafficMark>();
  for (const at = startOf(from); at.getTime() < Date.parse(to); ) {
    marks.set(at.toISOString(), { start: at.toISOString(), requests: 0, errors: 0 });
    if (span === 'day') at.setTime(at.getTime() + 3_600_000);
    else at.setDate(at.getDate() + 1);
  }
  for (const { hour, requests, errors } of hours) {
    const start = startOf(hour).toISOString();
    const before = marks.get(start) ?? { start, requests: 0, errors: 0 };
    marks.set(start, { start, requests: before.requests + requests, errors: before.errors + errors });
  }
  return [...marks.values()];
}
