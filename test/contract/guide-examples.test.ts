/** Every example of the E-pass guide, sent and answered under all three forms of the paths. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataOf, refusedOf } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { type HeldClock, holdClock, type Scene, useScene } from '../harness/scene.ts';

const clientUserId = '3EF5D065-76F8-4D3E-801A-B329D15F461A';
const activationDate = '2028-10-31T23:59:59+00:00';
const expirationDate = '2028-12-31T23:59:59+00:00';
const person = { firstName: 'DragonPass', lastName: 'DragonPass' };

/** "Request Example 1": active at once. */
const lounge = {
  module: 1,
  clientUserId,
  extra: { ...person, expirationDate, availableUsages: 1, allowedResources: { resourceIds: [] as string[] } },
};

/** "Request Example 2": five set meals, from October 2028 on. */
const setMeals = {
  module: 3,
  clientUserId,
  extra: { ...person, activationDate, expirationDate, availableUsages: 5, allowedResources: { resourceIds: [] } },
};

const inSeconds = (at: number) => `${new Date(at).toISOString().slice(0, 19)}+00:00`;

/** The guide's answer to an issue, with what each pass has of its own; the order of the keys is the guide's. */
function orderOf(clock: HeldClock, data: { orderId: string; extra: { ePassId: string } }, body: typeof lounge) {
  const created = inSeconds(clock.at);
  const { activationDate: activation = created } = body.extra as { activationDate?: string };
  return {
    status: 1,
    module: body.module,
    category: 1,
    clientUserId,
    orderId: data.orderId,
    orderCreatedDate: created,
    orderCancelledDate: null as string | null,
    usageDate: null as string | null,
    extra: {
      ePassId: data.extra.ePassId,
      // The guide's example says 1 of a pass that waits for its activation; the contract derives 0.
      ePassStatus: activation === created ? 1 : 0,
      ...person,
      activationDate: activation,
      expirationDate,
      availableUsages: body.extra.availableUsages,
      usedUsages: 0,
      allowedResources: body.extra.allowedResources,
    },
  };
}

async function issueExactly(scene: Scene, clock: HeldClock, path: string, body: object) {
  const reply = await scene.partner.post(path, body);
  const data = dataOf(reply);
  assert.match(data.orderId, /^DP[0-9]{14}$/);
  assert.match(data.extra.ePassId, /^1788[0-9]{12}$/);
  const expected = orderOf(clock, data, body as typeof lounge);
  // As text: names, values, nesting and the order of the keys.
  assert.equal(reply.text, JSON.stringify({ code: 0, data: expected }));
  return expected;
}

const restricted = (allowedResources: object) => ({ ...lounge, extra: { ...lounge.extra, allowedResources } });

await eachDatabase('the examples of the E-pass guide', (open) => {
  const clock = holdClock();
  const scene = useScene(open, clock);
  for (const prefix of ['/v2', '/api/v2', '']) {
    const lounges = `${prefix}/orders/lounges/ePasses`;
    const search = `${prefix}/orders/ePasses/search`;
    const under = prefix === '' ? 'without a version' : `under ${prefix}`;

    test(`a pass without an activation date is active at once, ${under}`, async () => {
      await issueExactly(scene, clock, lounges, lounge);
    });

    test(`a pass with an activation date waits for it, and cannot be used beforehand, ${under}`, async () => {
      const order = await issueExactly(scene, clock, `${prefix}/orders/setMeals/ePasses`, setMeals);
      const refused = await scene.venue.redeem(order.extra.ePassId, { resourceId: 'R00001' });
      assert.deepEqual(refusedOf(refused, 'E_PASS_NOT_YET_ACTIVE').facts, { activationDate });
    });

    test(`country, airport and resource passes, ${under}`, async () => {
      await issueExactly(scene, clock, lounges, restricted({ countryOrRegion: ['GB'] }));
      await issueExactly(scene, clock, lounges, restricted({ iata: ['HKG', 'MAN'] }));
      await issueExactly(scene, clock, lounges, restricted({ resourceIds: ['N00001', 'N00002'] }));
    });

    test(`a used pass is retrieved by either id, ${under}`, async () => {
      const issued = await issueExactly(scene, clock, lounges, restricted({ resourceIds: ['N00001'] }));
      dataOf(await scene.venue.post(`${prefix}/redemptions`, useOf(issued.extra.ePassId)));
      const used = {
        ...issued,
        status: 2,
        usageDate: inSeconds(clock.at),
        extra: { ...issued.extra, availableUsages: 0, usedUsages: 1 },
      };
      for (const body of [{ orderId: issued.orderId }, { ePassId: issued.extra.ePassId }]) {
        const found = await scene.partner.post(search, body);
        assert.equal(found.text, JSON.stringify({ code: 0, data: used }));
      }
    });

    test(`a cancelled pass is invalid at once and cannot be restored, ${under}`, async () => {
      const issued = await issueExactly(scene, clock, lounges, lounge);
      const cancelled = {
        ...issued,
        status: 3,
        orderCancelledDate: inSeconds(clock.at),
        extra: { ...issued.extra, ePassStatus: 3 },
      };
      const body = { orderId: issued.orderId, status: 3 };
      const reply = await scene.partner.call('PATCH', `${prefix}/orders`, body);
      assert.equal(reply.text, JSON.stringify({ code: 0, data: { ...cancelled, refundableUsages: 1 } }));
      refusedOf(await scene.venue.redeem(issued.extra.ePassId), 'E_PASS_CANCELLED');
      refusedOf(await scene.partner.call('PATCH', `${prefix}/orders`, body), 'ORDER_ALREADY_CANCELLED');
      assert.deepEqual(dataOf(await scene.partner.post(search, { orderId: issued.orderId })), cancelled);
    });

    test(`one clientUserId is bound to one name, for any number of passes, ${under}`, async () => {
      await issueExactly(scene, clock, lounges, lounge);
      const other = { ...lounge, extra: { ...lounge.extra, lastName: 'Somebody' } };
      assert.deepEqual(refusedOf(await scene.partner.post(lounges, other), 'NAME_MISMATCH').fields, ['extra.lastName']);
    });

    test(`exactly one kind of restriction, and no activation before now, ${under}`, async () => {
      const both = restricted({ iata: ['HKG'], countryOrRegion: ['GB'] });
      refusedOf(await scene.partner.post(lounges, both), 'ALLOWED_RESOURCES_INVALID');
      refusedOf(await scene.partner.post(lounges, restricted({})), 'ALLOWED_RESOURCES_INVALID');
      const past = { ...lounge, extra: { ...lounge.extra, activationDate: '2024-12-31T00:00:00+00:00' } };
      refusedOf(await scene.partner.post(lounges, past), 'ACTIVATION_IN_PAST');
    });

    test(`the activation date may have an offset, ${under}`, async () => {
      const body = { ...lounge, extra: { ...lounge.extra, activationDate: '2028-11-01T07:59:59+08:00' } };
      assert.equal(dataOf(await scene.partner.post(lounges, body)).extra.activationDate, activationDate);
    });
  }
});

function useOf(dpId: string) {
  return { dpId, resourceId: 'N00001', adultCount: 1, childCount: 0 };
}
