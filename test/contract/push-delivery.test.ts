/** Push events as a receiver sees them: their bytes, their signatures, their order (contract, section 10). */
import assert from 'node:assert/strict';
import { createHash, createPublicKey, type JsonWebKey } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { clientWith, dataOf, farFuture, signToken } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { addEndpoint, allSent, type TestEndpoint, until, usePush, verify } from '../harness/push.ts';
import { accept, answering, openReceiver, type Received, type Receiver } from '../harness/receiver.ts';
import { addClient, addProgram, holdClock } from '../harness/scene.ts';

const event = ({ body }: Received) => JSON.parse(body) as Record<string, unknown> & { eventType: string };
const ofPass = (received: readonly Received[], passId: string) => received.filter((one) => event(one).dpId === passId);

await eachDatabase('push events', (open) => {
  const clock = holdClock();
  const scene = usePush(open, { clock });
  let receiver: Receiver;
  let endpoint: TestEndpoint;

  before(async () => {
    receiver = await openReceiver();
    endpoint = await addEndpoint(scene.world, receiver.url);
  });
  after(() => receiver.down());

  test('every line of a history is told once, in order, with the bytes of the contract', async () => {
    const started = new Date(clock.at).toISOString().slice(0, 19);
    const { ePassId, orderId, reply } = await scene.partner.issue(5);
    const used = await scene.venue.redeem(ePassId, { resourceId: 'N00012', adultCount: 2, childCount: 1 });
    const usageOrderId: string = used.json.data.orderId;
    await allSent(scene.world);
    clock.at += 60_000;
    await scene.venue.post('/v2/redemptions/cancel', { orderId: usageOrderId, reason: 'turned away' });
    await scene.operator.post('/v2/orders/ePasses/suspend', { ePassId, reason: 'lost' });
    await scene.operator.post('/v2/orders/ePasses/resume', { ePassId, reason: 'found' });
    await scene.partner.call('PATCH', '/v2/orders', { orderId, status: 3 });
    await until('six events', () => ofPass(receiver.received, ePassId).length === 6);
    const told = ofPass(receiver.received, ePassId);
    assert.deepEqual(
      told.map((one) => verify(one, endpoint.keys).sequence),
      [1, 2, 3, 4, 5, 6],
    );
    const now = new Date(clock.at).toISOString().slice(0, 19);
    const later = new Date(clock.at - 60_000 + 8 * 3_600_000).toISOString().slice(0, 19);
    assert.equal(
      told[1]!.body,
      `{"eventType":"walkin.redemption","orderId":"${usageOrderId}","programId":"DEMO","dpId":"${ePassId}","module":1,"category":1,"status":2,"orderCreatedDate":"${started}+00:00","usageDate":"${later}+08:00","orderCancelledDate":null,"transportHubId":"A00002","transportHubName":"Hong Kong International Airport","resourceId":"N00012","resourceName":"Harbour Lounge","passengers":{"cardholder":1,"guests":2}}`,
    );
    assert.equal(
      told[2]!.body,
      told[1]!.body
        .replace('"status":2', '"status":3')
        .replace('"orderCancelledDate":null', `"orderCancelledDate":"${now}+00:00"`),
    );
    const clientUserId: string = reply.json.data.clientUserId;
    const start = `"orderId":"${orderId}","programId":"DEMO","dpId":"${ePassId}","clientUserId":"${clientUserId}","module":1,"category":1`;
    const terms = `"activationDate":"${started}+00:00","expirationDate":"${farFuture}","availableUsages":5,"usedUsages":0`;
    assert.equal(
      told[0]!.body,
      `{"eventType":"epass.issued",${start},"status":1,"ePassStatus":1,"occurredDate":"${started}+00:00",${terms}}`,
    );
    assert.deepEqual(
      told.slice(3).map((one) => [event(one).eventType, event(one).ePassStatus, event(one).reason]),
      [
        ['epass.suspended', 2, 'lost'],
        ['epass.resumed', 1, 'found'],
        ['epass.cancelled', 3, undefined],
      ],
    );
    assert.equal(
      told.at(-1)!.body,
      `{"eventType":"epass.cancelled",${start},"status":3,"ePassStatus":3,"occurredDate":"${now}+00:00",${terms},"refundableUsages":5}`,
    );
  });

  test('the id of an event can be worked out, and the claims say what it is', async () => {
    const { ePassId } = await scene.partner.issue(1);
    await until('the event', () => ofPass(receiver.received, ePassId).length === 1);
    const claims = verify(ofPass(receiver.received, ePassId)[0]!, endpoint.keys);
    const digest = createHash('sha256').update(`DEMO\n${ePassId}\n1`).digest('base64url');
    assert.equal(claims.jti, `evt_${digest.slice(0, 24)}`);
    assert.equal(claims.iss, 'passdesk');
    assert.equal(claims.attempt, 1);
    assert.equal(claims.iat, Math.floor(clock.at / 1000));
  });

  test('an endpoint hears only of the types it asked for', async () => {
    const other = await openReceiver();
    await addEndpoint(scene.world, other.url, { eventTypes: ['walkin.redemption'] });
    const { ePassId } = await scene.partner.issue(2);
    await scene.venue.redeem(ePassId);
    await until('the use', () => ofPass(other.received, ePassId).length > 0);
    await until('both', () => ofPass(receiver.received, ePassId).length === 2);
    assert.deepEqual(
      other.received.filter((one) => event(one).eventType !== 'walkin.redemption'),
      [],
    );
    await other.down();
  });

  test('the events of a pass arrive in order though many passes are busy at once', async () => {
    const passes = await Promise.all(Array.from({ length: 8 }, () => scene.partner.issue(20)));
    const uses = passes.flatMap(({ ePassId }) => Array.from({ length: 20 }, () => scene.venue.redeem(ePassId)));
    assert.ok((await Promise.all(uses)).every(({ status }) => status === 200));
    for (const { ePassId } of passes) {
      await until('21 events', () => ofPass(receiver.received, ePassId).length === 21);
      const sequences = ofPass(receiver.received, ePassId).map((one) => verify(one, endpoint.keys).sequence);
      assert.deepEqual(
        sequences,
        Array.from({ length: 21 }, (_, index) => index + 1),
      );
    }
  });

  test('a failure holds up later events of the same pass, and only those', async () => {
    const broken = await scene.partner.issue(3);
    await until('its issue', () => ofPass(receiver.received, broken.ePassId).length === 1);
    receiver.behave((one, response) =>
      (event(one).dpId === broken.ePassId ? answering(500) : answering(200, '{"status":"success"}'))(one, response),
    );
    await scene.venue.redeem(broken.ePassId);
    await until('the failure', () => ofPass(receiver.received, broken.ePassId).length === 2);
    await scene.venue.redeem(broken.ePassId);
    const other = await scene.partner.issue(2);
    await scene.venue.redeem(other.ePassId);
    await until('the other pass', () => ofPass(receiver.received, other.ePassId).length === 2);
    assert.equal(ofPass(receiver.received, broken.ePassId).length, 2);
    receiver.behave(answering(200, '{"status":"success"}'));
    clock.at += 6_001;
    await until('the rest', () => ofPass(receiver.received, broken.ePassId).length === 4);
    const claims = ofPass(receiver.received, broken.ePassId).map((one) => verify(one, endpoint.keys));
    assert.deepEqual(
      claims.map(({ sequence, attempt }) => [sequence, attempt]),
      [
        [1, 1],
        [2, 1],
        [2, 2],
        [3, 1],
      ],
    );
    assert.equal(claims[1]!.jti, claims[2]!.jti);
  });

  test('two programmes with endpoints of one id hear of their own passes only', async () => {
    await addProgram(scene.product, { programId: 'OTHER', issuerPrefix: '4321', sandbox: true }, ['N00001']);
    const issuer = await addClient(scene.product, { scopes: ['issuer'], programIds: ['OTHER'] });
    const there = await openReceiver();
    const same = { programId: 'OTHER', endpointId: endpoint.endpointId };
    const foreign = await addEndpoint(scene.world, there.url, same);
    const from = receiver.received.length;
    // In the same batches, at the same door.
    const passes = await Promise.all(
      Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? scene.partner : issuer).issue(2)),
    );
    await Promise.all(passes.map(({ ePassId }) => scene.venue.redeem(ePassId)));
    await until('40 events each', () => receiver.received.length === from + 40 && there.received.length === 40);
    const sides = [
      [receiver.received.slice(from), endpoint, 0],
      [there.received, foreign, 1],
    ] as const;
    for (const [received, { keys, programId }, odd] of sides) {
      const own = new Set(passes.filter((_, index) => index % 2 === odd).map(({ ePassId }) => ePassId));
      for (const one of received) {
        assert.equal(verify(one, keys).programId, programId);
        assert.ok(own.has(String(event(one).dpId)));
      }
    }
    await there.down();
  });

  test('a key is changed in the middle of a stream: every message verifies by the keys that are fetched', async () => {
    const fetchKeys = async () => {
      const { keys } = (await (await fetch(`${scene.product.baseUrl}/.well-known/jwks.json`)).json()) as {
        keys: (JsonWebKey & { kid: string })[];
      };
      return new Map(keys.map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })]));
    };
    const kidOf = ({ headers }: Received) => {
      const [head = ''] = headers.authorization!.split(' ')[1]!.split('.');
      return (JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string }).kid;
    };
    let known = await fetchKeys();
    let fetched = 0;
    const problems: string[] = [];
    receiver.behave(async (one, response) => {
      try {
        if (!known.has(kidOf(one))) {
          known = await fetchKeys();
          fetched += 1;
        }
        verify(one, known);
      } catch (problem) {
        problems.push(String(problem));
      }
      await accept(one, response);
    });
    const before = receiver.received.length;
    const { ePassId } = await scene.partner.issue(60);
    const path = `/v2/endpoints/${endpoint.endpointId}/keys`;
    const signsFrom = clock.at + 6_000;
    let kid = '';
    for (let use = 0; use < 60; use += 1) {
      clock.at += 200;
      if (use === 10) {
        const body = { signsFrom: new Date(signsFrom).toISOString() };
        kid = dataOf(await scene.partner.post(path, body)).newKey.kid;
      }
      await scene.venue.redeem(ePassId);
    }
    await until('61 events', () => receiver.received.length === before + 61);
    const kids = receiver.received.slice(before).map(kidOf);
    assert.deepEqual(problems, []);
    assert.deepEqual([new Set(kids).size, kids.at(-1)], [2, kid]);
    assert.equal(kids.lastIndexOf(kids[0]!) + 1, kids.indexOf(kid), 'one key after the other');
    assert.ok(fetched <= 1, `keys were fetched ${fetched} times`);
    const old = kids[0]!;
    clock.at = signsFrom + 3_600_000 - 1;
    await pause(1_100);
    assert.ok((await fetchKeys()).has(old), 'the old key is good to the last moment');
    clock.at += 1;
    await until('the old key is out', async () => !(await fetchKeys()).has(old));
    assert.ok((await fetchKeys()).has(kid));
    const last = receiver.received.length;
    receiver.behave(answering(200, '{"status":"success"}'));
    const token = await signToken(scene.product.credentials.partner, '24h');
    const again = clientWith(scene.product.baseUrl, token, { authorization: `Bearer ${token}` });
    assert.equal(dataOf(await again.post(path, {})).oldKey.kid, kid, 'and the next change can begin');
    assert.equal(receiver.received.length, last);
  });
});
