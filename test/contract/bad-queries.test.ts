/** Bad queries (ATK-25, 38), and texts that look like SQL (ATK-26). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Route, routes } from '../../src/contract/routes.ts';
import { openClient, type TestClient } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { productOn, stateOf } from '../harness/embedded-product.ts';
import { signInAs } from '../harness/people.ts';

await eachDatabase('bad queries, and texts that look like SQL', (open) => {
  let partner: TestClient;
  const product = productOn(open, async (here) => {
    partner = await openClient(here.baseUrl, here.credentials.partner);
  });

  async function unchanged(work: () => Promise<void>): Promise<void> {
    const before = await stateOf(product());
    await work();
    assert.equal(await stateOf(product()), before);
    assert.deepEqual(
      product().logged.filter(({ level }) => level === 'error'),
      [],
    );
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  }

  test('ATK-38: parameters that are unknown, doubled, nested or out of range are refused by name', async () => {
    const texts = [
      "' or 1=1--",
      '*',
      '%',
      'null',
      '\u0000',
      '..',
      '[]',
      '{}',
      '-1',
      '1e9',
      '99999',
      'NaN',
      '１',
      '0x1',
      'true',
      '$ne',
    ];
    const fields = [
      'module',
      'transportHubId',
      'iata',
      'countryOrRegion',
      'latitude',
      'radius',
      'language',
      'pageSize',
      'pageNumber',
    ];
    const queries = [
      ...fields.flatMap((field) => texts.map((text) => [field, `${field}=${encodeURIComponent(text)}`])),
      ...fields.filter((field) => field !== 'module').map((field) => [field, `${field}=1&${field}=2`]),
      ...fields.flatMap((field) => [
        [`${field}[]`, `${field}[]=1`],
        [`${field}[a]`, `${field}[a]=1`],
        [field.toUpperCase(), `${field.toUpperCase()}=1`],
      ]),
      ...[
        '__proto__',
        'constructor',
        '__proto__[polluted]',
        'constructor.prototype.polluted',
        'sort',
        'limit',
        'offset',
        'a',
      ].map((name) => [name, `${name}=1`]),
      ...[
        ['pageSize', 'pageSize=0'],
        ['pageSize', 'pageSize=101'],
        ['pageNumber', 'pageNumber=0'],
        ['latitude', 'latitude=91&longitude=0&radius=1'],
      ],
      ...[
        ['iata', 'iata=MAN&countryOrRegion=GB'],
        ['longitude', 'latitude=1'],
        ['module', `${'module=1&'.repeat(9)}`],
        ['cityId', 'cityId='],
      ],
      ...[
        ['pageSize', 'pageSize='],
        ['iata', 'iata'],
        ['', '=1'],
        ['x', `${'x=1&'.repeat(2_000)}`],
      ],
    ] as [string, string][];
    const skipped = [
      'radius=99999',
      'latitude=-1',
      'radius=%EF%BC%91',
      'language=null',
      'language=NaN',
      'language=true',
      'pageNumber=99999',
    ];
    await unchanged(async () => {
      for (const path of ['/v2/resources', '/v2/transportHubs']) {
        for (const [field, query] of queries) {
          if (skipped.includes(query) && field === 'language') continue;
          const { status, json, text } = await partner.get(`${path}?${query}`);
          assert.equal(status, 400, `${query.slice(0, 80)}: ${text}`);
          const named = json.details.map((detail: { field: string }) => detail.field);
          if (field !== '')
            assert.ok(
              named.some((name: string) => name.split('.')[0] === field.split('.')[0] || skipped.includes(query)),
              `${query}: ${named}`,
            );
        }
      }
      for (const [operation, route] of Object.entries(routes) as [string, Route][]) {
        if (route.query !== undefined || route.scopes?.includes('issuer') !== true) continue;
        const { status, json } = await partner.call(
          route.method,
          `${route.path.replace('{module}', 'lounges')}?status=3`,
          route.body === undefined ? undefined : {},
        );
        assert.deepEqual([status, json.details[0].field], [400, 'status'], operation);
      }
    });
    assert.equal((await partner.get('/v2/resources?module=1&module=3&language=zh-Hans-CN&pageSize=100')).status, 200);
  });

  test('ids in a path that no id can be are refused, by whichever route', async () => {
    const { baseUrl, credentials } = product();
    const { email, password } = credentials.admin;
    const admin = await signInAs(baseUrl, email, password);
    let sent = 0;
    await unchanged(async () => {
      for (const [operation, route] of Object.entries(routes) as [string, Route][]) {
        if (!route.path.includes('{')) continue;
        for (const text of ['%00', '%0a', '%F0%9F%98%80', 'a'.repeat(300), "'--", '%2500']) {
          const path = route.path.replace(/\{\w+\}/g, text);
          const { status } = await admin.call(route.method, path, route.body === undefined ? undefined : {});
          assert.ok(status >= 400 && status < 500, `${operation} ${path}: ${status}`);
          sent += 1;
        }
      }
    });
    assert.ok(sent > 100, `${sent} requests`);
  });

  test('languages of every form are answered', async () => {
    const languages = [
      'en',
      'EN',
      'de-DE',
      'zh-Hant-TW',
      'xx',
      'zzz',
      'en-a1',
      'en-aa-bb-cc',
      'en-11-22',
      'qaa-Qaaa-QM',
      'de-1996-1996',
      'ab-abcdefgh',
    ];
    for (const language of languages) {
      const { status, text } = await partner.get(`/v2/transportHubs?language=${language}`);
      assert.equal(status, 200, `${language}: ${text}`);
    }
  });

  test('ATK-26: names that look like SQL or markup are kept as they are', async () => {
    const names = [
      ...[
        "O'Brien",
        "Robert'); DROP TABLE passes;--",
        '1 OR 1=1',
        "' UNION SELECT secret FROM clients--",
        '$1',
        '$[1]',
        ':name',
        '%s%n',
        'a\\',
        '\\x00',
      ],
      ...[
        '"; select pg_sleep(5); --',
        '<script>alert(1)</script>',
        '=1+1',
        '@SUM(A1)',
        '{{7*7}}',
        'a/*',
        '`id`',
        '$(id)',
        'E\\\\u0041',
        '{1,2}',
        'NULL',
      ],
    ];
    for (const firstName of names) {
      const clientUserId = `u-${Buffer.from(firstName).toString('hex')}`;
      const { reply, ePassId } = await partner.issue(1, { firstName, lastName: firstName }, clientUserId);
      assert.equal(reply.status, 200, `${firstName}: ${reply.text}`);
      const found = await partner.post('/v2/orders/ePasses/search', { ePassId });
      assert.deepEqual([found.json.data.extra.firstName, found.json.data.extra.lastName], [firstName, firstName]);
    }
    const ids = [
      "'--",
      "';select(1);--",
      '$1',
      '%',
      '_',
      '\\',
      '"',
      'a,b',
      '{a}',
      "'||'",
      '`',
      '../..',
      '__proto__',
      'constructor',
    ];
    for (const clientUserId of ids) {
      assert.equal((await partner.issue(1, {}, clientUserId)).reply.status, 200, clientUserId);
      const { json } = await partner.post('/v2/users/ePasses', { clientUserId });
      assert.deepEqual([json.data.pagination.totalNumber, json.data.ePasses[0].clientUserId], [1, clientUserId]);
    }
    assert.deepEqual(
      product().logged.filter(({ level }) => level === 'error'),
      [],
    );
  });
});
