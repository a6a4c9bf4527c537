/** Several workers on one database: one that freezes, one that stops, and what the others make of it (FLT-30, 31). */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { World } from '../../src/operations/world.ts';
import { openWorld } from '../../src/product.ts';
import type { Database } from '../../src/store/database.ts';
import { altered } from '../harness/altered.ts';
import { eachDatabase } from '../harness/databases.ts';
import { addEndpoint, postHere, type TestEndpoint, until, usePush, verify } from '../harness/push.ts';
import { accept, answering, openReceiver, type Receiver } from '../harness/receiver.ts';
import { holdClock, readRows } from '../harness/scene.ts';

/** Something that can be held: whoever comes waits until it is let go. */
class Gate {
  #open: Promise<void> = Promise.resolve();
  #letGo: () => void = () => {};
  waiting = 0;

  hold(): void {
    this.#open = new Promise((resolve) => {
      this.#letGo = resolve;
    });
  }

  letGo(): void {
    this.#letGo();
  }

  async pass(): Promise<void> {
    this.waiting += 1;
    await this.#open;
    this.waiting -= 1;
  }
}

/** The database as a process sees it that can be frozen. */
function freezable(database: Database, gate: Gate): Database {
  return altered(database, { transaction: async (work) => gate.pass().then(() => database.transaction(work)) });
}

interface Delivery {
  readonly number: number;
  readonly state: string;
  readonly attempts: number;
  readonly lease: string | null;
  readonly written: number;
}

await eachDatabase('workers of push events', (open) => {
  const clock = holdClock();
  const gateOfB = new Gate();
  let database: Database;
  const scene = usePush(
    async () => {
      database = await open();
      return freezable(database, gateOfB);
    },
    { clock },
  );
  let receiver: Receiver;
  let endpoint: TestEndpoint;

  before(async () => {
    receiver = await openReceiver();
    endpoint = await addEndpoint(scene.world, receiver.url);
  });
  after(() => receiver.down());

  const setState = (state: string) =>
    database.transaction((transaction) =>
      transaction.run({ name: 'test_set_state', text: 'update endpoints set state = $1' }, [state]),
    );
  const another = (post: World['post'], gate = new Gate()) => {
    const { clock, ids, log } = scene.world;
    return openWorld({ database: freezable(database, gate), clock, ids, log, post });
  };
  const deliveriesOf = (passId: string) =>
    readRows<Delivery>(
      database,
      `select number, state, attempts, lease, (select count(*)::int from delivery_attempts a
          where a.pass_id = d.pass_id and a.number = d.number and a.endpoint_id = d.endpoint_id) as written
        from deliveries d where pass_id = $1 order by number`,
      [passId],
    );
  const sequences = (passId: string) =>
    receiver.received
      .map((one) => verify(one, endpoint.keys))
      .filter(({ sub }) => sub === passId)
      .map(({ sequence }) => sequence);

  test('what a frozen worker held is delivered by another; when it thaws it writes nothing', async () => {
    await setState('paused');
    await scene.world.directory.refresh();
    const { ePassId } = await scene.partner.issue(1);
    await scene.venue.redeem(ePassId);
    gateOfB.hold();
    const [gateOfA, posting] = [new Gate(), new Gate()];
    posting.hold();
    const frozenPost: World['post'] = async (...request) => {
      await posting.pass();
      return postHere(...request);
    };
    await setState('active');
    const a = await another(frozenPost, gateOfA);
    await until('A holds the first event', () => posting.waiting === 1);
    gateOfA.hold();
    clock.at += 29_999;
    gateOfB.letGo();
    await scene.world.directory.refresh();
    await pause(1_200);
    assert.deepEqual(sequences(ePassId), [], 'its lease is not over');
    clock.at += 1;
    await until('B delivers both', () => sequences(ePassId).length === 2);
    await until('B has written both', async () =>
      (await deliveriesOf(ePassId)).every(({ state }) => state === 'delivered'),
    );
    posting.letGo();
    await until('A sends late', () => sequences(ePassId).length === 3);
    gateOfA.letGo();
    await a.close();
    assert.deepEqual(sequences(ePassId), [1, 2, 1]);
    const expected = { state: 'delivered', attempts: 1, lease: null, written: 1 };
    assert.deepEqual(await deliveriesOf(ePassId), [
      { number: 1, ...expected },
      { number: 2, ...expected },
    ]);
  });

  test('a worker that thaws before it sends, and too late, sends nothing', async () => {
    let sent = 0;
    const counting: World['post'] = (...request) => {
      sent += 1;
      return postHere(...request);
    };
    // Time stands still for the database's transaction and runs on before the attempt.
    const late = { now: () => clock.at + (stopped ? 20_000 : 0) };
    let stopped = false;
    const slow: Database = {
      ...freezable(database, new Gate()),
      transaction: async (work) => {
        stopped = false;
        const result = await database.transaction(work);
        stopped = true;
        return result;
      },
    };
    await setState('paused');
    await scene.world.directory.refresh();
    const { ePassId } = await scene.partner.issue(1);
    gateOfB.hold();
    await setState('active');
    const { ids, log } = scene.world;
    const a = await openWorld({ database: slow, clock: late, ids, log, post: counting });
    await until('A holds it', async () => (await deliveriesOf(ePassId))[0]!.lease !== null);
    await pause(100);
    assert.deepEqual(sequences(ePassId), []);
    clock.at += 30_000;
    gateOfB.letGo();
    await scene.world.directory.refresh();
    await until('B delivers it', () => sequences(ePassId).length === 1);
    await a.close();
    assert.equal(sent, 0);
  });

  test('an attempt that outlives its lease is written down together with the one that follows it', async () => {
    await setState('paused');
    await scene.world.directory.refresh();
    const { ePassId } = await scene.partner.issue(1);
    gateOfB.hold();
    const [gateOfA, posting] = [new Gate(), new Gate()];
    posting.hold();
    await setState('active');
    const a = await another(async (...request) => {
      await posting.pass();
      return postHere(...request);
    }, gateOfA);
    await until('it is under way', () => posting.waiting === 1);
    clock.at += 30_000;
    await until('it is under way once more', () => posting.waiting === 2);
    gateOfA.hold();
    await until('A waits with nothing to write down', () => gateOfA.waiting > 0);
    posting.letGo();
    await until('both have arrived', () => sequences(ePassId).length === 2);
    await pause(200);
    gateOfA.letGo();
    await until('it is written down', async () => (await deliveriesOf(ePassId))[0]!.state === 'delivered');
    await a.close();
    gateOfB.letGo();
    assert.deepEqual(await deliveriesOf(ePassId), [
      { number: 1, state: 'delivered', attempts: 1, lease: null, written: 1 },
    ]);
  });

  /** Has attempts refused that the receiver answered with 418, or only their details. */
  const refuseAttempts = (which: string) =>
    database.script(`create function refuse_attempt() returns trigger language plpgsql as
        $$ begin raise exception 'refused' using errcode = '23514'; end $$;
      create trigger refuse_attempt before insert on delivery_attempts for each row
        when (${which}) execute function refuse_attempt()`);
  const refuseNone = () =>
    database.script('drop trigger refuse_attempt on delivery_attempts; drop function refuse_attempt()');

  test('of what the database does not take the details are left out, and the attempt counts', async () => {
    await refuseAttempts('new.status = 418');
    receiver.behave(answering(418));
    const { ePassId } = await scene.partner.issue(1);
    await scene.product.withFaults(async () => {
      await until('it counts', async () => (await deliveriesOf(ePassId))[0]!.attempts === 1);
      const told = scene.product.logged.filter(({ event }) => event === 'push attempt recorded without its details');
      assert.match(JSON.stringify(told[0]), /refused/);
    });
    const text = 'select status, body, answer from delivery_attempts where pass_id = $1';
    assert.deepEqual(await database.read({ name: 'attempts_in_short', text }, [ePassId]), [
      { status: null, body: '', answer: 'not kept: the database did not take what was to be written down' },
    ]);
    await refuseNone();
    receiver.behave(accept);
    clock.at += 10_000;
    await until('it goes on', async () => (await deliveriesOf(ePassId))[0]!.state === 'delivered');
    assert.equal((await deliveriesOf(ePassId))[0]!.attempts, 2);
  });

  test('what cannot be written down holds nobody else up, and is tried again when its lease is over', async () => {
    await refuseAttempts("new.status = 418 or new.answer like 'not kept:%'");
    let poison = '';
    receiver.behave((received, response) => {
      const { sub } = verify(received, endpoint.keys);
      return (sub === poison ? answering(418) : accept)(received, response);
    });
    await setState('paused');
    await scene.world.directory.refresh();
    const passes = await Promise.all(Array.from({ length: 6 }, () => scene.partner.issue(1)));
    poison = passes[3]!.ePassId;
    const others = passes.map(({ ePassId }) => ePassId).filter((passId) => passId !== poison);
    await scene.product.withFaults(async () => {
      await setState('active');
      await scene.world.directory.refresh();
      for (const passId of others) {
        await until('the others', async () => (await deliveriesOf(passId))[0]!.state === 'delivered');
      }
      const told = () => scene.product.logged.filter(({ event }) => event === 'push attempt not recorded');
      await until('the log tells', () => told().length > 0);
      assert.match(JSON.stringify(told()[0]), /refused/);
      const [{ state, attempts, written }] = (await deliveriesOf(poison)) as [Delivery];
      assert.deepEqual([state, attempts, written], ['waiting', 0, 0]);
    });
    await refuseNone();
    poison = '';
    clock.at += 30_000;
    for (const { ePassId } of passes) {
      await until('all', async () => (await deliveriesOf(ePassId))[0]!.state === 'delivered');
    }
    receiver.behave(accept);
  });

  test('a clock that was put right while nobody ran holds no event up', async () => {
    receiver.behave(answering(500));
    const ahead = 30 * 60_000;
    clock.at += ahead;
    const { ePassId } = await scene.partner.issue(1);
    await until('it has failed', async () => (await deliveriesOf(ePassId))[0]!.attempts === 1);
    gateOfB.hold();
    clock.at -= ahead;
    receiver.behave(accept);
    const a = await another(postHere);
    await pause(300);
    assert.equal((await deliveriesOf(ePassId))[0]!.state, 'waiting', 'not before its time');
    clock.at += 10_000;
    await until('it is delivered', async () => (await deliveriesOf(ePassId))[0]!.state === 'delivered');
    await a.close();
    gateOfB.letGo();
    clock.at += ahead;
  });

  test('a worker that stops finishes what is under way', async () => {
    receiver.behave((received, response) => void setTimeout(() => accept(received, response), 400));
    await setState('paused');
    await scene.world.directory.refresh();
    const { ePassId } = await scene.partner.issue(1);
    gateOfB.hold();
    await setState('active');
    const a = await another(postHere);
    await until('it is under way', () => sequences(ePassId).length === 1);
    await a.close();
    gateOfB.letGo();
    assert.deepEqual(await deliveriesOf(ePassId), [
      { number: 1, state: 'delivered', attempts: 1, lease: null, written: 1 },
    ]);
    receiver.behave(accept);
  });

  test('a worker that cannot finish in time gives back what it holds, and another takes it at once', async () => {
    await setState('paused');
    await scene.world.directory.refresh();
    const { ePassId } = await scene.partner.issue(1);
    gateOfB.hold();
    await setState('active');
    let under = 0;
    const a = await another(() => {
      under += 1;
      return new Promise(() => {});
    });
    await until('A holds it', () => under === 1);
    const began = performance.now();
    await a.close();
    assert.ok(performance.now() - began < 8_500, `${performance.now() - began} ms`);
    gateOfB.letGo();
    await until('B delivers it', () => sequences(ePassId).length === 1);
  });
});
