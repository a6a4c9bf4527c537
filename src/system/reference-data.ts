/**
 * Airports, countries and continents, from the files in `reference/`. They come with the product and never change
 * while it runs, so each is read once and then kept.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
// Not the bare package name: that entry also loads the country names of about eighty languages.
import countries from 'i18n-iso-countries/index.js';
import { packageRoot } from './package-root.ts';

/** An airport with an IATA code. */
export interface Airport {
  /** IATA code, three capital letters. */
  readonly iata: string;
  /** English name; "City (CODE)" where only that is known. */
  readonly name: string;
  /** City served; empty for some airstrips. */
  readonly city: string;
  /** ISO 3166-1 alpha-2, or XK. */
  readonly countryOrRegion: string;
  /** Degrees north. */
  readonly latitude: number;
  /** Degrees east. */
  readonly longitude: number;
  /** Time zone by its IANA name. */
  readonly zone: string;
}

const AIRPORT_HEADER = 'iata,name,city,countryOrRegion,latitude,longitude,zone';
const CONTINENT_HEADER = 'countryOrRegion,continent';

/** Upper-case alpha-2 codes. The library's own `isValid` also takes lower case, alpha-3 and numbers. */
const ALPHA2: ReadonlySet<string> = new Set(Object.keys(countries.getAlpha2Codes()));

/** What people write for a country that no list of codes or CLDR names has. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  UK: 'GB', // reserved in ISO 3166-1, and the most frequent mistake
  EL: 'GR', // the European Union's code for Greece
  AMERICA: 'US',
  BRITAIN: 'GB',
  BURMA: 'MM',
  CHINESETAIPEI: 'TW',
  CZECHREPUBLIC: 'CZ',
  ENGLAND: 'GB',
  GREATBRITAIN: 'GB',
  HOLLAND: 'NL',
  HONGKONG: 'HK',
  IVORYCOAST: 'CI',
  KOREA: 'KR',
  MACAO: 'MO',
  MACAU: 'MO',
  MACEDONIA: 'MK',
  MYANMAR: 'MM',
  NORTHERNIRELAND: 'GB',
  PALESTINE: 'PS',
  RUSSIANFEDERATION: 'RU',
  SCOTLAND: 'GB',
  SWAZILAND: 'SZ',
  TURKEY: 'TR',
  TURKIYE: 'TR', // ICU before 2023 says Turkey
  UAE: 'AE',
  UNITEDSTATESOFAMERICA: 'US',
  VATICAN: 'VA',
  WALES: 'GB',
};

/** Language tags come from clients; the bound keeps them from filling the memory. */
const MAX_LANGUAGES = 64;

let airports: ReadonlyMap<string, Airport> | undefined;
let continents: ReadonlyMap<string, string> | undefined;
let namesToCodes: ReadonlyMap<string, string> | undefined;
const displayNames = new Map<string, Intl.DisplayNames>();

/**
 * Every known airport by IATA code. Reads the file at the first call and answers from memory afterwards.
 * @throws when the file is missing or damaged; call it at start-up, so that this shows there.
 */
export function loadAirports(): ReadonlyMap<string, Airport> {
  airports ??= keyed('airports.csv', AIRPORT_HEADER, toAirport);
  return airports;
}

/** Whether this is an ISO 3166-1 alpha-2 code in capital letters. XK (Kosovo) counts, see reference/README.md. */
export function isCountry(code: string): boolean {
  return ALPHA2.has(code);
}

/**
 * The code that was probably meant: `UK` and `England` -> `GB`, `de` and `DEU` and `Germany` -> `DE`; a valid code is
 * its own hint. Null where nothing is meant for sure (`EU`, `YU`). A help for error messages, never a conversion.
 */
export function countryHint(code: string): string | null {
  // Longer than any country's name: not worth the normalising.
  if (code.length > 80) return null;
  const key = nameKey(code);
  if (ALPHA2.has(key)) return key;
  if (/^[A-Z]{3}$/.test(key)) {
    const alpha2 = countries.alpha3ToAlpha2(key);
    if (alpha2 !== undefined) return alpha2;
  }
  if (Object.hasOwn(OTHER_NAMES, key)) return OTHER_NAMES[key] ?? null;
  namesToCodes ??= englishNames();
  return namesToCodes.get(key) ?? null;
}

/**
 * The name of a country in a language (a BCP 47 tag), in English where the tag is unknown or malformed. A code that is
 * no country comes back as it is.
 */
export function countryName(code: string, language = 'en'): string {
  if (!isCountry(code)) return code;
  return namesIn(language).of(code) ?? code;
}

/** The continent of a country, as the catalogue shows it ("North America"); null for a code that is no country. */
export function continentOf(code: string): string | null {
  continents ??= keyed('continents.csv', CONTINENT_HEADER, toContinent);
  return continents.get(code) ?? null;
}

function namesIn(language: string): Intl.DisplayNames {
  let names = displayNames.get(language);
  if (names === undefined) {
    let known: string[] = [];
    try {
      known = Intl.DisplayNames.supportedLocalesOf(language);
    } catch {
      // A malformed tag is as good as an unknown one.
    }
    names = new Intl.DisplayNames([...known, 'en'], { type: 'region' });
    if (displayNames.size >= MAX_LANGUAGES) displayNames.clear();
    displayNames.set(language, names);
  }
  return names;
}

function englishNames(): ReadonlyMap<string, string> {
  const names = namesIn('en');
  return new Map([...ALPHA2].map((code) => [nameKey(names.of(code) ?? code), code]));
}

/** Letters only, without accents, in capitals: "Côte d’Ivoire" and "cote d'ivoire" are the same. */
function nameKey(text: string): string {
  return text
    .normalize('NFKD')
    .toUpperCase()
    .replaceAll('&', 'AND')
    .replace(/[^A-Z]/g, '');
}

function toAirport(fields: readonly string[]): [string, Airport] {
  const [iata = '', name = '', city = '', countryOrRegion = '', north = '', east = '', zone = ''] = fields;
  const latitude = degrees(north, 90);
  const longitude = degrees(east, 180);
  if (!/^[A-Z]{3}$/.test(iata)) throw new Error(`"${iata}" is not an IATA code`);
  if (!isCountry(countryOrRegion)) throw new Error(`"${countryOrRegion}" is not a country`);
  if (name === '' || zone === '') throw new Error(`${iata} has no name or no zone`);
  return [iata, Object.freeze({ iata, name, city, countryOrRegion, latitude, longitude, zone })];
}

function toContinent(fields: readonly string[]): [string, string] {
  const [code = '', continent = ''] = fields;
  if (!isCountry(code) || continent === '') throw new Error(`"${code}" is not a country, or has no continent`);
  return [code, continent];
}

function degrees(text: string, limit: number): number {
  const value = Number(text);
  if (!/^-?\d+(\.\d+)?$/.test(text) || Math.abs(value) > limit) throw new Error(`"${text}" is not a coordinate`);
  return value;
}

/** Reads one reference file whole; any line out of order is an error with its number, never skipped. */
function keyed<T>(file: string, header: string, toEntry: (fields: readonly string[]) => [string, T]): Map<string, T> {
  const path = fileURLToPath(new URL(`reference/${file}`, packageRoot()));
  const [first, ...lines] = readFileSync(path, 'utf8').trimEnd().split(/\r?\n/);
  if (first !== header) throw new Error(`${path}: the first line is not "${header}"`);
  const width = header.split(',').length;
  const entries = new Map<string, T>();
  for (const [index, line] of lines.entries()) {
    try {
      const fields = splitLine(line);
      if (fields.length !== width) throw new Error(`${fields.length} fields instead of ${width}`);
      const [key, value] = toEntry(fields);
      if (entries.has(key)) throw new Error(`${key} is there twice`);
      entries.set(key, value);
    } catch (error) {
      throw new Error(`${path}, line ${index + 2}: ${(error as Error).message}`, { cause: error });
    }
  }
  return entries;
}

/** The fields of one line by RFC 4180; our files have no line breaks inside a field. */
function splitLine(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  while (true) {
    const match = pattern.exec(line);
    if (match === null) throw new Error('a quotation mark out of place');
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '') return fields;
  }
}
