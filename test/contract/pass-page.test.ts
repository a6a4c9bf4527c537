/** What the page of a pass shows in each of its states and nothing else (INV-34), and who may look how often (ATK-49). */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { dataOf, openClient, refusedOf, type TestClient } from '../harness/client.ts';
import { embeddedProduct } from '../harness/embedded-product.ts';
import { plainRequest } from '../harness/forged-tokens.ts';
import { addClient, addProgram, holdClock } from '../harness/scene.ts';

const hongKong = 'Asia/Hong_Kong';
const hub = { transportHubName: 'Hong Kong International Airport', city: 'Hong Kong' };
const lounge = { resourceName: 'Harbour Lounge', module: 1, location: 'Terminal 1, near gate 40' };

describe('the page of a pass', () => {
  const clock = holdClock();
  const scene = {} as { partner: TestClient; venue: TestClient; operator: TestClient };
  let traveller: TestClient;
  const product = embeddedProduct(
    async (here) => {
      scene.partner = await openClient(here.baseUrl, here.credentials.partner);
      scene.venue = await openClient(here.baseUrl, here.credentials.venue);
      scene.operator = await addClient(here, { scopes: ['operator'] });
      traveller = await openClient(here.baseUrl, null);
    },
    { clock, isTrustedProxy: (address) => address === '127.0.0.20' || address === '10.9.9.9' },
  );
  const iso = (instant: number) => `${new Date(instant).toISOString().slice(0, 19)}+00:00`;
  const inHongKong = (instant: number) => `${iso(instant + 8 * 3_600_000).slice(0, 19)}+08:00`;

  const tokenFor = async (ePassId: string): Promise<string> =>
    dataOf(await scene.partner.post('/v2/orders/ePasses/link', { ePassId })).token;
  const pageOf = async (ePassId: string) => dataOf(await traveller.get(`/v2/passPages/${await tokenFor(ePassId)}`));
  const issue = (usages: number, extra: object = {}, clientUserId?: string) =>
    scene.partner.issue(usages, extra, clientUserId);

  test('an active pass: everything the page shows, and no id of the holder, the order or a client', async () => {
    const expirationDate = '2099-07-31T21:59:59+00:00';
    const places = { expirationDate, allowedResources: { resourceIds: ['N00012'] } };
    const named = { firstName: 'Zoë', lastName: "O'Neill" };
    const { ePassId } = await issue(3, { ...places, ...named }, 'secret-user-id');
    const issuedAt = clock.at;
    clock.at += 60_000;
    dataOf(await scene.venue.redeem(ePassId, { resourceId: 'N00012', adultCount: 1, childCount: 1 }));
    const page = await pageOf(ePassId);
    assert.deepEqual(page, {
      now: iso(clock.at),
      programName: 'Demo programme',
      ...named,
      ePassId,
      modules: [1],
      state: 'active',
      availableUsages: 1,
      usedUsages: 2,
      grantedUsages: 3,
      issuedDate: iso(issuedAt),
      activationDate: iso(issuedAt),
      expirationDate,
      suspendedDate: null,
      cancelledDate: null,
      localValidity: [
        { timezone: hongKong, activationDate: inHongKong(issuedAt), expirationDate: '2099-08-01T05:59:59+08:00' },
      ],
      restriction: { kind: 'places', airports: [], moreAirports: 0, countries: [] },
      places: [
        {
          ...hub,
          iata: 'HKG',
          countryOrRegion: 'HK',
          timezone: hongKong,
          resources: [{ ...lounge, worksNow: true, closedReason: null }],
        },
      ],
      morePlaces: 0,
      visits: [
        {
          ...{ ...hub, ...lounge, timezone: hongKong },
          visitDate: iso(clock.at),
          localDate: inHongKong(clock.at),
          people: 2,
          usedUsages: 2,
          givenBackDate: null,
        },
      ],
      moreVisits: false,
    });
    assert.ok(!JSON.stringify(page).includes('secret-user-id'));
    assert.ok(!/DP[0-9]{14}/.test(JSON.stringify(page)), 'no order id');
  });

  test('a pass restricted to airports is told in their zones, with places or without', async () => {
    const dates = { activationDate: '2099-01-20T00:00:00+00:00', expirationDate: '2099-07-01T00:00:00+00:00' };
    const { ePassId } = await issue(1, { ...dates, allowedResources: { iata: ['JFK', 'HKG'] } });
    const page = await pageOf(ePassId);
    assert.equal(page.state, 'pendingActivation');
    assert.equal(page.restriction.kind, 'airports');
    assert.deepEqual(
      page.restriction.airports.map(({ iata, timezone }: { iata: string; timezone: string }) => [iata, timezone]),
      [
        ['JFK', 'America/New_York'],
        ['HKG', hongKong],
      ],
    );
    assert.deepEqual(page.localValidity, [
      {
        timezone: 'America/New_York',
        activationDate: '2099-01-19T19:00:00-05:00',
        expirationDate: '2099-06-30T20:00:00-04:00',
      },
      {
        timezone: hongKong,
        activationDate: '2099-01-20T08:00:00+08:00',
        expirationDate: '2099-07-01T08:00:00+08:00',
      },
    ]);
    assert.deepEqual(
      page.places.map(({ iata }: { iata: string }) => iata),
      ['HKG'],
      'where the programme has a place',
    );
    assert.equal(page.places[0].resources[0].worksNow, false);
  });

  test('countries and everywhere are told in plain data, with the places of the programme', async () => {
    const inCountries = await issue(1, { allowedResources: { countryOrRegion: ['GB', 'TH'] } });
    const page = await pageOf(inCountries.ePassId);
    assert.deepEqual(page.restriction, { kind: 'countries', airports: [], moreAirports: 0, countries: ['GB', 'TH'] });
    const names = page.places.flatMap(({ resources }: { resources: { resourceName: string }[] }) =>
      resources.map(({ resourceName }) => resourceName),
    );
    assert.deepEqual(names, ['Aspen Lounge', 'Pennine Lounge'], 'lounges only, and none in Hong Kong');
    const everywhere = await pageOf((await issue(1)).ePassId);
    assert.equal(everywhere.restriction.kind, 'everywhere');
    assert.deepEqual(
      everywhere.places.map(({ countryOrRegion }: { countryOrRegion: string }) => countryOrRegion),
      ['HK', 'GB'],
      'sorted by city',
    );
    assert.deepEqual(
      everywhere.localValidity.map(({ timezone }: { timezone: string }) => timezone),
      [hongKong, 'Europe/London'],
    );
  });

  test('pending, active, suspended, used up, given back, cancelled, expired: each with its facts', async () => {
    const start = clock.at;
    const { ePassId, orderId } = await issue(1, {
      activationDate: iso(start + 60_000),
      expirationDate: iso(start + 600_000),
      allowedResources: { resourceIds: ['N00001'] },
    });
    const states: string[] = [];
    const look = async () => {
      const page = await pageOf(ePassId);
      states.push(page.state);
      assert.equal(page.places[0].resources[0].worksNow, page.state === 'active', page.state);
      assert.equal(page.availableUsages + page.usedUsages, page.grantedUsages);
      return page;
    };
    await look();
    clock.at = start + 60_000;
    await look();
    clock.at += 1;
    await look();
    dataOf(await scene.operator.post('/v2/orders/ePasses/suspend', { ePassId, reason: 'reported as stolen' }));
    const suspended = await look();
    assert.equal(suspended.suspendedDate, iso(clock.at));
    assert.ok(!JSON.stringify(suspended).includes('stolen'), 'why it is suspended is not the page’s to tell');
    dataOf(await scene.operator.post('/v2/orders/ePasses/resume', { ePassId, reason: 'found' }));
    const use = dataOf(await scene.venue.redeem(ePassId));
    await look();
    dataOf(await scene.venue.post('/v2/redemptions/cancel', { orderId: use.orderId, reason: 'by mistake' }));
    const back = await look();
    assert.deepEqual([back.visits.length, back.visits[0].givenBackDate], [1, iso(clock.at)]);
    clock.at = start + 599_999;
    await look();
    clock.at += 1;
    const expired = await look();
    assert.equal(expired.availableUsages, 1);
    clock.at -= 1;
    dataOf(await scene.partner.call('PATCH', '/v2/orders', { orderId, status: 3 }));
    const cancelled = await look();
    assert.equal(cancelled.cancelledDate, iso(clock.at));
    assert.deepEqual(states, [
      ...['pendingActivation', 'pendingActivation', 'active', 'suspended', 'usedUp', 'active', 'active', 'expired'],
      'cancelled',
    ]);
    clock.at = start;
  });

  test('worksNow is what the door decides, closures included', async () => {
    const reason = 'Renovation until spring';
    dataOf(await scene.operator.call('PATCH', '/v2/resources/N00002', { closed: true, reason }));
    const { ePassId } = await issue(1, { allowedResources: { iata: ['MAN'] } });
    const [place] = (await pageOf(ePassId)).places;
    assert.deepEqual(
      place.resources.map((resource: Record<string, unknown>) => [
        resource.resourceName,
        resource.worksNow,
        resource.closedReason,
      ]),
      [
        ['Aspen Lounge', true, null],
        ['Pennine Lounge', false, reason],
      ],
    );
    for (const [index, resourceId] of ['N00001', 'N00002'].entries()) {
      const asked = { dpId: ePassId, resourceId, adultCount: 1, childCount: 0 };
      const { allowed } = dataOf(await scene.venue.post('/v2/redemptions/check', asked));
      assert.equal(allowed, place.resources[index].worksNow);
    }
    dataOf(await scene.operator.call('PATCH', '/v2/resources/N00002', { closed: false }));
  });

  test('fifty visits are shown, newest first, and that there are more', async () => {
    const { ePassId } = await issue(60);
    for (let visit = 0; visit < 51; visit += 1) {
      clock.at += 1_000;
      dataOf(await scene.venue.redeem(ePassId, { resourceId: visit % 2 === 0 ? 'N00001' : 'N00012' }));
    }
    const page = await pageOf(ePassId);
    assert.deepEqual([page.visits.length, page.moreVisits], [50, true]);
    assert.equal(page.visits[0].visitDate, iso(clock.at));
    assert.match(page.visits[1].localDate, /\+08:00$/);
    assert.equal(page.usedUsages, 51);
  });

  test('markup in names is text, in one JSON string', async () => {
    const firstName = '<img src=x onerror=alert(1)>';
    const lastName = '</script><script>alert(2)</script>';
    const { ePassId } = await issue(1, { firstName, lastName });
    const reply = await traveller.get(`/v2/passPages/${await tokenFor(ePassId)}`);
    assert.match(reply.headers.get('content-type')!, /^application\/json/);
    assert.deepEqual([dataOf(reply).firstName, dataOf(reply).lastName], [firstName, lastName]);
  });

  test('the page follows the sandbox clock of its programme', async () => {
    const { ePassId } = await issue(1, { expirationDate: iso(clock.at + 86_400_000) });
    const token = await tokenFor(ePassId);
    const later = iso(clock.at + 2 * 86_400_000);
    dataOf(await scene.partner.post('/v2/simulations/clock', { now: later }));
    const page = dataOf(await traveller.get(`/v2/passPages/${token}`));
    assert.deepEqual([page.now, page.state], [later, 'expired']);
    dataOf(await scene.partner.post('/v2/simulations/clock', { now: null }));
  });

  test('a page of a programme shows the places of that programme only', async () => {
    await addProgram(product(), { programId: 'SMALL', issuerPrefix: '1802', sandbox: true }, ['N00012']);
    const small = await addClient(product(), { scopes: ['issuer'], programIds: ['SMALL'] });
    const { ePassId } = await small.issue(1);
    const { token } = dataOf(await small.post('/v2/orders/ePasses/link', { ePassId }));
    const page = dataOf(await traveller.get(`/v2/passPages/${token}`));
    assert.deepEqual([page.programName, page.places.length, page.places[0].iata], ['SMALL', 1, 'HKG']);
  });

  test('a page takes no query, and is only read', async () => {
    const path = `/v2/passPages/${await tokenFor((await issue(1)).ePassId)}`;
    assert.deepEqual(refusedOf(await traveller.get(`${path}?language=de`), 'REQUEST_INVALID').fields, ['language']);
    for (const method of ['POST', 'PATCH', 'DELETE', 'PUT']) {
      refusedOf(await traveller.call(method, path), 'METHOD_NOT_ALLOWED');
    }
    for (const prefix of ['/api/v2', '']) assert.equal((await traveller.get(prefix + path.slice(3))).status, 200);
  });

  const look = (token: string, from: string, headers: Record<string, string> = {}) =>
    plainRequest(`${product().baseUrl}/v2/passPages/${token}`, { from, headers });

  test('an address has 60 wrong guesses a minute; then even a right one waits, and other addresses do not', async () => {
    const { ePassId } = await scene.partner.issue(1);
    const token = await tokenFor(ePassId);
    for (let guess = 0; guess < 60; guess += 1) {
      const headers = { 'x-forwarded-for': `10.0.0.${guess}`, forwarded: `for=10.0.0.${guess}` };
      const wrong = guess % 2 === 0 ? randomBytes(24).toString('base64url') : ePassId;
      assert.equal((await look(wrong, '127.0.0.9', headers)).status, 404);
      if (guess % 10 === 0) assert.equal((await look(token, '127.0.0.9')).status, 200, 'right ones are not counted');
    }
    const stopped = await look(randomBytes(24).toString('base64url'), '127.0.0.9', { 'x-forwarded-for': '10.1.1.1' });
    assert.equal(stopped.status, 429);
    assert.equal(JSON.parse(stopped.text).error, 'RATE_LIMITED');
    const wait = Number(stopped.headers['retry-after']);
    assert.ok(wait >= 1 && wait <= 60, `${wait}`);
    assert.equal((await look(token, '127.0.0.9')).status, 429);
    assert.equal((await look(token, '127.0.0.10')).status, 200, 'another address');
  });

  test('behind a proxy that is known the traveller’s own address counts, and only what the proxy says of it', async () => {
    const token = await tokenFor((await scene.partner.issue(1)).ePassId);
    const through = (text: string, forwarded: string) => look(text, '127.0.0.20', { 'x-forwarded-for': forwarded });
    // What stands before the last address was sent by the traveller; a second proxy of ours is looked through.
    for (let guess = 0; guess < 60; guess += 1) {
      const chain = guess % 2 === 0 ? `1.1.1.${guess}, 2001:db8::${guess}` : `2001:db8::${guess}, 10.9.9.9`;
      assert.equal((await through('wrong', chain)).status, 404);
    }
    assert.equal((await through(token, '2001:db8::ffff')).status, 429, 'the same network');
    assert.equal((await through(token, '2001:db8:0:1::1')).status, 200);
    assert.equal(
      (await look(token, '127.0.0.21', { 'x-forwarded-for': '2001:db8::1' })).status,
      200,
      'no proxy of ours',
    );
  });

  test('one link is looked at 120 times a minute at most, and others are not held up', async () => {
    const busy = await tokenFor((await issue(1)).ePassId);
    const quiet = await tokenFor((await issue(1)).ePassId);
    const statuses: number[] = [];
    for (let view = 0; view < 121; view += 1) statuses.push((await look(busy, '127.0.0.11')).status);
    assert.deepEqual([...new Set(statuses.slice(0, 120))], [200]);
    assert.equal(statuses[120], 429);
    assert.equal((await look(quiet, '127.0.0.11')).status, 200);
  });
});
