/** What the reports add up, held against what was done; times are those of the sandbox's own clock. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { countryName } from '../../src/system/reference-data.ts';
import { dataOf, refusedOf, type TestClient } from '../harness/client.ts';
import { readRows as readCsv } from '../harness/csv.ts';
import { eachDatabase } from '../harness/databases.ts';
import { openPerson, type PersonClient } from '../harness/people.ts';
import { openProduct } from '../harness/product.ts';
import { addClient, addProgram, holdClock, readRows, useScene } from '../harness/scene.ts';

type Row = Record<string, unknown>;

const query = (values: Record<string, string>) => new URLSearchParams(values).toString();
const pick = (rows: readonly Row[], ...names: string[]) => rows.map((row) => names.map((name) => row[name]));

await eachDatabase('reports', (open) => {
  const clock = holdClock();
  const scene = useScene(open, clock);
  let second: TestClient;
  let administrator: PersonClient;

  let quiet: TestClient;
  let elsewhere: TestClient;
  let both: TestClient;

  before(async () => {
    // Tokens are signed at the real time, and must not come from the future of a clock that is held.
    clock.at = Math.floor(Date.now() / 1000) * 1000;
    await addProgram(scene.product, { programId: 'QUIET', issuerPrefix: '1822', sandbox: true }, ['N00001']);
    await addProgram(scene.product, { programId: 'ELSE', issuerPrefix: '1823', sandbox: true }, ['N00001', 'N00012']);
    quiet = await addClient(scene.product, { scopes: ['operator'], programIds: ['QUIET'] });
    elsewhere = await addClient(scene.product, { scopes: ['operator'], programIds: ['ELSE'] });
    both = await addClient(scene.product, { scopes: ['operator'], programIds: ['ELSE', 'DEMO'] });
    administrator = await openPerson(scene.product, { role: 'administrator' });
    second = await addClient(scene.product, { scopes: ['issuer'] });
  });

  const setNow = async (now: string) => dataOf(await scene.partner.post('/v2/simulations/clock', { now }));
  const report = async (name: string, values: Record<string, string> = {}) =>
    dataOf(await scene.operator.get(`/v2/reports/${name}?${query(values)}`));
  const use = async (ePassId: string, resourceId = 'N00001', adultCount = 1, childCount = 0) =>
    dataOf(await scene.venue.redeem(ePassId, { resourceId, adultCount, childCount })).orderId as string;
  const giveBack = async (orderId: string) =>
    dataOf(await scene.operator.post('/v2/redemptions/cancel', { orderId, reason: 'Asked for' }));

  /** The CSV of a report has the rows of its JSON. */
  async function sameAsCsv(name: string, values: Record<string, string>, rows: readonly Row[]) {
    const file = await scene.operator.get(`/v2/reports/${name}.csv?${query(values)}`);
    assert.equal(file.status, 200, file.text);
    assert.equal(file.headers.get('content-type'), 'text/csv; charset=utf-8; header=present');
    assert.match(
      file.headers.get('content-disposition')!,
      /^attachment; filename="passdesk-DEMO-[a-z-]+-[0-9-]+\.csv"$/,
    );
    assert.equal(file.headers.get('cache-control'), 'no-store');
    const texts = rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value === null ? '' : String(value)])),
    );
    assert.deepEqual(readCsv(file.text), texts);
  }

  test('usages by everything they can be sorted by, gross and net, along the clocks of a zone', async () => {
    await setNow('2030-03-30T22:30:00Z');
    const { ePassId } = await scene.partner.issue(20);
    const other = (await second.issue(20)).ePassId;
    const first = await use(ePassId, 'N00001', 2, 1);
    await setNow('2030-03-31T22:45:00Z');
    await use(other, 'N00012', 1);
    await giveBack(first);
    await setNow('2030-04-01T12:00:00Z');
    await use(ePassId, 'N00002', 4);
    const range = { from: '2030-03-30', to: '2030-04-02' };
    const figures = ['uses', 'people', 'usages', 'givenBackUses', 'givenBackUsages', 'netUsages'] as const;

    const byDay = await report('usage', range);
    assert.deepEqual(pick(byDay.rows, 'start', 'key', 'label', ...figures), [
      ['2030-03-30T00:00:00+00:00', '1', 'Lounge', 1, 3, 3, 0, 0, 3],
      ['2030-03-31T00:00:00+00:00', '1', 'Lounge', 1, 1, 1, 1, 3, -2],
      ['2030-04-01T00:00:00+00:00', '1', 'Lounge', 1, 4, 4, 0, 0, 4],
    ]);
    assert.deepEqual(byDay.totals, {
      uses: 3,
      people: 8,
      usages: 8,
      givenBackUses: 1,
      givenBackPeople: 3,
      givenBackUsages: 3,
      netUsages: 5,
    });
    assert.equal(byDay.settlement, null);

    // 22:45 in London is 23:45 there, but only after its clocks went forward in that night.
    const london = await report('usage', { ...range, zone: 'Europe/London', step: 'hour', by: 'resource' });
    assert.deepEqual(pick(london.rows, 'localStart', 'key', 'label', 'netUsages'), [
      ['2030-03-30T22:00:00+00:00', 'N00001', 'Aspen Lounge', 3],
      ['2030-03-31T23:00:00+01:00', 'N00001', 'Aspen Lounge', -3],
      ['2030-03-31T23:00:00+01:00', 'N00012', 'Harbour Lounge', 1],
      ['2030-04-01T13:00:00+01:00', 'N00002', 'Pennine Lounge', 4],
    ]);
    const tokyo = await report('usage', { ...range, zone: 'Asia/Tokyo', step: 'month' });
    assert.deepEqual(pick(tokyo.rows, 'localStart', 'usages', 'givenBackUsages'), [
      ['2030-03-30T00:00:00+09:00', 3, 0],
      ['2030-04-01T00:00:00+09:00', 5, 3],
    ]);
    const keyed: [string, [string, string | null, number][]][] = [
      ['module', [['1', 'Lounge', 5]]],
      [
        'resource',
        [
          ['N00001', 'Aspen Lounge', 0],
          ['N00002', 'Pennine Lounge', 4],
          ['N00012', 'Harbour Lounge', 1],
        ],
      ],
      [
        'iata',
        [
          ['HKG', 'Hong Kong International Airport', 1],
          ['MAN', 'Manchester Airport', 4],
        ],
      ],
      [
        'country',
        [
          ['GB', 'United Kingdom', 4],
          ['HK', countryName('HK', 'en'), 1],
        ],
      ],
    ];
    for (const [by, expected] of keyed) {
      const found = await report('usage', { ...range, by, step: 'month', from: '2030-03-02' });
      const sums = new Map<string, [string, unknown, number]>();
      for (const { key, label, netUsages } of found.rows)
        sums.set(key, [key, label, netUsages + (sums.get(key)?.[2] ?? 0)]);
      assert.deepEqual(
        [...sums.values()].sort((one, two) => (one[0] < two[0] ? -1 : 1)),
        expected,
        by,
      );
      assert.deepEqual(found.totals, byDay.totals, by);
      await sameAsCsv('usage', { ...range, by, step: 'month', from: '2030-03-02' }, found.rows);
    }
    const byClient = await report('usage', { ...range, by: 'client', step: 'day' });
    assert.deepEqual(
      pick(byClient.rows, 'start', 'label', 'netUsages').filter(([, label]) => label === 'Demo partner'),
      [
        ['2030-03-30T00:00:00+00:00', 'Demo partner', 3],
        ['2030-03-31T00:00:00+00:00', 'Demo partner', -3],
        ['2030-04-01T00:00:00+00:00', 'Demo partner', 4],
      ],
    );
    // An end is exclusive, to the millisecond.
    const until = await report('usage', { from: '2030-03-30T22:30:00Z', to: '2030-03-31T22:45:00Z' });
    assert.deepEqual(until.totals.usages, 3);
  });

  const enter = async (module: number, amount: number, currency: string, validFrom: string) =>
    dataOf(await administrator.post('/v2/programmes/DEMO/rates', { module, amount, currency, validFrom }));

  const enterWith = (headers: Record<string, string>) =>
    administrator.post('/v2/programmes/DEMO/rates', { module: 2, amount: 0, currency: 'GBP' }, headers);

  test('settlement: net usages times the rate that was in force when they were used, in whole minor units', async () => {
    await enter(1, 2_000, 'GBP', '2031-01-01T00:00:00Z');
    const wrong = await enter(1, 9_999, 'GBP', '2031-02-01T00:00:00Z');
    const right = await enter(1, 2_501, 'EUR', '2031-02-01T00:00:00Z');
    assert.deepEqual([wrong.validUntil, right.validUntil], [null, null]);
    await setNow('2030-12-31T23:59:00Z');
    const { ePassId } = await scene.partner.issue(50);
    await use(ePassId);
    await setNow('2031-01-10T12:00:00Z');
    const january = await use(ePassId, 'N00001', 3);
    await use(ePassId, 'N00012', 2);
    await setNow('2031-02-10T12:00:00Z');
    await giveBack(january);
    await use(ePassId, 'N00001', 7);
    const range = { from: '2030-12-01', to: '2031-03-01', step: 'month', settlement: 'true' };
    const columns = ['start', 'key', 'module', 'netUsages', 'currency', 'rate', 'amount'];
    const byClient = await report('usage', { ...range, by: 'client' });
    assert.deepEqual(
      pick(byClient.rows, ...columns).map(([start, ...rest]) => [String(start).slice(0, 7), ...rest]),
      [
        ['2030-12', 'demo-partner', 1, 1, null, null, null],
        ['2031-01', 'demo-partner', 1, 5, 'GBP', 2_000, 10_000],
        ['2031-02', 'demo-partner', 1, -3, 'GBP', 2_000, -6_000],
        ['2031-02', 'demo-partner', 1, 7, 'EUR', 2_501, 17_507],
      ],
    );
    const settled = [
      { currency: 'EUR', amount: 17_507 },
      { currency: 'GBP', amount: 4_000 },
    ];
    assert.deepEqual(byClient.settlement, settled);
    const byVenue = await report('usage', { ...range, by: 'resource' });
    assert.deepEqual(byVenue.settlement, settled);
    assert.deepEqual(byVenue.totals, byClient.totals);
    await sameAsCsv('usage', { ...range, by: 'resource' }, byVenue.rows);
    const plain = await report('usage', { ...range, settlement: 'false', by: 'client' });
    assert.deepEqual(pick(plain.rows, 'netUsages', 'rate', 'amount'), [
      [1, null, null],
      [5, null, null],
      [4, null, null],
    ]);
  });

  test('rates are entered once and for ever, listed with their times, and put down in the audit log', async () => {
    const actor = `account:${administrator.email}`;
    const before = dataOf(await scene.operator.get('/v2/programmes/DEMO/rates')).rates.length;
    await enter(3, 1_200, 'HKD', '2033-06-01T00:00:00+08:00');
    await enter(3, 1_300, 'HKD', '2033-07-01T00:00:00+08:00');
    const { rates } = dataOf(await scene.operator.get('/v2/programmes/DEMO/rates'));
    assert.equal(rates.length, before + 2);
    const meals = rates.filter(({ module }: Row) => module === 3);
    assert.deepEqual(pick(meals, 'amount', 'currency', 'validFrom', 'validUntil', 'enteredBy'), [
      [1_200, 'HKD', '2033-05-31T16:00:00+00:00', '2033-06-30T16:00:00+00:00', actor],
      [1_300, 'HKD', '2033-06-30T16:00:00+00:00', null, actor],
    ]);
    const lines = await readRows<{ actor: string; details: string }>(
      scene.database,
      `select actor, details from audit_log where act = 'rate.enter' order by number desc limit 1`,
    );
    assert.equal(lines[0]!.actor, actor);
    const { number: _, ...details } = JSON.parse(lines[0]!.details);
    assert.deepEqual(details, { module: 3, amount: 1_300, currency: 'HKD', validFrom: '2033-06-30T16:00:00+00:00' });
    const bad: [object, string][] = [
      [{ module: 0, amount: 1, currency: 'GBP' }, 'module'],
      [{ module: 1, amount: 1, currency: 'XXZ' }, 'currency'],
      [{ module: 1, amount: 1, currency: 'GBP', validFrom: '2031-02-30T00:00:00Z' }, 'validFrom'],
    ];
    for (const [body, field] of bad) {
      const { fields } = refusedOf(await administrator.post('/v2/programmes/DEMO/rates', body), 'REQUEST_INVALID');
      assert.deepEqual(fields, [field]);
    }
    const once = { 'idempotency-key': randomUUID() };
    const [one, again] = [await enterWith(once), await enterWith(once)];
    assert.deepEqual([again.text, again.headers.get('idempotent-replayed')], [one.text, 'true']);
    for (const sql of [
      'update settlement_rates set amount = 1 where program_id = $1',
      'delete from settlement_rates where program_id = $1',
    ]) {
      const tried = scene.database.transaction((transaction) =>
        transaction.run({ name: sql.slice(0, 12), text: sql }, ['DEMO']),
      );
      await assert.rejects(tried, { code: '42501' });
    }
    const body = { module: 1, amount: 1, currency: 'GBP' };
    refusedOf(await administrator.post('/v2/programmes/NOWHERE/rates', body), 'PROGRAM_UNKNOWN');
    for (const role of ['auditor', 'operator'] as const) {
      const person = await openPerson(scene.product, { role });
      refusedOf(await person.post('/v2/programmes/DEMO/rates', body), 'SCOPE_MISSING');
      dataOf(await person.get('/v2/programmes/DEMO/rates', { 'x-program-id': 'DEMO' }));
      dataOf(await person.get('/v2/reports/today', { 'x-program-id': 'DEMO' }));
      dataOf(await person.post('/v2/orders/ePasses/find', { text: 'ada' }, { 'x-program-id': 'DEMO' }));
    }
    refusedOf(await scene.operator.get('/v2/programmes/NOWHERE/rates'), 'PROGRAM_UNKNOWN');
    refusedOf(await scene.operator.post('/v2/programmes/DEMO/rates', body), 'SCOPE_MISSING');
  });

  test('what is unused is carried from step to step, through use, give-back, cancellation and both kinds of end', async () => {
    await setNow('2035-01-01T10:00:00Z');
    const kept = await scene.partner.issue(5, { expirationDate: '2035-02-10T00:00:00Z' });
    const ended = await scene.partner.issue(4, { expirationDate: '2035-01-20T00:00:00Z' });
    const cancelled = await scene.partner.issue(3, { expirationDate: '2035-03-01T00:00:00Z' });
    const range = { from: '2035-01-01', to: '2035-03-01', step: 'month' };
    const late = await use(ended.ePassId, 'N00001', 2);
    await use(cancelled.ePassId);
    await setNow('2035-01-25T10:00:00Z');
    dataOf(await scene.partner.call('PATCH', '/v2/orders', { orderId: cancelled.orderId, status: 3 }));
    dataOf(await scene.partner.call('PATCH', '/v2/orders', { orderId: ended.orderId, status: 3 }));
    await setNow('2035-02-05T10:00:00Z');
    await use(kept.ePassId, 'N00012', 2);
    refusedOf(await scene.operator.post('/v2/redemptions/cancel', { orderId: late, reason: 'x' }), 'E_PASS_CANCELLED');
    const columns = ['opening', 'issued', 'used', 'givenBack', 'cancelled', 'expired', 'closing'];
    const { rows } = await report('liability', range);
    const opening = rows[0].opening as number;
    // The other passes of this scene are open for ever; only the differences are looked at.
    assert.deepEqual(
      pick(rows, ...columns).map(([first, ...rest]) => [
        (first as number) - opening,
        ...rest.slice(0, -1),
        (rest.at(-1) as number) - opening,
      ]),
      [
        [0, 12, 3, 0, 2, 2, 5],
        [5, 0, 2, 0, 0, 3, 0],
      ],
    );
    await sameAsCsv('liability', range, rows);
    const days = await report('liability', { ...range, step: 'day' });
    assert.equal(days.rows.length, 59);
    assert.deepEqual([days.rows[0].opening, days.rows.at(-1).closing], [opening, rows[1].closing]);
    const sum = (name: string) => days.rows.reduce((total: number, row: Row) => total + (row[name] as number), 0);
    assert.deepEqual([sum('issued'), sum('used'), sum('cancelled'), sum('expired')], [12, 5, 2, 5]);
  });

  test('a use given back after its pass has ended ends again at that instant', async () => {
    await setNow('2036-01-01T10:00:00Z');
    const { ePassId } = await scene.partner.issue(4, { expirationDate: '2036-01-10T00:00:00Z' });
    const orderId = await use(ePassId, 'N00001', 3);
    await setNow('2036-02-01T10:00:00Z');
    await giveBack(orderId);
    const before = await report('liability', { from: '2036-01-01', to: '2036-03-01', step: 'month' });
    assert.deepEqual(pick(before.rows, 'issued', 'used', 'givenBack', 'expired'), [
      [4, 3, 0, 1],
      [0, 0, 3, 3],
    ]);
    const after = await report('liability', { from: '2036-02-01', to: '2036-02-02' });
    assert.deepEqual(pick(after.rows, 'givenBack', 'expired', 'opening', 'closing'), [
      [3, 3, before.rows[0].closing, before.rows[1].closing],
    ]);
  });

  test('passes that end soon and have something left, the next to end first, by page and as CSV', async () => {
    await setNow('2040-01-01T00:00:00Z');
    const expected: string[] = [];
    for (const day of ['05', '03', '04', '03', '25']) {
      const { ePassId } = await scene.partner.issue(2, {
        expirationDate: `2040-01-${day}T00:00:00Z`,
        firstName: '=1+1',
      });
      if (day !== '25') expected.push(`${day} ${ePassId}`);
    }
    const usedUp = await scene.partner.issue(1, { expirationDate: '2040-01-04T00:00:00Z' });
    await use(usedUp.ePassId);
    const gone = await scene.partner.issue(1, { expirationDate: '2040-01-04T00:00:00Z' });
    dataOf(await scene.partner.call('PATCH', '/v2/orders', { orderId: gone.orderId, status: 3 }));
    const all = await report('expiring', { days: '10' });
    assert.deepEqual(
      [all.from, all.to, all.nextCursor],
      ['2040-01-01T00:00:00+00:00', '2040-01-11T00:00:00+00:00', null],
    );
    const told = all.rows.map(
      ({ expirationDate, ePassId }: Row) => `${String(expirationDate).slice(8, 10)} ${ePassId}`,
    );
    assert.deepEqual(told, [...expected].sort());
    const seen: Row[] = [];
    let cursor: string | null = null;
    do {
      const page = await report('expiring', { days: '10', pageSize: '1', ...(cursor === null ? {} : { cursor }) });
      seen.push(...page.rows);
      cursor = page.nextCursor;
    } while (cursor !== null);
    assert.deepEqual(seen, all.rows);
    await sameAsCsv('expiring', { days: '10' }, all.rows);
    const raw = await scene.operator.get('/v2/reports/expiring.csv?days=10');
    assert.ok(raw.text.includes(`"'=1+1"`) && !raw.text.includes('"=1+1"'));
    assert.equal((await report('expiring')).rows.length, 5);
    for (const days of ['0', '366'])
      refusedOf(await scene.operator.get(`/v2/reports/expiring?days=${days}`), 'REQUEST_INVALID');
    refusedOf(await scene.operator.get('/v2/reports/expiring?days=11&cursor=abc'), 'CURSOR_INVALID');
  });

  test('refusals at the door are counted by reason, place and hour, once each, and by every process', async () => {
    await setNow('2041-05-01T10:20:00Z');
    const range = { from: '2041-05-01', to: '2041-05-02' };
    const { ePassId } = await scene.partner.issue(1);
    const expired = (await scene.partner.issue(1, { expirationDate: '2041-05-01T10:20:01Z' })).ePassId;
    const tooMany = { adultCount: 2, scanId: randomUUID() };
    refusedOf(await scene.venue.redeem(ePassId, tooMany), 'E_PASS_USAGES_EXCEEDED');
    refusedOf(await scene.venue.redeem(ePassId, tooMany), 'E_PASS_USAGES_EXCEEDED');
    refusedOf(await scene.venue.redeem(ePassId, { ...tooMany, adultCount: 3 }), 'SCAN_ID_REUSED');
    refusedOf(await scene.venue.redeem('1788000000000000'), 'E_PASS_UNKNOWN');
    await setNow('2041-05-01T11:20:00Z');
    refusedOf(await scene.venue.redeem(expired, { resourceId: 'N00012' }), 'E_PASS_EXPIRED');
    refusedOf(await scene.venue.redeem(ePassId, { adultCount: 2 }), 'E_PASS_USAGES_EXCEEDED');
    refusedOf(
      await scene.partner.post('/v2/simulations/lounges/redemptions', { dpId: expired, adultCount: 1, childCount: 0 }),
      'E_PASS_EXPIRED',
    );
    await use(ePassId);

    const byReason = await report('refusals', range);
    assert.deepEqual(pick(byReason.rows, 'key', 'count'), [
      ['E_PASS_EXPIRED', 2],
      ['E_PASS_USAGES_EXCEEDED', 2],
      ['E_PASS_UNKNOWN', 1],
    ]);
    assert.equal(byReason.total, 5);
    assert.ok(byReason.rows.every(({ label }: Row) => /\.$/.test(label as string)));
    const byPlace = await report('refusals', { ...range, by: 'resource', step: 'hour' });
    assert.deepEqual(pick(byPlace.rows, 'start', 'key', 'label', 'count'), [
      ['2041-05-01T10:00:00+00:00', 'N00001', 'Aspen Lounge', 2],
      ['2041-05-01T11:00:00+00:00', 'N00012', 'Harbour Lounge', 2],
      ['2041-05-01T11:00:00+00:00', 'N00001', 'Aspen Lounge', 1],
    ]);
    await sameAsCsv('refusals', { ...range, by: 'resource', step: 'hour' }, byPlace.rows);

    // One more process on the same database: what it counted is there once it has stopped.
    const { credentials } = scene.product;
    const another = await openProduct(scene.database, { clock, credentials });
    const door = { ...scene.venue, url: another.baseUrl };
    const sent = await fetch(`${door.url}/v2/redemptions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${scene.venue.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ dpId: ePassId, resourceId: 'N00001', adultCount: 1, childCount: 0 }),
    });
    assert.equal(sent.status, 409);
    assert.equal((await report('refusals', range)).total, 5);
    await another.close();
    assert.equal((await report('refusals', range)).total, 6);
  });

  test("today: each place's own day beside the same time of yesterday and a week ago", async () => {
    await setNow('2042-06-24T15:00:00Z');
    const { ePassId } = await scene.partner.issue(100);
    const { ePassId: small } = await scene.partner.issue(1);
    await use(ePassId, 'N00001', 5);
    await setNow('2042-06-30T16:10:00Z');
    await use(ePassId, 'N00012', 2);
    await setNow('2042-06-30T16:40:00Z');
    await use(ePassId, 'N00012', 3);
    await setNow('2042-07-01T08:30:00Z');
    const wrong = await use(ePassId, 'N00001', 4);
    await setNow('2042-07-01T15:59:59Z');
    await use(ePassId, 'N00012', 6);
    await setNow('2042-07-01T16:20:00Z');
    await use(ePassId, 'N00012', 1);
    await use(ePassId, 'N00001', 1, 2);
    refusedOf(await scene.venue.redeem(small, { adultCount: 2 }), 'E_PASS_USAGES_EXCEEDED');
    await giveBack(wrong);
    await setNow('2042-07-01T16:30:00Z');
    const today = await report('today');
    assert.deepEqual(pick(today.rows, 'resourceId', 'localHour', 'uses', 'people', 'usages', 'refusals'), [
      ['N00001', '2042-07-01T09:00:00+01:00', 1, 4, 4, 0],
      ['N00001', '2042-07-01T17:00:00+01:00', 1, 3, 3, 1],
      ['N00012', '2042-07-02T00:00:00+08:00', 1, 1, 1, 0],
    ]);
    const figures = ['uses', 'people', 'usages', 'givenBackUses', 'givenBackUsages', 'netUsages', 'refusals'];
    assert.deepEqual(pick([today.today, today.yesterday, today.lastWeek], ...figures), [
      [3, 8, 8, 1, 4, 4, 1],
      [1, 2, 2, 0, 0, 2, 0],
      [1, 5, 5, 0, 0, 5, 0],
    ]);
    assert.deepEqual(today.refusals, [{ reason: 'E_PASS_USAGES_EXCEEDED', count: 1 }]);
    assert.deepEqual([today.push.waiting, today.push.lagSeconds, today.push.oldestWaitingDate], [0, 0, null]);
    await sameAsCsv('today', {}, today.rows);
    const nothing = dataOf(await quiet.get('/v2/reports/today'));
    assert.deepEqual([nothing.rows, nothing.today.uses, nothing.refusals], [[], 0, []]);
  });

  test('today: in the hour that clocks repeat, what was before and what is now both count', async () => {
    // London, where clocks go back from two to one at 01:00 UTC.
    await setNow('2043-10-24T22:00:00Z');
    const { ePassId } = await scene.partner.issue(10);
    const counted: unknown[] = [];
    for (const [at, uses] of [
      ['2043-10-25T00:10:00Z', true],
      ['2043-10-25T00:50:00Z', true],
      ['2043-10-25T00:59:00Z', false],
      ['2043-10-25T01:10:00Z', true],
      ['2043-10-25T01:20:00Z', false],
      ['2043-10-25T02:00:00Z', false],
    ] as const) {
      await setNow(at);
      if (uses) await use(ePassId);
      else counted.push((await report('today')).today.uses);
    }
    assert.deepEqual(counted, [2, 3, 3]);
  });

  test('push events that wait and were given up are told of today', async () => {
    const endpoint = { url: 'https://partner.example/', eventTypes: ['epass.issued'], state: 'paused' };
    const { endpointId } = dataOf(await scene.partner.post('/v2/endpoints', endpoint));
    await scene.partner.issue(1);
    const paused = (await report('today')).push;
    assert.deepEqual([paused.waiting, paused.parked, paused.lagSeconds, paused.pausedEndpoints], [1, 0, 0, 1]);
    dataOf(await scene.partner.call('PATCH', `/v2/endpoints/${endpointId}`, { state: 'paused' }));
  });

  test("another programme's operator sees none of it", async () => {
    const operator = elsewhere;
    const year = { from: '2030-01-01', to: '2031-01-01' };
    const decades = { from: '2026-01-01', to: '2035-01-01', step: 'month' };
    assert.deepEqual(dataOf(await operator.get(`/v2/reports/usage?${query(year)}`)).rows, []);
    const liability = dataOf(await operator.get(`/v2/reports/liability?${query(decades)}`));
    assert.ok(liability.rows.every(({ opening, closing }: Row) => opening === 0 && closing === 0));
    assert.deepEqual(dataOf(await operator.get('/v2/reports/expiring?days=365')).rows, []);
    assert.equal(dataOf(await operator.get(`/v2/reports/refusals?${query(decades)}`)).total, 0);
    assert.deepEqual(dataOf(await operator.get('/v2/programmes/ELSE/rates')).rates, []);
    refusedOf(await operator.get('/v2/programmes/DEMO/rates'), 'PROGRAM_UNKNOWN');
    refusedOf(await both.get('/v2/programmes/DEMO/rates', { 'x-program-id': 'ELSE' }), 'PROGRAM_UNKNOWN');
    dataOf(await both.get('/v2/programmes/DEMO/rates'));
    for (const name of ['today', 'usage', 'liability', 'expiring', 'refusals', 'usage.csv', 'today.csv'])
      for (const client of [scene.partner, scene.venue])
        refusedOf(await client.get(`/v2/reports/${name}?${query(year)}`), 'SCOPE_MISSING');
  });

  test('ranges that are none, or longer than their steps allow, are refused by field', async () => {
    const bad: [string, Record<string, string>, string][] = [
      ['usage', { from: '2030-01-01' }, 'to'],
      ['usage', { to: '2030-01-01' }, 'from'],
      ['usage', { from: '2030-01-01', to: '2030-01-01' }, 'to'],
      ['usage', { from: '2030-02-01', to: '2030-01-01' }, 'to'],
      ['usage', { from: '2030-02-30', to: '2030-03-01' }, 'from'],
      ['usage', { from: '2030-01-01', to: 'tomorrow!!' }, 'to'],
      ['usage', { from: '2030-01-01', to: '2031-02-06' }, 'to'],
      ['usage', { from: '2026-01-01', to: '9999-12-31' }, 'to'],
      ['usage', { from: '9999-12-28T11:00:00Z', to: '9999-12-31T23:59:59Z', zone: 'Pacific/Kiritimati' }, 'to'],
      ['liability', { from: '9999-12-29', to: '9999-12-29T12:00:00Z', step: 'day' }, 'to'],
      ['usage', { from: '2030-01-01', to: '2030-02-02', step: 'hour' }, 'to'],
      ['usage', { from: '2030-01-01', to: '2040-02-01', step: 'month' }, 'to'],
      ['usage', { from: '2030-01-01', to: '2030-01-02', zone: 'Mars/Olympus' }, 'zone'],
      ['usage', { from: '2030-01-01', to: '2030-01-02', zone: '+01:00' }, 'zone'],
      ['usage', { from: '2030-01-01', to: '2030-01-02', by: 'name' }, 'by'],
      ['usage', { from: '2030-01-01', to: '2030-01-02', step: 'week' }, 'step'],
      ['usage', { from: '2030-01-01', to: '2030-01-02', settlement: '1' }, 'settlement'],
      ['usage', { from: '2030-01-01', to: '2030-01-02', days: '1' }, 'days'],
      ['liability', { from: '2030-01-01', to: '2030-01-02', step: 'hour' }, 'step'],
      ['liability', { from: '2030-01-01', to: '2031-02-06' }, 'to'],
      ['refusals', { from: '2030-01-01', to: '2031-02-06' }, 'to'],
      ['today', { days: '1' }, 'days'],
    ];
    for (const [name, values, field] of bad) {
      for (const form of ['', '.csv']) {
        const { fields } = refusedOf(
          await scene.operator.get(`/v2/reports/${name}${form}?${query(values)}`),
          'REQUEST_INVALID',
        );
        assert.deepEqual(fields, [field], JSON.stringify(values));
      }
    }
    dataOf(await scene.operator.get(`/v2/reports/usage?${query({ from: '2030-01-01', to: '2031-02-05' })}`));
    dataOf(
      await scene.operator.get(
        `/v2/reports/usage?${query({ from: '2030-10-01', to: '2030-11-01', step: 'hour', zone: 'Europe/London' })}`,
      ),
    );
  });
});
