/** Section 7 of the contract: using a pass at a venue, and every reason for which it is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RefusalName } from '../../src/domain/refusal.ts';
import { dataOf, farFuture, issueBody, refusedOf, type TestClient } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { addClient, addProgram, changeRows, countState, holdClock, type Scene, useScene } from '../harness/scene.ts';

const step = 600_000;
const inSeconds = (at: number) => `${new Date(at).toISOString().slice(0, 19)}+00:00`;

async function issueOf(partner: TestClient, segment: string, module: number, usages = 5, extra: object = {}) {
  const data = dataOf(await partner.post(`/v2/orders/${segment}/ePasses`, { ...issueBody(usages, extra), module }));
  return { orderId: data.orderId as string, dpId: data.extra.ePassId as string };
}

/** Sends a use that must be refused, and shows that nothing was consumed or written. */
async function refuse(scene: Scene, dpId: string, error: RefusalName, more: object = {}, venue = scene.venue) {
  const before = await countState(scene.database);
  const refused = refusedOf(await venue.redeem(dpId, more), error);
  assert.deepEqual(await countState(scene.database), before, 'a refusal must consume nothing');
  return refused;
}

const setClosure = (operator: TestClient, resourceId: string, body: object) =>
  operator.call('PATCH', `/v2/resources/${resourceId}`, body);

await eachDatabase('redemption', (open) => {
  const clock = holdClock();
  const scene = useScene(open, clock);

  test('a use is a usage order, field by field', async () => {
    const { reply, ePassId } = await scene.partner.issue(5);
    const use = await scene.venue.redeem(ePassId, { adultCount: 2, childCount: 1 });
    const expected = {
      orderId: dataOf(use).orderId,
      programId: 'DEMO',
      dpId: ePassId,
      clientUserId: dataOf(reply).clientUserId,
      module: 1,
      category: 1,
      status: 2,
      orderCreatedDate: inSeconds(clock.at),
      usageDate: inSeconds(clock.at),
      orderCancelledDate: null,
      transportHubId: 'A00001',
      transportHubName: 'Manchester Airport',
      resourceId: 'N00001',
      resourceName: 'Aspen Lounge',
      passengers: { cardholder: 1, guests: 2 },
      usedUsages: 3,
      availableUsages: 2,
    };
    assert.equal(use.text, JSON.stringify({ code: 0, data: expected }));
    assert.match(expected.orderId, /^DP[0-9]{14}$/);
    assert.notEqual(expected.orderId, dataOf(reply).orderId);
  });

  test('an unknown pass', async () => {
    await refuse(scene, '1788000000000000', 'E_PASS_UNKNOWN');
    await refuse(scene, '9999000000000000', 'E_PASS_UNKNOWN');
  });

  test('a cancelled pass: when', async () => {
    const { orderId, ePassId } = await scene.partner.issue(2);
    const cancelled = dataOf(await scene.partner.call('PATCH', '/v2/orders', { orderId, status: 3 }));
    const { facts } = await refuse(scene, ePassId, 'E_PASS_CANCELLED');
    assert.deepEqual(facts, { cancelledDate: cancelled.orderCancelledDate });
  });

  test('a suspended pass: since when; resumed it works again', async () => {
    const { ePassId } = await scene.partner.issue(2);
    const body = { ePassId, reason: 'reported stolen' };
    const since = inSeconds(clock.at);
    assert.equal(dataOf(await scene.operator.post('/v2/orders/ePasses/suspend', body)).extra.ePassStatus, 2);
    clock.at += 5_000;
    assert.deepEqual((await refuse(scene, ePassId, 'E_PASS_SUSPENDED')).facts, { suspendedDate: since });
    refusedOf(await scene.operator.post('/v2/orders/ePasses/suspend', body), 'E_PASS_ALREADY_SUSPENDED');
    assert.equal(dataOf(await scene.operator.post('/v2/orders/ePasses/resume', body)).extra.ePassStatus, 1);
    refusedOf(await scene.operator.post('/v2/orders/ePasses/resume', body), 'E_PASS_NOT_SUSPENDED');
    dataOf(await scene.venue.redeem(ePassId));
  });

  test('suspending is an operator’s act, and not for cancelled or unknown passes', async () => {
    const { orderId, ePassId } = await scene.partner.issue();
    for (const verb of ['suspend', 'resume']) {
      const path = `/v2/orders/ePasses/${verb}`;
      refusedOf(await scene.partner.post(path, { ePassId, reason: 'x' }), 'SCOPE_MISSING');
      refusedOf(await scene.venue.post(path, { ePassId, reason: 'x' }), 'SCOPE_MISSING');
      refusedOf(await scene.operator.post(path, { ePassId: '1788000000000000', reason: 'x' }), 'E_PASS_UNKNOWN');
      for (const reason of [undefined, '', 'a\nb', 'x'.repeat(201), 'lone \ud800']) {
        const { fields } = refusedOf(await scene.operator.post(path, { ePassId, reason }), 'REQUEST_INVALID');
        assert.deepEqual(fields, ['reason']);
      }
    }
    const cancelled = dataOf(await scene.partner.call('PATCH', '/v2/orders', { orderId, status: 3 }));
    for (const verb of ['suspend', 'resume']) {
      const reply = await scene.operator.post(`/v2/orders/ePasses/${verb}`, { ePassId, reason: 'x' });
      const { facts } = refusedOf(reply, 'ORDER_ALREADY_CANCELLED');
      assert.deepEqual(facts, { orderCancelledDate: cancelled.orderCancelledDate });
    }
  });

  test('a pass that waits: usable only after its activation date', async () => {
    const activationDate = inSeconds(clock.at + step);
    const { ePassId } = await scene.partner.issue(2, { activationDate });
    assert.deepEqual((await refuse(scene, ePassId, 'E_PASS_NOT_YET_ACTIVE')).facts, { activationDate });
  });

  test('module and place, each with what the pass allows', async () => {
    const lounge = await scene.partner.issue(5);
    const wrong = await refuse(scene, lounge.ePassId, 'E_PASS_MODULE_NOT_ALLOWED', { resourceId: 'R00001' });
    assert.deepEqual(wrong.facts, { allowedModules: [1], resourceModule: 3 });
    const cases: [object, RefusalName, string, string][] = [
      [{ resourceIds: ['N00002'] }, 'E_PASS_RESOURCE_NOT_ALLOWED', 'N00001', 'N00002'],
      [{ iata: ['HKG'] }, 'E_PASS_AIRPORT_NOT_ALLOWED', 'N00001', 'N00012'],
      [{ countryOrRegion: ['HK', 'TH'] }, 'E_PASS_COUNTRY_NOT_ALLOWED', 'N00001', 'N00012'],
    ];
    for (const [allowedResources, error, not, yes] of cases) {
      const { ePassId } = await scene.partner.issue(5, { allowedResources });
      assert.deepEqual((await refuse(scene, ePassId, error, { resourceId: not })).facts, { allowedResources });
      dataOf(await scene.venue.redeem(ePassId, { resourceId: yes }));
    }
  });

  test('too few usages: how many are left, and when and where it was last used', async () => {
    const { ePassId } = await scene.partner.issue(3);
    const first = await refuse(scene, ePassId, 'E_PASS_USAGES_EXCEEDED', { adultCount: 4 });
    assert.deepEqual(first.facts, { availableUsages: 3, requestedUsages: 4 });
    const use = dataOf(await scene.venue.redeem(ePassId, { adultCount: 2, resourceId: 'N00002' }));
    clock.at += 2_000;
    const { facts } = await refuse(scene, ePassId, 'E_PASS_USAGES_EXCEEDED', { adultCount: 2 });
    const last = { lastUsedDate: use.usageDate, lastUsedResourceId: 'N00002' };
    assert.deepEqual(facts, { availableUsages: 1, requestedUsages: 2, ...last });
    dataOf(await scene.venue.redeem(ePassId));
    assert.equal((await refuse(scene, ePassId, 'E_PASS_USAGES_EXCEEDED')).facts.availableUsages, 0);
  });

  test('a resource that the operator has closed: since when and why; open again it works', async () => {
    const { ePassId } = await scene.partner.issue(5);
    refusedOf(await setClosure(scene.operator, 'N00002', { closed: true }), 'REQUEST_INVALID');
    refusedOf(await setClosure(scene.partner, 'N00002', { closed: true, reason: 'x' }), 'SCOPE_MISSING');
    refusedOf(await setClosure(scene.operator, 'N09999', { closed: true, reason: 'x' }), 'RESOURCE_UNKNOWN');
    const closed = dataOf(await setClosure(scene.operator, 'N00002', { closed: true, reason: 'burst pipe' }));
    assert.deepEqual(closed.extra, { childrenCount: true, open: false, closedReason: 'burst pipe' });
    const { facts } = await refuse(scene, ePassId, 'RESOURCE_CLOSED', { resourceId: 'N00002' });
    assert.deepEqual(facts, { closedDate: inSeconds(clock.at), reason: 'burst pipe' });
    dataOf(await scene.venue.redeem(ePassId));
    assert.equal(dataOf(await setClosure(scene.operator, 'N00002', { closed: false })).extra.open, true);
    dataOf(await scene.venue.redeem(ePassId, { resourceId: 'N00002' }));
  });

  test('the first refusal of the contract’s order is told', async () => {
    const { orderId, dpId } = await issueOf(scene.partner, 'fastTrack', 2, 1, {
      activationDate: inSeconds(clock.at + step),
      expirationDate: inSeconds(clock.at + 2 * step),
      allowedResources: { resourceIds: ['C10826'] },
    });
    const reason = { reason: 'x' };
    // Everything is wrong with it; one fault after the other is taken away, from the first.
    const everything = { resourceId: 'N00001', adultCount: 9 };
    await refuse(scene, dpId, 'E_PASS_NOT_YET_ACTIVE', everything);
    dataOf(await scene.operator.post('/v2/orders/ePasses/suspend', { ePassId: dpId, ...reason }));
    await refuse(scene, dpId, 'E_PASS_SUSPENDED', everything);
    clock.at += 3 * step - 60_000;
    await refuse(scene, dpId, 'E_PASS_SUSPENDED', everything);
    dataOf(await scene.operator.post('/v2/orders/ePasses/resume', { ePassId: dpId, ...reason }));
    await refuse(scene, dpId, 'E_PASS_EXPIRED', everything);
    clock.at -= 1.5 * step;
    dataOf(await setClosure(scene.operator, 'C00001', { closed: true, ...reason }));
    dataOf(await setClosure(scene.operator, 'C10826', { closed: true, ...reason }));
    await refuse(scene, dpId, 'E_PASS_MODULE_NOT_ALLOWED', everything);
    await refuse(scene, dpId, 'E_PASS_RESOURCE_NOT_ALLOWED', { ...everything, resourceId: 'C00001' });
    await refuse(scene, dpId, 'RESOURCE_CLOSED', { ...everything, resourceId: 'C10826' });
    dataOf(await setClosure(scene.operator, 'C10826', { closed: false }));
    await refuse(scene, dpId, 'E_PASS_USAGES_EXCEEDED', { ...everything, resourceId: 'C10826' });
    dataOf(await scene.venue.redeem(dpId, { resourceId: 'C10826' }));
    dataOf(await scene.operator.post('/v2/orders/ePasses/suspend', { ePassId: dpId, ...reason }));
    dataOf(await scene.partner.call('PATCH', '/v2/orders', { orderId, status: 3 }));
    await refuse(scene, dpId, 'E_PASS_CANCELLED', everything);
    dataOf(await setClosure(scene.operator, 'C00001', { closed: false }));
  });

  test('children count as people unless the resource says otherwise', async () => {
    const { ePassId } = await scene.partner.issue(10);
    const uses = async (adultCount: number, childCount: number, resourceId: string) =>
      dataOf(await scene.venue.redeem(ePassId, { adultCount, childCount, resourceId })).usedUsages;
    assert.equal(await uses(1, 2, 'N00012'), 3);
    await changeRows(scene.product, 'update offers set children_count = false where resource_id = $1', ['N00012']);
    assert.equal(await uses(1, 2, 'N00012'), 1);
    assert.equal(await uses(2, 2, 'N00012'), 2);
    // Children alone: one of them holds the pass.
    assert.equal(await uses(0, 2, 'N00012'), 1);
    assert.equal(await uses(0, 2, 'N00001'), 2);
    await changeRows(scene.product, 'update offers set children_count = true where resource_id = $1', ['N00012']);
    assert.equal(await uses(0, 1, 'N00012'), 1);
  });

  test('nobody, and more than a hundred, are no people', async () => {
    const { ePassId } = await scene.partner.issue(10);
    const none = await refuse(scene, ePassId, 'REQUEST_INVALID', { adultCount: 0 });
    assert.deepEqual(none.fields, ['adultCount', 'childCount']);
    for (const adultCount of [-1, 101, 1.5, '1', null]) {
      assert.deepEqual((await refuse(scene, ePassId, 'REQUEST_INVALID', { adultCount })).fields, ['adultCount']);
    }
    assert.deepEqual((await refuse(scene, ePassId, 'REQUEST_INVALID', { guests: 1 })).fields, ['guests']);
  });

  test('a cross-module pass is used as the module of the resource', async () => {
    const { dpId } = await issueOf(scene.partner, 'crossModule', 0);
    assert.equal(dataOf(await scene.venue.redeem(dpId)).module, 1);
    assert.equal(dataOf(await scene.venue.redeem(dpId, { resourceId: 'R00001' })).module, 3);
    const { facts } = await refuse(scene, dpId, 'E_PASS_MODULE_NOT_ALLOWED', { resourceId: 'C00001' });
    assert.deepEqual(facts, { allowedModules: [1, 3, 4], resourceModule: 2 });
  });

  test('a venue acts for its own resources only, and only venues act', async () => {
    const { ePassId } = await scene.partner.issue(2);
    const small = await addClient(scene.product, { scopes: ['venue'], resourceIds: ['N00002'] });
    await refuse(scene, ePassId, 'RESOURCE_NOT_YOURS', {}, small);
    await refuse(scene, ePassId, 'SCOPE_MISSING', {}, scene.partner);
    await refuse(scene, ePassId, 'SCOPE_MISSING', {}, scene.operator);
    dataOf(await small.redeem(ePassId, { resourceId: 'N00002' }));
  });

  test('several programmes meet at one door, and a resource that is not offered knows no pass', async () => {
    await addProgram(scene.product, { programId: 'LIVE', issuerPrefix: '1801', sandbox: false }, ['N00001']);
    const issuer = await addClient(scene.product, { scopes: ['issuer'], programIds: ['LIVE'] });
    const { ePassId } = await issuer.issue(3, { expirationDate: farFuture });
    assert.match(ePassId, /^1801/);
    assert.equal(dataOf(await scene.venue.redeem(ePassId)).programId, 'LIVE');
    const demo = await scene.partner.issue();
    assert.equal(dataOf(await scene.venue.redeem(demo.ePassId)).programId, 'DEMO');
    await refuse(scene, ePassId, 'E_PASS_UNKNOWN', { resourceId: 'N00002' });
    const named = await scene.venue.post(
      '/v2/redemptions',
      { dpId: ePassId, resourceId: 'N00001', adultCount: 1, childCount: 0 },
      { 'x-program-id': 'DEMO' },
    );
    refusedOf(named, 'E_PASS_UNKNOWN');
  });
});
