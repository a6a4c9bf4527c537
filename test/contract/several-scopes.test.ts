/** A client with several scopes gets no further with them than each one goes (ATK-16, INV-33). */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { dataOf, refusedOf, type TestClient } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { addClient, addProgram, useScene } from '../harness/scene.ts';

await eachDatabase('several scopes', (open) => {
  const scene = useScene(open);
  let other: TestClient;
  let otherVenue: TestClient;
  /** Of programme DEMO, at a door that it shares with the other programme. */
  const mixed: Record<string, TestClient> = {};

  before(async () => {
    const { product } = scene;
    await addProgram(product, { programId: 'OTHER', issuerPrefix: '4321', sandbox: false }, ['N00001', 'N00002']);
    other = await addClient(product, { scopes: ['issuer'], programIds: ['OTHER'] });
    otherVenue = await addClient(product, { scopes: ['venue'], programIds: [], resourceIds: ['N00001', 'N00002'] });
    for (const more of ['issuer', 'operator'] as const) {
      mixed[more] = await addClient(product, { scopes: ['venue', more], resourceIds: ['N00001'] });
    }
  });

  for (const more of ['issuer', 'operator'] as const) {
    test(`venue and ${more}: a use of another programme at another door is unknown`, async () => {
      const { ePassId } = await other.issue(2);
      const { orderId } = dataOf(await otherVenue.redeem(ePassId, { resourceId: 'N00002' }));
      refusedOf(await mixed[more]!.post('/v2/orders/ePasses/details', { orderId }), 'USAGE_ORDER_UNKNOWN');
      const back = await mixed[more]!.post('/v2/redemptions/cancel', { orderId, reason: 'not mine' });
      refusedOf(back, 'USAGE_ORDER_UNKNOWN');
      assert.equal(dataOf(await otherVenue.post('/v2/orders/ePasses/details', { orderId })).status, 2);
    });

    test(`venue and ${more}: a use of another programme at the own door is the venue's`, async () => {
      const { ePassId } = await other.issue(2);
      const { orderId } = dataOf(await otherVenue.redeem(ePassId));
      assert.equal(dataOf(await mixed[more]!.post('/v2/orders/ePasses/details', { orderId })).orderId, orderId);
      assert.equal(
        dataOf(await mixed[more]!.post('/v2/redemptions/cancel', { orderId, reason: 'left again' })).status,
        3,
      );
    });
  }

  test('venue and issuer: a use of the own programme at another door is seen, and not given back', async () => {
    const { ePassId } = await scene.partner.issue(1);
    const { orderId } = dataOf(await scene.venue.redeem(ePassId, { resourceId: 'N00002' }));
    assert.equal(dataOf(await mixed.issuer!.post('/v2/orders/ePasses/details', { orderId })).orderId, orderId);
    const back = await mixed.issuer!.post('/v2/redemptions/cancel', { orderId, reason: 'not mine' });
    refusedOf(back, 'USAGE_ORDER_UNKNOWN');
    assert.equal(
      dataOf(await mixed.operator!.post('/v2/redemptions/cancel', { orderId, reason: 'by the office' })).status,
      3,
    );
  });
});
