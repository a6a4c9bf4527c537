/** INV-17 to 19c: the first answer stands whatever becomes of the door, for whoever may still ask, and in whichever programme. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { openPostgres } from '../../src/store/postgres.ts';
import { dataOf, type Reply, refusedOf, type TestClient } from '../harness/client.ts';
import { withPostgres } from '../harness/databases.ts';
import { addClient, addProgram, changeRows, countState, useScene } from '../harness/scene.ts';
import { preparedDatabase } from '../harness/templates.ts';

function assertReplayed(again: Reply, first: Reply): void {
  assert.deepEqual([again.status, again.text], [first.status, first.text]);
  assert.equal(again.headers.get('idempotent-replayed'), 'true');
}

const issuerOf = ({ token }: TestClient) =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).iss as string;

await withPostgres('first answers', (adminUrl) => {
  const scene = useScene(async () => openPostgres({ url: await preparedDatabase(adminUrl) }));
  after(() => scene.database?.close());
  let other: TestClient;
  /** At doors that two programmes offer; of both programmes, of one of them, of none. */
  const venues: Record<string, TestClient> = {};

  before(async () => {
    const { product } = scene;
    await addProgram(product, { programId: 'A-OTHER', issuerPrefix: '4321', sandbox: false }, ['N00001', 'N00002']);
    other = await addClient(product, { scopes: ['issuer'], programIds: ['A-OTHER'] });
    const resourceIds = ['N00001', 'N00002'];
    for (const programIds of [['A-OTHER', 'DEMO'], ['DEMO'], []]) {
      venues[programIds.join(' ')] = await addClient(product, { scopes: ['venue'], programIds, resourceIds });
    }
  });

  const usedOf = async (partner: TestClient, ePassId: string) =>
    dataOf(await partner.post('/v2/orders/ePasses/search', { ePassId })).extra.usedUsages as number;

  const redeem = (venue: TestClient, dpId: string, headers: Record<string, string>, more: object = {}) =>
    venue.post('/v2/redemptions', { dpId, resourceId: 'N00002', adultCount: 1, childCount: 0, ...more }, headers);

  /** What an operator may do to a door between a scan and the same scan again, and how it is undone. */
  const changes = {
    withdrawn: [
      () => scene.operator.post('/v2/resources/N00002/withdraw'),
      () => scene.operator.post('/v2/resources/N00002/offer', {}),
    ],
    closed: [
      () => scene.operator.call('PATCH', '/v2/resources/N00002', { closed: true, reason: 'flooded' }),
      () => scene.operator.call('PATCH', '/v2/resources/N00002', { closed: false }),
    ],
  } as const;

  for (const [change, [act, undo]] of Object.entries(changes)) {
    test(`a scan whose answer was lost has it still when its door was ${change} since`, async () => {
      const { ePassId } = await scene.partner.issue(5);
      const [scanId, key] = [randomUUID(), randomUUID()];
      const firsts = new Map<TestClient, Reply>();
      const scanned = await scene.venue.redeem(ePassId, { resourceId: 'N00002', scanId });
      dataOf(scanned);
      for (const venue of Object.values(venues))
        firsts.set(venue, await redeem(venue, ePassId, { 'x-request-id': key }));
      const changed = dataOf(await act());
      try {
        assertReplayed(await scene.venue.redeem(ePassId, { resourceId: 'N00002', scanId }), scanned);
        for (const [venue, first] of firsts)
          assertReplayed(await redeem(venue, ePassId, { 'x-request-id': key }), first);
        assert.equal(await usedOf(scene.partner, ePassId), 1 + firsts.size);
        const fresh = await scene.venue.redeem(ePassId, { resourceId: 'N00002', scanId: randomUUID() });
        refusedOf(fresh, change === 'closed' ? 'RESOURCE_CLOSED' : 'E_PASS_UNKNOWN');
      } finally {
        dataOf(await undo());
      }
      assert.ok(changed);
    });
  }

  test('a scan that was refused because its door was withdrawn is the same scan when it is offered again', async () => {
    const { ePassId } = await scene.partner.issue(5);
    const scan = { resourceId: 'N00002', scanId: randomUUID() };
    dataOf(await changes.withdrawn[0]());
    const refused = await scene.venue.redeem(ePassId, scan);
    dataOf(await changes.withdrawn[1]());
    refusedOf(refused, 'E_PASS_UNKNOWN');
    assertReplayed(await scene.venue.redeem(ePassId, scan), refused);
    assert.equal(await usedOf(scene.partner, ePassId), 0);
  });

  test('a simulated use has its first answer still when the lounge was withdrawn since', async () => {
    const { ePassId } = await scene.partner.issue(5);
    const key = { 'x-request-id': randomUUID() };
    const body = { dpId: ePassId, adultCount: 1, childCount: 0 };
    const simulate = (headers: Record<string, string>) =>
      scene.partner.post('/v2/simulations/lounges/redemptions', body, headers);
    const first = await simulate(key);
    dataOf(first);
    dataOf(await scene.operator.post('/v2/resources/N00012/withdraw'));
    try {
      assertReplayed(await simulate(key), first);
      refusedOf(await simulate({ 'x-request-id': randomUUID() }), 'RESOURCE_UNKNOWN');
    } finally {
      dataOf(await scene.operator.post('/v2/resources/N00012/offer', {}));
    }
  });

  test('whoever lost the door since is told no answer, neither of a use nor of a give-back (INV-19c)', async () => {
    const venue = await addClient(scene.product, { scopes: ['venue'], resourceIds: ['N00002'] });
    const { ePassId } = await scene.partner.issue(5);
    const keys = [randomUUID(), randomUUID()].map((key) => ({ 'x-request-id': key }));
    const scanId = randomUUID();
    const { orderId } = dataOf(await redeem(venue, ePassId, keys[0]!, { scanId }));
    const back = () => venue.post('/v2/redemptions/cancel', { orderId, reason: 'left' }, keys[1]);
    const given = await back();
    assertReplayed(await back(), given);
    await changeRows(
      scene.product,
      'delete from client_resources where client_id = (select client_id from clients where issuer = $1)',
      [issuerOf(venue)],
    );
    refusedOf(await redeem(venue, ePassId, keys[0]!, { scanId }), 'RESOURCE_NOT_YOURS');
    refusedOf(await back(), 'USAGE_ORDER_UNKNOWN');
    await changeRows(scene.product, 'update clients set revoked_at = now() where issuer = $1', [issuerOf(venue)]);
    refusedOf(await redeem(venue, ePassId, keys[0]!, { scanId }), 'TOKEN_REFUSED');
  });

  for (const programIds of ['A-OTHER DEMO', 'DEMO', '']) {
    test(`a venue of [${programIds}] has a key once, whichever programme the pass is of`, async () => {
      const venue = venues[programIds]!;
      const [mine, theirs] = [await scene.partner.issue(5), await other.issue(5)];
      const key = { 'idempotency-key': randomUUID() };
      const first = await redeem(venue, mine.ePassId, key);
      dataOf(first);
      const before = await countState(scene.database);
      refusedOf(await redeem(venue, theirs.ePassId, key), 'IDEMPOTENCY_KEY_REUSED');
      refusedOf(await redeem(venue, '9999000000000000', key), 'IDEMPOTENCY_KEY_REUSED');
      assertReplayed(await redeem(venue, mine.ePassId, key), first);
      const backKey = { 'idempotency-key': randomUUID() };
      const back = (orderId: string) => venue.post('/v2/redemptions/cancel', { orderId, reason: 'left' }, backKey);
      refusedOf(await back('DP00000000000000'), 'USAGE_ORDER_UNKNOWN');
      refusedOf(await back(dataOf(first).orderId), 'IDEMPOTENCY_KEY_REUSED');
      assert.deepEqual(await countState(scene.database), before);
    });

    test(`a venue of [${programIds}] that asked for an unknown pass is told the same again, and not of another`, async () => {
      const venue = venues[programIds]!;
      const key = { 'idempotency-key': randomUUID() };
      const first = await redeem(venue, '9999000000000000', key);
      refusedOf(first, 'E_PASS_UNKNOWN');
      assertReplayed(await redeem(venue, '9999000000000000', key), first);
      const { ePassId } = await other.issue(5);
      refusedOf(await redeem(venue, ePassId, key), 'IDEMPOTENCY_KEY_REUSED');
      assert.equal(await usedOf(other, ePassId), 0);
    });
  }
});
