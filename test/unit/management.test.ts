/** The rules of programmes, places and clients, without anything around them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Geography, TransportHub } from '../../src/domain/catalogue.ts';
import { type ClientSettings, refuseClient, refuseKey, rotateSecret } from '../../src/domain/client.ts';
import { moduleNumbers } from '../../src/domain/module.ts';
import { type HubRequest, hubOf, letterOf, placeOf, refuseMove, resourceIdProblem } from '../../src/domain/place.ts';
import { type ProgrammeSettings, programmeAfter, refuseSettings } from '../../src/domain/programme.ts';
import { type Problem, Refusal, type RefusalName } from '../../src/domain/refusal.ts';
import { continentOf, countryHint, countryName, isCountry, loadAirports } from '../../src/system/reference-data.ts';
import { zoneProblem } from '../../src/system/zones.ts';

/** The fields that a refusal names; fails when nothing is refused, or something else. */
function refusedFields(name: RefusalName, work: () => unknown): string[] {
  const problems: Problem[] = [];
  assert.throws(work, (refusal) => {
    assert.ok(refusal instanceof Refusal && refusal.refusal === name, String(refusal));
    problems.push(...refusal.problems);
    return true;
  });
  return problems.map(({ field }) => field);
}

const programme: ProgrammeSettings = {
  programId: 'P',
  name: 'Programme',
  issuerPrefix: '1000',
  sandbox: true,
  modules: [1],
  crossModules: [],
  expiringDays: 7,
};
const bare = { hasPasses: false, hasPlainEndpoints: false, clockOffset: 0 };
const grown = { ...bare, hasPasses: true };

test('a programme sells something and has a name that can be seen', () => {
  refuseSettings(programme);
  refuseSettings({ ...programme, modules: [], crossModules: [1, 3] });
  assert.deepEqual(
    refusedFields('REQUEST_INVALID', () => refuseSettings({ ...programme, modules: [] })),
    ['modules'],
  );
  for (const name of [' ', '\u202ename', '\u200b']) {
    assert.deepEqual(
      refusedFields('REQUEST_INVALID', () => refuseSettings({ ...programme, name })),
      ['name'],
    );
  }
});

test('the prefix and the kind of a programme are final once it has passes; all else may change', () => {
  const free = { name: 'Other', modules: [2] as const, crossModules: [3] as const, expiringDays: 0 };
  assert.deepEqual(programmeAfter(programme, free, grown), { ...programme, ...free });
  const same = { issuerPrefix: '1000', sandbox: true };
  assert.deepEqual(programmeAfter(programme, same, grown), programme);
  const moved = { issuerPrefix: '2000', sandbox: false };
  assert.deepEqual(programmeAfter(programme, moved, bare), { ...programme, ...moved });
  for (const field of ['issuerPrefix', 'sandbox'] as const) {
    const change = { [field]: moved[field] };
    assert.deepEqual(
      refusedFields('PROGRAM_HAS_PASSES', () => programmeAfter(programme, change, grown)),
      [field],
    );
  }
});

test('a programme goes live in real time and with safe endpoints', () => {
  for (const ground of [{ clockOffset: 1 }, { hasPlainEndpoints: true }]) {
    const refused = () => programmeAfter(programme, { sandbox: false }, { ...bare, ...ground });
    assert.deepEqual(refusedFields('REQUEST_INVALID', refused), ['sandbox']);
  }
  const live = { ...programme, sandbox: false };
  assert.equal(programmeAfter(live, { sandbox: true }, { ...bare, hasPlainEndpoints: true }).sandbox, true);
});

const airports = loadAirports();
const geography: Geography = {
  isAirport: (iata) => airports.has(iata),
  airportOf: (iata) => airports.get(iata) ?? null,
  zoneProblem,
  isCountry,
  countryHint,
  countryName,
  continentOf,
};
const hub = (request: HubRequest, before: TransportHub | null = null) => hubOf('A00001', request, before, geography);

test('an airport brings its city, country, zone and coordinates along, unless they are given', () => {
  const { city, countryOrRegion, zone, latitude, longitude } = airports.get('EDI')!;
  const facts = { city, countryOrRegion, zone, latitude, longitude };
  const made = hub({ name: 'Edinburgh Airport', iata: 'EDI' });
  assert.deepEqual(made, { transportHubId: 'A00001', name: 'Edinburgh Airport', iata: 'EDI', ...facts });
  const own = { city: 'Ingliston', countryOrRegion: 'GB', zone: 'UTC', latitude: '1.5', longitude: '-2' };
  const given = hub({ name: 'E', iata: 'EDI', ...own });
  assert.deepEqual(given, { ...made, name: 'E', ...own, latitude: 1.5, longitude: -2 });
  assert.deepEqual(hub({ city: 'Leith' }, made), { ...made, city: 'Leith' });
  assert.deepEqual(hub({ iata: 'EDI', name: 'E' }, given).city, 'Ingliston', 'the same code brings nothing');
  assert.equal(hub({ iata: 'MAN' }, given).city, airports.get('MAN')!.city);
  assert.deepEqual(hub({ iata: null }, made), { ...made, iata: null });
});

test('what a hub lacks or has wrong is told by the names of the wire', () => {
  const missing = refusedFields('REQUEST_INVALID', () => hub({ name: 'Station' }));
  assert.deepEqual(missing, ['city', 'countryOrRegion', 'timezone', 'latitude', 'longitude']);
  assert.deepEqual(
    refusedFields('REQUEST_INVALID', () => hub({ name: 'X', iata: 'ZZZ' })),
    ['iata'],
  );
  const wrong = { countryOrRegion: 'UK', zone: 'Europe/Lundun', latitude: '90.1', longitude: '-180.1', city: ' ' };
  const fields = refusedFields('REQUEST_INVALID', () => hub({ name: '\u202e', iata: 'EDI', ...wrong }));
  const expected = ['transportHubName', 'city', 'countryOrRegion', 'timezone', 'latitude', 'longitude'];
  assert.deepEqual(fields, expected);
  const unnamed = [...airports.values()].find(({ city }) => city === '');
  assert.ok(unnamed !== undefined, 'an airstrip without a city');
  assert.deepEqual(
    refusedFields('REQUEST_INVALID', () => hub({ name: 'Strip', iata: unnamed.iata })),
    ['city'],
  );
});

test('the airport and the country of a hub are final once a pass was used there', () => {
  const before = hub({ name: 'E', iata: 'EDI' });
  const after = hub({ iata: 'HKG' }, before);
  refuseMove(before, after, false);
  refuseMove(before, { ...before, name: 'X', city: 'Y', zone: 'UTC', latitude: 0 }, true);
  assert.deepEqual(
    refusedFields('TRANSPORT_HUB_USED', () => refuseMove(before, after, true)),
    ['iata', 'countryOrRegion'],
  );
});

test('a zone is one of IANA, in its own letters', () => {
  const listed = new Set([...airports.values()].map(({ zone }) => zone));
  for (const zone of [...listed, 'UTC', 'Etc/GMT+5', 'US/Pacific', 'America/Argentina/Buenos_Aires']) {
    assert.equal(zoneProblem(zone), null, zone);
  }
  assert.equal(zoneProblem('europe/london'), 'is written Europe/London');
  for (const zone of ['', 'Mars/Base', '+01:00', 'GMT+1', '../etc/passwd', 'Europe/London\n', 'London']) {
    assert.notEqual(zoneProblem(zone), null, zone);
  }
});

test('ids of resources begin with the letter of their module', () => {
  const letters = moduleNumbers.map((module) => letterOf(module));
  assert.deepEqual(letters, [null, 'N', 'C', 'R', 'R', 'F', 'E', 'L']);
  assert.equal(resourceIdProblem('N00001', 1), null);
  assert.notEqual(resourceIdProblem('C00001', 1), null);
});

test('a place stands where its hub stands unless it says otherwise', () => {
  const before = { name: 'Lounge', location: 'Gate 1', image: 'https://a.example/', latitude: 1, longitude: 2 };
  assert.deepEqual(placeOf({}, before), before);
  const after = placeOf({ name: 'Other', location: 'Gate 2', image: null, coordinates: '-3.5,179' }, before);
  assert.deepEqual(after, { name: 'Other', location: 'Gate 2', image: null, latitude: -3.5, longitude: 179 });
  const wrong = { name: '', location: '\u202e', coordinates: '91,0' };
  for (const image of ['http://a.example/', 'javascript:alert(1)', 'https://u:p@a.example/', 'picture.png']) {
    const fields = refusedFields('REQUEST_INVALID', () => placeOf({ ...wrong, image }, before));
    assert.deepEqual(fields, ['resourceName', 'location', 'image', 'coordinates'], image);
  }
});

const venue: ClientSettings = {
  name: 'Venue',
  scopes: ['venue'],
  programIds: ['A'],
  resourceIds: ['N1'],
  ratePerMinute: 1,
};
const given = (settings: ClientSettings) =>
  refuseClient(settings, {
    hasProgramme: (programId) => ['A', 'B'].includes(programId),
    isOffered: (resourceId, programIds) => resourceId === 'N1' && programIds.includes('A'),
  });

test('a client gets programmes that its giver has, and doors that these offer', () => {
  given(venue);
  given({ ...venue, scopes: ['issuer', 'operator'], resourceIds: [] });
  const cases: [Partial<ClientSettings>, string[]][] = [
    [{ programIds: ['A', 'C'] }, ['programIds.1']],
    [{ programIds: ['B'] }, ['resourceIds.0']],
    [{ resourceIds: ['N1', 'N2', 'N3'] }, ['resourceIds.1', 'resourceIds.2']],
    [{ resourceIds: [] }, ['resourceIds']],
    [{ scopes: ['issuer'] }, ['resourceIds']],
    [{ name: '\u202e' }, ['name']],
  ];
  for (const [change, fields] of cases) {
    assert.deepEqual(
      refusedFields('REQUEST_INVALID', () => given({ ...venue, ...change })),
      fields,
    );
  }
});

test('there are never more than two secrets, and a rotation without overlap ends all but the new one', () => {
  const now = 1_000_000;
  assert.deepEqual(rotateSecret(null, 5, now), { oldSecretUntil: now + 300_000 });
  assert.deepEqual(rotateSecret(now, 5, now), { oldSecretUntil: now + 300_000 }, 'the one before has ended');
  assert.deepEqual(rotateSecret(now + 1, 0, now), { oldSecretUntil: null });
  refusedFields('CLIENT_SECRETS_EXHAUSTED', () => rotateSecret(now + 1, 5, now));
});

test('there are never more than two keys, and no two of one name', () => {
  refuseKey(['a'], 'b');
  assert.deepEqual(
    refusedFields('CLIENT_KEY_EXISTS', () => refuseKey(['a', 'b'], 'a')),
    ['kid'],
  );
  refusedFields('CLIENT_KEYS_EXHAUSTED', () => refuseKey(['a', 'b'], 'c'));
});
