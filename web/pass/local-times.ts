import type { PageData } from './page-data.ts';
import { listOf, localTime, timeHere, zoneHere } from './words/moments.ts';
import type { Words } from './words/words.ts';

type Dates = 'activationDate' | 'expirationDate';

/** Cities named for one zone; a list of forty helps nobody. */
const mostNamed = 3;

/** One zone that the pass is bound to: its local times, and the cities that live by it. */
export interface LocalTimes {
  readonly timezone: string;
  readonly activationDate: string;
  readonly expirationDate: string;
  readonly cities: string;
}

/** The zones of a pass with the cities in them, in the order of the places. */
export function localTimesOf(data: PageData, words: Words, locale: string): LocalTimes[] {
  const named = [
    ...data.restriction.airports.map(({ city, airportName, timezone }) => ({ name: city || airportName, timezone })),
    ...data.places.map(({ city, timezone }) => ({ name: city, timezone })),
  ];
  return data.localValidity.map((times) => {
    const names = [...new Set(named.filter(({ timezone }) => timezone === times.timezone).map(({ name }) => name))];
    const shown =
      names.length > mostNamed ? [...names.slice(0, mostNamed), words.validity.and(names.length - mostNamed)] : names;
    const zone = times.timezone.replace(/^.*\//, '').replace(/_/g, ' ');
    return { ...times, cities: names.length === 0 ? zone : listOf(shown, locale) };
  });
}

/** The one zone that all the places share; null when there are several, or none. */
export function onlyZone(data: PageData): string | null {
  return data.localValidity.length === 1 ? data.localValidity[0]!.timezone : null;
}

/** One of the pass's own dates: in the time of its places when they share one, else in that of this device. */
export function ownDate(data: PageData, date: Dates, locale: string): string {
  const [only, another] = data.localValidity;
  if (only !== undefined && another === undefined) return localTime(only[date], locale);
  return timeHere(Date.parse(data[date]), locale);
}

/** In whose time `ownDate` writes. */
export function whoseTime(data: PageData, words: Words, locale: string): string {
  const [only, another] = localTimesOf(data, words, locale);
  if (only !== undefined && another === undefined) return words.validity.localTime(only.cities);
  return words.validity.deviceTime(zoneHere());
}
