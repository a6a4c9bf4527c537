import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Database, DatabaseUnavailable, type Transaction } from '../../src/store/database.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { withPostgres } from '../harness/databases.ts';
import { freshDatabase } from '../harness/postgres-server.ts';
import { VALUE_CASES } from './database-values.ts';

const INSERT = { name: 'insert', text: 'INSERT INTO t (id) VALUES ($1)' };
const IDS = { name: 'ids', text: 'SELECT id FROM t ORDER BY id' };
const PID = { name: 'pid', text: 'SELECT pg_backend_pid() AS pid' };
const SLEEP = { name: 'sleep', text: 'SELECT pg_sleep($1)' };
const LOCK = { name: 'lock', text: 'SELECT id FROM t WHERE id = $1 FOR UPDATE' };

const SCHEMA = `
  CREATE TABLE t (id int PRIMARY KEY);
  CREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED);
  CREATE TYPE mood AS ENUM ('calm', 'wild')`;

let url: string;
let db: Database;

const ids = async () => (await db.read<{ id: number }>(IDS, [])).map((row) => row.id);
const insert = (id: number) => db.transaction((tx) => tx.run(INSERT, [id]));

await withPostgres('PostgreSQL behind the database seam', (adminUrl) => {
  before(async () => {
    url = await freshDatabase(adminUrl);
    db = await openPostgres({ url });
    await db.script(SCHEMA);
  });
  after(() => db.close());

  describe('values', values);
  describe('transactions', transactions);
  describe('server errors', serverErrors);
});

function values(): void {
  VALUE_CASES.forEach(({ sql, parameter, gives }, index) => {
    it(`${sql} with ${JSON.stringify(parameter)}`, async () => {
      const statement = { name: `value_${index}`, text: `SELECT ${sql} AS value` };
      const rows = await db.read(statement, parameter === undefined ? [] : [parameter]);
      assert.deepEqual(rows, [{ value: gives }]);
    });
  });

  it('gives enums and arrays of enums as text, also when a script has just made them', async () => {
    const statement = { name: 'moods', text: `SELECT 'calm'::mood AS one, ARRAY['calm','wild',NULL]::mood[] AS many` };
    assert.deepEqual(await db.read(statement, []), [{ one: 'calm', many: ['calm', 'wild', null] }]);
  });

  it('gives the infinities of instants, and refuses an int8 that would be rounded', async () => {
    const ends = { name: 'ends', text: `SELECT 'infinity'::timestamptz AS last, '-infinity'::timestamptz AS first` };
    assert.deepEqual(await db.read(ends, []), [{ last: Infinity, first: -Infinity }]);
    await assert.rejects(db.read({ name: 'big', text: 'SELECT 9007199254740993 AS big' }, []), RangeError);
    assert.equal((await db.read(PID, [])).length, 1);
  });

  it('has the session settings that the product relies on', async () => {
    const names = ['TimeZone', 'lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout', 'jit'];
    const text = 'SELECT array_agg(current_setting(name)) AS settings FROM unnest($1::text[]) AS name';
    const rows = await db.read({ name: 'settings', text }, [names]);
    assert.deepEqual(rows, [{ settings: ['UTC', '2s', '5s', '10s', 'off'] }]);
  });

  it('refuses two texts under one name', async () => {
    await db.read({ name: 'twice', text: 'SELECT 1' }, []);
    await assert.rejects(db.read({ name: 'twice', text: 'SELECT 2' }, []), /called twice/);
  });
}

function transactions(): void {
  it('gives the result of the work once it is committed', async () => {
    assert.equal(await db.transaction(async (tx) => (await tx.run(INSERT, [1])).length), 0);
    assert.deepEqual(await ids(), [1]);
    assert.equal(await db.transaction(async () => 'no statement'), 'no statement');
  });

  it('rolls back what throws, and throws it on', async () => {
    const reason = new Error('refused');
    const work = async (tx: Transaction) => {
      await tx.run(INSERT, [2]);
      throw reason;
    };
    await assert.rejects(db.transaction(work), (error) => error === reason);
    assert.deepEqual(await ids(), [1]);
  });

  it('refuses to commit while a statement is in flight', async () => {
    const forgetful = async (tx: Transaction) => {
      await tx.run(INSERT, [3]);
      void tx.run(SLEEP, [0.1]);
    };
    await assert.rejects(db.transaction(forgetful), /no await on sleep/);
    const forgetsEverything = async (tx: Transaction) => void tx.run(INSERT, [3]);
    await assert.rejects(db.transaction(forgetsEverything), /no await on insert/);
    assert.deepEqual(await ids(), [1]);
  });

  it('refuses statements after the end', async () => {
    const escaped = await db.transaction(async (tx) => ({ tx }));
    await assert.rejects(escaped.tx.run(INSERT, [4]), /after the end/);
  });

  it('sends statements in the order of the calls, without waiting', async () => {
    const text = 'INSERT INTO t (id) SELECT $1 WHERE (SELECT count(*) FROM t) = $2';
    const next = { name: 'next', text };
    await db.transaction((tx) => Promise.all([1, 2, 3, 4].map((n) => tx.run(next, [10 + n, n]))));
    assert.deepEqual(await ids(), [1, 11, 12, 13, 14]);
  });

  it('never runs the first statement outside the transaction when BEGIN fails', async () => {
    const one = await openPostgres({ url, lanes: 1 });
    await one.transaction((tx) => tx.run({ name: 'forget', text: 'DEALLOCATE passdesk_begin' }, []));
    // Under a name of its own: the failure of BEGIN keeps `insert` from being prepared.
    const second = { ...INSERT, name: 'second' };
    const both = (tx: Transaction) => Promise.all([tx.run(INSERT, [20]), tx.run(second, [21])]);
    await assert.rejects(one.transaction(both), DatabaseUnavailable);
    // Time for a statement that got out on its own to be committed.
    await new Promise((done) => setTimeout(done, 200));
    assert.deepEqual(await ids(), [1, 11, 12, 13, 14]);
    await one.transaction((tx) => tx.run(PID, []));
    await one.close();
  });

  it('runs a script as one transaction', async () => {
    const script = db.script('INSERT INTO t VALUES (30); INSERT INTO t VALUES (1)');
    await assert.rejects(script, { code: '23505' });
    assert.equal((await ids()).includes(30), false);
  });

  it('heals a connection whose prepared statements a script has made stale', async () => {
    const all = { name: 'all', text: 'SELECT * FROM late' };
    await db.read(all, []);
    await db.script('ALTER TABLE late ADD COLUMN note text');
    await assert.rejects(db.read(all, []), DatabaseUnavailable);
    assert.deepEqual(await db.read(all, []), []);
  });
}

function serverErrors(): void {
  it('keep their code, and the lane goes on', async () => {
    await assert.rejects(insert(1), { code: '23505' });
    await assert.rejects(db.read({ name: 'none', text: 'SELECT nothing' }, []), { code: '42703' });
    await assert.rejects(db.read({ name: 'zero', text: "SELECT $1 || 'x' AS t" }, ['a\0b']), { code: '22021' });
    await insert(40);
  });

  it('cannot be swallowed: the commit is refused with the first one', async () => {
    const stubborn = async (tx: Transaction) => {
      await tx.run(INSERT, [41]);
      await tx.run(INSERT, [1]).catch(() => {});
      await tx.run(INSERT, [42]).catch(() => {});
    };
    await assert.rejects(db.transaction(stubborn), { code: '23505' });
    const first = async (tx: Transaction) => void (await tx.run(INSERT, [1]).catch(() => {}));
    await assert.rejects(db.transaction(first), { code: '23505' });
    assert.equal((await ids()).includes(41), false);
  });

  it('at COMMIT are the error, not an unknown outcome', async () => {
    const late = { name: 'late', text: 'INSERT INTO late (id) VALUES (1), (1)' };
    await assert.rejects(
      db.transaction((tx) => tx.run(late, [])),
      { code: '23505' },
    );
  });

  it('tell a deadlock to one of two', async () => {
    // Each asks for the other's lock once both have their own, however long a connection takes to open.
    let held = 0;
    let release = () => {};
    const bothHold = new Promise<void>((done) => {
      release = done;
    });
    const cross = (a: number, b: number) =>
      db.transaction(async (tx) => {
        await tx.run(LOCK, [a]);
        held += 1;
        if (held === 2) release();
        await bothHold;
        await tx.run(LOCK, [b]);
      });
    const results = await Promise.allSettled([cross(1, 11), cross(11, 1)]);
    const codes = results.map((result) => (result.status === 'rejected' ? result.reason.code : 'fine'));
    assert.deepEqual(codes.sort(), ['40P01', 'fine']);
  });
}
