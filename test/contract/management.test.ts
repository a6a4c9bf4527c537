/** Programmes, transport hubs and resources, as people set them up and change them. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { dataOf, issueBody, openClient, refusedOf, type TestClient } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { openPerson, type PersonClient } from '../harness/people.ts';
import { addClient, changeRows, readRows, useScene } from '../harness/scene.ts';

const inDemo = { 'x-program-id': 'DEMO' };
const programme = (programId: string, issuerPrefix: string, more: object = {}) => ({
  ...{ programId, name: `Programme ${programId}`, issuerPrefix, sandbox: true, modules: [1, 2, 3] },
  ...more,
});

await eachDatabase('management', (open) => {
  const scene = useScene(open);
  let admin: PersonClient;
  let operator: PersonClient;
  let auditor: PersonClient;
  before(async () => {
    admin = await openPerson(scene.product, { role: 'administrator' });
    operator = await openPerson(scene.product, { role: 'operator', programIds: ['DEMO'] });
    auditor = await openPerson(scene.product, { role: 'auditor', programIds: ['DEMO'] });
  });

  /** The acts that were recorded of a subject, oldest first. */
  const actsOf = async (subject: string) => {
    const text = 'select act, actor, in_program, details from audit_log where subject = $1 order by number';
    const rows = await readRows<{ act: string; actor: string; in_program: string | null; details: string }>(
      scene.database,
      text,
      [subject],
    );
    return rows.map(({ details, ...row }) => ({ ...row, details: JSON.parse(details) }));
  };
  const patch = (client: TestClient, path: string, body: unknown, headers: Record<string, string> = {}) =>
    client.call('PATCH', path, body, headers);

  describe('programmes', () => {
    test('one is set up, repeatably, and issues passes at once', async () => {
      const body = programme('NEW', '5000', { crossModules: [1, 3], expiringDays: 3 });
      const headers = { 'x-request-id': randomUUID() };
      const first = await admin.post('/v2/programmes', body, headers);
      const { createdDate, ...told } = dataOf(first);
      assert.deepEqual(told, { ...body, counts: { passes: 0, resources: 0, clients: 0, endpoints: 0 } });
      assert.ok(Math.abs(Date.parse(createdDate) - Date.now()) < 60_000);
      const again = await admin.post('/v2/programmes', body, headers);
      assert.deepEqual([again.text, again.headers.get('idempotent-replayed')], [first.text, 'true']);
      const [act, ...more] = await actsOf('NEW');
      assert.deepEqual(more, []);
      assert.deepEqual(act, {
        ...{ act: 'programme.create', actor: `account:${admin.email}`, in_program: 'NEW' },
        details: body,
      });
      const partner = await addClient(scene.product, { scopes: ['issuer'], programIds: ['NEW'] });
      const { ePassId } = await partner.issue();
      assert.equal(ePassId.slice(0, 4), '5000');
    });

    test('ids and prefixes are taken once, and a refusal is repeated under its key', async () => {
      assert.deepEqual(
        refusedOf(await admin.post('/v2/programmes', programme('NEW', '5001')), 'PROGRAM_EXISTS').fields,
        ['programId'],
      );
      const headers = { 'idempotency-key': 'taken-prefix' };
      const taken = await admin.post('/v2/programmes', programme('NEW2', '1788'), headers);
      assert.deepEqual(refusedOf(taken, 'ISSUER_PREFIX_TAKEN').fields, ['issuerPrefix']);
      const again = await admin.post('/v2/programmes', programme('NEW2', '1788'), headers);
      assert.deepEqual([again.text, again.headers.get('idempotent-replayed')], [taken.text, 'true']);
      const other = await admin.post('/v2/programmes', programme('NEW2', '5001'), headers);
      refusedOf(other, 'IDEMPOTENCY_KEY_REUSED');
      const wrong = {
        programId: '-A',
        issuerPrefix: '12345',
        modules: [0],
        crossModules: [2],
        expiringDays: 366,
        name: '',
      };
      const { fields } = refusedOf(await admin.post('/v2/programmes', programme('N', '1', wrong)), 'REQUEST_INVALID');
      for (const field of Object.keys(wrong))
        assert.ok(
          fields.some((name) => name.startsWith(field)),
          field,
        );
      refusedOf(await admin.post('/v2/programmes', programme('N', '5009', { modules: [] })), 'REQUEST_INVALID');
    });

    test('two who choose one prefix at once: one gets it', async () => {
      const replies = await Promise.all(
        [1, 2, 3].map((index) => admin.post('/v2/programmes', programme(`RACE${index}`, '5999'))),
      );
      assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 409, 409]);
    });

    test('settings change; the prefix and the kind are final once a pass was issued', async () => {
      dataOf(await admin.post('/v2/programmes', programme('YOUNG', '5100')));
      const change = { name: 'Younger', issuerPrefix: '5101', modules: [1], crossModules: [4], expiringDays: 0 };
      const told = dataOf(await patch(admin, '/v2/programmes/YOUNG', change));
      assert.deepEqual({ ...told, ...change }, told);
      assert.deepEqual((await actsOf('YOUNG')).at(-1)!.details.before.issuerPrefix, '5100');
      const partner = await addClient(scene.product, { scopes: ['issuer'], programIds: ['YOUNG'] });
      const { ePassId } = await partner.issue();
      assert.equal(ePassId.slice(0, 4), '5101');
      for (const [field, value] of Object.entries({ issuerPrefix: '5102', sandbox: false })) {
        const refused = refusedOf(await patch(admin, '/v2/programmes/YOUNG', { [field]: value }), 'PROGRAM_HAS_PASSES');
        assert.deepEqual(refused.fields, [field]);
      }
      dataOf(await patch(admin, '/v2/programmes/YOUNG', { issuerPrefix: '5101', sandbox: true, name: 'Same' }));
      refusedOf(await patch(admin, '/v2/programmes/YOUNG', {}), 'REQUEST_INVALID');
      refusedOf(await patch(admin, '/v2/programmes/NOWHERE', { name: 'X' }), 'PROGRAM_UNKNOWN');
    });

    test('a prefix that was given up still finds the pass that was issued under it meanwhile', async () => {
      dataOf(await admin.post('/v2/programmes', programme('MOVED', '5200')));
      dataOf(await admin.post('/v2/resources/N00001/offer', {}, { 'x-program-id': 'MOVED' }));
      const partner = await addClient(scene.product, { scopes: ['issuer'], programIds: ['MOVED'] });
      // As another process would that has not heard of the change: the id is drawn with the prefix before it.
      const { ePassId } = await partner.issue();
      await changeRows(
        scene.product,
        "update programs set issuer_prefix = '5201', former_prefixes = array['5200'] where program_id = $1",
        ['MOVED'],
      );
      assert.equal(dataOf(await scene.venue.redeem(ePassId)).programId, 'MOVED');
      refusedOf(await admin.post('/v2/programmes', programme('THIEF', '5200')), 'ISSUER_PREFIX_TAKEN');
      dataOf(await admin.post('/v2/programmes', programme('BACK', '5300')));
      for (const issuerPrefix of ['5301', '5300', '5302']) {
        dataOf(await patch(admin, '/v2/programmes/BACK', { issuerPrefix }));
      }
      const [row] = await readRows<{ prefixes: string[] }>(
        scene.database,
        'select former_prefixes as prefixes from programs where program_id = $1',
        ['BACK'],
      );
      assert.deepEqual([...row!.prefixes].sort(), ['5300', '5301']);
    });

    test('one goes live in real time and with https endpoints only', async () => {
      dataOf(await admin.post('/v2/programmes', programme('SOON', '5400')));
      const soon = { 'x-program-id': 'SOON' };
      dataOf(await admin.post('/v2/simulations/clock', { now: '2090-01-01T00:00:00Z' }, soon));
      const endpoint = { url: 'http://partner.example/', eventTypes: ['epass.issued'], state: 'paused' };
      const { endpointId } = dataOf(await admin.post('/v2/endpoints', endpoint, soon));
      const refused = refusedOf(await patch(admin, '/v2/programmes/SOON', { sandbox: false }), 'REQUEST_INVALID');
      assert.deepEqual(refused.fields, ['sandbox', 'sandbox']);
      dataOf(await admin.post('/v2/simulations/clock', { now: null }, soon));
      dataOf(await patch(admin, `/v2/endpoints/${endpointId}`, { url: 'https://partner.example/' }, soon));
      assert.equal(dataOf(await patch(admin, '/v2/programmes/SOON', { sandbox: false })).sandbox, false);
      refusedOf(await admin.post('/v2/simulations/clock', { now: null }, soon), 'SANDBOX_ONLY');
    });

    test('the list tells counts, pages by cursor, and shows each only its own', async () => {
      const seen: string[] = [];
      for (let query = '?pageSize=2'; query !== ''; ) {
        const { programmes, nextCursor } = dataOf(await admin.get(`/v2/programmes${query}`));
        seen.push(...programmes.map(({ programId }: { programId: string }) => programId));
        query = nextCursor === null ? '' : `?pageSize=2&cursor=${nextCursor}`;
      }
      const all = await readRows<{ id: string }>(scene.database, 'select program_id as id from programs order by 1');
      assert.deepEqual(
        seen,
        all.map(({ id }) => id),
      );
      await scene.partner.issue();
      for (const client of [operator, auditor, scene.operator]) {
        const { programmes, nextCursor } = dataOf(await client.get('/v2/programmes'));
        assert.equal(nextCursor, null);
        assert.deepEqual([programmes.length, programmes[0].programId], [1, 'DEMO']);
        const { counts } = programmes[0];
        assert.ok(counts.passes >= 1 && counts.clients >= 3, JSON.stringify(counts));
        assert.equal(counts.resources, 6);
      }
      refusedOf(await admin.get('/v2/programmes?cursor=AAAA'), 'CURSOR_INVALID');
      refusedOf(await admin.get('/v2/programmes?pageSize=0'), 'REQUEST_INVALID');
      refusedOf(await operator.get('/v2/programmes', { 'x-program-id': 'NEW' }), 'PROGRAM_UNKNOWN');
    });

    test('only administrators set up and change', async () => {
      for (const client of [operator, auditor, scene.operator, scene.partner]) {
        refusedOf(await client.post('/v2/programmes', programme('X', '5998')), 'SCOPE_MISSING');
        refusedOf(await patch(client, '/v2/programmes/DEMO', { name: 'X' }), 'SCOPE_MISSING');
        refusedOf(await client.post('/v2/transportHubs', { transportHubName: 'X', iata: 'LHR' }), 'SCOPE_MISSING');
        refusedOf(await patch(client, '/v2/transportHubs/A00001', { transportHubName: 'X' }), 'SCOPE_MISSING');
        const place = { module: 1, resourceName: 'X', transportHubId: 'A00001', location: 'X' };
        refusedOf(await client.post('/v2/resources', place), 'SCOPE_MISSING');
      }
    });
  });

  describe('transport hubs', () => {
    test('one is set up from its airport, listed for administrators, and shown when it has a resource', async () => {
      const made = dataOf(
        await admin.post('/v2/transportHubs', { transportHubName: 'Edinburgh Airport', iata: 'EDI' }),
      );
      assert.match(made.transportHubId, /^A0000[3-9]$/);
      const { city, countryOrRegion, continent, timezone, type } = made;
      const facts = { city, countryOrRegion, continent, timezone, type };
      const expected = {
        city: 'Edinburgh',
        countryOrRegion: 'GB',
        continent: 'Europe',
        timezone: 'Europe/London',
        type: 1,
      };
      assert.deepEqual(facts, expected);
      const path = `/v2/transportHubs/${made.transportHubId}`;
      assert.deepEqual(dataOf(await admin.get(path, inDemo)), made);
      refusedOf(await operator.get(path), 'TRANSPORT_HUB_UNKNOWN');
      const { transportHubs } = dataOf(await admin.get('/v2/transportHubs?all=true&iata=EDI', inDemo));
      assert.deepEqual(transportHubs, [made]);
      assert.deepEqual(dataOf(await admin.get('/v2/transportHubs?iata=EDI', inDemo)).transportHubs, []);
      refusedOf(await operator.get('/v2/transportHubs?all=true'), 'SCOPE_MISSING');
      refusedOf(await admin.get('/v2/transportHubs?all=true&module=1', inDemo), 'REQUEST_INVALID');
      const twice = await admin.post('/v2/transportHubs', { transportHubName: 'Edinburgh again', iata: 'EDI' });
      assert.equal(refusedOf(twice, 'TRANSPORT_HUB_EXISTS').facts.transportHubId, made.transportHubId);
      assert.deepEqual((await actsOf(made.transportHubId))[0]!.act, 'hub.create');
    });

    test('drawn ids step over longer ones that somebody chose', async () => {
      const facts = {
        city: 'London',
        countryOrRegion: 'GB',
        timezone: 'Europe/London',
        latitude: '51',
        longitude: '0',
      };
      const hubs = async (more: object = {}) =>
        dataOf(await admin.post('/v2/transportHubs', { transportHubName: 'Hub', ...facts, ...more })).transportHubId;
      const places = async (more: object = {}) => {
        const place = { module: 4, resourceName: 'Shop', transportHubId: 'A00001', location: 'Arrivals', ...more };
        return dataOf(await admin.post('/v2/resources', place, inDemo)).resourceId;
      };
      assert.equal(await hubs({ transportHubId: 'A123456' }), 'A123456');
      const drawn = [await hubs(), await hubs()];
      for (const id of drawn) assert.match(id, /^A000\d\d$/);
      assert.notEqual(drawn[0], drawn[1]);
      const first = await places();
      const letter = first[0];
      await places({ resourceId: `${letter}99999` });
      await places({ resourceId: `${letter}100001` });
      assert.deepEqual([await places(), await places()], [`${letter}100000`, `${letter}100002`]);
    });

    test('one that is no airport says all of itself', async () => {
      const station = {
        transportHubId: 'AKGX',
        transportHubName: "King's Cross",
        city: 'London',
        countryOrRegion: 'GB',
      };
      const refused = refusedOf(await admin.post('/v2/transportHubs', station), 'REQUEST_INVALID');
      assert.deepEqual(refused.fields, ['timezone', 'latitude', 'longitude']);
      const rest = { timezone: 'Europe/London', latitude: '51.5308', longitude: '-0.1238' };
      const made = dataOf(await admin.post('/v2/transportHubs', { ...station, ...rest }));
      assert.deepEqual([made.transportHubId, made.iata, made.type, made.latitude], ['AKGX', null, 2, '51.5308']);
      refusedOf(await admin.post('/v2/transportHubs', { ...station, ...rest }), 'TRANSPORT_HUB_EXISTS');
      for (const timezone of ['Europe/Lundun', 'europe/london', 'EUROPE/LONDON', 'GMT+1', 'Mars/Base']) {
        const wrong = await admin.post('/v2/transportHubs', { ...station, ...rest, transportHubId: 'AX', timezone });
        assert.deepEqual(refusedOf(wrong, 'REQUEST_INVALID').fields, ['timezone'], timezone);
      }
      const unknown = await admin.post('/v2/transportHubs', { transportHubName: 'X', iata: 'ZZZ' });
      assert.deepEqual(refusedOf(unknown, 'REQUEST_INVALID').fields, ['iata']);
    });

    test('every zone that is taken is known to the database, so that reports can reckon in it', async () => {
      const zones = [...Intl.supportedValuesOf('timeZone'), 'UTC', 'Etc/GMT+5', 'US/Pacific'];
      const text = 'select zone from unnest($1::text[]) as zone where (now() at time zone zone) is not null';
      const rows = await readRows<{ zone: string }>(scene.database, text, [zones]);
      assert.equal(rows.length, zones.length);
    });

    test('a change reaches every resource of the hub', async () => {
      const changed = dataOf(await patch(admin, '/v2/transportHubs/A00002', { transportHubName: 'Chek Lap Kok' }));
      assert.deepEqual([changed.transportHubName, changed.city], ['Chek Lap Kok', 'Hong Kong']);
      const { locationInfo } = dataOf(await scene.partner.get('/v2/resources/N00012'));
      assert.equal(locationInfo.transportHubName, 'Chek Lap Kok');
      const [act] = (await actsOf('A00002')).slice(-1);
      assert.deepEqual(
        [act!.act, act!.details.before.name, act!.details.after.name],
        ['hub.change', 'Hong Kong International Airport', 'Chek Lap Kok'],
      );
      refusedOf(await patch(admin, '/v2/transportHubs/A00002', { iata: 'MAN' }), 'TRANSPORT_HUB_EXISTS');
      const bangkok = { city: 'Bangkok', countryOrRegion: 'TH' };
      dataOf(await patch(admin, '/v2/transportHubs/A00003', { iata: 'DMK' }));
      dataOf(await patch(admin, '/v2/transportHubs/A00003', { iata: 'BKK', ...bangkok }));
      const { ePassId } = await scene.partner.issue();
      dataOf(await scene.venue.redeem(ePassId, { resourceId: 'N00012' }));
      const moved = await patch(admin, '/v2/transportHubs/A00002', { iata: 'MFM' });
      assert.deepEqual(refusedOf(moved, 'TRANSPORT_HUB_USED').fields, ['iata', 'countryOrRegion']);
      dataOf(await patch(admin, '/v2/transportHubs/A00002', { iata: 'HKG', countryOrRegion: 'HK', city: 'Hong Kong' }));
      refusedOf(await patch(admin, '/v2/transportHubs/A99999', { transportHubName: 'X' }), 'TRANSPORT_HUB_UNKNOWN');
      refusedOf(await patch(admin, '/v2/transportHubs/A00002', {}), 'REQUEST_INVALID');
      refusedOf(await patch(admin, '/v2/transportHubs/A00002', { latitude: '90.5' }), 'REQUEST_INVALID');
    });
  });

  describe('resources', () => {
    const lounge = { module: 1, resourceName: 'Test Lounge', transportHubId: 'A00001', location: 'Gate 1' };

    test('one is set up with an id of its module, stands where its hub does, and is offered', async () => {
      const made = dataOf(await admin.post('/v2/resources', lounge, inDemo));
      assert.match(made.resourceId, /^N000(1[3-9]|2\d)$/);
      assert.deepEqual(made.extra, { childrenCount: true, open: true, closedReason: null });
      assert.deepEqual([made.locationInfo.coordinates, made.image], ['53.3537,-2.275', null]);
      assert.deepEqual(dataOf(await scene.partner.get(`/v2/resources/${made.resourceId}`)), made);
      const own = { ...lounge, resourceId: 'NTEST', coordinates: '1.5,-2', image: 'https://a.example/b.png' };
      const programIds = ['DEMO', 'NEW'];
      const given = dataOf(await admin.post('/v2/resources', { ...own, programIds, childrenCount: false }));
      assert.deepEqual(
        [given.resourceId, given.locationInfo.coordinates, given.image, given.extra.childrenCount],
        ['NTEST', '1.5,-2', own.image, false],
      );
      assert.deepEqual(dataOf(await admin.get('/v2/resources/NTEST', { 'x-program-id': 'NEW' })), given);
      assert.equal((await actsOf('NTEST'))[0]!.act, 'resource.create');
      const next = dataOf(await admin.post('/v2/resources', { ...lounge, module: 2 }, inDemo));
      assert.equal(next.resourceId, 'C10827');
      refusedOf(await admin.post('/v2/resources', own, inDemo), 'RESOURCE_EXISTS');
    });

    test('what cannot be is refused by field', async () => {
      const cases: [object, string, string[]][] = [
        [{ resourceId: 'C00009' }, 'REQUEST_INVALID', ['resourceId']],
        [{ transportHubId: 'A99999' }, 'TRANSPORT_HUB_UNKNOWN', ['transportHubId']],
        [{ programIds: ['DEMO', 'NOWHERE'] }, 'REQUEST_INVALID', ['programIds.1']],
        [{ module: 7 }, 'MODULE_NOT_OFFERED', ['module']],
        [{ image: 'http://a.example/' }, 'REQUEST_INVALID', ['image']],
        [{ coordinates: '91,0' }, 'REQUEST_INVALID', ['coordinates']],
        [{ resourceName: '\u202e' }, 'REQUEST_INVALID', ['resourceName']],
      ];
      for (const [wrong, error, fields] of cases) {
        const reply = await admin.post('/v2/resources', { ...lounge, ...wrong }, inDemo);
        assert.deepEqual(refusedOf(reply, error as 'REQUEST_INVALID').fields, fields, JSON.stringify(wrong));
      }
      refusedOf(await admin.post('/v2/resources', lounge), 'PROGRAM_REQUIRED');
    });

    test('many set up at once get ids of their own', async () => {
      const replies = await Promise.all(Array.from({ length: 6 }, () => admin.post('/v2/resources', lounge, inDemo)));
      const ids = replies.map((reply) => dataOf(reply).resourceId);
      assert.equal(new Set(ids).size, 6);
    });

    test('an operator closes, opens, and says whether children count: in its own programme only', async () => {
      const path = '/v2/resources/NTEST';
      const closed = dataOf(await patch(operator, path, { closed: true, reason: 'Works' }));
      assert.deepEqual(closed.extra, { childrenCount: false, open: false, closedReason: 'Works' });
      const both = dataOf(await patch(operator, path, { closed: false, childrenCount: true }));
      assert.deepEqual(both.extra, { childrenCount: true, open: true, closedReason: null });
      const elsewhere = dataOf(await admin.get(path, { 'x-program-id': 'NEW' }));
      assert.deepEqual(elsewhere.extra, { childrenCount: false, open: true, closedReason: null });
      const acts = (await actsOf('NTEST')).slice(1);
      assert.deepEqual(
        acts.map(({ act, in_program, details }) => [act, in_program, details]),
        [
          ['resource.close', 'DEMO', { reason: 'Works' }],
          ['resource.open', 'DEMO', {}],
          ['resource.change', 'DEMO', { before: { childrenCount: false }, after: { childrenCount: true } }],
        ],
      );
      const { ePassId } = await scene.partner.issue(9);
      const party = { resourceId: 'N00001', adultCount: 1, childCount: 2 };
      assert.equal(dataOf(await scene.venue.redeem(ePassId, party)).usedUsages, 3);
      dataOf(await patch(operator, '/v2/resources/N00001', { childrenCount: false }));
      assert.equal(dataOf(await scene.venue.redeem(ePassId, party)).usedUsages, 1);
      dataOf(await patch(operator, '/v2/resources/N00001', { childrenCount: true }));
    });

    test('the place itself is changed by an administrator, in every programme', async () => {
      const change = { resourceName: 'Renamed', location: 'Gate 2', coordinates: '3,4', image: null };
      refusedOf(await patch(operator, '/v2/resources/NTEST', change), 'SCOPE_MISSING');
      const changed = dataOf(await patch(admin, '/v2/resources/NTEST', change, inDemo));
      assert.deepEqual(
        [changed.resourceName, changed.locationInfo.location, changed.locationInfo.coordinates, changed.image],
        ['Renamed', 'Gate 2', '3,4', null],
      );
      const elsewhere = dataOf(await admin.get('/v2/resources/NTEST', { 'x-program-id': 'NEW' }));
      assert.equal(elsewhere.resourceName, 'Renamed');
      const { before } = (await actsOf('NTEST')).at(-1)!.details;
      const was = { resourceName: 'Test Lounge', location: 'Gate 1', coordinates: '1.5,-2' };
      assert.deepEqual(before, { ...was, image: 'https://a.example/b.png' });
      for (const wrong of [{}, { reason: 'x' }, { closed: true }, { childrenCount: null }, { name: 'x' }]) {
        refusedOf(await patch(admin, '/v2/resources/NTEST', wrong, inDemo), 'REQUEST_INVALID');
      }
      refusedOf(await patch(admin, '/v2/resources/N99999', { childrenCount: true }, inDemo), 'RESOURCE_UNKNOWN');
    });

    test('a withdrawn resource takes no passes, keeps its history, and can be offered again', async () => {
      const { ePassId } = await scene.partner.issue(5);
      const use = dataOf(await scene.venue.redeem(ePassId, { resourceId: 'N00002' }));
      const headers = { 'x-request-id': randomUUID() };
      const first = await operator.post('/v2/resources/N00002/withdraw', undefined, headers);
      assert.deepEqual([dataOf(first).programId, dataOf(first).resourceId], ['DEMO', 'N00002']);
      const again = await operator.post('/v2/resources/N00002/withdraw', undefined, headers);
      assert.deepEqual([again.text, again.headers.get('idempotent-replayed')], [first.text, 'true']);
      refusedOf(await operator.post('/v2/resources/N00002/withdraw'), 'RESOURCE_UNKNOWN');
      refusedOf(await scene.venue.redeem(ePassId, { resourceId: 'N00002' }), 'E_PASS_UNKNOWN');
      refusedOf(await scene.partner.get('/v2/resources/N00002'), 'RESOURCE_UNKNOWN');
      refusedOf(await patch(operator, '/v2/resources/N00002', { childrenCount: true }), 'RESOURCE_UNKNOWN');
      const named = issueBody(1, { allowedResources: { resourceIds: ['N00002'] } });
      const issued = await scene.partner.post('/v2/orders/lounges/ePasses', named);
      refusedOf(issued, 'ALLOWED_RESOURCE_UNKNOWN');
      const details = dataOf(await scene.partner.post('/v2/orders/ePasses/details', { orderId: use.orderId }));
      assert.equal(details.resourceName, 'Pennine Lounge');
      const { orders } = dataOf(await scene.venue.post('/v2/orders/ePasses', { ePassId }));
      assert.equal(orders[0].resourceId, 'N00002');
      assert.match((await operator.get(`/v2/passes/${ePassId}/history`)).text, /Pennine Lounge/);
      assert.match((await operator.get('/v2/reports/today')).text, /Pennine Lounge/);
      const { token } = dataOf(await scene.partner.post('/v2/orders/ePasses/link', { ePassId }));
      assert.equal(dataOf(await scene.partner.get(`/v2/passPages/${token}`)).visits[0].resourceName, 'Pennine Lounge');
      const undo = { orderId: use.orderId, reason: 'withdrawn' };
      assert.equal(dataOf(await scene.venue.post('/v2/redemptions/cancel', undo)).status, 3);
      const withdrawn = dataOf(await auditor.get('/v2/resources?offered=false')).resources.transportHubResources;
      assert.deepEqual(
        withdrawn.map(({ resourceId }: { resourceId: string }) => resourceId),
        ['N00002'],
      );
      refusedOf(await scene.partner.get('/v2/resources?offered=false'), 'SCOPE_MISSING');
      const offered = dataOf(await operator.post('/v2/resources/N00002/offer', { childrenCount: false }));
      assert.deepEqual([offered.resourceName, offered.extra.childrenCount], ['Pennine Lounge', false]);
      refusedOf(await operator.post('/v2/resources/N00002/offer', {}), 'RESOURCE_ALREADY_OFFERED');
      assert.equal(dataOf(await scene.venue.redeem(ePassId, { resourceId: 'N00002' })).usedUsages, 1);
      assert.deepEqual(
        (await actsOf('N00002')).map(({ act }) => act),
        ['resource.withdraw', 'resource.offer'],
      );
    });
  });

  describe('those who have some programmes only', () => {
    let limited: PersonClient;
    let foreign: TestClient;
    before(async () => {
      limited = operator;
      foreign = await openPerson(scene.product, { role: 'operator', programIds: ['NEW'] });
      dataOf(await admin.post('/v2/resources', { ...place, resourceId: 'NALIEN', programIds: ['NEW'] }));
      dataOf(await admin.post('/v2/resources', { ...place, resourceId: 'NOWN', programIds: ['DEMO'] }));
    });
    const place = { module: 1, resourceName: 'Place', transportHubId: 'A00001', location: 'Gate 1' };
    const essence = (text: string, id: string) => text.replaceAll(id, '<id>').replace(/"requestId":"[^"]+"/, '');

    test("another programme's resource is one that does not exist, and nothing of it changes", async () => {
      const calls: [string, string, unknown?][] = [
        ['GET', ''],
        ['PATCH', '', { childrenCount: false }],
        ['PATCH', '', { closed: true, reason: 'x' }],
        ['POST', '/offer', {}],
        ['POST', '/withdraw'],
      ];
      for (const [method, path, body] of calls) {
        const theirs = await limited.call(method, `/v2/resources/NALIEN${path}`, body);
        const nobodys = await limited.call(method, `/v2/resources/N99999${path}`, body);
        refusedOf(theirs, 'RESOURCE_UNKNOWN');
        assert.equal(essence(theirs.text, 'NALIEN'), essence(nobodys.text, 'N99999'));
        assert.deepEqual([...theirs.headers.keys()].sort(), [...nobodys.headers.keys()].sort());
      }
      const kept = dataOf(await foreign.get('/v2/resources/NALIEN'));
      assert.deepEqual(kept.extra, { childrenCount: true, open: true, closedReason: null });
    });

    test('an operator of two programmes offers in one what the other offers', async () => {
      const both = await openPerson(scene.product, { role: 'operator', programIds: ['DEMO', 'NEW'] });
      refusedOf(await both.post('/v2/resources/NALIEN/offer', {}), 'PROGRAM_REQUIRED');
      const offered = dataOf(await both.post('/v2/resources/NALIEN/offer', {}, inDemo));
      assert.equal(offered.resourceId, 'NALIEN');
      dataOf(await limited.get('/v2/resources/NALIEN'));
      refusedOf(await both.post('/v2/resources/NALIEN/offer', {}, { 'x-program-id': 'MOVED' }), 'PROGRAM_UNKNOWN');
    });
  });

  test('nothing was broken on the way', async () => {
    assert.deepEqual(
      scene.product.logged.filter(({ level }) => level === 'error'),
      [],
    );
    const nobody = await openClient(scene.product.baseUrl, null);
    for (const path of ['/v2/programmes', '/v2/clients']) refusedOf(await nobody.get(path), 'TOKEN_REFUSED');
  });
});
