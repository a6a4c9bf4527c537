/** Section 7 of the contract: lists of uses, one use, and a traveller's passes. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { dataOf, type Reply, refusedOf, type TestClient } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { addClient, addProgram, holdClock, useScene } from '../harness/scene.ts';

const list = (client: TestClient, body: object) => client.post('/v2/orders/ePasses', body);
const idsOf = (reply: Reply): string[] => dataOf(reply).orders.map(({ orderId }: { orderId: string }) => orderId);

await eachDatabase('usage lists', (open) => {
  const clock = holdClock();
  const scene = useScene(open, clock);

  /** Uses a new pass at these doors, a second apart, and gives the usage orders, newest first. */
  async function usesAt(...resourceIds: string[]) {
    const clientUserId = randomUUID();
    const { ePassId } = await scene.partner.issue(100, {}, clientUserId);
    const uses: { orderId: string; usageDate: string; resourceId: string }[] = [];
    for (const resourceId of resourceIds) {
      clock.at += 1_000;
      uses.unshift(dataOf(await scene.venue.redeem(ePassId, { resourceId })));
    }
    return { clientUserId, ePassId, uses, ids: uses.map(({ orderId }) => orderId) };
  }

  test('an item is the usage order of the redemption; the newest comes first', async () => {
    const { ePassId, uses } = await usesAt('N00001', 'N00002', 'N00012');
    const data = dataOf(await list(scene.partner, { ePassId }));
    assert.deepEqual(data.orders, uses);
    assert.deepEqual(data.pagination, { pageSize: 20, pageNumber: 1, totalNumber: 3 });
    assert.equal(data.nextCursor, null);
    assert.deepEqual(Object.keys(data), ['orders', 'pagination', 'nextCursor']);
  });

  test('every filter, alone and together', async () => {
    const { clientUserId, ePassId, uses, ids } = await usesAt('N00001', 'N00002', 'N00001', 'N00012');
    const [newest, third, second, oldest] = ids as [string, string, string, string];
    dataOf(await scene.venue.post('/v2/redemptions/cancel', { orderId: third, reason: 'x' }));
    const cases: [object, string[]][] = [
      [{ clientUserId }, ids],
      [{ ePassId, resourceId: 'N00001' }, [third, oldest]],
      [{ ePassId, resourceId: 'R00001' }, []],
      [{ ePassId, status: 2 }, [newest, second, oldest]],
      [{ ePassId, status: 3 }, [third]],
      [{ ePassId, from: uses[2]!.usageDate }, [newest, third, second]],
      [{ ePassId, to: uses[2]!.usageDate }, [oldest]],
      [{ ePassId, from: uses[2]!.usageDate, to: uses[0]!.usageDate }, [third, second]],
      [{ clientUserId, ePassId, resourceId: 'N00001', status: 2, to: uses[1]!.usageDate }, [oldest]],
      [{ clientUserId: randomUUID() }, []],
      [{ ePassId: '1788000000000000' }, []],
    ];
    for (const [body, expected] of cases) {
      const reply = await list(scene.partner, body);
      assert.deepEqual(idsOf(reply), expected, JSON.stringify(body));
      assert.equal(dataOf(reply).pagination.totalNumber, expected.length);
    }
    assert.deepEqual(idsOf(await list(scene.operator, { ePassId })), ids);
  });

  test('pages and cursors give every use once, also when uses are added meanwhile', async () => {
    const { ePassId, ids } = await usesAt(...Array.from({ length: 7 }, () => 'N00001'));
    const pages = [1, 2, 3, 4].map((pageNumber) => list(scene.partner, { ePassId, pageSize: 2, pageNumber }));
    assert.deepEqual((await Promise.all(pages)).flatMap(idsOf), ids);
    const seen: string[] = [];
    let body: object = { ePassId, pageSize: 3 };
    for (let page = 0; page < 5; page += 1) {
      const reply = await list(scene.partner, body);
      seen.push(...idsOf(reply));
      const { nextCursor } = dataOf(reply);
      if (nextCursor === null) break;
      body = { ePassId, pageSize: 3, cursor: nextCursor };
      if (page === 0) dataOf(await scene.venue.redeem(ePassId));
    }
    assert.deepEqual(seen, ids);
  });

  test('uses of the same instant are paged once each', async () => {
    const { ePassId } = await scene.partner.issue(50);
    await Promise.all(Array.from({ length: 10 }, () => scene.venue.redeem(ePassId).then(dataOf)));
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const reply = await list(scene.partner, { ePassId, pageSize: 3, ...(cursor ? { cursor } : {}) });
      seen.push(...idsOf(reply));
      cursor = dataOf(reply).nextCursor;
    } while (cursor);
    assert.deepEqual([seen.length, new Set(seen).size], [10, 10]);
  });

  test('a cursor that was changed, made up, or belongs to other filters is refused', async () => {
    const { ePassId, clientUserId } = await usesAt('N00001', 'N00001', 'N00001');
    const cursor: string = dataOf(await list(scene.partner, { ePassId, pageSize: 1 })).nextCursor;
    const [at, orderId, filters] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [number, string, string];
    const made = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const bad = [
      'x',
      cursor.slice(0, -4),
      made([at, orderId, 'other']),
      made([String(at), orderId, filters]),
      made([at, 7, filters]),
      made([at, '\u0000', filters]),
      made([at, '\ud800', filters]),
      made([at, "' or true --", filters]),
      made([7.9e15, orderId, filters]),
      made([-7.9e15, orderId, filters]),
      made([at + 0.5, orderId, filters]),
      made({ at, orderId }),
      made(null),
    ];
    for (const changed of bad) {
      const reply = await list(scene.partner, { ePassId, pageSize: 1, cursor: changed });
      refusedOf(reply, 'CURSOR_INVALID');
    }
    refusedOf(await list(scene.partner, { clientUserId, pageSize: 1, cursor }), 'CURSOR_INVALID');
    refusedOf(await list(scene.venue, { ePassId, pageSize: 1, cursor }), 'CURSOR_INVALID');
    refusedOf(await scene.partner.post('/v2/users/ePasses', { clientUserId, cursor }), 'CURSOR_INVALID');
    const both = refusedOf(await list(scene.partner, { ePassId, cursor, pageNumber: 2 }), 'REQUEST_INVALID');
    assert.deepEqual(both.fields, ['pageNumber']);
  });

  test('what is no filter and no page is refused by field', async () => {
    const bad: [object, string][] = [
      [{ status: 1 }, 'status'],
      [{ status: '2' }, 'status'],
      [{ epassId: '1788000000000000' }, 'epassId'],
      [{ ePassId: '1788' }, 'ePassId'],
      [{ resourceId: 'n1' }, 'resourceId'],
      [{ from: '2026-02-30T00:00:00Z' }, 'from'],
      [{ to: 'yesterday, at about noon' }, 'to'],
      [{ pageSize: 0 }, 'pageSize'],
      [{ pageSize: 101 }, 'pageSize'],
      [{ pageNumber: 0 }, 'pageNumber'],
      [{ pageNumber: 1001 }, 'pageNumber'],
      [{ pageSize: 100, pageNumber: 102 }, 'pageNumber'],
      [{ cursor: 'a b' }, 'cursor'],
    ];
    for (const [body, field] of bad) {
      const { fields } = refusedOf(await list(scene.partner, body), 'REQUEST_INVALID');
      assert.deepEqual(fields, [field], JSON.stringify(body));
    }
  });

  test('a venue sees the uses at its own resources only', async () => {
    const { ePassId, ids } = await usesAt('N00001', 'N00002', 'N00001');
    const small = await addClient(scene.product, { scopes: ['venue'], resourceIds: ['N00002', 'R00001'] });
    assert.deepEqual(idsOf(await list(small, { ePassId })), [ids[1]]);
    assert.equal(dataOf(await list(small, { ePassId })).pagination.totalNumber, 1);
    assert.deepEqual(idsOf(await list(small, { ePassId, resourceId: 'N00002' })), [ids[1]]);
    refusedOf(await list(small, { ePassId, resourceId: 'N00001' }), 'RESOURCE_NOT_YOURS');
    const details = (orderId: string) => small.post('/v2/orders/ePasses/details', { orderId });
    assert.equal(dataOf(await details(ids[1]!)).orderId, ids[1]);
    refusedOf(await details(ids[0]!), 'USAGE_ORDER_UNKNOWN');
    assert.deepEqual(idsOf(await list(scene.venue, { ePassId })), ids);
  });

  test('details: one usage order, unknown ones, and the order of a pass', async () => {
    const { uses, ePassId } = await usesAt('N00012');
    const details = (orderId: string) => scene.partner.post('/v2/orders/ePasses/details', { orderId });
    assert.deepEqual(dataOf(await details(uses[0]!.orderId)), uses[0]);
    refusedOf(await details('DP00000000000000'), 'USAGE_ORDER_UNKNOWN');
    const { orderId } = dataOf(await scene.partner.post('/v2/orders/ePasses/search', { ePassId }));
    refusedOf(await details(orderId), 'USAGE_ORDER_UNKNOWN');
  });

  test("another programme's uses and passes are not seen", async () => {
    await addProgram(scene.product, { programId: 'LISTS', issuerPrefix: '1802', sandbox: true }, ['N00001']);
    const other = await addClient(scene.product, { scopes: ['issuer'], programIds: ['LISTS'] });
    const { ePassId, clientUserId, uses } = await usesAt('N00001');
    assert.deepEqual(idsOf(await list(other, { ePassId })), []);
    const details = await other.post('/v2/orders/ePasses/details', { orderId: uses[0]!.orderId });
    refusedOf(details, 'USAGE_ORDER_UNKNOWN');
    assert.deepEqual(dataOf(await other.post('/v2/users/ePasses', { clientUserId })).ePasses, []);
  });

  test("a traveller's passes, newest first, as the look-up tells them, by page and by cursor", async () => {
    const clientUserId = randomUUID();
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      clock.at += 1_000;
      ids.unshift((await scene.partner.issue(index + 1, {}, clientUserId)).ePassId);
    }
    dataOf(await scene.venue.redeem(ids[0]!));
    const passes = (more: object = {}) => scene.partner.post('/v2/users/ePasses', { clientUserId, ...more });
    const data = dataOf(await passes());
    const found = await Promise.all(ids.map((ePassId) => scene.partner.post('/v2/orders/ePasses/search', { ePassId })));
    assert.deepEqual(data.ePasses, found.map(dataOf));
    assert.deepEqual(data.pagination, { pageSize: 20, pageNumber: 1, totalNumber: 5 });
    const first = dataOf(await passes({ pageSize: 3 }));
    const second = dataOf(await passes({ pageSize: 3, cursor: first.nextCursor }));
    assert.deepEqual([...first.ePasses, ...second.ePasses], data.ePasses);
    assert.equal(second.nextCursor, null);
    assert.deepEqual(dataOf(await passes({ pageSize: 2, pageNumber: 3 })).ePasses, data.ePasses.slice(4));
    refusedOf(await scene.venue.post('/v2/users/ePasses', { clientUserId }), 'SCOPE_MISSING');
  });
});
