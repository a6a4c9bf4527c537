/** Section 7 of the contract: a scan sent again is the same scan, and the dry check decides like the door. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { dataOf, issueBody, refusedOf, type TestClient } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { addClient, countState, holdClock, useScene } from '../harness/scene.ts';

const ruleNames = ['not cancelled', 'not suspended', 'active', 'not expired', 'module', 'place', 'open', 'usages left'];

await eachDatabase('scan and check', (open) => {
  const clock = holdClock();
  const scene = useScene(open, clock);

  test('a scan sent again is the same scan: one use, the same bytes', async () => {
    const { ePassId } = await scene.partner.issue(5);
    const scanId = randomUUID();
    const first = await scene.venue.redeem(ePassId, { scanId });
    assert.equal(first.headers.get('idempotent-replayed'), null);
    clock.at += 60_000;
    for (const spelled of [scanId, scanId.toUpperCase()]) {
      const again = await scene.venue.redeem(ePassId, { scanId: spelled });
      assert.deepEqual([again.status, again.text], [200, first.text]);
      assert.equal(again.headers.get('idempotent-replayed'), 'true');
    }
    assert.equal(dataOf(await scene.venue.redeem(ePassId)).availableUsages, 3);
  });

  test('another device may send the scan again', async () => {
    const { ePassId } = await scene.partner.issue(5);
    const scanId = randomUUID();
    const device = await addClient(scene.product, { scopes: ['venue'], resourceIds: ['N00001'] });
    const first = await scene.venue.redeem(ePassId, { scanId });
    const again = await device.redeem(ePassId, { scanId });
    assert.deepEqual([again.text, again.headers.get('idempotent-replayed')], [first.text, 'true']);
  });

  test('a scanId with another body is refused by name, and uses nothing', async () => {
    const { ePassId } = await scene.partner.issue(5);
    const other = await scene.partner.issue(5);
    const scanId = randomUUID();
    dataOf(await scene.venue.redeem(ePassId, { scanId }));
    const before = await countState(scene.database);
    for (const [dpId, more] of [
      [ePassId, { adultCount: 2 }],
      [ePassId, { childCount: 1 }],
      [ePassId, { resourceId: 'N00002' }],
      [other.ePassId, {}],
    ] as const) {
      refusedOf(await scene.venue.redeem(dpId, { scanId, ...more }), 'SCAN_ID_REUSED');
    }
    assert.deepEqual(await countState(scene.database), before);
  });

  test('a refused scan stays refused; a new scan is a new question', async () => {
    const activationDate = new Date(clock.at + 60_000).toISOString();
    const { ePassId } = await scene.partner.issue(5, { activationDate });
    const scanId = randomUUID();
    const first = await scene.venue.redeem(ePassId, { scanId });
    refusedOf(first, 'E_PASS_NOT_YET_ACTIVE');
    clock.at += 120_000;
    const again = await scene.venue.redeem(ePassId, { scanId });
    assert.deepEqual([again.text, again.headers.get('idempotent-replayed')], [first.text, 'true']);
    dataOf(await scene.venue.redeem(ePassId, { scanId: randomUUID() }));
  });

  test('a scan that was given back is not used a second time by being sent again', async () => {
    const { ePassId } = await scene.partner.issue(1);
    const scanId = randomUUID();
    const first = await scene.venue.redeem(ePassId, { scanId });
    dataOf(await scene.venue.post('/v2/redemptions/cancel', { orderId: dataOf(first).orderId, reason: 'walked out' }));
    assert.equal((await scene.venue.redeem(ePassId, { scanId })).text, first.text);
    assert.equal(dataOf(await scene.partner.post('/v2/orders/ePasses/search', { ePassId })).extra.usedUsages, 0);
  });

  test('what is no UUID is no scanId', async () => {
    const { ePassId } = await scene.partner.issue(1);
    for (const scanId of ['', '1', null, `${randomUUID()}0`]) {
      assert.deepEqual(refusedOf(await scene.venue.redeem(ePassId, { scanId }), 'REQUEST_INVALID').fields, ['scanId']);
    }
  });

  test('fifty devices send one scan at once: one use', async () => {
    const { ePassId } = await scene.partner.issue(5);
    const scanId = randomUUID();
    const replies = await Promise.all(Array.from({ length: 50 }, () => scene.venue.redeem(ePassId, { scanId })));
    assert.equal(new Set(replies.map((reply) => reply.text)).size, 1);
    assert.equal(replies.filter((reply) => reply.headers.get('idempotent-replayed') === null).length, 1);
    assert.equal(dataOf(replies[0]!).availableUsages, 4);
  });

  test('check tells every rule, what is needed, and what would work instead', async () => {
    const activationDate = new Date(clock.at + 60_000).toISOString();
    const allowedResources = { resourceIds: ['N00002'] };
    const { ePassId: dpId } = await scene.partner.issue(2, { activationDate, allowedResources });
    const body = { dpId, resourceId: 'N00001', adultCount: 2, childCount: 1 };
    const told = dataOf(await scene.venue.post('/v2/redemptions/check', body));
    assert.deepEqual(
      told.rules.map(({ rule }: { rule: string }) => rule),
      ruleNames,
    );
    const broken = told.rules.filter(({ holds }: { holds: boolean }) => !holds);
    assert.deepEqual(
      broken.map(({ error }: { error: string }) => error),
      ['E_PASS_NOT_YET_ACTIVE', 'E_PASS_RESOURCE_NOT_ALLOWED', 'E_PASS_USAGES_EXCEEDED'],
    );
    assert.deepEqual(
      [told.allowed, told.error, told.requiredUsages, told.availableUsages],
      [false, 'E_PASS_NOT_YET_ACTIVE', 3, 2],
    );
    const seconds = `${activationDate.slice(0, 19)}+00:00`;
    assert.deepEqual(told.instead, { activationDate: seconds, availableUsages: 2, resources: [] });
    clock.at += 120_000;
    const later = dataOf(await scene.venue.post('/v2/redemptions/check', { ...body, childCount: 0 }));
    assert.equal(later.error, 'E_PASS_RESOURCE_NOT_ALLOWED');
    const resources = [{ resourceId: 'N00002', resourceName: 'Pennine Lounge' }];
    assert.deepEqual(later.instead, { availableUsages: 2, resources });
  });

  test('a check of a pass that is used up tells its first use that stands, beside its last', async () => {
    const { ePassId: dpId } = await scene.partner.issue(3);
    const firstOf = async (more = {}) => {
      const body = { dpId, resourceId: 'N00001', adultCount: 1, childCount: 0, ...more };
      return dataOf(await scene.venue.post('/v2/redemptions/check', body)).firstUse;
    };
    const uses: { orderId: string; usageDate: string }[] = [];
    for (const resourceId of ['N00001', 'N00002', 'N00001']) {
      assert.equal(await firstOf(), null, 'nobody is refused');
      uses.push(dataOf(await scene.venue.redeem(dpId, { resourceId })));
      clock.at += 60_000;
    }
    assert.deepEqual(await firstOf(), { usageDate: uses[0]!.usageDate, resourceId: 'N00001' });
    dataOf(await scene.venue.post('/v2/redemptions/cancel', { orderId: uses[0]!.orderId, reason: 'walked out' }));
    assert.equal(await firstOf(), null);
    assert.deepEqual(await firstOf({ adultCount: 2 }), { usageDate: uses[1]!.usageDate, resourceId: 'N00002' });
    const unused = await scene.partner.issue(1);
    assert.equal(await firstOf({ dpId: unused.ePassId, adultCount: 2 }), null);
  });

  test('check refuses what the door would refuse before it looks at the pass', async () => {
    const { ePassId: dpId } = await scene.partner.issue(2);
    const body = { dpId, resourceId: 'N00001', adultCount: 1, childCount: 0 };
    const small = await addClient(scene.product, { scopes: ['venue'], resourceIds: ['N00002'] });
    refusedOf(await small.post('/v2/redemptions/check', body), 'RESOURCE_NOT_YOURS');
    const unknown = { ...body, dpId: '1788000000000000' };
    refusedOf(await scene.venue.post('/v2/redemptions/check', unknown), 'E_PASS_UNKNOWN');
    refusedOf(await scene.venue.post('/v2/redemptions/check', { ...body, adultCount: 0 }), 'REQUEST_INVALID');
    for (const client of [scene.partner, scene.operator]) {
      assert.equal(dataOf(await client.post('/v2/redemptions/check', body)).allowed, true);
    }
  });

  test('issuers and operators ask about another time; a venue asks about now', async () => {
    const day = 86_400_000;
    const activationDate = new Date(clock.at + day).toISOString();
    const expirationDate = new Date(clock.at + 3 * day).toISOString();
    const { ePassId: dpId } = await scene.partner.issue(2, { activationDate, expirationDate });
    const body = { dpId, resourceId: 'N00001', adultCount: 1, childCount: 0 };
    const errorAt = async (client: TestClient, at: number) => {
      const answer = await client.post('/v2/redemptions/check', { ...body, at: new Date(at).toISOString() });
      return dataOf(answer).error;
    };
    for (const client of [scene.partner, scene.operator]) {
      assert.equal(dataOf(await client.post('/v2/redemptions/check', body)).error, 'E_PASS_NOT_YET_ACTIVE');
      assert.equal(await errorAt(client, clock.at + day), 'E_PASS_NOT_YET_ACTIVE');
      assert.equal(await errorAt(client, clock.at + day + 1_000), null);
      assert.equal(await errorAt(client, clock.at + 3 * day - 1_000), null);
      assert.equal(await errorAt(client, clock.at + 3 * day), 'E_PASS_EXPIRED');
    }
    const asked = { ...body, at: activationDate };
    assert.deepEqual(refusedOf(await scene.venue.post('/v2/redemptions/check', asked), 'REQUEST_INVALID').fields, [
      'at',
    ]);
    const never = { ...body, at: 'next Tuesday, please' };
    assert.deepEqual(refusedOf(await scene.partner.post('/v2/redemptions/check', never), 'REQUEST_INVALID').fields, [
      'at',
    ]);
    const redemption = await scene.venue.post('/v2/redemptions', asked);
    assert.deepEqual(refusedOf(redemption, 'REQUEST_INVALID').fields, ['at']);
  });

  test('check and the door agree in 240 cases, and check consumes nothing', async () => {
    const passes = await variedPasses();
    const people = [
      [1, 0],
      [2, 0],
      [1, 1],
      [3, 2],
    ] as const;
    for (const dpId of passes) {
      for (const resourceId of ['N00001', 'N00002', 'R00001', 'C00001', 'N00012', 'C10826']) {
        for (const [adultCount, childCount] of people) await agree({ dpId, resourceId, adultCount, childCount });
      }
    }
  });

  async function agree(body: { dpId: string; resourceId: string; adultCount: number; childCount: number }) {
    const before = await countState(scene.database);
    const told = dataOf(await scene.venue.post('/v2/redemptions/check', body));
    assert.deepEqual(await countState(scene.database), before);
    const done = await scene.venue.post('/v2/redemptions', body);
    assert.equal(told.allowed, done.status === 200, JSON.stringify(body));
    assert.equal(told.error, done.status === 200 ? null : done.json.error);
    assert.equal(told.message, done.status === 200 ? null : done.json.message);
    if (done.status === 200) assert.equal(dataOf(done).usedUsages, told.requiredUsages);
    else assert.deepEqual(told.rules.find(({ holds }: { holds: boolean }) => !holds).facts, done.json.facts);
  }

  /** Ten passes of every kind and in every state. */
  async function variedPasses(): Promise<string[]> {
    const issue = async (module: number, segment: string, usages: number, extra: object = {}) => {
      const body = { ...issueBody(usages, extra), module };
      return dataOf(await scene.partner.post(`/v2/orders/${segment}/ePasses`, body));
    };
    const soon = new Date(clock.at + 3_600_000).toISOString();
    const made = [
      await issue(1, 'lounges', 4),
      await issue(2, 'fastTrack', 2),
      await issue(3, 'setMeals', 3),
      await issue(0, 'crossModule', 6),
      await issue(1, 'lounges', 100, { allowedResources: { resourceIds: ['N00002', 'N00012'] } }),
      await issue(0, 'crossModule', 100, { allowedResources: { iata: ['HKG', 'BKK'] } }),
      await issue(2, 'fastTrack', 100, { allowedResources: { countryOrRegion: ['TH'] } }),
      await issue(1, 'lounges', 5, { activationDate: soon }),
      await issue(1, 'lounges', 5),
      await issue(1, 'lounges', 5),
    ];
    dataOf(await scene.operator.post('/v2/orders/ePasses/suspend', { ePassId: made[8].extra.ePassId, reason: 'lost' }));
    dataOf(await scene.partner.call('PATCH', '/v2/orders', { orderId: made[9].orderId, status: 3 }));
    return made.map(({ extra }) => extra.ePassId);
  }
});
