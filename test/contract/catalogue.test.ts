/** Section 8 of the contract: transport hubs and resources, filtered, paged and told in a language. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataOf, openClient, type Reply, refusedOf } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { addClient, addProgram, changeRows, holdClock, useScene } from '../harness/scene.ts';

const lounge = {
  module: 1,
  resourceId: 'N00012',
  resourceName: 'Harbour Lounge',
  locationInfo: {
    city: 'Hong Kong',
    countryOrRegion: 'HK',
    continent: 'Asia',
    transportHubId: 'A00002',
    transportHubName: 'Hong Kong International Airport',
    iata: 'HKG',
    location: 'Terminal 1, near gate 40',
    timezone: 'Asia/Hong_Kong',
    coordinates: '22.3089,113.9146',
  },
  image: null,
  extra: { childrenCount: true, open: true, closedReason: null },
};

const hub = {
  transportHubId: 'A00002',
  transportHubName: 'Hong Kong International Airport',
  type: 1,
  iata: 'HKG',
  city: 'Hong Kong',
  countryOrRegion: 'HK',
  countryOrRegionName: 'Hong Kong SAR China',
  continent: 'Asia',
  timezone: 'Asia/Hong_Kong',
  latitude: '22.3089',
  longitude: '113.9146',
};

const manchester = 'latitude=53.3537&longitude=-2.275';
const everything = ['C00001', 'C10826', 'N00001', 'N00002', 'N00012', 'R00001'];
const atManchester = ['C00001', 'N00001', 'N00002', 'R00001'];

/** Query, the resources it finds, the hubs it finds. */
const filters: [string, string[], string[]][] = [
  ['', everything, ['A00001', 'A00002', 'A00003']],
  ['module=1', ['N00001', 'N00002', 'N00012'], ['A00001', 'A00002']],
  ['module=2', ['C00001', 'C10826'], ['A00001', 'A00003']],
  ['module=1&module=3', ['N00001', 'N00002', 'N00012', 'R00001'], ['A00001', 'A00002']],
  ['module=4', [], []],
  ['module=1&module=1', ['N00001', 'N00002', 'N00012'], ['A00001', 'A00002']],
  ['transportHubId=A00001', atManchester, ['A00001']],
  ['transportHubId=A00001&module=3', ['R00001'], ['A00001']],
  ['transportHubId=A99999', [], []],
  ['iata=HKG', ['N00012'], ['A00002']],
  ['iata=MAN&module=2', ['C00001'], ['A00001']],
  ['iata=LHR', [], []],
  ['countryOrRegion=TH', ['C10826'], ['A00003']],
  ['countryOrRegion=FR', [], []],
  ['cityId=manchester', atManchester, ['A00001']],
  ['cityId=Hong%20Kong', ['N00012'], ['A00002']],
  [`${manchester}&radius=1`, atManchester, ['A00001']],
  [`${manchester}&radius=10000`, ['C10826', ...atManchester, 'N00012'].sort(), ['A00001', 'A00002', 'A00003']],
  // On a great circle Manchester is 9,620 km from Hong Kong and 9,631 km from Bangkok.
  [`${manchester}&radius=9625`, [...atManchester, 'N00012'].sort(), ['A00001', 'A00002']],
  ['latitude=0&longitude=-160&radius=5', [], []],
];

/** Query, the fields that are told. */
const refused: [string, string[]][] = [
  ['iata=HKG&countryOrRegion=HK', ['iata', 'countryOrRegion']],
  ['transportHubId=A00001&cityId=Manchester', ['transportHubId', 'cityId']],
  [`${manchester}&radius=1&iata=MAN`, ['iata', 'coordinates']],
  ['latitude=53&iata=MAN', ['iata', 'coordinates']],
  ['latitude=53.3537', ['longitude', 'radius']],
  [manchester, ['radius']],
  ['latitude=91&longitude=0&radius=1', ['latitude']],
  ['latitude=0&longitude=181&radius=1', ['longitude']],
  ['latitude=0&longitude=0&radius=20041', ['radius']],
  ['latitude=north&longitude=0&radius=1', ['latitude']],
  ['latitude=0&longitude=0&radius=-1', ['radius']],
  ['iata=hkg', ['iata']],
  ['iata=HKG&iata=MAN', ['iata']],
  ['countryOrRegion=GBR', ['countryOrRegion']],
  ['module=5', ['module']],
  ['modul=1', ['modul']],
  ['pageSize=0', ['pageSize']],
  ['pageSize=101', ['pageSize']],
  ['pageSize=1.5', ['pageSize']],
  ['pageNumber=0', ['pageNumber']],
  ['pageNumber=-1', ['pageNumber']],
  ['language=english%20please', ['language']],
];

const resourceIds = (reply: Reply): string[] =>
  dataOf(reply).resources.transportHubResources.map(({ resourceId }: { resourceId: string }) => resourceId);
const hubIds = (reply: Reply): string[] =>
  dataOf(reply).transportHubs.map(({ transportHubId }: { transportHubId: string }) => transportHubId);

await eachDatabase('catalogue', (open) => {
  const scene = useScene(open, holdClock());

  test('a resource and a hub, field by field', async () => {
    const one = await scene.partner.get('/v2/resources/N00012');
    assert.equal(one.text, JSON.stringify({ code: 0, data: lounge }));
    const place = await scene.partner.get('/v2/transportHubs/A00002');
    assert.equal(place.text, JSON.stringify({ code: 0, data: hub }));
  });

  test('a list holds the same items, its page and its language', async () => {
    const data = dataOf(await scene.partner.get('/v2/resources?iata=HKG'));
    const pagination = { pageSize: 20, pageNumber: 1, totalNumber: 1 };
    const resources = { transportHubResources: [lounge], lifestyleResources: [] };
    assert.deepEqual(data, { resources, pagination, nextCursor: null, language: 'en' });
    const hubs = dataOf(await scene.partner.get('/v2/transportHubs?iata=HKG'));
    assert.deepEqual(hubs, { transportHubs: [hub], pagination, nextCursor: null, language: 'en' });
  });

  for (const [query, resources, hubs] of filters) {
    test(`filter ${query || 'nothing'}`, async () => {
      const found = await scene.partner.get(`/v2/resources?${query}`);
      assert.deepEqual(resourceIds(found), resources);
      assert.equal(dataOf(found).pagination.totalNumber, resources.length);
      assert.deepEqual(hubIds(await scene.partner.get(`/v2/transportHubs?${query}`)), hubs);
    });
  }

  for (const [query, fields] of refused) {
    test(`${query} is refused`, async () => {
      for (const path of ['/v2/resources', '/v2/transportHubs']) {
        const told = refusedOf(await scene.partner.get(`${path}?${query}`), 'REQUEST_INVALID');
        assert.deepEqual(told.fields.toSorted(), fields.toSorted());
      }
    });
  }

  test('pages hold every item once', async () => {
    const pages = await Promise.all(
      [1, 2, 3].map((pageNumber) => scene.partner.get(`/v2/resources?pageSize=4&pageNumber=${pageNumber}`)),
    );
    assert.deepEqual(pages.map(resourceIds), [everything.slice(0, 4), everything.slice(4), []]);
    assert.deepEqual(dataOf(pages[1]!).pagination, { pageSize: 4, pageNumber: 2, totalNumber: 6 });
    const hubs = await scene.partner.get('/v2/transportHubs?pageSize=2&pageNumber=2');
    assert.deepEqual(hubIds(hubs), ['A00003']);
  });

  test('a cursor reads on where the page before it ended', async () => {
    const first = await scene.partner.get('/v2/resources?pageSize=4');
    const { nextCursor } = dataOf(first);
    const second = await scene.partner.get(`/v2/resources?pageSize=4&cursor=${nextCursor}`);
    assert.deepEqual([first, second].map(resourceIds), [everything.slice(0, 4), everything.slice(4)]);
    assert.equal(dataOf(second).nextCursor, null);
    assert.equal(dataOf(second).pagination.totalNumber, 6);
    const hubs: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await scene.partner.get(`/v2/transportHubs?pageSize=1${cursor && `&cursor=${cursor}`}`);
      hubs.push(...hubIds(page));
      cursor = dataOf(page).nextCursor;
      assert.ok(hubs.length <= 3);
    }
    assert.deepEqual(hubs, ['A00001', 'A00002', 'A00003']);
    const full = await scene.partner.get('/v2/resources?pageSize=6');
    assert.equal(dataOf(full).nextCursor, null, 'nothing follows a page that ends with the list');
  });

  test('a cursor belongs to its list, and is given without a number', async () => {
    const { nextCursor } = dataOf(await scene.partner.get('/v2/resources?pageSize=2&module=1&module=3'));
    const told = await scene.partner.get(`/v2/resources?pageSize=1&module=3&module=1&language=de&cursor=${nextCursor}`);
    assert.deepEqual(resourceIds(told), ['N00012'], 'the same list, however it is asked for');
    const others = ['module=1', 'iata=MAN', 'module=1&module=3&countryOrRegion=GB', ''];
    for (const other of others) {
      refusedOf(await scene.partner.get(`/v2/resources?${other}&cursor=${nextCursor}`), 'CURSOR_INVALID');
    }
    refusedOf(await scene.partner.get(`/v2/transportHubs?module=1&module=3&cursor=${nextCursor}`), 'CURSOR_INVALID');
    refusedOf(
      await scene.partner.get(`/v2/resources?cursor=${Buffer.from('[1,2').toString('base64url')}`),
      'CURSOR_INVALID',
    );
    const both = await scene.partner.get(`/v2/resources?module=1&module=3&pageNumber=2&cursor=${nextCursor}`);
    assert.deepEqual(refusedOf(both, 'REQUEST_INVALID').fields, ['pageNumber']);
  });

  test('names of countries come in the language asked for, and in English when it is unknown', async () => {
    const nameIn = async (language: string) =>
      dataOf(await scene.partner.get(`/v2/transportHubs/A00003?language=${language}`)).countryOrRegionName;
    assert.equal(await nameIn('en'), 'Thailand');
    assert.equal(await nameIn('de'), 'Thailand');
    assert.equal(await nameIn('fr'), 'Thaïlande');
    assert.equal(await nameIn('zh-Hans'), '泰国');
    assert.equal(await nameIn('xx'), 'Thailand');
    const list = dataOf(await scene.partner.get('/v2/transportHubs?language=fr&iata=BKK'));
    assert.deepEqual([list.language, list.transportHubs[0].countryOrRegionName], ['fr', 'Thaïlande']);
  });

  test('unknown ids, and fields of the query that one item does not take', async () => {
    for (const id of ['N09999', 'n00012', 'N00012x', '%20']) {
      refusedOf(await scene.partner.get(`/v2/resources/${id}`), 'RESOURCE_UNKNOWN');
    }
    refusedOf(await scene.partner.get('/v2/transportHubs/A09999'), 'TRANSPORT_HUB_UNKNOWN');
    const told = refusedOf(await scene.partner.get('/v2/resources/N00012?iata=HKG'), 'REQUEST_INVALID');
    assert.deepEqual(told.fields, ['iata']);
  });

  test('every client may read it, and nobody without a token', async () => {
    for (const client of [scene.partner, scene.venue, scene.operator]) {
      for (const prefix of ['/v2', '/api/v2', '']) {
        assert.deepEqual(resourceIds(await client.get(`${prefix}/resources`)), everything);
      }
    }
    const nobody = await openClient(scene.product.baseUrl, null);
    refusedOf(await nobody.get('/v2/resources'), 'TOKEN_REFUSED');
  });

  test('a programme shows what it offers and no more', async () => {
    await addProgram(scene.product, { programId: 'SMALL', issuerPrefix: '1803', sandbox: true }, ['N00012']);
    const client = await addClient(scene.product, { scopes: ['issuer'], programIds: ['SMALL', 'DEMO'] });
    const named = { 'x-program-id': 'SMALL' };
    assert.deepEqual(resourceIds(await client.get('/v2/resources', named)), ['N00012']);
    assert.deepEqual(hubIds(await client.get('/v2/transportHubs', named)), ['A00002']);
    refusedOf(await client.get('/v2/resources/N00001', named), 'RESOURCE_UNKNOWN');
    refusedOf(await client.get('/v2/transportHubs/A00001', named), 'TRANSPORT_HUB_UNKNOWN');
    assert.deepEqual(resourceIds(await client.get('/v2/resources', { 'x-program-id': 'DEMO' })), everything);
    refusedOf(await client.get('/v2/resources'), 'PROGRAM_REQUIRED');
    refusedOf(await client.get('/v2/resources', { 'x-program-id': 'small' }), 'PROGRAM_UNKNOWN');
  });

  test('the policy for children and a closure are shown', async () => {
    const text = `update offers set children_count = false, closed_at = now(), closed_reason = 'painters' where resource_id = $1`;
    await changeRows(scene.product, text, ['C10826']);
    const { extra } = dataOf(await scene.partner.get('/v2/resources/C10826'));
    assert.deepEqual(extra, { childrenCount: false, open: false, closedReason: 'painters' });
  });
});
