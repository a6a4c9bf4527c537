import assert from 'node:assert/strict';
import { test } from 'node:test';
import countries from 'i18n-iso-countries/index.js';
import {
  type Airport,
  continentOf,
  countryHint,
  countryName,
  isCountry,
  loadAirports,
} from '../../src/system/reference-data.ts';

const CODES = Object.keys(countries.getAlpha2Codes());
const CONTINENTS = new Set(['Africa', 'Antarctica', 'Asia', 'Europe', 'North America', 'Oceania', 'South America']);

function airport(iata: string): Airport {
  const found = loadAirports().get(iata);
  assert.ok(found, `${iata} is missing`);
  return found;
}

test('the airports are all there, once, in order, and read only once', () => {
  const airports = loadAirports();
  assert.equal(airports.size, 9075);
  const codes = [...airports.keys()];
  assert.deepEqual(codes, codes.toSorted());
  assert.equal(loadAirports(), airports);
});

test('known airports have their country, city and zone', () => {
  const expected: [string, string, string, string][] = [
    ['BER', 'DE', 'Berlin', 'Europe/Berlin'],
    ['BKK', 'TH', 'Bangkok', 'Asia/Bangkok'],
    ['DXN', 'IN', 'Jewar', 'Asia/Kolkata'],
    ['HKG', 'HK', 'Hong Kong', 'Asia/Hong_Kong'],
    ['IST', 'TR', 'Istanbul', 'Europe/Istanbul'],
    ['JFK', 'US', 'New York', 'America/New_York'],
    ['KTI', 'KH', 'Phnom Penh', 'Asia/Phnom_Penh'],
    ['LHR', 'GB', 'London', 'Europe/London'],
    ['MAN', 'GB', 'Manchester', 'Europe/London'],
    ['PKX', 'CN', 'Beijing', 'Asia/Shanghai'],
    ['PRN', 'XK', 'Prishtina', 'Europe/Belgrade'],
    ['TFU', 'CN', 'Chengdu', 'Asia/Shanghai'],
  ];
  for (const [iata, country, city, zone] of expected) {
    const { countryOrRegion, city: itsCity, zone: itsZone } = airport(iata);
    assert.deepEqual([countryOrRegion, itsCity, itsZone], [country, city, zone], iata);
  }
});

test('near borders and on islands the zone is the own country’s', () => {
  const expected = {
    BAH: 'Asia/Bahrain',
    DIL: 'Asia/Dili',
    KZS: 'Europe/Athens',
    LMP: 'Europe/Rome',
    UGL: 'America/Punta_Arenas',
    USH: 'America/Argentina/Ushuaia',
  };
  for (const [iata, zone] of Object.entries(expected)) assert.equal(airport(iata).zone, zone, iata);
});

test('inside large countries the zone is the local one', () => {
  const expected = {
    CUN: 'America/Cancun',
    DIK: 'America/Denver',
    IKT: 'Asia/Irkutsk',
    LPA: 'Atlantic/Canary',
    MAO: 'America/Manaus',
    OOL: 'Australia/Brisbane',
    PHX: 'America/Phoenix',
    TIJ: 'America/Tijuana',
    ULY: 'Europe/Ulyanovsk',
    URC: 'Asia/Shanghai',
    XWA: 'America/Chicago',
    YYT: 'America/St_Johns',
  };
  for (const [iata, zone] of Object.entries(expected)) assert.equal(airport(iata).zone, zone, iata);
});

test('every airport is complete and within range', () => {
  for (const { iata, name, countryOrRegion, latitude, longitude } of loadAirports().values()) {
    assert.match(iata, /^[A-Z]{3}$/);
    assert.ok(name.length > 0 && name === name.trim(), iata);
    assert.ok(isCountry(countryOrRegion), `${iata} ${countryOrRegion}`);
    assert.ok(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180, iata);
  }
});

test('every zone is known to Intl, a place and by its current name', () => {
  const zones = new Set([...loadAirports().values()].map((found) => found.zone));
  assert.ok(zones.size > 300);
  for (const zone of zones) {
    assert.doesNotThrow(() => new Intl.DateTimeFormat('en', { timeZone: zone }), zone);
    assert.match(zone, /^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)\//);
  }
  for (const old of ['Asia/Calcutta', 'Asia/Saigon', 'Europe/Kiev', 'America/Buenos_Aires']) {
    assert.ok(!zones.has(old), old);
  }
});

test('quoted fields are read as one', () => {
  assert.equal(airport('OSL').name, 'Oslo Airport, Gardermoen');
  assert.equal(airport('LHR').name, 'London Heathrow Airport');
});

test('made-up entries of the source are out', () => {
  assert.equal(loadAirports().has('QKA'), false);
});

test('countries are alpha-2 in capital letters and nothing else', () => {
  assert.equal(CODES.length, 250);
  for (const code of CODES) assert.ok(isCountry(code), code);
  for (const code of ['UK', 'EU', 'YU', 'EL', 'SU', 'AN', 'ZZ', 'gb', 'GBR', '826', 'G', '', ' GB', 'constructor']) {
    assert.equal(isCountry(code), false, code);
  }
});

test('a wrong country comes with the code that was meant', () => {
  const expected: Record<string, string | null> = {
    UK: 'GB',
    uk: 'GB',
    EL: 'GR',
    gb: 'GB',
    GB: 'GB',
    GBR: 'GB',
    ' de ': 'DE',
    Germany: 'DE',
    'united kingdom': 'GB',
    'United States': 'US',
    'Côte d’Ivoire': 'CI',
    "Cote d'Ivoire": 'CI',
    Turkey: 'TR',
    Türkiye: 'TR',
    'Hong Kong': 'HK',
    'South Korea': 'KR',
    'Trinidad and Tobago': 'TT',
    EU: null,
    YU: null,
    ZZ: null,
    Atlantis: null,
    constructor: null,
    '': null,
    日本: null,
  };
  for (const [given, hint] of Object.entries(expected)) assert.equal(countryHint(given), hint, given);
  assert.equal(countryHint('Germany'.padEnd(100_000)), null);
});

test('every country is found by its English name and by its alpha-3 code', () => {
  for (const code of CODES) {
    assert.equal(countryHint(countryName(code)), code);
    assert.equal(countryHint(countries.alpha2ToAlpha3(code) ?? ''), code);
  }
});

test('countries have names in other languages, English where a language is unknown', () => {
  assert.equal(countryName('DE'), 'Germany');
  assert.equal(countryName('DE', 'fr'), 'Allemagne');
  assert.equal(countryName('DE', 'de-AT'), 'Deutschland');
  assert.equal(countryName('JP', 'zh-Hant'), '日本');
  for (const language of ['xx', 'not a tag', '', '_', 'a'.repeat(500)]) {
    assert.equal(countryName('DE', language), 'Germany', language);
  }
  assert.equal(countryName('UK'), 'UK');
  assert.equal(countryName('<nonsense>'), '<nonsense>');
  for (const code of CODES) assert.notEqual(countryName(code), code);
});

test('asking in very many languages does not break the names', () => {
  for (let n = 0; n < 200; n += 1) assert.equal(countryName('FR', `en-x-a${n}`), 'France');
});

test('every country is on a continent', () => {
  for (const code of CODES) assert.ok(CONTINENTS.has(continentOf(code) ?? ''), code);
  const expected = { AQ: 'Antarctica', AU: 'Oceania', BR: 'South America', EG: 'Africa', MX: 'North America' };
  for (const [code, continent] of Object.entries(expected)) assert.equal(continentOf(code), continent, code);
  assert.equal(continentOf('XK'), 'Europe');
  assert.equal(continentOf('NA'), 'Africa');
  assert.equal(continentOf('UK'), null);
});
