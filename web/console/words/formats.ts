import { useMemo } from 'react';
import { useLanguage } from './language.tsx';

/** How numbers and instants are written for the reader. Instants come as text, and are shown in the reader's own zone. */
export interface Formats {
  readonly number: (value: number) => string;
  /** A part of one, as per cent. */
  readonly percent: (part: number) => string;
  /** An amount in the currency's minor units, with its sign. */
  readonly money: (minor: number, currency: string) => string;
  /** Day and time of day. */
  readonly moment: (instant: string) => string;
  /** The same with seconds and the zone, for where it has to be exact. */
  readonly exact: (instant: string) => string;
  readonly day: (instant: string) => string;
  readonly time: (instant: string) => string;
  /** How long ago or ahead, in the largest unit that fits. */
  readonly distance: (instant: string, now?: number) => string;
  /** A length of time in the largest unit that fits. */
  readonly duration: (seconds: number) => string;
  readonly country: (code: string) => string;
  /** A size in kB or MB, as people know them from their files. */
  readonly bytes: (count: number) => string;
}

const units: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

function largest(seconds: number): readonly [Intl.RelativeTimeFormatUnit, number] {
  return units.find(([, length]) => Math.abs(seconds) >= length) ?? units[units.length - 1]!;
}

export function useFormats(): Formats {
  const { language } = useLanguage();
  return useMemo(() => formatsOf(language === 'en' ? 'en-GB' : language), [language]);
}

function formatsOf(locale: string): Formats {
  const numbers = new Intl.NumberFormat(locale);
  const percents = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const moments = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const exactly = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long' });
  const days = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  const times = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
  const distances = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const countries = new Intl.DisplayNames(locale, { type: 'region' });
  return {
    number: (value) => numbers.format(value),
    percent: (part) => percents.format(part),
    money(minor, currency) {
      const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
      return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
    },
    moment: (instant) => moments.format(new Date(instant)),
    exact: (instant) => exactly.format(new Date(instant)),
    day: (instant) => days.format(new Date(instant)),
    time: (instant) => times.format(new Date(instant)),
    distance(instant, now = Date.now()) {
      const seconds = (Date.parse(instant) - now) / 1000;
      const [unit, length] = largest(seconds);
      return distances.format(Math.round(seconds / length), unit);
    },
    duration(seconds) {
      const [unit, length] = largest(seconds);
      const format = new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' });
      return format.format(Math.round(seconds / length));
    },
    country: (code) => countries.of(code) ?? code,
    bytes(count) {
      const unit = count < 999_500 ? 'kilobyte' : 'megabyte';
      const whole = count / (unit === 'kilobyte' ? 1_000 : 1_000_000);
      const maximumFractionDigits = whole < 10 ? 1 : 0;
      return new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits }).format(whole);
    },
  };
}
