/** What the doctor finds, and what it says to do about it. */

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { findingOfSpace } from '../../src/examine.ts';
import { examineData, type Finding } from '../../src/operations/examine.ts';
import { migrations } from '../../src/product.ts';
import type { Database } from '../../src/store/database.ts';
import { altered } from '../harness/altered.ts';
import { dataOf, openClient, type TestClient } from '../harness/client.ts';
import { embeddedProduct } from '../harness/embedded-product.ts';
import { postHere } from '../harness/push.ts';
import { changeRows } from '../harness/scene.ts';

describe('the doctor', () => {
  // What has no key, or is paused, is sent nothing; nobody is at the address of the rest.
  const product = embeddedProduct(undefined, { post: postHere, push: { isAllowedHost: () => true } });
  let partner: TestClient;
  before(async () => {
    partner = await openClient(product().baseUrl, product().credentials.partner);
  });

  const examined = (now: () => number = Date.now, database: Database = product().world.database) =>
    examineData(database, migrations, now);
  /** What is not ok, in short; each of them says what to do. */
  const troubles = (findings: readonly Finding[]) =>
    findings
      .filter(({ state }) => state !== 'ok')
      .map(({ name, state, detail, cure }) => {
        assert.ok(cure !== null && cure.length > 10, name);
        return `${state} ${name}: ${detail}`;
      });
  const change = (text: string, ...parameters: string[]) => changeRows(product(), text, parameters);
  const endpoint = async () =>
    dataOf(await partner.post('/v2/endpoints', { url: 'http://127.0.0.1:9/', eventTypes: ['epass.issued'] }))
      .endpointId;

  test('nothing is wrong with what has just been set up', async () => {
    const findings = await examined();
    assert.deepEqual(troubles(findings), []);
    const names = findings.map(({ name }) => name);
    assert.deepEqual(names.slice(0, 6), ['database', 'durability', 'clock', 'schema', 'events', 'push']);
  });

  test('push events: held up, given up, paused, and without a key', async () => {
    const paused = await endpoint();
    await change(
      `update endpoints set state = 'paused', paused_reason = 'its receiver is gone' where endpoint_id = $1`,
      paused,
    );
    const keyless = await endpoint();
    const stuck = await endpoint();
    await partner.issue(1);
    await partner.issue(1);
    await change('delete from signing_keys where endpoint_id = $1', keyless);
    await change(`update deliveries set state = 'parked', finished_at = now() where endpoint_id = $1`, keyless);
    await change(`update deliveries set state = 'waiting', next_attempt_at = now() where endpoint_id = $1`, stuck);
    const told = troubles(await examined(() => Date.now() + 3_600_000));
    const [bad, ...warnings] = told.sort();
    assert.equal(bad, `bad push keys: without a key to sign with: DEMO/${keyless}`);
    assert.deepEqual(warnings.slice(0, 2), [
      `warn push endpoints: paused: DEMO/${paused}: its receiver is gone`,
      'warn push events: 2 were given up after ten attempts',
    ]);
    assert.match(warnings[2]!, /^warn push lag: \d+ wait, the first for \d\d minutes$/);
    assert.equal(warnings.length, 3);
    await change('delete from deliveries');
    await change('delete from signing_keys');
    await change('delete from endpoints');
    assert.deepEqual(troubles(await examined()), []);
  });

  test('keys and secrets that are older than a year', async () => {
    await endpoint();
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const age = `now() - interval '400 days'`;
    await change(
      `insert into client_keys select client_id, 'old', $1, ${age} from clients order by 1 limit 1`,
      String(publicKey.export({ type: 'spki', format: 'pem' })),
    );
    const later = () => Date.now() + 366 * 86_400_000;
    const told = troubles(await examined(later)).sort();
    assert.match(
      told.join('\n'),
      /^warn client keys: the oldest is 766 days old\nwarn client secrets: .* 366 days old\nwarn signing keys: .* 366 days old$/,
    );
  });

  test('clocks that are apart, a database that is full or does not answer, a schema that is behind', async () => {
    const { database } = product().world;
    const health = await database.health();
    const with_ = (more: Partial<typeof health>) => altered(database, { health: async () => ({ ...health, ...more }) });
    const now = () => Date.now();
    const found = async (more: Partial<typeof health>) =>
      (await examined(now, with_(more))).filter(({ state }) => state === 'bad');
    assert.match(
      troubles(await found({ clockDifference: -1_500 })).join(),
      /^bad clock: .* 1500 ms apart \(limit 1000\)$/,
    );
    assert.equal((await found({ problem: 'less than 64 MiB are free' }))[0]!.detail, 'less than 64 MiB are free');
    const silent = await examined(now, with_({ answers: false, problem: 'no answer for 5 s' }));
    assert.deepEqual(troubles(silent), ['bad database: no answer for 5 s']);

    await change('delete from migrations where number = (select max(number) from migrations)');
    const behind = troubles(await examined()).filter((one) => one.includes('schema'));
    assert.match(behind.join(), /^warn schema: 1 of \d+ migrations are still to be applied$/);
  });

  test('free disk', () => {
    const mebibyte = 1_048_576;
    assert.deepEqual(
      [63, 64, 1_023, 1_024].map((free) => findingOfSpace(free * mebibyte).state),
      ['bad', 'warn', 'warn', 'ok'],
    );
    assert.match(findingOfSpace(63 * mebibyte).cure!, /make room/);
  });
});
