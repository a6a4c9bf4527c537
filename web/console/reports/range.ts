import { usePlace } from '../app/route.ts';

export const steps = ['hour', 'day', 'month'] as const;
export type Step = (typeof steps)[number];

/** The range of a report as the reader chose it: whole days on the reader's own clock, both of them included. */
export interface Range {
  readonly first: string;
  readonly last: string;
  readonly step: Step;
}

/** What the API takes for a range: its end is the first day that is not in it any more. */
export interface RangeQuery {
  readonly from: string;
  readonly to: string;
  readonly zone: string;
}

/** A day as dates are written in addresses and inputs. */
export function dayText(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The day so many days after another one. */
export function daysAfter(day: string, days: number): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  return dayText(new Date(year, month - 1, date + days));
}

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export const presets = ['last7', 'last30', 'thisMonth', 'lastMonth', 'lastYear'] as const;
export type Preset = (typeof presets)[number];

/** The range that a preset means today. */
export function rangeOfPreset(preset: Preset, now = new Date()): Range {
  const today = dayText(now);
  const month = now.getMonth();
  const year = now.getFullYear();
  switch (preset) {
    case 'last7':
      return { first: daysAfter(today, -6), last: today, step: 'day' };
    case 'last30':
      return { first: daysAfter(today, -29), last: today, step: 'day' };
    case 'thisMonth':
      return { first: dayText(new Date(year, month, 1)), last: today, step: 'day' };
    case 'lastMonth':
      return { first: dayText(new Date(year, month - 1, 1)), last: dayText(new Date(year, month, 0)), step: 'day' };
    case 'lastYear':
      return { first: dayText(new Date(year, month - 11, 1)), last: today, step: 'month' };
  }
}

const dayPattern = /^\d{4}-\d{2}-\d{2}$/;

/** The range in the address, or the one of a preset: the last thirty days, day by day, unless said otherwise. */
export function useRange(preset: Preset = 'last30', step?: Step): Range {
  const { query } = usePlace();
  const usual = rangeOfPreset(preset);
  const first = query.get('from') ?? '';
  const last = query.get('through') ?? '';
  return {
    first: dayPattern.test(first) ? first : usual.first,
    last: dayPattern.test(last) ? last : usual.last,
    step: steps.find((known) => known === query.get('step')) ?? step ?? usual.step,
  };
}

export function rangeQuery({ first, last }: Range): RangeQuery {
  return { from: first, to: daysAfter(last, 1), zone };
}
