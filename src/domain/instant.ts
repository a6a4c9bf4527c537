/** Instants are milliseconds since the epoch, everywhere inside the product. */
export type Instant = number;

const pattern = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))?$/;

/** The last instant a four-digit year can hold; a later one could not be written back. */
const lastInstant = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const firstInstant = Date.UTC(2000, 0, 1);

/**
 * Reads an RFC 3339 instant. An offset may be given and a missing one means UTC (contract,
 * section 2); fractions beyond the millisecond are cut off. Gives null for anything else: a day
 * that the month does not have, hour 24, second 60, a year before 2000 or after 9999.
 */
export function parseInstant(text: string): Instant | null {
  if (text !== read.text) read = { text, instant: instantOf(text) };
  return read.instant;
}

/** The instant read last: the rows of a file mostly end at the same one. */
let read: { readonly text: string; readonly instant: Instant | null } = { text: '', instant: null };

function instantOf(text: string): Instant | null {
  const found = pattern.exec(text);
  if (found === null) return null;
  const [, year, month, day, hour, minute, second] = found.map(Number) as [number, ...number[]];
  if (!isDate(year!, month!, day!) || hour! > 23 || minute! > 59 || second! > 59) return null;
  const offset = offsetMilliseconds(found[8], found[9], found[10]);
  if (offset === null) return null;
  const fraction = Number((found[7] ?? '').padEnd(3, '0').slice(0, 3));
  const instant = Date.UTC(year!, month! - 1, day!, hour, minute, second, fraction) - offset;
  return instant >= firstInstant && instant <= lastInstant ? instant : null;
}

function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function offsetMilliseconds(sign: string | undefined, hours = '0', minutes = '0'): number | null {
  if (sign === undefined) return 0;
  if (Number(hours) > 23 || Number(minutes) > 59) return null;
  const size = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? -size : size;
}

/** The instant written last: all answers of a batch tell the same one, several times each. */
let written = { second: 0, text: '1970-01-01T00:00:00+00:00' };

/** Writes an instant as the wire does: UTC, whole seconds, `+00:00` (contract, section 2). */
export function formatInstant(instant: Instant): string {
  const second = Math.floor(instant / 1000);
  if (second !== written.second) {
    written = { second, text: `${new Date(second * 1000).toISOString().slice(0, 19)}+00:00` };
  }
  return written.text;
}

/** As `formatInstant`, and null stays null. */
export function formatInstantOrNull(instant: Instant | null): string | null {
  return instant === null ? null : formatInstant(instant);
}

/** Zones in use at a time. A name has many spellings, and each would keep 40 kB of memory for ever. */
const mostZones = 600;

/** Makes something for each zone once, and forgets all of it when there are too many. */
export function keptByZone<T>(make: (zone: string) => T): (zone: string) => T {
  const kept = new Map<string, T>();
  return (zone) => {
    const known = kept.get(zone);
    if (known !== undefined) return known;
    const made = make(zone);
    if (kept.size >= mostZones) kept.clear();
    kept.set(zone, made);
    return made;
  };
}

const zoneFormat = keptByZone(
  (zone) =>
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'longOffset',
    }),
);

/**
 * Writes an instant in the local time of an IANA zone with its offset at that instant, whole
 * seconds: `2028-07-01T09:30:00+08:00`. The offset keeps the hour that a change of clocks repeats
 * apart.
 */
export function formatLocalInstant(instant: Instant, zone: string): string {
  const parts = Object.fromEntries(
    zoneFormat(zone)
      .formatToParts(instant)
      .map((part) => [part.type, part.value]),
  );
  const offset = (parts.timeZoneName ?? 'GMT').replace('GMT', '') || '+00:00';
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:${parts.second}${offset}`;
}
