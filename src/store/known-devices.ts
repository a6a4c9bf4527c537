import type { Database, Statement, Transaction } from './database.ts';

const isKnownStatement: Statement = {
  name: 'is_known_device',
  text: `select exists (select from known_devices where email = $1 and device_hash = $2 and used_at > $3::timestamptz)
    as known`,
};

/** Whether an account has signed in from this browser since then. */
export async function isKnownDevice(
  database: Database,
  email: string,
  deviceHash: string,
  since: number,
): Promise<boolean> {
  const parameters = [email, deviceHash, new Date(since).toISOString()];
  const [row] = await database.read<{ known: boolean }>(isKnownStatement, parameters);
  return row!.known;
}

const rememberStatement: Statement = {
  name: 'remember_device',
  text: `insert into known_devices (email, device_hash, used_at) values ($1, $2, $3::timestamptz)
    on conflict (email, device_hash) do update set used_at = excluded.used_at returning email`,
};

const forgetOldestStatement: Statement = {
  name: 'forget_oldest_devices',
  text: `delete from known_devices where email = $1 and device_hash in (
      select device_hash from known_devices where email = $1
      order by device_hash = $3 desc, used_at desc, device_hash offset $2::int)
    returning email`,
};

/** Puts down that an account signed in from a browser; so many are remembered, this one among them. */
export async function rememberDevice(
  transaction: Transaction,
  email: string,
  deviceHash: string,
  most: number,
  now: number,
): Promise<void> {
  await transaction.run(rememberStatement, [email, deviceHash, new Date(now).toISOString()]);
  await transaction.run(forgetOldestStatement, [email, most, deviceHash]);
}

const forgetStatement: Statement = {
  name: 'forget_devices',
  text: 'delete from known_devices where email = $1 returning email',
};

/** Forgets every browser of an account. */
export async function forgetDevices(transaction: Transaction, email: string): Promise<void> {
  await transaction.run(forgetStatement, [email]);
}

const purgeStatement: Statement = {
  name: 'purge_known_devices',
  text: `delete from known_devices where (email, device_hash) in (
      select email, device_hash from known_devices where used_at <= $1::timestamptz limit 5000)
    returning email`,
};

/** Forgets at most 5,000 browsers that were not used since then; gives how many went. */
export function purgeDevices(database: Database, before: number): Promise<number> {
  return database.background(async (transaction) => {
    return (await transaction.run(purgeStatement, [new Date(before).toISOString()])).length;
  });
}
