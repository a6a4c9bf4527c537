/** A line of history that the disk has damaged: its event is parked, and all others are sent. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Database, Transaction } from '../../src/store/database.ts';
import { altered } from '../harness/altered.ts';
import { eachDatabase } from '../harness/databases.ts';
import { addEndpoint, until, usePush } from '../harness/push.ts';
import { openReceiver, type Receiver } from '../harness/receiver.ts';
import { readRows } from '../harness/scene.ts';

/** The database as it is when the page of one pass's history has another checksum than it should. */
function damaged(database: Database, passId: () => string, code: () => string): Database {
  const over = (transaction: Transaction): Transaction => ({
    ...transaction,
    run: (statement, parameters) => {
      const [, passIds] = parameters;
      const isHit = statement.name === 'find_events' && (passIds as unknown as string[]).includes(passId());
      if (!isHit) return transaction.run(statement, parameters);
      const problem = new Error('invalid page in block 7 of relation base/5/16500');
      return Promise.reject(Object.assign(problem, { code: code() }));
    },
  });
  return altered(database, {
    transaction: (work) => database.transaction((transaction) => work(over(transaction))),
  });
}

await eachDatabase('events over damaged history', (open) => {
  let passId = '';
  let code = 'XX001';
  let database: Database;
  const scene = usePush(async () => {
    database = await open();
    return damaged(
      database,
      () => passId,
      () => code,
    );
  });
  let receiver: Receiver;

  before(async () => {
    receiver = await openReceiver();
    await addEndpoint(scene.world, receiver.url);
  });
  after(() => receiver.down());

  const setState = async (state: string) => {
    const statement = { name: 'test_set_state', text: 'update endpoints set state = $1' };
    await database.transaction((transaction) => transaction.run(statement, [state]));
    await scene.world.directory.refresh();
  };
  const deliveries = () =>
    readRows<{ passId: string; state: string; answer: string }>(
      database,
      `select d.pass_id as "passId", d.state, a.answer from deliveries d left join delivery_attempts a
        using (program_id, endpoint_id, pass_id, number)`,
    );

  test('what cannot be read is parked with the reason, and holds nobody else up', async () => {
    await setState('paused');
    const passes = await Promise.all(Array.from({ length: 6 }, () => scene.partner.issue(1)));
    passId = passes[2]!.ePassId;
    await scene.product.withFaults(async () => {
      await setState('active');
      await until('nothing waits', async () => (await deliveries()).every(({ state }) => state !== 'waiting'));
    });
    const parked = (await deliveries()).filter(({ state }) => state === 'parked');
    assert.deepEqual(
      parked.map((one) => one.passId),
      [passId],
    );
    assert.match(parked[0]!.answer, /cannot be made: Error: invalid page/);
    assert.equal(receiver.received.length, 5);
  });

  test('what the disk does not give this time is tried again', async () => {
    await setState('paused');
    const passes = await Promise.all(Array.from({ length: 4 }, () => scene.partner.issue(1)));
    [passId, code] = [passes[1]!.ePassId, '58030'];
    await setState('active');
    const stateOf = async (id: string) => (await deliveries()).find((one) => one.passId === id)!.state;
    await scene.product.withFaults(async () => {
      for (const { ePassId } of passes) {
        if (ePassId !== passId) await until('the others', async () => (await stateOf(ePassId)) === 'delivered');
      }
    });
    const failing = passId;
    assert.equal(await stateOf(failing), 'waiting');
    passId = '';
    const over = new Date(scene.world.clock.now() - 1).toISOString();
    const end = {
      name: 'test_end_lease',
      text: `update deliveries set next_attempt_at = $1, leased_until = $1 where pass_id = $2`,
    };
    await database.transaction((transaction) => transaction.run(end, [over, failing]));
    await until('it is sent', async () => (await stateOf(failing)) === 'delivered');
  });
});
