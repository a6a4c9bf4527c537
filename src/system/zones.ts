import { loadAirports } from './reference-data.ts';

let known: ReadonlyMap<string, string> | undefined;

/** The zones that are listed, by their names in small letters: the run time's own, and those of airports. */
function listedZones(): ReadonlyMap<string, string> {
  const airports = [...loadAirports().values()].map(({ zone }) => zone);
  const names = new Set([...Intl.supportedValuesOf('timeZone'), ...airports, 'UTC']);
  return new Map([...names].map((name) => [name.toLowerCase(), name]));
}

/**
 * What is wrong with the name of an IANA time zone, or null. Older names that the run time takes are good, too; a
 * listed one in other letters is not, because not everybody who reads it takes it so.
 */
export function zoneProblem(zone: string): string | null {
  known ??= listedZones();
  const listed = known.get(zone.toLowerCase());
  if (listed === zone) return null;
  if (listed !== undefined) return `is written ${listed}`;
  return isZone(zone) ? null : 'is not an IANA time zone, such as Europe/London';
}

function isZone(zone: string): boolean {
  if (!/^[A-Z][A-Za-z0-9_+-]*(?:\/[A-Z][A-Za-z0-9_+-]*)*$/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
