/** The embedded database keeps the promises of src/store/database.ts and says so when it cannot. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { type Database, DatabaseUnavailable, type Parameter, type Statement } from '../../src/store/database.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { maintain } from '../../src/store/embedded-maintenance.ts';
import { EmbeddedSession } from '../../src/store/embedded-session.ts';
import { fillFolder } from '../harness/templates.ts';

const folder = mkdtempSync(join(tmpdir(), 'passdesk-embedded-'));
const stuckAfterMilliseconds = 1_000;
let database: Database;

const statement = (name: string, text: string): Statement => ({ name, text });
const insert = statement('insert-thing', 'insert into thing (id, note) values ($1, $2)');
const countThings = statement('count-things', 'select count(*) as n from thing');
/** Keeps the database busy without an answer for roughly the given milliseconds. */
const busy = statement('busy', 'select count(*) as n from (select pg_sleep($1::float8 / 1000)) as pause');

async function count(): Promise<number> {
  const [row] = await database.read<{ n: number }>(countThings, []);
  return row!.n;
}

before(async () => {
  // What a start that was killed while building the database leaves behind must not matter.
  mkdirSync(join(folder, 'postgres.new'), { recursive: true });
  writeFileSync(join(folder, 'postgres.new', 'PG_VERSION'), '18');
  database = await openEmbedded({ folder, stuckAfterMilliseconds });
  await database.script(`
    create type colour as enum ('red', 'dark "green"');
    create table thing (id bigint primary key, note text);`);
});

after(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const columns: [string, string, unknown][] = [
  ['text', `'äöü "quoted" \\ back 😀'::text`, 'äöü "quoted" \\ back 😀'],
  ['uuid', `'0f0e0d0c-0b0a-0908-0706-050403020100'::uuid`, '0f0e0d0c-0b0a-0908-0706-050403020100'],
  ['xid8', `'12345678901'::xid8`, '12345678901'],
  ['enum', `'red'::colour`, 'red'],
  ['int2', '-7::int2', -7],
  ['int4', '2147483647::int4', 2147483647],
  ['int8', '9007199254740991::int8', Number.MAX_SAFE_INTEGER],
  ['float8', '0.1::float8', 0.1],
  ['bool', 'true', true],
  ['null', 'null::text', null],
  ['timestamptz', `'2026-07-08T09:10:11.123456+02'::timestamptz`, Date.UTC(2026, 6, 8, 7, 10, 11, 123)],
  ['timestamptz-early', `'0001-01-01T00:00:00Z'::timestamptz`, Date.parse('0001-01-01T00:00:00Z')],
  ['timestamptz-far', `'12026-01-01T00:00:00.5Z'::timestamptz`, Date.UTC(12026, 0, 1, 0, 0, 0, 500)],
  ['timestamptz-bc', `'0001-01-01T00:00:00Z BC'::timestamptz`, Date.parse('0000-01-01T00:00:00Z')],
  ['timestamptz-infinity', `'infinity'::timestamptz`, Number.POSITIVE_INFINITY],
  ['jsonb', `'{"a":[1,null,"x"]}'::jsonb`, { a: [1, null, 'x'] }],
  [
    'text[]',
    `array['a,b','{}',null,'NULL','"q"','back\\slash','',e'line\nbreak']`,
    ['a,b', '{}', null, 'NULL', '"q"', 'back\\slash', '', 'line\nbreak'],
  ],
  ['int8[]', 'array[1,null,3]::int8[]', [1, null, 3]],
  ['bool[]', 'array[true,null,false]', [true, null, false]],
  ['timestamptz[]', `array['2026-01-01Z',null]::timestamptz[]`, [Date.UTC(2026, 0, 1), null]],
  ['jsonb[]', `array['{"a":1}',null]::jsonb[]`, [{ a: 1 }, null]],
  ['enum[]', `array['dark "green"',null]::colour[]`, ['dark "green"', null]],
  ['uuid[]', `array[]::uuid[]`, []],
  ['bounds', `'[2:3]={5,6}'::int4[]`, [5, 6]],
  ['nested', 'array[[1,2],[3,null]]', [[1, 2], [3, null]]], // biome-ignore format: one case per line
];

for (const [name, expression, expected] of columns)
  test(`a column of ${name} comes out as laid down`, async () => {
    const [row] = await database.read<{ v: unknown }>(statement(`column-${name}`, `select ${expression} as v`), []);
    assert.deepEqual(row!.v, expected);
  });

const parameters: [string, Parameter, unknown?][] = [
  ['text', `quote ' " back \\ $1 -- 😀 \n`],
  ['text', null],
  ['text', ''],
  ['int8', -9007199254740991],
  ['float8', 1e-300],
  ['boolean', false],
  ['boolean', true],
  ['timestamptz', '2026-01-02T03:04:05.678Z', Date.UTC(2026, 0, 2, 3, 4, 5, 678)],
  ['jsonb', '{"ü":"\\"\\\\"}', { ü: '"\\' }],
  ['text[]', ['a,b', null, '"', '\\', '{', '', 'NULL', 'null', '😀', ' ']],
  ['int4[]', [1, null, -3]],
  ['boolean[]', [true, false, null]],
  ['timestamptz[]', ['2026-01-02T03:04:05Z', null], [Date.UTC(2026, 0, 2, 3, 4, 5), null]],
  ['text[]', []],
];

for (const [type, value, expected] of parameters)
  test(`a parameter ${JSON.stringify(value)} arrives as ${type}`, async () => {
    const echo = statement(`echo-${type}`, `select $1::${type} as v`);
    const [row] = await database.transaction((tx) => tx.run<{ v: unknown }>(echo, [value]));
    assert.deepEqual(row!.v, expected === undefined ? value : expected);
  });

test('the session is in UTC and at READ COMMITTED', async () => {
  const text = `select current_setting('TimeZone') as zone, current_setting('transaction_isolation') as isolation,
    current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`;
  const [row] = await database.read(statement('settings', text), []);
  assert.deepEqual(row, { zone: 'UTC', isolation: 'read committed', fsync: 'on', commit: 'on' });
});

test('what work throws rolls back and is thrown on', async () => {
  const before = await count();
  const reason = new Error('changed my mind');
  const failing = database.transaction(async (tx) => {
    await tx.run(insert, [1, 'never']);
    throw reason;
  });
  await assert.rejects(failing, (error) => error === reason);
  assert.equal(await count(), before);
});

test('a forgotten await is refused loudly and rolled back', async () => {
  const before = await count();
  const forgetful = database.transaction(async (tx) => {
    void tx.run(insert, [2, 'forgotten']);
  });
  await assert.rejects(forgetful, /statement\(s\) still in flight/);
  assert.equal(await count(), before);
});

test('a statement after the end of its transaction is refused', async () => {
  const leaked = await database.transaction(async (tx) => tx);
  await assert.rejects(leaked.run(insert, [3, 'late']), /an await is missing/);
});

test('SQL errors carry code and constraint, and the next transaction is clean', async () => {
  await database.transaction((tx) => tx.run(insert, [10, 'first']));
  const again = database.transaction((tx) => tx.run(insert, [10, 'second']));
  await assert.rejects(again, { code: '23505', constraint: 'thing_pkey', table: 'thing' });
  await assert.rejects(database.read(statement('broken', 'select nonsense from thing'), []), { code: '42703' });
  await database.transaction((tx) => tx.run(insert, [11, 'third']));
});

test('a swallowed SQL error does not commit silently', async () => {
  const swallowing = database.transaction(async (tx) => {
    await tx.run(insert, [12, 'lost']);
    await tx.run(insert, [12, 'twice']).catch(() => {});
  });
  await assert.rejects(swallowing, { code: '25P02' });
  const [row] = await database.read(statement('twelve', 'select id from thing where id = 12'), []);
  assert.equal(row, undefined);
});

test('transactions run one after another in the order of the calls', async () => {
  const order: number[] = [];
  let open = 0;
  const one = (n: number) =>
    database.transaction(async (tx) => {
      open += 1;
      assert.equal(open, 1);
      await tx.run(insert, [100 + n, null]);
      order.push(n);
      open -= 1;
    });
  const numbers = Array.from({ length: 50 }, (_, n) => n);
  await Promise.all(numbers.map(one));
  assert.deepEqual(order, numbers);
});

test('more than 2,000 waiting transactions are refused', async () => {
  const blocker = database.transaction(async (tx) => {
    await tx.run(countThings, []);
    await sleep(100);
  });
  const waiting = Array.from({ length: 2_000 }, () => database.read(countThings, []));
  await assert.rejects(database.read(countThings, []), DatabaseUnavailable);
  await Promise.all([blocker, ...waiting]);
  const flood = await Promise.allSettled(Array.from({ length: 2_500 }, () => database.read(countThings, [])));
  const refused = flood.filter((result) => result.status === 'rejected');
  assert.ok(refused.length > 0 && refused.every(({ reason }) => reason instanceof DatabaseUnavailable));
});

test('a script is one transaction, and statements survive a changed table', async () => {
  const all = statement('all-of-changing', 'select * from changing');
  await database.script('create table changing (a int); insert into changing values (1)');
  assert.deepEqual(await database.read(all, []), [{ a: 1 }]);
  await assert.rejects(database.script('drop table changing; select nonsense'), { code: '42703' });
  await database.script('alter table changing add b text');
  assert.deepEqual(await database.read(all, []), [{ a: 1, b: null }]);
});

test('two SQL texts under one name are refused', async () => {
  await database.read(statement('one-name', 'select 1 as a'), []);
  await assert.rejects(database.read(statement('one-name', 'select 2 as a'), []), /two different SQL texts/);
});

test('a statement that could not be sent takes its whole transaction down', async () => {
  const before = await count();
  await database.read(statement('taken-name', 'select 1 as a'), []);
  const broken = database.transaction(async (tx) => {
    const first = tx.run(statement('taken-name', 'select 2 as a'), []);
    await Promise.allSettled([first, tx.run(insert, [700, 'right behind it'])]);
  });
  await assert.rejects(broken, /two different SQL texts/);
  assert.equal(await count(), before);
});

test('health tells the result of the durability self-test', async () => {
  const health = await database.health();
  assert.equal(health.answers, true);
  assert.equal(health.problem, null);
  assert.ok(Number.isFinite(health.clockDifference));
  assert.match(health.durability, /every commit is fsynced \(self-test: [1-9]\d* fsyncs? for one commit\)/);
});

test('a stuck database is noticed, refused, and heals', async () => {
  const began = performance.now();
  const stuck = assert.rejects(
    database.transaction((tx) => tx.run(busy, [1_600])),
    DatabaseUnavailable,
  );
  const behind = assert.rejects(database.read(countThings, []), DatabaseUnavailable);
  await Promise.all([stuck, behind]);
  assert.ok(performance.now() - began < 2_500);
  await assert.rejects(
    database.transaction((tx) => tx.run(insert, [900, null])),
    /has not answered for \d+ ms/,
  );
  const health = await database.health();
  assert.equal(health.answers, false);
  assert.match(health.problem!, /has not answered/);
  while (!(await database.health()).answers) await sleep(100);
  await database.transaction((tx) => tx.run(insert, [901, 'healed']));
});

test('a copy whose beginning was never answered keeps no later one from being made', async () => {
  const copies = mkdtempSync(join(tmpdir(), 'passdesk-copies-'));
  const busyFor = assert.rejects(database.read(busy, [1_600]), DatabaseUnavailable);
  await assert.rejects(database.copy!(join(copies, 'first')), DatabaseUnavailable);
  await busyFor;
  while (!(await database.health()).answers) await sleep(100);
  await database.copy!(join(copies, 'second'));
  assert.ok(readdirSync(join(copies, 'second', 'postgres')).includes('backup_label'));
  rmSync(copies, { recursive: true, force: true });
});

test('a process that was held up itself does not take its database for stuck', async () => {
  const answered = database.read<{ n: number }>(busy, [2_300]);
  await sleep(100);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_700);
  assert.equal((await answered)[0]!.n, 1);
});

test('a database that spins is ended, and another start has all it had acknowledged', {
  timeout: 120_000,
}, async () => {
  const own = mkdtempSync(join(tmpdir(), 'passdesk-spinning-'));
  fillFolder(own);
  let tell = (_problem: string) => {};
  const ended = new Promise<string>((resolve) => (tell = resolve));
  const spinning = await openEmbedded({ folder: own, stuckAfterMilliseconds, ended: tell });
  await spinning.script('create table thing (id bigint primary key, note text)');
  await spinning.transaction((tx) => tx.run(insert, [1, 'acknowledged']));
  const endless = spinning.transaction(async (tx) => {
    await tx.run(insert, [2, 'never']);
    await tx.run(statement('spin', 'do $$ begin loop end loop; end $$'), []);
  });
  await assert.rejects(endless, DatabaseUnavailable);
  assert.match(await ended, /did not answer for \d+ ms and was ended/);
  await assert.rejects(spinning.read(countThings, []), /was ended/);
  assert.match((await spinning.health()).problem!, /was ended/);
  await spinning.close();
  const again = await openEmbedded({ folder: own });
  assert.deepEqual(await again.read(statement('things', 'select id from thing'), []), [{ id: 1 }]);
  await again.close();
  rmSync(own, { recursive: true, force: true });
});

test('nobody waits for ever behind a transaction that does not end', async () => {
  let finish = () => {};
  const endless = database.transaction(() => new Promise<void>((resolve) => (finish = resolve)));
  await assert.rejects(database.read(countThings, []), /no free turn within/);
  finish();
  await endless;
});

test('a full disk refuses writes while reads go on; a reopened folder has kept its rows', async () => {
  const before = await count();
  await database.close();
  await assert.rejects(database.read(countThings, []), DatabaseUnavailable);
  database = await openEmbedded({ folder, minimumFreeBytes: Number.MAX_SAFE_INTEGER });
  assert.equal(await count(), before);
  await assert.rejects(
    database.transaction((tx) => tx.run(insert, [950, null])),
    (error: Error) => {
      assert.ok(error instanceof DatabaseUnavailable);
      assert.match(error.message, /the data folder has only \d+ MiB free/);
      return true;
    },
  );
  const health = await database.health();
  assert.equal(health.answers, true);
  assert.match(health.problem!, /MiB free/);
  assert.deepEqual(readdirSync(folder), ['postgres']);
});

test('upkeep checkpoints a long log and vacuums a table with many dead rows', async () => {
  const pglite = await PGlite.create();
  const session = new EmbeddedSession(pglite);
  await session.script('create table worn (a int); insert into worn select generate_series(1, 1000)');
  assert.deepEqual(await maintain(session, Number.MAX_SAFE_INTEGER), ['vacuum public.worn']);
  assert.deepEqual(await maintain(session, Number.MAX_SAFE_INTEGER), []);
  await session.script('delete from worn where a > 10');
  assert.deepEqual(await maintain(session, 0), ['checkpoint', 'vacuum public.worn']);
  const { rows } = await pglite.query<{ n: number }>(
    `select pg_relation_size('worn')::int as n, n_dead_tup::int as dead from pg_stat_user_tables where relname = 'worn'`,
  );
  assert.deepEqual(rows, [{ n: 8192, dead: 0 }]);
  await pglite.close();
});

test('a folder that is no database is refused, and nothing is built over it', async () => {
  const foreign = join(folder, 'foreign');
  mkdirSync(join(foreign, 'postgres'), { recursive: true });
  await assert.rejects(openEmbedded({ folder: foreign }), /holds no database/);
  writeFileSync(join(foreign, 'postgres', 'PG_VERSION'), '12\n');
  await assert.rejects(
    openEmbedded({ folder: foreign }),
    /could not be opened: .*PostgreSQL said: .*configuration file/,
  );
});
