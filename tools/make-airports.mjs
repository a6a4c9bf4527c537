#!/usr/bin/env node
/**
 * Makes reference/airports.csv. Its inputs are needed here only, so they are no dependencies of the product
 * (the airport package alone unpacks to well over 100 MB). In any folder outside the checkout:
 *
 *   npm install --no-save iata-location@1.0.1 geo-tz@8.1.9 csv-parse
 *   node <checkout>/tools/make-airports.mjs [--names <OurAirports airports.csv>] [--out <file>]
 *
 * Packages are looked up from the working folder. The same packages, the same Node.js and the same options give the
 * same bytes: rows are sorted by code, and neither date nor network is used. csv-parse is needed for --names only,
 * which takes the airport names from a copy of https://ourairports.com/data/ (iata-location carries no names).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const fromHere = createRequire(import.meta.url);
const fromWorkingFolder = createRequire(`${process.cwd()}/`);
const COLUMNS = ['iata', 'name', 'city', 'countryOrRegion', 'latitude', 'longitude', 'zone'];

/** In the source, but not airports: QKA is a made-up entry ("KXXQO City", US, in the sea off Guatemala). */
const REMOVALS = new Set(['QKA']);

/** Open or opening, missing in the source, and certain. [city, country, latitude, longitude] */
const ADDITIONS = {
  DXN: ['Jewar', 'IN', 28.1727, 77.6067], // Noida International
  KTI: ['Phnom Penh', 'KH', 11.3629, 104.9166], // Techo International, took over from PNH in September 2025
  WSI: ['Sydney', 'AU', -33.888, 150.714], // Western Sydney International
};

/** Cities as travellers know them, where the source gives the municipality or adds a county or suburb. */
const CITIES = {
  BVA: 'Paris',
  CDG: 'Paris',
  IST: 'Istanbul',
  MAN: 'Manchester',
  NRT: 'Tokyo',
  ORY: 'Paris',
  PNH: 'Phnom Penh',
  SAW: 'Istanbul',
  TFU: 'Chengdu',
  XIY: "Xi'an",
};

/**
 * Where the map is not what the airport goes by: Antarctic camps keep the time of the town that supplies them, and
 * Gold Coast keeps Queensland's though its runway reaches into New South Wales.
 */
const ZONES = { OOL: 'Australia/Brisbane', TNM: 'America/Punta_Arenas', UGL: 'America/Punta_Arenas' };

/** Names of busy airports; every other airport is called "City (CODE)". */
const NAMES = `
AMS Amsterdam Airport Schiphol;ARN Stockholm Arlanda Airport;ATH Athens International Airport
ATL Hartsfield-Jackson Atlanta International Airport;AUH Zayed International Airport;AYT Antalya Airport
BCN Josep Tarradellas Barcelona-El Prat Airport;BER Berlin Brandenburg Airport;BHX Birmingham Airport
BKK Suvarnabhumi Airport;BLR Kempegowda International Airport;BNE Brisbane Airport;BOG El Dorado International Airport
BOM Chhatrapati Shivaji Maharaj International Airport;BOS Boston Logan International Airport;BRU Brussels Airport
BUD Budapest Ferenc Liszt International Airport;CAI Cairo International Airport;CAN Guangzhou Baiyun International Airport
CDG Paris Charles de Gaulle Airport;CGK Soekarno-Hatta International Airport;CKG Chongqing Jiangbei International Airport
CLT Charlotte Douglas International Airport;CMB Bandaranaike International Airport;CPH Copenhagen Airport
CPT Cape Town International Airport;CTU Chengdu Shuangliu International Airport;DEL Indira Gandhi International Airport
DEN Denver International Airport;DFW Dallas Fort Worth International Airport;DMK Don Mueang International Airport
DOH Hamad International Airport;DPS I Gusti Ngurah Rai International Airport;DUB Dublin Airport;DUS Düsseldorf Airport
DWC Al Maktoum International Airport;DXB Dubai International Airport;DXN Noida International Airport
EDI Edinburgh Airport;EWR Newark Liberty International Airport;EZE Ministro Pistarini International Airport
FCO Rome Fiumicino Airport;FRA Frankfurt Airport;GIG Rio de Janeiro/Galeão International Airport
GMP Gimpo International Airport;GRU São Paulo/Guarulhos International Airport;GVA Geneva Airport
HAM Hamburg Airport;HAN Noi Bai International Airport;HEL Helsinki Airport;HGH Hangzhou Xiaoshan International Airport
HKG Hong Kong International Airport;HKT Phuket International Airport;HND Tokyo Haneda Airport
HNL Daniel K. Inouye International Airport;HYD Rajiv Gandhi International Airport
IAD Washington Dulles International Airport;IAH George Bush Intercontinental Airport;ICN Incheon International Airport
IST Istanbul Airport;JED King Abdulaziz International Airport;JFK John F. Kennedy International Airport
JNB O. R. Tambo International Airport;KIX Kansai International Airport;KTI Techo International Airport
KUL Kuala Lumpur International Airport;LAS Harry Reid International Airport;LAX Los Angeles International Airport
LCY London City Airport;LGA LaGuardia Airport;LGW London Gatwick Airport;LHR London Heathrow Airport
LIM Jorge Chávez International Airport;LIS Lisbon Humberto Delgado Airport;LTN London Luton Airport
MAD Adolfo Suárez Madrid-Barajas Airport;MAN Manchester Airport;MCO Orlando International Airport
MEL Melbourne Airport;MEX Mexico City International Airport;MFM Macau International Airport
MIA Miami International Airport;MNL Ninoy Aquino International Airport;MSP Minneapolis-Saint Paul International Airport
MUC Munich Airport;MXP Milan Malpensa Airport;NBO Jomo Kenyatta International Airport;NCE Nice Côte d'Azur Airport
NMI Navi Mumbai International Airport;NRT Narita International Airport;ORD O'Hare International Airport
ORY Paris Orly Airport;OSL Oslo Airport, Gardermoen;PEK Beijing Capital International Airport;PER Perth Airport
PHL Philadelphia International Airport;PHX Phoenix Sky Harbor International Airport
PKX Beijing Daxing International Airport;PMI Palma de Mallorca Airport;PRG Václav Havel Airport Prague
PVG Shanghai Pudong International Airport;RUH King Khalid International Airport
SAW Istanbul Sabiha Gökçen International Airport;SCL Arturo Merino Benítez International Airport
SEA Seattle-Tacoma International Airport;SFO San Francisco International Airport
SGN Tan Son Nhat International Airport;SHA Shanghai Hongqiao International Airport;SIN Singapore Changi Airport
STN London Stansted Airport;SVO Sheremetyevo International Airport;SYD Sydney Kingsford Smith Airport
SZX Shenzhen Bao'an International Airport;TFU Chengdu Tianfu International Airport
TLV Ben Gurion Airport;TPE Taiwan Taoyuan International Airport;VIE Vienna International Airport
WAW Warsaw Chopin Airport;WSI Western Sydney International Airport;XIY Xi'an Xianyang International Airport
YUL Montréal-Trudeau International Airport;YVR Vancouver International Airport;YYZ Toronto Pearson International Airport
ZRH Zurich Airport`;

/**
 * Names that ICU still lists first (Intl.Locale answers with these) -> what the tz database calls them now.
 * America/Coyhaique is the other way round: early Node.js 20.19 refuses it (tz 2025a), and Punta Arenas has kept the same
 * time since it was split off in March 2025.
 */
const RENAMED = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Coral_Harbour': 'America/Atikokan',
  'America/Coyhaique': 'America/Punta_Arenas',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
};

const current = (zone) => RENAMED[zone] ?? zone;

const zonesByCountry = new Map();

/**
 * The zones in use in a country; none for Antarctica (see ZONES) and for Kosovo, which ICU leaves out. All of China
 * runs on Beijing time by law and in every timetable, whatever the map says of Xinjiang.
 */
function zonesOf(country) {
  let zones = zonesByCountry.get(country);
  if (zones === undefined) {
    const locale = new Intl.Locale(`und-${country}`);
    const listed = country === 'AQ' ? [] : (locale.getTimeZones?.() ?? locale.timeZones ?? []);
    zones = new Set(country === 'CN' ? ['Asia/Shanghai'] : listed.map(current));
    zonesByCountry.set(country, zones);
  }
  return zones;
}

/**
 * The zone at a place, kept inside its country: a place off the shore or on the border line can come out as the sea or
 * as the neighbour. There the country decides: its only zone, or the nearest of its zones on the same map.
 */
function zoneAt(find, country, latitude, longitude) {
  const allowed = zonesOf(country);
  const found = find(latitude, longitude).map(current);
  if (allowed.size === 0) return found[0];
  if (allowed.size === 1) return [...allowed][0];
  return found.find((zone) => allowed.has(zone)) ?? nearestZone(find, allowed, latitude, longitude);
}

function nearestZone(find, allowed, latitude, longitude) {
  const widen = 1 / Math.cos((latitude * Math.PI) / 180);
  for (let radius = 0.02; radius < 5; radius += 0.02) {
    for (let step = 0; step < 32; step += 1) {
      const angle = (step * Math.PI) / 16;
      const north = Math.max(-90, Math.min(90, latitude + radius * Math.cos(angle)));
      const east = longitude + radius * widen * Math.sin(angle);
      const near = find(north, ((east + 540) % 360) - 180).map(current);
      const zone = near.find((candidate) => allowed.has(candidate));
      if (zone !== undefined) return zone;
    }
  }
  throw new Error(`no zone of its country near ${latitude},${longitude}`);
}

/** Every airport of the source with the removals and additions applied. */
function sourceRows() {
  const rows = Object.values(fromWorkingFolder('iata-location/data'))
    .filter((row) => !REMOVALS.has(row.iata_code))
    .map((row) => ({
      iata: row.iata_code,
      city: CITIES[row.iata_code] ?? row.municipality.replace(/\s+/g, ' ').trim(),
      countryOrRegion: row.iso_country,
      latitude: Number(row.latitude_deg),
      longitude: Number(row.longitude_deg),
    }));
  for (const [iata, [city, countryOrRegion, latitude, longitude]] of Object.entries(ADDITIONS)) {
    if (rows.some((row) => row.iata === iata)) throw new Error(`the source has ${iata} now: drop the addition`);
    rows.push({ iata, city, countryOrRegion, latitude, longitude });
  }
  return rows.sort((a, b) => (a.iata < b.iata ? -1 : 1));
}

/** Airport names by code: the table above, over it those of an OurAirports file where one is given. */
function knownNames(file) {
  const names = new Map(
    NAMES.trim()
      .split(/[;\n]/)
      .map((entry) => [entry.slice(0, 3), entry.slice(4)]),
  );
  if (file !== undefined) {
    const { parse } = fromWorkingFolder('csv-parse/sync');
    for (const row of parse(readFileSync(file), { columns: true, bom: true })) {
      if (row.iata_code && row.type !== 'closed') names.set(row.iata_code, row.name.replace(/\s+/g, ' ').trim());
    }
  }
  return names;
}

/** Refuses anything the product could trip over; a new version of the source is to be looked at, not swallowed. */
function check(row, countries, seen) {
  const bad =
    (!/^[A-Z]{3}$/.test(row.iata) && 'code') ||
    (seen.has(row.iata) && 'code twice') ||
    (!Object.hasOwn(countries, row.countryOrRegion) && 'country') ||
    (!(Math.abs(row.latitude) <= 90) && 'latitude') ||
    (!(Math.abs(row.longitude) <= 180) && 'longitude') ||
    (row.latitude === 0 && row.longitude === 0 && 'place') ||
    (/\p{Cc}/u.test(row.name + row.city) && 'control character');
  if (bad) throw new Error(`${row.iata}: ${bad} (${JSON.stringify(row)})`);
  new Intl.DateTimeFormat('en', { timeZone: row.zone });
  seen.add(row.iata);
}

/** One field by RFC 4180: quoted where it has to be. */
const field = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

function main() {
  const { values } = parseArgs({ options: { names: { type: 'string' }, out: { type: 'string' } } });
  const { find } = fromWorkingFolder('geo-tz/all');
  const countries = fromHere('i18n-iso-countries').getAlpha2Codes();
  const names = knownNames(values.names);
  const seen = new Set();
  const lines = [COLUMNS.join(',')];
  for (const row of sourceRows()) {
    row.name = names.get(row.iata) ?? (row.city === '' ? row.iata : `${row.city} (${row.iata})`);
    row.zone = ZONES[row.iata] ?? zoneAt(find, row.countryOrRegion, row.latitude, row.longitude);
    check(row, countries, seen);
    // Six decimals are 11 cm; the source has up to fifteen.
    row.latitude = String(Number(row.latitude.toFixed(6)));
    row.longitude = String(Number(row.longitude.toFixed(6)));
    lines.push(COLUMNS.map((column) => field(row[column])).join(','));
  }
  for (const code of names.keys()) {
    if (values.names === undefined && !seen.has(code)) throw new Error(`a name for ${code}, which is no airport here`);
  }
  const out = values.out ?? fileURLToPath(new URL('../reference/airports.csv', import.meta.url));
  writeFileSync(out, `${lines.join('\n')}\n`);
  process.stdout.write(`${out}: ${lines.length - 1} airports\n`);
}

main();
