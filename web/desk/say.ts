/** Says moments as staff at a place say them: in the place's own zone, today without a date. */
export interface Says {
  /** `14:32` */
  time(at: number): string;
  /** `14:32`, or with the day when it is another one. */
  moment(at: number): string;
  /** `3 minutes ago` */
  ago(at: number): string;
}

const units = [
  ['second', 1_000, 60],
  ['minute', 60_000, 60],
  ['hour', 3_600_000, 24],
  ['day', 86_400_000, Number.POSITIVE_INFINITY],
] as const;

/** English as airports write it: the day before the month, and 24 hours. */
const locales: Readonly<Record<string, string>> = { en: 'en-GB' };
const justNow: Readonly<Record<string, string>> = { en: 'just now', de: 'gerade eben' };

/** Makes the sayings of one language and zone, seen from `now`. */
export function saysIn(language: string, zone: string, now: number): Says {
  const locale = locales[language] ?? language;
  const day = (at: number) => new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(at);
  const clock = new Intl.DateTimeFormat(locale, { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  const full = new Intl.DateTimeFormat(locale, {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  const withYear = new Intl.DateTimeFormat(locale, {
    timeZone: zone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  return {
    time: (at) => clock.format(at),
    moment: (at) => {
      if (day(at) === day(now)) return clock.format(at);
      return (day(at).slice(0, 4) === day(now).slice(0, 4) ? full : withYear).format(at);
    },
    ago: (at) => {
      // Two clocks are never quite the same: what has just happened does not lie ahead.
      if (Math.abs(at - now) < 3_000) return justNow[language] ?? relative.format(0, 'second');
      const distance = at - now;
      for (const [unit, length, most] of units) {
        const count = Math.round(distance / length);
        if (Math.abs(count) < most) return relative.format(count, unit);
      }
      return '';
    },
  };
}
