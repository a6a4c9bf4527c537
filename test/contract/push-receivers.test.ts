/** Receivers that are down, slow, endless, rude or broken: what is written down, and that nothing gets stuck. */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '../../src/store/database.ts';
import { eachDatabase } from '../harness/databases.ts';
import { addEndpoint, type TestEndpoint, until, usePush, verify } from '../harness/push.ts';
import { accept, answering, type Behaviour, openReceiver, type Receiver } from '../harness/receiver.ts';
import { holdClock, readRows } from '../harness/scene.ts';

/** In place of 10 s. */
const deadline = 1_500;

const raw =
  (text: string): Behaviour =>
  (_received, response) =>
    void response.socket!.end(text);

/** Sends without end until nobody takes it any more. */
const flood: Behaviour = async (_received, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(1024 ** 3) });
  const piece = Buffer.alloc(65_536, 32);
  while (!response.destroyed && response.socket?.destroyed === false) {
    if (!response.write(piece)) await Promise.race([pause(20), new Promise((done) => response.once('drain', done))]);
  }
};

const drip: Behaviour = async (_received, response: ServerResponse) => {
  response.writeHead(200);
  while (!response.destroyed) {
    response.write(' ');
    await pause(50);
  }
};

const ok = '{"status":"success"}';

/** Behaviour, the status that is written down (null: no answer), and what is said of the answer. */
const failures: readonly [name: string, behaviour: Behaviour, status: number | null, answer: RegExp][] = [
  ['500', answering(500, 'oops'), 500, /^oops$/],
  ['503', answering(503, ok), 503, /success/],
  ['429', answering(429, ''), 429, /^$/],
  ['204 without a body', answering(204), 204, /^$/],
  ['201 with the right body', answering(201, ok), 201, /success/],
  ['200 and an empty body', answering(200), 200, /^$/],
  ['200 and rubbish', answering(200, 'OK'), 200, /^OK$/],
  ['200 and other JSON', answering(200, '{"status":"failure"}'), 200, /failure/],
  ['200 and a JSON string', answering(200, '"success"'), 200, /success/],
  ['200 and JSON null', answering(200, 'null'), 200, /null/],
  ['200 and a list', answering(200, '[{"status":"success"}]'), 200, /success/],
  ['200 and a NUL', answering(200, 'a\0b'), 200, /^a\uFFFDb$/],
  ['200 and bytes that are no UTF-8', (_, response) => void response.end(Buffer.from([0xff, 0xfe])), 200, /\uFFFD/],
  ['301', answering(301, '', { location: '/elsewhere' }), 301, /^$/],
  ['302', answering(302, '', { location: '/elsewhere' }), 302, /^$/],
  ['307', answering(307, '', { location: '/elsewhere' }), 307, /^$/],
  ['308', answering(308, '', { location: '/elsewhere' }), 308, /^$/],
  ['101', raw('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'), null, /not HTTP/],
  ['rubbish instead of HTTP', raw('SSH-2.0-OpenSSH_9.6\r\n'), null, /not HTTP/],
  ['a head that is too long', raw(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n${ok}`), null, /not HTTP/],
  ['two lengths', raw(`HTTP/1.1 200 OK\r\nContent-Length: 20\r\nContent-Length: 21\r\n\r\n${ok}`), null, /not HTTP/],
  ['closing without an answer', (_, response) => void response.socket!.destroy(), null, /broke|closed/],
  ['closing within the answer', raw(`HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n${ok}`), null, /broke off/],
  ['1 GB', flood, null, /longer than 65536 bytes/],
  ['one byte too many', answering(200, `${ok}${' '.repeat(65_537 - ok.length)}`), null, /longer than 65536/],
  ['dripping', drip, null, /no answer within 1.5 s/],
  ['silence', () => {}, null, /no answer within 1.5 s/],
  ['the head only', (_, response) => void response.writeHead(200).flushHeaders(), null, /no answer within/],
  ['100 without end', (_, response) => { const t = setInterval(() => response.writeProcessing(), 20); response.on('close', () => clearInterval(t)); }, null, /no answer within/], // biome-ignore format: one line
];

const successes: readonly [name: string, behaviour: Behaviour][] = [
  ['more in the answer', answering(200, '{"id":1,"status":"success","note":"thanks"}')],
  ['an answer of 64 KiB', answering(200, `${ok}${' '.repeat(65_536 - ok.length)}`)],
  [
    'an answer just in time',
    async (received, response) => pause(deadline * 0.7).then(() => accept(received, response)),
  ],
  ['a chunked answer', (_, response) => { response.write('{"status":'); setTimeout(() => response.end('"success"}'), 50); }], // biome-ignore format: one line
];

interface AttemptOf {
  readonly status: number | null;
  readonly answer: string;
  readonly succeeded: boolean;
  readonly milliseconds: number;
  readonly attempts: number;
  readonly state: string;
}

const attemptOf = (database: Database, passId: string) =>
  readRows<AttemptOf>(
    database,
    `select a.status, a.answer, a.succeeded, a.milliseconds, d.attempts, d.state
      from delivery_attempts a join deliveries d using (program_id, endpoint_id, pass_id, number)
      where a.pass_id = $1 order by a.attempt`,
    [passId],
  );

await eachDatabase('receivers of push events', (open) => {
  const clock = holdClock();
  const scene = usePush(open, { clock, push: { deadline } });
  let receiver: Receiver;
  let endpoint: TestEndpoint;

  before(async () => {
    receiver = await openReceiver();
    endpoint = await addEndpoint(scene.world, receiver.url);
  });
  after(() => receiver.down());

  async function once(behaviour: Behaviour): Promise<AttemptOf> {
    receiver.behave(behaviour);
    const { ePassId } = await scene.partner.issue(1);
    const told = () => attemptOf(scene.world.database, ePassId);
    await until('an attempt', async () => (await told()).length > 0);
    return (await told())[0]!;
  }

  for (const [name, behaviour] of successes) {
    test(`delivered: ${name}`, async () => {
      const { state, succeeded, status } = await once(behaviour);
      assert.deepEqual({ state, succeeded, status }, { state: 'delivered', succeeded: true, status: 200 });
    });
  }

  for (const [name, behaviour, status, answer] of failures) {
    test(`not delivered: ${name}`, async () => {
      const told = await once(behaviour);
      assert.deepEqual([told.state, told.succeeded, told.attempts], ['waiting', false, 1]);
      assert.equal(told.status, status, told.answer);
      assert.match(told.answer, answer);
      assert.ok(
        receiver.received.every(({ path }) => path === '/events'),
        'no redirect was followed',
      );
    });
  }

  test('not delivered: down', async () => {
    await receiver.down();
    const told = await once(accept);
    await receiver.up();
    assert.deepEqual([told.state, told.status, told.answer], ['waiting', null, 'the host could not be reached']);
  });

  test('afterwards everything is delivered, each under the id it had', async () => {
    receiver.behave(accept);
    clock.at += 6_001;
    const waiting = `select count(*)::int as count from deliveries where state <> 'delivered'`;
    await until('nothing waits', async () => {
      const [row] = await readRows<{ count: number }>(scene.world.database, waiting);
      return row!.count === 0;
    });
    const ids = new Map<string, Set<string>>();
    for (const one of receiver.received) {
      const { jti, sub, sequence } = verify(one, endpoint.keys);
      ids.set(`${sub} ${sequence}`, (ids.get(`${sub} ${sequence}`) ?? new Set()).add(jti));
    }
    assert.equal(ids.size, failures.length + successes.length + 1);
    assert.ok([...ids.values()].every((set) => set.size === 1));
  });
});
