/** The devices of front desks: paired once, bound to one door, revoked within a second. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { type Route, routes } from '../../src/contract/routes.ts';
import { dataOf, openClient, refusedOf, type TestClient } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { makeDevice, openBearer, pairDevice, sendCode } from '../harness/devices.ts';
import { plainRequest } from '../harness/forged-tokens.ts';
import { openPerson } from '../harness/people.ts';
import { addClient, addProgram, holdClock, readRows, useScene } from '../harness/scene.ts';

const minutes = (count: number) => count * 60_000;
/** Instants are told in whole seconds. */
const wholeSeconds = (at: number) => Math.floor(at / 1_000) * 1_000;

await eachDatabase('devices', (open) => {
  const clock = holdClock();
  const scene = useScene(open, clock);
  const base = () => scene.product.baseUrl;
  const pair = (resourceId?: string) => pairDevice(base(), scene.operator, resourceId);
  const deviceIdOf = async (device: TestClient): Promise<string> =>
    dataOf(await device.get('/v2/devices/current')).device.deviceId;

  test('a device is made, paired once, and told where it stands', async () => {
    const made = await makeDevice(scene.operator, 'N00001', 'Tablet “Ost” 1');
    assert.match(made.pairingCode, /^[A-Za-z0-9_-]{22}$/, '132 bits');
    assert.match(made.pairingUrl, /\/desk#pair=[A-Za-z0-9_-]{22}$/);
    assert.equal(Date.parse(made.expiresAt), clock.at + minutes(10));
    const { token, device } = dataOf(await sendCode(base(), made.pairingCode));
    assert.match(token, /^pdd_[A-Za-z0-9_-]{43}$/);
    assert.deepEqual([device.state, device.name, device.everyProgram], ['paired', 'Tablet “Ost” 1', false]);
    const told = dataOf(await openBearer(base(), token).get('/v2/devices/current'));
    assert.deepEqual(told.device, device);
    assert.deepEqual([told.place.resourceName, told.place.timezone], ['Aspen Lounge', 'Europe/London']);
    const [programme] = told.programmes;
    assert.deepEqual([programme.programId, programme.issuerPrefix, programme.open], ['DEMO', '1788', true]);
    assert.ok(
      programme.resources.some(({ resourceName }: { resourceName: string }) => resourceName === 'Pennine Lounge'),
    );
    assert.ok(!programme.resources.some(({ resourceId }: { resourceId: string }) => resourceId === 'N00012'));
  });

  test('a code is good once; only the attempt that took the token gets it again', async () => {
    const { pairingCode, shortCode } = await makeDevice(scene.operator);
    const attempt = randomUUID();
    const first = dataOf(await sendCode(base(), pairingCode, attempt));
    assert.equal(dataOf(await sendCode(base(), pairingCode, attempt.toUpperCase())).token, first.token);
    for (const code of [pairingCode, shortCode]) {
      assert.deepEqual(refusedOf(await sendCode(base(), code), 'PAIRING_CODE_REFUSED').fields, ['pairingCode']);
    }
    clock.at += minutes(10);
    refusedOf(await sendCode(base(), pairingCode, attempt), 'PAIRING_CODE_REFUSED');
    assert.equal((await openBearer(base(), first.token).get('/v2/devices/current')).status, 200);
  });

  test('of many that send one code at once, one gets a token', async () => {
    const { pairingCode } = await makeDevice(scene.operator);
    const replies = await Promise.all(Array.from({ length: 8 }, () => sendCode(base(), pairingCode)));
    assert.equal(replies.filter(({ status }) => status === 200).length, 1);
    for (const reply of replies) if (reply.status !== 200) refusedOf(reply, 'PAIRING_CODE_REFUSED');
  });

  test('a code ends after ten minutes, and with its device', async () => {
    const late = await makeDevice(scene.operator);
    clock.at += minutes(10) - 1;
    const revoked = await makeDevice(scene.operator);
    await scene.operator.post(`/v2/devices/${revoked.deviceId}/revoke`);
    refusedOf(await sendCode(base(), revoked.pairingCode), 'PAIRING_CODE_REFUSED');
    clock.at += 1;
    for (const code of [late.pairingCode, late.shortCode]) {
      refusedOf(await sendCode(base(), code), 'PAIRING_CODE_REFUSED');
    }
    const { devices } = dataOf(await scene.operator.get('/v2/devices'));
    const stateOf = (id: string) => devices.find(({ deviceId }: { deviceId: string }) => deviceId === id).state;
    assert.deepEqual([stateOf(late.deviceId), stateOf(revoked.deviceId)], ['expired', 'revoked']);
  });

  test('the short code may be typed as people type', async () => {
    const { shortCode } = await makeDevice(scene.operator);
    assert.match(shortCode, /^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/);
    const sloppy = shortCode.toLowerCase().replace('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l');
    assert.equal((await sendCode(base(), sloppy)).status, 200);
  });

  test('whoever guesses codes waits: ten a minute from an address', async () => {
    const { pairingCode } = await makeDevice(scene.operator);
    const guess = (code: string, from: string) =>
      plainRequest(`${base()}/v2/devices/pair`, {
        method: 'POST',
        body: JSON.stringify({ pairingCode: code }),
        headers: { 'content-type': 'application/json' },
        from,
      });
    const guesses = await Promise.all(
      Array.from({ length: 40 }, (_, index) => guess(`WRONG${10_000 + index}`, '127.0.0.9')),
    );
    const refused = guesses.filter(({ text }) => text.includes('PAIRING_CODE_REFUSED')).length;
    assert.ok(refused <= 10, `${refused} guesses were looked at`);
    assert.equal(guesses.filter(({ status }) => status === 429).length, 40 - refused);
    assert.equal((await guess(pairingCode, '127.0.0.9')).status, 429, 'the right one waits as well');
    assert.equal((await guess(pairingCode, '127.0.0.10')).status, 200, 'another address');
  });

  test('neither codes nor token can be read in the database', async () => {
    const made = await makeDevice(scene.operator);
    const { token } = dataOf(await sendCode(base(), made.pairingCode));
    const rows = await readRows<{ text: string }>(scene.database, 'select d::text as text from devices d');
    const whole = JSON.stringify(rows) + JSON.stringify(scene.product.logged);
    assert.ok(whole.includes(made.deviceId));
    for (const secret of [made.pairingCode, made.shortCode, made.shortCode.replace('-', ''), token, token.slice(4)]) {
      assert.ok(!whole.includes(secret), secret);
    }
  });

  test('a device checks, admits and takes back at its own door; the history tells it by its id', async () => {
    const device = await pair();
    const deviceId = await deviceIdOf(device);
    const { ePassId } = await scene.partner.issue(3, { firstName: 'Grace', lastName: 'Hopper' });
    const people = { dpId: ePassId, resourceId: 'N00001', adultCount: 1, childCount: 0 };
    const check = dataOf(await device.post('/v2/redemptions/check', people));
    assert.deepEqual([check.allowed, check.holder], [true, { firstName: 'Grace', lastName: 'Hopper' }]);
    const use = dataOf(await device.redeem(ePassId, { adultCount: 2, scanId: randomUUID() }));
    const listed = dataOf(await device.post('/v2/orders/ePasses', {}));
    assert.equal(listed.orders[0].orderId, use.orderId);
    assert.ok(listed.orders.every(({ resourceId }: { resourceId: string }) => resourceId === 'N00001'));
    clock.at += minutes(15) - 1;
    const back = await device.post('/v2/redemptions/cancel', { orderId: use.orderId, reason: 'Walked out' });
    assert.deepEqual([dataOf(back).status, dataOf(back).availableUsages], [3, 3]);
    const lines = await readRows<{ kind: string; client_id: string }>(
      scene.database,
      "select kind, client_id from entries where program_id = 'DEMO' and pass_id = $1 order by number",
      [ePassId],
    );
    const who = `device:${deviceId}`;
    assert.deepEqual(
      lines.map(({ kind, client_id }) => [kind, client_id === who]),
      [
        ['issue', false],
        ['use', true],
        ['give-back', true],
      ],
    );
    const later = dataOf(await device.redeem(ePassId));
    clock.at += minutes(15);
    const tooLate = await device.post('/v2/redemptions/cancel', { orderId: later.orderId, reason: 'Walked out' });
    refusedOf(tooLate, 'GIVE_BACK_TOO_LATE');
  });

  test('a device does nothing elsewhere and nothing else', async () => {
    const device = await pair();
    const { ePassId } = await scene.partner.issue(3);
    const elsewhere = dataOf(await scene.venue.redeem(ePassId, { resourceId: 'N00002' }));
    refusedOf(await device.redeem(ePassId, { resourceId: 'N00002' }), 'RESOURCE_NOT_YOURS');
    const people = { dpId: ePassId, resourceId: 'N00002', adultCount: 1, childCount: 0 };
    refusedOf(await device.post('/v2/redemptions/check', people), 'RESOURCE_NOT_YOURS');
    const { orderId } = elsewhere;
    refusedOf(await device.post('/v2/redemptions/cancel', { orderId, reason: 'Not mine' }), 'USAGE_ORDER_UNKNOWN');
    refusedOf(await device.post('/v2/orders/ePasses/details', { orderId }), 'USAGE_ORDER_UNKNOWN');
    refusedOf(await device.post('/v2/orders/ePasses', { resourceId: 'N00002' }), 'RESOURCE_NOT_YOURS');
    assert.equal(dataOf(await device.post('/v2/orders/ePasses', { ePassId })).orders.length, 0);
    for (const [operation, route] of Object.entries(routes as Record<string, Route>)) {
      if (route.scopes === null || route.scopes.length === 0 || route.scopes.includes('venue')) continue;
      const path = route.path.replace('{module}', 'lounges').replace(/\{\w+\}/g, 'N00001');
      const reply = await device.call(route.method, path, route.method === 'GET' ? undefined : {});
      assert.equal(reply.json.error, 'SCOPE_MISSING', operation);
    }
    refusedOf(await scene.venue.get('/v2/devices/current'), 'DEVICE_UNKNOWN');
  });

  test('what only looks like a token of a device is refused like any other', async () => {
    const device = await pair();
    const bad = [
      'pdd_',
      `pdd_${'A'.repeat(43)}`,
      `${device.token}x`,
      device.token.slice(0, -1),
      `PDD${device.token.slice(3)}`,
    ];
    for (const token of [...bad, device.token.toLowerCase(), `pdd_${'A'.repeat(9_000)}`]) {
      refusedOf(await openBearer(base(), token).get('/v2/devices/current'), 'TOKEN_REFUSED');
    }
  });

  test('ATK-50: a pass shown at two devices in the same moment gets one in', async () => {
    const desks = [await pair(), await pair()];
    for (let round = 0; round < 10; round += 1) {
      const { ePassId } = await scene.partner.issue(1);
      const replies = await Promise.all(desks.map((desk) => desk.redeem(ePassId, { scanId: randomUUID() })));
      assert.deepEqual(replies.map(({ status }) => status).toSorted(), [200, 409]);
      const { facts } = refusedOf(replies.find(({ status }) => status !== 200)!, 'E_PASS_USAGES_EXCEEDED');
      assert.deepEqual([facts.lastUsedResourceId, facts.availableUsages], ['N00001', 0]);
      assert.equal(Date.parse(String(facts.lastUsedDate)), wholeSeconds(clock.at));
    }
  });

  test('a revoked device is told at once, and stays revoked', async () => {
    const device = await pair();
    const deviceId = await deviceIdOf(device);
    const path = `/v2/devices/${deviceId}/revoke`;
    const first = dataOf(await scene.operator.post(path));
    assert.deepEqual([first.state, Date.parse(first.revokedDate)], ['revoked', wholeSeconds(clock.at)]);
    refusedOf(await device.get('/v2/devices/current'), 'TOKEN_REFUSED');
    clock.at += minutes(1);
    assert.deepEqual(dataOf(await scene.operator.post(path)), first);
    refusedOf(await scene.operator.post(`/v2/devices/dev_${'0'.repeat(32)}/revoke`), 'DEVICE_UNKNOWN');
    const acts = await readRows<{ act: string; actor: string; details: string }>(
      scene.database,
      'select act, actor, details from audit_log where subject = $1 order by number',
      [deviceId],
    );
    assert.deepEqual(
      acts.map(({ act }) => act),
      ['device.create', 'device.revoke'],
    );
    assert.match(acts[0]!.actor, /^test-/);
    assert.deepEqual(JSON.parse(acts[0]!.details), { name: 'Entrance', resourceId: 'N00001', everyProgram: false });
  });

  test('devices are listed newest first, page by page', async () => {
    const names = ['a', 'b', 'c'];
    for (const name of names) {
      clock.at += 1;
      await makeDevice(scene.operator, 'N00012', name);
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`;
      const page = dataOf(await scene.operator.get(`/v2/devices?pageSize=2${query}`));
      seen.push(...page.devices.map(({ name }: { name: string }) => name));
      cursor = page.nextCursor;
    } while (cursor !== null);
    assert.deepEqual(seen.slice(0, 3), ['c', 'b', 'a']);
    refusedOf(await scene.operator.get('/v2/devices?cursor=bm8'), 'CURSOR_INVALID');
    refusedOf(await scene.operator.post('/v2/devices', { name: 'x', resourceId: 'N99999' }), 'RESOURCE_UNKNOWN');
  });
});

await eachDatabase('devices where two programmes share a door', (open) => {
  const scene = useScene(open);
  let other: TestClient;
  before(async () => {
    await addProgram(scene.product, { programId: 'OTHER', issuerPrefix: '4321', sandbox: false }, ['N00001']);
    other = await addClient(scene.product, { scopes: ['issuer', 'operator'], programIds: ['OTHER'] });
  });

  /** Makes a device as an administrator does in the console. */
  async function pairedByAdministrator(): Promise<TestClient> {
    const { baseUrl } = scene.product;
    const administrator = await openPerson(scene.product, { role: 'administrator' });
    const body = { name: 'Everybody', resourceId: 'N00001' };
    const { pairingCode, device } = dataOf(await administrator.post('/v2/devices', body, { 'x-program-id': 'DEMO' }));
    assert.deepEqual([device.everyProgram, device.createdBy], [true, `account:${administrator.email}`]);
    return openBearer(baseUrl, dataOf(await sendCode(baseUrl, pairingCode)).token);
  }

  test("an operator's device keeps to its programme; an administrator's admits for all at the place", async () => {
    const { baseUrl } = scene.product;
    const confined = await pairDevice(baseUrl, scene.operator);
    const wide = await pairedByAdministrator();
    const theirs = await other.issue(2);
    const ours = await scene.partner.issue(2);
    refusedOf(await confined.redeem(theirs.ePassId), 'E_PASS_UNKNOWN');
    const people = { dpId: theirs.ePassId, resourceId: 'N00001', adultCount: 1, childCount: 0 };
    refusedOf(await confined.post('/v2/redemptions/check', people), 'E_PASS_UNKNOWN');
    const use = dataOf(await wide.redeem(theirs.ePassId));
    dataOf(await wide.redeem(ours.ePassId));
    const giveBack = { orderId: use.orderId, reason: 'Walked out' };
    refusedOf(await confined.post('/v2/redemptions/cancel', giveBack), 'USAGE_ORDER_UNKNOWN');
    refusedOf(await confined.post('/v2/orders/ePasses', {}, { 'x-program-id': 'OTHER' }), 'PROGRAM_UNKNOWN');
    dataOf(await wide.post('/v2/redemptions/cancel', giveBack));
    const told = dataOf(await wide.get('/v2/devices/current'));
    assert.deepEqual(told.programmes.map(({ programId }: { programId: string }) => programId).toSorted(), [
      'DEMO',
      'OTHER',
    ]);
    assert.equal(dataOf(await confined.get('/v2/devices/current')).programmes.length, 1);
  });

  test('only an administrator opens a device to other programmes', async () => {
    const body = { name: 'Everybody', resourceId: 'N00001', everyProgram: true };
    const lead = await openPerson(scene.product, { role: 'operator' });
    const auditor = await openPerson(scene.product, { role: 'auditor' });
    for (const client of [scene.operator, lead, auditor]) {
      refusedOf(await client.post('/v2/devices', body, { 'x-program-id': 'DEMO' }), 'SCOPE_MISSING');
    }
    assert.equal((await auditor.get('/v2/devices', { 'x-program-id': 'DEMO' })).status, 200, 'but it may look');
    const made = dataOf(await lead.post('/v2/devices', { ...body, everyProgram: false }, { 'x-program-id': 'DEMO' }));
    assert.equal(made.device.everyProgram, false);
  });

  test("another programme's devices are neither listed nor revoked", async () => {
    const { deviceId } = await makeDevice(scene.operator);
    assert.deepEqual(dataOf(await other.get('/v2/devices')).devices, []);
    refusedOf(await other.post(`/v2/devices/${deviceId}/revoke`), 'DEVICE_UNKNOWN');
    const stranger = await openClient(scene.product.baseUrl, null);
    refusedOf(await stranger.post(`/v2/devices/${deviceId}/revoke`), 'TOKEN_REFUSED');
  });

  test('where a place is withdrawn its devices can still be listed, paired and revoked, and other desks go on', async () => {
    const { baseUrl } = scene.product;
    const operators = await addClient(scene.product, { scopes: ['operator'], programIds: ['DEMO'] });
    const elsewhere = await addClient(scene.product, { scopes: ['operator'], programIds: ['OTHER'] });
    const lead = await openPerson(scene.product, { role: 'administrator' });
    const wish = { name: 'Everybody', resourceId: 'N00001', everyProgram: true };
    const shared = dataOf(await lead.post('/v2/devices', wish, { 'x-program-id': 'DEMO' }));
    const device = openBearer(baseUrl, dataOf(await sendCode(baseUrl, shared.pairingCode)).token);
    const theirs = await pairDevice(baseUrl, elsewhere, 'N00001');
    const waiting = await makeDevice(operators, 'N00001');
    dataOf(await operators.post('/v2/resources/N00001/withdraw'));
    const programmesOf = async (client: TestClient) => {
      const { place, programmes } = dataOf(await client.get('/v2/devices/current'));
      assert.equal(place.resourceId, 'N00001');
      return programmes.map(({ programId }: { programId: string }) => programId);
    };
    assert.deepEqual(await programmesOf(device), ['OTHER']);
    assert.deepEqual(await programmesOf(theirs), ['OTHER']);
    assert.equal(dataOf(await sendCode(baseUrl, waiting.pairingCode)).device.resourceName, 'Aspen Lounge');
    const { devices } = dataOf(await operators.get('/v2/devices?pageSize=100'));
    assert.ok(devices.some(({ deviceId }: { deviceId: string }) => deviceId === shared.deviceId));
    dataOf(await operators.post(`/v2/devices/${shared.deviceId}/revoke`));
    refusedOf(await device.get('/v2/devices/current'), 'TOKEN_REFUSED');
    dataOf(await elsewhere.post('/v2/resources/N00001/withdraw'));
    assert.deepEqual(await programmesOf(theirs), [], 'it still knows where it stands');
    dataOf(await operators.post('/v2/resources/N00001/offer', {}));
    dataOf(await elsewhere.post('/v2/resources/N00001/offer', {}));
    assert.deepEqual(await programmesOf(theirs), ['OTHER']);
  });
});
