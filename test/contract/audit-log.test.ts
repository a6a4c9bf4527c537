/** The log of what people did: one chain, written with the act itself, and only ever appended to. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { recordAct } from '../../src/operations/audit-log.ts';
import type { Call } from '../../src/operations/call.ts';
import type { Transaction } from '../../src/store/database.ts';
import { altered } from '../harness/altered.ts';
import { clientWith, dataOf, openClient, type Reply, refusedOf } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { openPerson, type PersonClient } from '../harness/people.ts';
import { openProduct } from '../harness/product.ts';
import { addClient, addProgram, readRows, useScene } from '../harness/scene.ts';

interface Line {
  readonly number: number;
  readonly actor: string;
  readonly act: string;
  readonly subject: string;
  readonly programId: string | null;
  readonly details: Record<string, unknown>;
}

const brokenChain = `select number from (select *, coalesce(lag(hash) over (order by number), '') as previous from audit_log) l
  where hash <> audit_hash(previous, number, at, actor, act, subject, in_program, request_id, details)`;
const someone: Call = {
  caller: {
    kind: 'account',
    clientId: 'account:ada@example.com',
    scopes: new Set(['auditor']),
    ratePerMinute: 1,
    programs: new Map(),
    resources: new Set(),
    account: {
      email: 'ada@example.com',
      role: 'auditor',
      language: 'en',
      programIds: null,
      disabledAt: null,
      passwordIsTemporary: false,
      createdAt: 0,
      passwordSetAt: 0,
      signedInAt: null,
    },
    session: { createdAt: 0, usedAt: 0, hash: '', csrfToken: '' },
  },
  programId: null,
  requestId: 'request-1',
  key: null,
  operationId: 'test',
};
const reason = 'Water "leak"';

await eachDatabase('audit log', (open, kind) => {
  const scene = useScene(open);
  let admin: PersonClient;
  before(async () => {
    admin = await openPerson(scene.product, { role: 'administrator' });
  });

  const linesOf = async (query = '', person = admin): Promise<Line[]> =>
    dataOf(await person.get(`/v2/auditLog?pageSize=100${query}`)).lines;
  const lastNumber = async () => (await linesOf())[0]?.number ?? 0;
  const linesAfter = async (number: number) => (await linesOf()).filter((line) => line.number > number).reverse();
  const record = (transaction: Transaction, subject: string) =>
    recordAct(transaction, someone, { act: 'hub.create', subject, details: {} }, Date.now());

  /** Everything that a person with all scopes can change of a pass, a place or an endpoint, and the acts it makes. */
  async function actsOf(send: PersonClient | typeof scene.operator, isPerson: boolean): Promise<string[]> {
    const issued = isPerson ? await admin.issue(5) : await scene.partner.issue(5);
    const used = await scene.venue.redeem(issued.ePassId);
    const acts: string[] = isPerson ? ['pass.issue'] : [];
    const did = async (act: string, reply: Promise<Reply>) => {
      const { status, text } = await reply;
      assert.equal(status, 200, `${act}: ${text}`);
      acts.push(act);
    };
    const { ePassId } = issued;
    await did('use.give-back', send.post('/v2/redemptions/cancel', { orderId: used.json.data.orderId, reason }));
    await did('pass.suspend', send.post('/v2/orders/ePasses/suspend', { ePassId, reason }));
    await did('pass.resume', send.post('/v2/orders/ePasses/resume', { ePassId, reason }));
    await did('pass.cancel', send.call('PATCH', '/v2/orders', { orderId: issued.orderId, status: 3 }));
    await did('resource.close', send.call('PATCH', '/v2/resources/N00002', { closed: true, reason }));
    await did('resource.open', send.call('PATCH', '/v2/resources/N00002', { closed: false }));
    const endpoint = { url: 'https://partner.example/secret-path', eventTypes: ['epass.issued'], state: 'paused' };
    const made = await send.post('/v2/endpoints', endpoint);
    const path = `/v2/endpoints/${made.json.data.endpointId}`;
    acts.push('endpoint.create');
    await did('endpoint.change', send.call('PATCH', path, { eventTypes: ['epass.cancelled'] }));
    await did('endpoint.add-key', send.post(`${path}/keys`, {}));
    const range = { from: '2020-01-01T00:00:00Z', to: '2021-01-01T00:00:00Z' };
    await did('endpoint.resend', send.post(`${path}/deliveries/resend`, range));
    await did('endpoint.test', send.post(`${path}/test`));
    return acts;
  }

  test('a use at the door costs no statement for the log, and the act of an operator two', async () => {
    const { database, product } = scene;
    const batches: string[][] = [];
    const counting = altered(database, {
      transaction: (work) =>
        database.transaction((transaction) => {
          const names: string[] = [];
          batches.push(names);
          const counted =
            (how: 'run' | 'last'): Transaction['run'] =>
            (statement, parameters) => {
              names.push(statement.name);
              return transaction[how](statement, parameters);
            };
          return work({ run: counted('run'), last: counted('last') });
        }),
    });
    const second = await openProduct(counting, { credentials: product.credentials });
    const issued = await scene.partner.issue(2);
    const venue = await openClient(second.baseUrl, product.credentials.venue);
    const used = await venue.redeem(issued.ePassId);
    assert.equal(used.status, 200, used.text);
    const body = { orderId: used.json.data.orderId, reason };
    const operator = clientWith(second.baseUrl, scene.operator.token, scene.operator.always);
    assert.equal((await operator.post('/v2/redemptions/cancel', body)).status, 200);
    await second.close();
    // Nobody is told of events yet: the tests below register endpoints.
    const ofPasses = batches.filter((names) => names.includes('lock_passes'));
    const back = [
      'lock_passes',
      'find_uses',
      'update_usages',
      'insert_entries',
      'lock_audit_log',
      'insert_audit_lines',
    ];
    assert.deepEqual(ofPasses, [['lock_passes', 'write_uses'], back]);
  });

  test('every act of a person, and of a client that looks after a programme, has its line with who, what and where', async () => {
    for (const [send, isPerson] of [
      [admin, true],
      [scene.operator, false],
    ] as const) {
      const before = await lastNumber();
      const acts = await actsOf(send, isPerson);
      const written = await linesAfter(before);
      assert.deepEqual(
        written.map(({ act }) => act),
        acts,
      );
      const actors = new Set(written.map(({ actor }) => actor));
      assert.equal(actors.size, 1);
      assert.equal([...actors][0]!.startsWith('account:'), isPerson);
      for (const line of written) assert.equal(line.programId, 'DEMO', line.act);
      const back = written.find(({ act }) => act === 'use.give-back')!;
      assert.match(back.subject, /^DP/);
      assert.deepEqual([back.details.reason, back.details.units, back.details.left], [reason, -1, 5]);
      const cancelled = written.find(({ act }) => act === 'pass.cancel')!;
      assert.deepEqual([cancelled.subject, cancelled.details.left], [back.details.ePassId, 5]);
      assert.ok(!JSON.stringify(written).includes('secret-path'), 'the path of an endpoint may be a secret');
      assert.ok(!JSON.stringify(written).includes('Lovelace'), 'no name of a traveller');
    }
  });

  test('what partners and venues do has none; a refused act has none; a repeated one has one', async () => {
    const before = await lastNumber();
    const issued = await scene.partner.issue(3);
    const used = await scene.venue.redeem(issued.ePassId);
    await scene.venue.post('/v2/redemptions/cancel', { orderId: used.json.data.orderId, reason });
    await scene.partner.call('PATCH', '/v2/orders', { orderId: issued.orderId, status: 3 });
    refusedOf(
      await admin.call('PATCH', '/v2/orders', { orderId: issued.orderId, status: 3 }),
      'ORDER_ALREADY_CANCELLED',
    );
    refusedOf(
      await admin.post('/v2/orders/ePasses/suspend', { ePassId: '1788000000000000', reason }),
      'E_PASS_UNKNOWN',
    );
    assert.deepEqual(await linesAfter(before), []);
    const other = await scene.partner.issue(1);
    const headers = { 'idempotency-key': `once-${before}` };
    const body = { ePassId: other.ePassId, reason };
    for (const replayed of [null, 'true', 'true']) {
      const reply = await admin.post('/v2/orders/ePasses/suspend', body, headers);
      assert.deepEqual([reply.status, reply.headers.get('idempotent-replayed')], [200, replayed]);
    }
    assert.equal((await linesAfter(before)).length, 1);
  });

  test('many acts in one batch, beside uses of venues, make one chain', async () => {
    const before = await lastNumber();
    const passes = await Promise.all(Array.from({ length: 12 }, () => scene.partner.issue(9)));
    const replies = await Promise.all(
      passes.flatMap(({ ePassId }) => [
        admin.post('/v2/orders/ePasses/suspend', { ePassId, reason }),
        scene.venue.redeem(ePassId),
      ]),
    );
    assert.ok(replies.filter((_, index) => index % 2 === 0).every(({ status }) => status === 200));
    const written = await linesAfter(before);
    assert.deepEqual(new Set(written.map(({ subject }) => subject)), new Set(passes.map(({ ePassId }) => ePassId)));
    assert.deepEqual(await readRows(scene.database, brokenChain), []);
  });

  test('an act that is undone has no line', async () => {
    const before = await lastNumber();
    const undone = scene.database.transaction(async (transaction) => {
      await record(transaction, 'undone');
      throw new Error('undone');
    });
    await assert.rejects(undone, /undone/);
    assert.equal(await lastNumber(), before);
  });

  test('acts at the same time make one chain without a gap or a fork', async () => {
    const before = await lastNumber();
    const acts = Array.from({ length: 40 }, (_, index) => index);
    await Promise.all(
      Array.from({ length: kind === 'embedded' ? 4 : 8 }, async () => {
        for (let index = acts.shift(); index !== undefined; index = acts.shift()) {
          const subject = `subject-${index}`;
          await scene.database.transaction((transaction) => record(transaction, subject));
        }
      }),
    );
    const numbers = await readRows<{ number: number }>(scene.database, 'select number from audit_log order by number');
    assert.equal(numbers.length, before + 40);
    assert.deepEqual(
      numbers.map(({ number }) => number),
      numbers.map((_, index) => index + 1),
    );
    assert.deepEqual(await readRows(scene.database, brokenChain), []);
  });

  test('a line can neither be changed nor taken out', async () => {
    for (const sql of [`update audit_log set actor = 'x'`, 'delete from audit_log', 'truncate audit_log']) {
      const tried = scene.database.transaction((transaction) =>
        transaction.run({ name: sql.slice(0, 20), text: sql }, []),
      );
      await assert.rejects(tried, { code: '42501' }, sql);
    }
  });

  test('the log is found by who, what, whom and when, and comes by pages', async () => {
    const all = await linesOf();
    assert.ok(all.length > 50);
    const [sample] = all.filter(({ act }) => act === 'pass.suspend');
    for (const field of ['actor', 'act', 'subject'] as const) {
      const found = await linesOf(`&${field}=${encodeURIComponent(sample![field])}`);
      assert.ok(found.length > 0 && found.every((line) => line[field] === sample![field]), field);
    }
    const day = 86_400_000;
    const at = (offset: number) => new Date(Date.now() + offset).toISOString();
    assert.equal((await linesOf(`&from=${at(day)}`)).length, 0);
    assert.equal((await linesOf(`&to=${at(-day)}`)).length, 0);
    assert.equal((await linesOf(`&from=${at(-day)}&to=${at(day)}`)).length, all.length);
    const paged: number[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = dataOf(await admin.get(`/v2/auditLog?act=hub.create&pageSize=7${more}`));
      paged.push(...page.lines.map(({ number }: Line) => number));
      cursor = page.nextCursor;
    }
    assert.deepEqual(
      paged,
      all.filter(({ act }) => act === 'hub.create').map(({ number }) => number),
    );
    const { nextCursor } = dataOf(await admin.get('/v2/auditLog?pageSize=1'));
    refusedOf(await admin.get(`/v2/auditLog?act=hub.create&cursor=${nextCursor}`), 'CURSOR_INVALID');
  });

  test('whoever works in some programmes sees the acts about those alone', async () => {
    await addProgram(scene.product, { programId: 'OTHER', issuerPrefix: '4321', sandbox: true }, ['N00001']);
    const narrow = await openPerson(scene.product, { role: 'auditor', programIds: ['OTHER'] });
    assert.deepEqual(await linesOf('', narrow), []);
    const closed = { closed: true, reason };
    await admin.call('PATCH', '/v2/resources/N00001', closed, { 'x-program-id': 'OTHER' });
    assert.deepEqual(
      (await linesOf('', narrow)).map(({ act, programId }) => [act, programId]),
      [['resource.close', 'OTHER']],
    );
    const cursor = dataOf(await admin.get('/v2/auditLog?pageSize=1')).nextCursor;
    refusedOf(await narrow.get(`/v2/auditLog?cursor=${cursor}`), 'CURSOR_INVALID');
    refusedOf(await scene.operator.get('/v2/auditLog'), 'SCOPE_MISSING');
  });

  test('the lines of a whole life of an account hold no password, no token and no session', async () => {
    const lines = await linesOf('&act=account.sign-in');
    assert.ok(lines.length > 0);
    for (const { actor, subject, details } of lines) {
      assert.equal(actor, `account:${subject}`);
      assert.deepEqual(Object.keys(details), ['address']);
    }
  });

  test('the database itself keeps people and clients apart', async () => {
    const insert = (clientId: string, scopes: string) =>
      readRows(
        scene.database,
        `insert into clients (client_id, name, issuer, scopes, secret, rate_per_minute, created_at)
         values ($1, 'x', $1, $2::text[], 'x', 1, now())`,
        [clientId, scopes],
      );
    await assert.rejects(insert('one', '{issuer,auditor}'), { code: '23514' });
    await assert.rejects(insert('two', '{administrator}'), { code: '23514' });
    await assert.rejects(insert('account:ada@example.com', '{issuer}'), { code: '23514' });
    await assert.rejects(insert('device:1', '{venue}'), { code: '23514' });
    const venue = await addClient(scene.product, { scopes: ['venue'], resourceIds: ['N00001'] });
    refusedOf(await venue.get('/v2/sessions/current'), 'SCOPE_MISSING');
  });
});
