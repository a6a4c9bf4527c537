import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CommitUnknown, type Database, DatabaseUnavailable, type Transaction } from '../../src/store/database.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { withOwnPostgres } from '../harness/databases.ts';
import type { PostgresServer } from '../harness/postgres-server.ts';
import { startProxy, type TcpProxy } from '../harness/tcp-proxy.ts';

const INSERT = { name: 'insert', text: 'INSERT INTO t (id) VALUES ($1)' };
const IDS = { name: 'ids', text: 'SELECT id FROM t ORDER BY id' };
const PID = { name: 'pid', text: 'SELECT pg_backend_pid() AS pid' };
const SLEEP = { name: 'sleep', text: 'SELECT pg_sleep($1)' };

let server: PostgresServer;
let url: string;
let db: Database;
const lost: string[] = [];

const ids = async () => (await db.read<{ id: number }>(IDS, [])).map((row) => row.id);
const insert = (id: number) => db.transaction((tx) => tx.run(INSERT, [id]));
const terminate = (pid: number) => server.psql(`SELECT pg_terminate_backend(${pid}, 5000)`);

async function pidOf(tx: Transaction): Promise<number> {
  const [row] = await tx.run<{ pid: number }>(PID, []);
  return row?.pid as number;
}

/** Milliseconds until `promise` rejects, which it must with `kind`. */
async function failsAfter(promise: Promise<unknown>, kind: new () => Error): Promise<number> {
  const start = performance.now();
  await assert.rejects(promise, kind);
  return performance.now() - start;
}

/** Everybody who calls the result waits for the last of `count`; then `act` runs and all go on. */
function barrier(count: number, act: () => void): () => Promise<void> {
  let missing = count;
  let open = () => {};
  const all = new Promise<void>((done) => {
    open = done;
  });
  return () => {
    missing--;
    if (missing === 0) act();
    if (missing === 0) open();
    return all;
  };
}

await withOwnPostgres('PostgreSQL failing behind the database seam', (own) => {
  server = own;
  before(async () => {
    url = await server.freshDatabase();
    db = await openPostgres({ url, log: (event) => lost.push(event) });
    await db.script('CREATE TABLE t (id int PRIMARY KEY)');
  });
  after(() => db.close());

  describe('lost connections', lostConnections);
  describe('behind a bad network', badNetwork);
  describe('scarcity', scarcity);
  // Last: the server is a standby afterwards.
  describe('restarts', restarts);
});

function lostConnections(): void {
  it('before COMMIT: unavailable, and nothing happened', async () => {
    const idle = db.transaction(async (tx) => {
      await tx.run(INSERT, [50]);
      await terminate(await pidOf(tx));
    });
    await assert.rejects(idle, DatabaseUnavailable);
    const busy = db.transaction(async (tx) => {
      const pid = await pidOf(tx);
      await Promise.all([tx.run(SLEEP, [3]), terminate(pid)]);
    });
    await assert.rejects(busy, DatabaseUnavailable);
    assert.equal((await ids()).includes(50), false);
  });

  it('two hundred times: the process lives and the pool heals', async () => {
    const killer = await openPostgres({ url, applicationName: 'killer' });
    const kill = { name: 'kill', text: 'SELECT pg_terminate_backend($1)' };
    const others = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'passdesk'`;
    const busy = async (tx: Transaction) => {
      const pid = await pidOf(tx);
      await Promise.all([tx.run(SLEEP, [3]), killer.read(kill, [pid])]);
    };
    for (let round = 0; round < 100; round++) {
      await assert.rejects(db.transaction(busy), DatabaseUnavailable);
      await db.transaction((tx) => tx.run(PID, []));
      await killer.read({ name: 'others', text: others }, []);
      await db.transaction((tx) => tx.run(PID, [])).catch(() => {});
    }
    await insert(51);
    await killer.close();
    assert.ok(lost.length >= 200);
  });
}

function badNetwork(): void {
  let proxy: TcpProxy;
  let far: Database;
  before(async () => {
    proxy = await startProxy(server.port);
    far = await openPostgres({ url: proxy.through(url), applicationName: 'far' });
  });
  after(async () => {
    await far.close();
    await proxy.close();
  });

  it('a lost answer to COMMIT is an unknown outcome: here the row is there', async () => {
    await far.transaction((tx) => tx.run(PID, []));
    proxy.mode = 'lose-commit-reply';
    await assert.rejects(
      far.transaction((tx) => tx.run(INSERT, [60])),
      CommitUnknown,
    );
    proxy.mode = 'pass';
    assert.equal((await ids()).includes(60), true);
    await far.transaction((tx) => tx.run(INSERT, [61]));
  });

  it('a black hole is noticed within 10 s, before and at COMMIT; health says so within 1 s', async () => {
    const lanes = [1, 2].map(() => far.transaction((tx) => tx.run(SLEEP, [0.1])));
    await Promise.all([...lanes, far.read(PID, []), far.health()]);
    const swallow = barrier(2, () => {
      proxy.mode = 'silent';
    });
    const stuck = far.transaction(async (tx) => {
      await tx.run(INSERT, [62]);
      await swallow();
      await tx.run(PID, []);
    });
    const unknown = far.transaction((tx) => tx.run(INSERT, [63]).then(swallow));
    const waits = [failsAfter(stuck, DatabaseUnavailable), failsAfter(unknown, CommitUnknown)];
    await new Promise((done) => setTimeout(done, 300));
    const asked = performance.now();
    assert.equal((await far.health()).answers, false);
    assert.ok(performance.now() - asked < 7_000, 'health waited for the silent server');
    for (const wait of await Promise.all([...waits, failsAfter(far.read(PID, []), DatabaseUnavailable)])) {
      assert.ok(wait < 20_000, `${wait} ms`);
    }
    proxy.mode = 'pass';
    await far.transaction((tx) => tx.run(INSERT, [64]));
  });
}

function scarcity(): void {
  it('without a free lane it is unavailable in about a second, and health still answers', async () => {
    let release = () => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    const holders = [1, 2].map(() => db.transaction(() => held));
    const waited = await failsAfter(insert(70), DatabaseUnavailable);
    assert.ok(waited > 900 && waited < 10_000, `${waited} ms`);
    assert.equal((await db.health()).answers, true);
    release();
    await Promise.all(holders);
    await insert(71);
  });

  it('a server that cannot be used is named clearly, without the password', async () => {
    const wrong = new URL(url);
    wrong.password = 'wrong-secret';
    await assert.rejects(openPostgres({ url: wrong.href }), (error: Error) => {
      return error instanceof DatabaseUnavailable && !error.message.includes('wrong-secret');
    });
    await assert.rejects(openPostgres({ url: 'postgres://127.0.0.1:1/none' }), /ECONNREFUSED/);
    await assert.rejects(openPostgres({ url: 'not an address' }), /not a URL/);
  });

  it('a closed database refuses, and lets what runs finish', async () => {
    const closing = await openPostgres({ url });
    let begun = () => {};
    const lent = new Promise<void>((tell) => {
      begun = tell;
    });
    const running = closing.transaction(async (tx) => {
      await tx.run(PID, []);
      begun();
      return tx.run(SLEEP, [0.2]);
    });
    // Not after so many milliseconds: a busy machine may need longer to open the connection.
    await lent;
    await closing.close();
    assert.equal((await running).length, 1);
    await assert.rejects(closing.read(PID, []), DatabaseUnavailable);
  });
}

function restarts(): void {
  it('a crash of the server is survived without a restart of ours', async () => {
    const running = failsAfter(
      db.transaction((tx) => tx.run(SLEEP, [3])),
      DatabaseUnavailable,
    );
    await db.read(PID, []);
    await server.restart('immediate');
    await running;
    const until = Date.now() + 20_000;
    let failures = 0;
    while (
      await insert(80 + failures).then(
        () => false,
        () => true,
      )
    ) {
      failures++;
      assert.ok(Date.now() < until, 'not healed within 20 s');
      await new Promise((done) => setTimeout(done, 20));
    }
    const { answers, problem, clockDifference } = await db.health();
    assert.deepEqual({ answers, problem }, { answers: true, problem: null });
    assert.ok(Number.isFinite(clockDifference));
  });

  it('a standby is refused, at the start and by a pool that finds itself on one', async () => {
    writeFileSync(join(server.folder, 'data', 'standby.signal'), '');
    await server.restart('fast');
    await new Promise((done) => setTimeout(done, 200));
    await assert.rejects(openPostgres({ url }), /standby/);
    await assert.rejects(insert(90), /standby/);
    assert.match((await db.health()).problem ?? '', /standby/);
  });
}
