import type pg from 'pg';
import type { Answer } from '../src/contract/answer.ts';
import { redeem as exampleRedemption } from '../src/contract/examples.ts';
import type { Pass } from '../src/domain/pass.ts';
import { Refusal } from '../src/domain/refusal.ts';
import type { Command } from '../src/operations/command.ts';
import type { GroupCommit } from '../src/operations/group-commit.ts';
import type { Clock } from '../src/operations/world.ts';

/** An answer of the size of a real one. */
export const constantAnswer = exampleRedemption.data;

const lock = {
  name: 'lock',
  text: `select module, allowed_modules, client_user_id, created_at, activation_at, expiration_at, granted, used,
    restriction, restricted_to, last_use_at, last_use_resource_id, last_use_number, suspended_at, cancelled_at, entries,
    order_id, first_name, last_name
    from passes where program_id = $1 and pass_id = $2 for update`,
};
const known = {
  name: 'known',
  text: 'select status, body from answers where program_id = $1 and client_id = $2 and route = $3 and key = $4',
};
const update = {
  name: 'update',
  text: `update passes set used = $3, last_use_at = $4, last_use_resource_id = $5, last_use_number = $6, entries = $6
    where program_id = $1 and pass_id = $2`,
};
const insertEntry = {
  name: 'entry',
  text: `insert into entries (program_id, pass_id, number, kind, at, units, left_after, order_id, client_id, resource_id,
    module, adults, children) values ($1, $2, $3, 'use', $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
};
const insertAnswer = {
  name: 'answer',
  text: `insert into answers (program_id, client_id, route, key, fingerprint, status, body, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8)`,
};

/**
 * The usual way to build this: each request takes a connection of a pool, begins, locks its row,
 * runs the very same rule, writes with plain prepared statements, and commits.
 */
export function usualCommit(pool: pg.Pool, clock: Clock): GroupCommit {
  async function submit(command: Command): Promise<Answer> {
    const client = await pool.connect();
    try {
      await client.query('begin');
      const answer = await redeemPlainly(client, command, clock);
      await client.query('commit');
      return answer;
    } catch (problem) {
      await client.query('rollback');
      throw problem;
    } finally {
      client.release();
    }
  }
  return { submit, depth: () => pool.waitingCount, drained: () => Promise.resolve() };
}

async function redeemPlainly(client: pg.PoolClient, command: Command, clock: Clock): Promise<Answer> {
  const { rows } = await client.query({ ...lock, values: [command.programId, command.passId] });
  const pass = passOf(rows[0], command);
  for (const { programId, clientId, route, key } of command.repeats) {
    const first = await client.query({ ...known, values: [programId, clientId, route, key] });
    if (first.rows.length > 0) return { ...first.rows[0], replayed: true };
  }
  const now = command.time.clock(clock.now());
  const loaded = { pass, holder: null, use: null };
  const change = command.decide(loaded, now);
  if (change instanceof Refusal) throw change;
  const answer = command.answer(change, now, loaded);
  const { entry, pass: after } = change;
  const at = new Date(entry.at);
  const key = [pass.programId, pass.passId];
  await client.query({ ...update, values: [...key, after.used, at, entry.resourceId, entry.number] });
  await client.query({
    ...insertEntry,
    values: [...key, entry.number, at, entry.units, entry.left, entry.orderId, entry.clientId, entry.resourceId].concat(
      [entry.module, entry.adults, entry.children] as never[],
    ),
  });
  for (const { programId, clientId, route, key: id, fingerprint } of command.repeats) {
    const values = [programId, clientId, route, id, fingerprint, answer.status, answer.body, at];
    await client.query({ ...insertAnswer, values });
  }
  return answer;
}

// biome-ignore lint/suspicious/noExplicitAny: a row as pg gives it
function passOf(row: any, command: Command): Pass {
  const at = (value: Date | null) => (value === null ? null : value.getTime());
  return {
    programId: command.programId,
    passId: command.passId!,
    orderId: row.order_id,
    module: row.module,
    allowedModules: row.allowed_modules,
    clientUserId: row.client_user_id,
    firstName: row.first_name,
    lastName: row.last_name,
    createdAt: at(row.created_at)!,
    activationAt: at(row.activation_at)!,
    expirationAt: at(row.expiration_at)!,
    granted: row.granted,
    used: row.used,
    restriction: { kind: row.restriction, values: row.restricted_to },
    lastUse:
      row.last_use_at === null
        ? null
        : { at: at(row.last_use_at)!, resourceId: row.last_use_resource_id, number: row.last_use_number },
    suspension: null,
    cancelledAt: at(row.cancelled_at),
    changedAt: null,
    entries: row.entries,
  };
}
