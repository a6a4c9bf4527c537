/** How instants are written, in the time of a place or of this device. */

const longDate = { dateStyle: 'long', timeStyle: 'short' } as const;
const shortDate = { dateStyle: 'medium', timeStyle: 'short' } as const;

/**
 * Writes a local time of the API (`2028-12-31T23:59:59+08:00`) by its own digits: the server knows the
 * zones of airports, and this device may know them as they were when it was last updated.
 */
export function localTime(local: string, locale: string, style: 'long' | 'short' = 'long'): string {
  const options = style === 'long' ? longDate : shortDate;
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(Date.parse(`${local.slice(0, 19)}Z`));
}

/** Writes an instant in the time of this device, or of a zone where the server gave no local time. */
export function timeHere(instant: number, locale: string, zone?: string): string {
  try {
    return new Intl.DateTimeFormat(locale, { ...longDate, ...(zone === undefined ? {} : { timeZone: zone }) }).format(
      instant,
    );
  } catch {
    // A zone that this device does not know.
    return new Intl.DateTimeFormat(locale, longDate).format(instant);
  }
}

/** The zone of this device, as a person would name it. */
export function zoneHere(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone.replace(/_/g, ' ');
}

const units = [
  ['month', 30 * 86_400_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;
/** Beyond a year the date alone says more. */
const farAway = 365 * 86_400_000;

/**
 * How long it is from `now` to an instant, as it stands behind a date: " (in 3 days)"; nothing when it is far
 * away. Whole units, rounded down, so that nothing is promised too long.
 */
export function inAWhile(instant: number, now: number, locale: string): string {
  if (instant - now > farAway) return '';
  const [unit, length] = units.find(([, size]) => instant - now >= size) ?? ['minute', 60_000];
  const count = Math.max(1, Math.floor((instant - now) / length));
  return ` (${new Intl.RelativeTimeFormat(locale, { numeric: 'always' }).format(count, unit)})`;
}

/** Joins names as a sentence does: "Paris, London and Rome". */
export function listOf(names: readonly string[], locale: string): string {
  return new Intl.ListFormat(locale, { style: 'long', type: 'conjunction' }).format(names);
}

/** The name of a country in the language of the page. */
export function countryName(code: string, locale: string): string {
  try {
    return new Intl.DisplayNames(locale, { type: 'region' }).of(code) ?? code;
  } catch {
    return code;
  }
}
