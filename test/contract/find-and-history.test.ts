/** Finding passes by whatever an operator has at hand, and what happened to one of them. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { dataOf, type Reply, refusedOf, type TestClient } from '../harness/client.ts';
import { readRows as readCsv } from '../harness/csv.ts';
import { eachDatabase } from '../harness/databases.ts';
import { pairDevice } from '../harness/devices.ts';
import { addClient, addProgram, holdClock, useScene } from '../harness/scene.ts';

const idsOf = (data: { ePasses: { extra: { ePassId: string } }[] }) => data.ePasses.map(({ extra }) => extra.ePassId);
/** Tokens live for an hour: the minutes of these tests are short. */
const minute = 5_000;

await eachDatabase('passes and what happened to them', (open) => {
  const clock = holdClock();
  const scene = useScene(open, clock);
  const foreign = {} as Record<'partner' | 'operator' | 'venue', TestClient>;

  before(async () => {
    // Tokens are signed at the real time, and must not come from the future of a clock that is held.
    clock.at = Math.floor(Date.now() / 1000) * 1000;
    await addProgram(scene.product, { programId: 'FIND', issuerPrefix: '1811', sandbox: true }, ['N00001']);
    const programIds = ['FIND'];
    foreign.partner = await addClient(scene.product, { scopes: ['issuer'], programIds });
    foreign.operator = await addClient(scene.product, { scopes: ['operator'], programIds });
    foreign.venue = await addClient(scene.product, { scopes: ['venue'], programIds, resourceIds: ['N00001'] });
  });
  const find = (text: string, more: object = {}) => scene.operator.post('/v2/orders/ePasses/find', { text, ...more });
  const found = async (text: string) => idsOf(dataOf(await find(text)));
  const named = async (firstName: string, lastName: string, clientUserId: string = randomUUID()) => {
    clock.at += 1_000;
    return (await scene.partner.issue(3, { firstName, lastName }, clientUserId)).ePassId;
  };

  test('every id finds its pass, as it is printed, too', async () => {
    const clientUserId = randomUUID();
    const { ePassId, orderId } = await scene.partner.issue(2, {}, clientUserId);
    const use = dataOf(await scene.venue.redeem(ePassId));
    await scene.partner.issue(2);
    const printed = ePassId.replace(/(\d{4})(?=\d)/g, '$1 ');
    for (const text of [ePassId, printed, orderId, orderId.toLowerCase(), use.orderId, clientUserId, ` ${ePassId} `])
      assert.deepEqual(await found(text), [ePassId], text);
    const looked = dataOf(await scene.operator.post('/v2/orders/ePasses/search', { ePassId }));
    assert.deepEqual(dataOf(await find(use.orderId)), { ePasses: [looked], nextCursor: null });
    for (const text of ['1788000000000000', 'DP00000000000000', clientUserId.slice(0, -1), clientUserId.toUpperCase()])
      assert.deepEqual(await found(text), [], text);
  });

  test('a clientUserId that looks like another id finds its own passes as well', async () => {
    const first = (await scene.partner.issue(1)).ePassId;
    const second = (await scene.partner.issue(1, {}, first)).ePassId;
    assert.deepEqual(await found(first), [first, second]);
  });

  test('names: the beginning of either part, or both in either order, under the folding of names', async () => {
    const curie = await named('Maria', 'Skłodowska Curie');
    const strasse = await named('Zoë', 'Straße');
    const wide = await named('Ｇｒａｃｅ', "O'Hopper");
    const texts: [string, string[]][] = [
      ['skłodowska', [curie]],
      ['SKŁODOWSKA  cur', [curie]],
      ['maria', [curie]],
      ['maria skł', [curie]],
      ['Skłodowska Curie, Maria', [curie]],
      ['skłodowska curie mar', [curie]],
      ['curie', []],
      ['maria curie', []],
      ['STRASSE', [strasse]],
      ['zoe\u0308 stra', [strasse]],
      ['grace', [wide]],
      ["o'hop", [wide]],
      ["O'HOPPER GRACE", [wide]],
      ['gracex', []],
      ['%', []],
      ['_', []],
      ['\u200d', []],
      [',', []],
    ];
    for (const [text, expected] of texts) assert.deepEqual(await found(text), expected, text);
  });

  test('a page goes on where the last one ended, by way of every meaning of the text; each pass comes once', async () => {
    const holders: [string, string][] = [
      ['Quinn', 'Quill'],
      ['Quinn', 'Abel'],
      ['Abel', 'Quinn'],
      ['Quentin', 'Zed'],
      ['Zed', 'Quentin'],
    ];
    const all = new Set<string>();
    for (const [first, last] of holders) {
      const clientUserId = randomUUID();
      for (let count = 0; count < 3; count += 1) all.add(await named(first, last, clientUserId));
    }
    for (const pageSize of [1, 2, 4, 7, 100]) {
      const seen: string[] = [];
      let cursor: string | null = null;
      for (let pages = 0; pages === 0 || cursor !== null; pages += 1) {
        assert.ok(pages < 40, 'it ends');
        const data = dataOf(await find('qu', { pageSize, ...(cursor === null ? {} : { cursor }) }));
        assert.ok(data.ePasses.length <= pageSize);
        seen.push(...idsOf(data));
        cursor = data.nextCursor;
      }
      assert.deepEqual(new Set(seen), all, `pages of ${pageSize}`);
      assert.equal(seen.length, all.size, `pages of ${pageSize}: none twice`);
    }
    // By last name first, and within a name the newest first.
    const names = dataOf(await find('qu')).ePasses.map(({ extra }: { extra: { lastName: string } }) => extra.lastName);
    assert.deepEqual([...new Set(names)], ['Quentin', 'Quill', 'Quinn', 'Zed', 'Abel']);
    assert.deepEqual(await found('quinn quill'), (await found('Quill')).slice(0, 3));
  });

  test('a cursor of another text, another programme or nobody is refused', async () => {
    const { nextCursor } = dataOf(await find('qu', { pageSize: 2 }));
    assert.equal(dataOf(await find('qu', { pageSize: 5, cursor: nextCursor })).ePasses.length, 5);
    const [way, , mark] = JSON.parse(Buffer.from(nextCursor, 'base64url').toString()) as [number, string, string];
    const made = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const bad = [made(way, '1788000000000000', mark), made(99, '', mark), made(-1, '', mark), made(0.5, '', mark)];
    for (const cursor of ['x', made(way, '', 'y'), made(way, null, mark), made(way, mark), ...bad])
      refusedOf(await find('qu', { cursor }), 'CURSOR_INVALID');
    refusedOf(await find('qui', { cursor: nextCursor }), 'CURSOR_INVALID');
  });

  test("another programme's passes are not found, by no text", async () => {
    const { partner, operator, venue } = foreign;
    const clientUserId = randomUUID();
    const { ePassId, orderId } = await partner.issue(1, { firstName: 'Xerxes', lastName: 'Foreign' }, clientUserId);
    const use = dataOf(await venue.redeem(ePassId));
    for (const text of [ePassId, orderId, use.orderId, clientUserId, 'xerxes', 'foreign xer']) {
      assert.deepEqual(await found(text), [], text);
      assert.deepEqual(idsOf(dataOf(await operator.post('/v2/orders/ePasses/find', { text }))), [ePassId], text);
    }
    refusedOf(await scene.operator.get(`/v2/passes/${ePassId}/history`), 'E_PASS_UNKNOWN');
    for (const client of [scene.partner, scene.venue])
      refusedOf(await client.post('/v2/orders/ePasses/find', { text: 'a' }), 'SCOPE_MISSING');
  });

  const historyOf = (ePassId: string, query = '') => scene.operator.get(`/v2/passes/${ePassId}/history${query}`);
  const later = (milliseconds: number) => {
    clock.at += milliseconds;
  };
  const inUtc = (at: number) => `${new Date(at).toISOString().slice(0, 19)}+00:00`;

  /** A pass that lives through everything, and when each thing happened. */
  async function wholeLife() {
    const start = clock.at;
    const dates = { activationDate: inUtc(start + 10 * minute), expirationDate: inUtc(start + 100 * minute) };
    const { ePassId } = await scene.partner.issue(10, dates);
    later(20 * minute);
    const use = dataOf(await scene.venue.redeem(ePassId, { resourceId: 'N00012', adultCount: 2, childCount: 1 }));
    later(minute);
    dataOf(await scene.operator.post('/v2/orders/ePasses/suspend', { ePassId, reason: 'Reported as stolen' }));
    later(minute);
    dataOf(await scene.operator.post('/v2/orders/ePasses/resume', { ePassId, reason: 'Found again' }));
    later(minute);
    dataOf(await scene.venue.post('/v2/redemptions/cancel', { orderId: use.orderId, reason: 'Wrong family' }));
    later(minute);
    dataOf(await scene.venue.redeem(ePassId));
    later(120 * minute);
    return { ePassId, start, use };
  }

  test('everything in its order, with who, where, why, and both times', async () => {
    const { ePassId, start, use } = await wholeLife();
    const { ePass, rows, nextCursor } = dataOf(await historyOf(ePassId));
    assert.equal(nextCursor, null);
    assert.equal(ePass.extra.ePassId, ePassId);
    const short = (row: Record<string, unknown>) => [
      row.number,
      row.kind,
      row.derived,
      row.usages,
      row.availableUsages,
    ];
    assert.deepEqual(rows.map(short), [
      [1, 'issue', false, 0, 10],
      [null, 'active', true, 0, 10],
      [2, 'use', false, 3, 7],
      [3, 'suspend', false, 0, 7],
      [4, 'resume', false, 0, 7],
      [5, 'give-back', false, -3, 10],
      [6, 'use', false, 1, 9],
      [null, 'expired', true, 0, 9],
    ]);
    const [issued, active, used, suspended, , givenBack, , expired] = rows;
    assert.deepEqual([issued.byKind, issued.byId, issued.byName], ['client', 'demo-partner', 'Demo partner']);
    assert.deepEqual([active.date, active.byId], [inUtc(start + 10 * minute), null]);
    assert.equal(expired.date, inUtc(start + 100 * minute));
    assert.deepEqual(
      [used.date, used.timezone, used.resourceId, used.resourceName, used.transportHubName],
      [inUtc(start + 20 * minute), 'Asia/Hong_Kong', 'N00012', 'Harbour Lounge', 'Hong Kong International Airport'],
    );
    assert.match(used.localDate, /\+08:00$/);
    assert.equal(Date.parse(used.localDate), Date.parse(used.date));
    assert.deepEqual([used.adultCount, used.childCount, used.orderId], [2, 1, use.orderId]);
    assert.deepEqual([used.linkedNumber, used.linkedDate], [5, givenBack.date]);
    assert.deepEqual([givenBack.linkedNumber, givenBack.linkedDate], [2, used.date]);
    assert.deepEqual([suspended.reason, givenBack.reason], ['Reported as stolen', 'Wrong family']);
    assert.equal(suspended.localDate, null);
  });

  test('pages of every size tell the same, and so does the CSV', async () => {
    const { ePassId } = await wholeLife();
    const { rows } = dataOf(await historyOf(ePassId));
    for (const pageSize of [1, 2, 3, 5, 6, 200]) {
      const seen: unknown[] = [];
      let query = `?pageSize=${pageSize}`;
      for (let pages = 0; pages < 20; pages += 1) {
        const data = dataOf(await historyOf(ePassId, query));
        seen.push(...data.rows);
        if (data.nextCursor === null) break;
        query = `?pageSize=${pageSize}&cursor=${data.nextCursor}`;
      }
      assert.deepEqual(seen, rows, `pages of ${pageSize}`);
    }
    const file = await scene.operator.get(`/v2/passes/${ePassId}/history.csv`);
    assert.equal(file.status, 200, file.text);
    assert.equal(file.headers.get('content-type'), 'text/csv; charset=utf-8; header=present');
    assert.match(
      file.headers.get('content-disposition')!,
      new RegExp(`^attachment; filename="passdesk-DEMO-history-${ePassId}-\\d{4}-\\d\\d-\\d\\d\\.csv"$`),
    );
    const texts = rows.map((row: object) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === null ? '' : String(value)])),
    );
    assert.deepEqual(readCsv(file.text), texts);
  });

  test('what is derived comes only when it has come about', async () => {
    const start = clock.at;
    const dates = { activationDate: inUtc(start + 10 * minute), expirationDate: inUtc(start + 20 * minute) };
    const kinds = async (ePassId: string) =>
      dataOf(await historyOf(ePassId)).rows.map(({ kind }: { kind: string }) => kind);
    const waiting = (await scene.partner.issue(1, dates)).ePassId;
    const cancelled = await scene.partner.issue(1, dates);
    const late = await scene.partner.issue(1, dates);
    assert.deepEqual(await kinds(waiting), ['issue']);
    dataOf(await scene.partner.call('PATCH', '/v2/orders', { orderId: cancelled.orderId, status: 3 }));
    later(11 * minute);
    assert.deepEqual(await kinds(waiting), ['issue', 'active']);
    later(11 * minute);
    assert.deepEqual(await kinds(waiting), ['issue', 'active', 'expired']);
    assert.deepEqual(await kinds(cancelled.ePassId), ['issue', 'cancel']);
    dataOf(await scene.partner.call('PATCH', '/v2/orders', { orderId: late.orderId, status: 3 }));
    assert.deepEqual(await kinds(late.ePassId), ['issue', 'active', 'expired', 'cancel']);
    const atOnce = (await scene.partner.issue(1)).ePassId;
    assert.deepEqual(await kinds(atOnce), ['issue', 'active']);
  });

  test('a front desk is told by its name', async () => {
    const { ePassId } = await scene.partner.issue(3);
    const own = await pairDevice(scene.product.baseUrl, scene.operator, 'N00001');
    dataOf(await own.redeem(ePassId));
    const [row] = dataOf(await historyOf(ePassId)).rows.filter(({ kind }: { kind: string }) => kind === 'use');
    const { devices } = dataOf(await scene.operator.get('/v2/devices'));
    const [device] = devices;
    assert.deepEqual([row.byKind, row.byId, row.byName], ['device', `device:${device.deviceId}`, device.name]);
  });

  test('cursors and ids that are none are refused', async () => {
    const { ePassId } = await scene.partner.issue(1);
    const other = (await scene.partner.issue(1)).ePassId;
    await scene.venue.redeem(other);
    const { nextCursor } = dataOf(await historyOf(other, '?pageSize=1'));
    const refused: [Reply, Parameters<typeof refusedOf>[1]][] = [
      [await historyOf(ePassId, `?pageSize=1&cursor=${nextCursor}`), 'CURSOR_INVALID'],
      [await historyOf(ePassId, '?cursor=abc'), 'CURSOR_INVALID'],
      [await historyOf(ePassId, '?pageSize=201'), 'REQUEST_INVALID'],
      [await historyOf(ePassId, '?pageSize=0'), 'REQUEST_INVALID'],
      [await historyOf('1788000000000000'), 'E_PASS_UNKNOWN'],
      [await historyOf('178800000000000'), 'REQUEST_INVALID'],
      [await scene.operator.get('/v2/passes/1788000000000000/history.csv'), 'E_PASS_UNKNOWN'],
      [await scene.partner.get(`/v2/passes/${ePassId}/history`), 'SCOPE_MISSING'],
      [await scene.venue.get(`/v2/passes/${ePassId}/history.csv`), 'SCOPE_MISSING'],
    ];
    for (const [reply, name] of refused) refusedOf(reply, name);
  });
});
