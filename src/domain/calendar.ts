import { type Instant, keptByZone, parseInstant } from './instant.ts';

/** The lengths of time that reports are cut into. */
export type Step = 'hour' | 'day' | 'month';

/** Milliseconds. */
export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** Whether there is an IANA zone of this name. */
export function isZone(name: string): boolean {
  // Offsets such as +01:00 are no zones: whoever names a zone wants its summer time, too.
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

const clockIn = keptByZone((zone) => {
  const two = '2-digit';
  const fields = { year: 'numeric', month: two, day: two, hour: two, minute: two, second: two } as const;
  return new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...fields });
});

/**
 * What the clocks on the walls of a zone show at an instant, as the instant at which UTC shows the same:
 * days and hours of the zone can be reckoned with it, without offsets.
 */
export function wallClock(instant: Instant, zone: string): number {
  const second = Math.floor(instant / 1000) * 1000;
  // Always `07/01/2026, 09:30:00`: a text cut by place is read in a fraction of the time of its parts.
  const shown = clockIn(zone).format(second);
  const at = (start: number, end: number) => Number(shown.slice(start, end));
  const wall = Date.UTC(at(6, 10), at(0, 2) - 1, at(3, 5), at(12, 14), at(15, 17), at(18, 20));
  return wall + (instant - second);
}

/**
 * The first instant at which the clocks of a zone show `wall` (see `wallClock`). Where clocks go forward
 * over it, the instant at which they do; where they go back over it, the first of the two.
 */
export function firstInstantOf(wall: number, zone: string): Instant {
  const offsetAt = (instant: Instant) => wallClock(instant, zone) - instant;
  const before = wall - offsetAt(wall - day);
  const after = wall - offsetAt(wall + day);
  const fits = [before, after].filter((instant) => wallClock(instant, zone) === wall);
  return fits.length === 0 ? before : Math.min(...fits);
}

const dayPattern = /^(\d{4}-\d{2}-\d{2})$/;

/** What follows is reckoned with the days around it, and the year 10000 cannot be written. */
const lastEnd = Date.UTC(9999, 11, 29);

/**
 * Reads one end of a range: an RFC 3339 instant, or a date, which is that day's first instant in the zone. Null for
 * anything else, and in the last days of the year 9999.
 */
export function parseEnd(text: string, zone: string): Instant | null {
  const isDay = dayPattern.test(text);
  const read = parseInstant(isDay ? `${text}T00:00:00Z` : text);
  if (read === null || read > lastEnd) return null;
  return isDay ? firstInstantOf(read, zone) : read;
}

/** A zone's day at an instant: when it began, and what its clocks show then and now. */
export function dayAt(instant: Instant, zone: string): { startsAt: Instant; midnight: number; wall: number } {
  const wall = wallClock(instant, zone);
  const midnight = wall - (wall % day);
  return { startsAt: firstInstantOf(midnight, zone), midnight, wall };
}

/** When the hour of an instant began by the clocks of a zone. */
export function hourAt(instant: Instant, zone: string): Instant {
  return instant - (wallClock(instant, zone) % hour);
}

/**
 * Cuts a range along the hours, days or months of a zone: where each part begins, the range's end last.
 * The first and the last part may be shorter, and so is a day on which clocks go forward.
 */
export function cut(from: Instant, to: Instant, step: Step, zone: string): Instant[] {
  const starts = [from];
  const endings = step === 'hour' ? hoursAfter(from, zone) : daysAfter(from, step, zone);
  for (const start of endings) {
    if (start >= to) break;
    // A day that a zone never had, because it changed sides of the date line, has no length.
    if (start > starts.at(-1)!) starts.push(start);
  }
  return [...starts, to];
}

function* daysAfter(instant: Instant, step: Step, zone: string): Generator<Instant, never> {
  const { midnight } = dayAt(instant, zone);
  const first = new Date(midnight);
  const [year, month] = [first.getUTCFullYear(), first.getUTCMonth()];
  for (let ahead = 1; ; ahead += 1) {
    yield firstInstantOf(step === 'day' ? midnight + ahead * day : Date.UTC(year, month + ahead, 1), zone);
  }
}

function* hoursAfter(instant: Instant, zone: string): Generator<Instant, never> {
  for (let at = instant; ; ) {
    const wall = wallClock(at, zone);
    const next = at + hour - (wall % hour);
    const shown = wallClock(next, zone);
    // Where clocks go back by half an hour, the hour is not over yet; by a whole one, it begins again.
    const goesOn = shown % hour !== 0 && Math.floor(shown / hour) === Math.floor(wall / hour);
    at = goesOn ? next + hour - (shown % hour) : next;
    yield at;
  }
}
