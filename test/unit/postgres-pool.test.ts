/** Connections to PostgreSQL: how a pool comes back when the server does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from '../../src/store/postgres-connection.ts';
import { Pool } from '../../src/store/postgres-pool.ts';

const connection = { broken: false, onBreak: () => {} } as unknown as Connection;

test('a clock that is set back while the server is away keeps no pool shut', async (t) => {
  let isAway = true;
  const connect = async () => {
    if (isAway) throw new Error('the server is away');
    return connection;
  };
  const pool = new Pool(connect, 1, 1_000, () => {});
  await assert.rejects(
    pool.use(async () => 'served'),
    /away/,
  );
  const hourBack = Date.now() - 3_600_000;
  t.mock.method(Date, 'now', () => hourBack);
  isAway = false;
  await pause(200);
  assert.equal(await pool.use(async () => 'served'), 'served');
});
