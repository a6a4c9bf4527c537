import type { Database, Parameter, Statement, Transaction } from './database.ts';

/** A device as its programme sees it; neither its codes nor its token can be read back. */
export interface DeviceRow {
  readonly programId: string;
  readonly deviceId: string;
  readonly name: string;
  readonly resourceId: string;
  /** Whether it admits the passes of every programme that offers the place. */
  readonly everyProgram: boolean;
  readonly createdAt: number;
  /** The client id of who made it. */
  readonly createdBy: string;
  readonly pairingUntil: number;
  readonly pairedAt: number | null;
  readonly revokedAt: number | null;
}

/** A device that has paired and was not revoked, for the directory. */
export interface PairedDeviceRow extends Pick<DeviceRow, 'programId' | 'deviceId' | 'resourceId' | 'everyProgram'> {
  readonly tokenHash: string;
}

const iso = (instant: number) => new Date(instant).toISOString();

const columns = `program_id as "programId", device_id as "deviceId", name, resource_id as "resourceId",
  every_program as "everyProgram", created_at as "createdAt", created_by as "createdBy",
  pairing_until as "pairingUntil", paired_at as "pairedAt", revoked_at as "revokedAt"`;

/** Every device that may act, for the directory. */
export const pairedDevicesStatement: Statement = {
  name: 'directory_devices',
  text: `select program_id as "programId", device_id as "deviceId", resource_id as "resourceId",
      every_program as "everyProgram", token_hash as "tokenHash"
    from devices where token_hash is not null and revoked_at is null`,
};

const insertDeviceStatement: Statement = {
  name: 'insert_device',
  text: `insert into devices (program_id, device_id, name, resource_id, every_program, created_at, created_by,
      pairing_until, pairing_hash, short_hash)
    values ($1, $2, $3, $4, $5::boolean, $6::timestamptz, $7, $8::timestamptz, $9, $10)`,
};

/** Enters a device with the hashes of the two codes that it may pair with, once. */
export async function insertDevice(
  transaction: Transaction,
  device: DeviceRow,
  hashes: { readonly pairing: string; readonly short: string },
): Promise<void> {
  await transaction.run(insertDeviceStatement, [
    device.programId,
    device.deviceId,
    device.name,
    device.resourceId,
    device.everyProgram,
    iso(device.createdAt),
    device.createdBy,
    iso(device.pairingUntil),
    hashes.pairing,
    hashes.short,
  ]);
}

const countDevicesStatement: Statement = {
  name: 'count_devices',
  text: `select count(*)::int as count from devices where program_id = $1 and revoked_at is null
    and (token_hash is not null or pairing_until > $2::timestamptz)`,
};

/** How many devices of a programme act, or wait to be paired. */
export async function countDevices(transaction: Transaction, programId: string, now: number): Promise<number> {
  const [row] = await transaction.run<{ count: number }>(countDevicesStatement, [programId, iso(now)]);
  return row!.count;
}

const listDevicesStatement: Statement = {
  name: 'list_devices',
  text: `select ${columns} from devices where program_id = $1 order by created_at desc, device_id desc limit $2::int`,
};

const listDevicesAfterStatement: Statement = {
  name: 'list_devices_after',
  text: `select ${columns} from devices where program_id = $1 and (created_at, device_id) < ($3::timestamptz, $4)
    order by created_at desc, device_id desc limit $2::int`,
};

/** One page of a programme's devices, newest first. */
export function listDevices(
  database: Database,
  programId: string,
  size: number,
  after: { readonly createdAt: number; readonly deviceId: string } | null,
): Promise<DeviceRow[]> {
  const parameters: Parameter[] = [programId, size];
  if (after === null) return database.read<DeviceRow>(listDevicesStatement, parameters);
  return database.read<DeviceRow>(listDevicesAfterStatement, [...parameters, iso(after.createdAt), after.deviceId]);
}

const findDeviceStatement: Statement = {
  name: 'find_device',
  text: `select ${columns} from devices where program_id = $1 and device_id = $2`,
};

/** One device of a programme, or null. */
export async function findDevice(database: Database, programId: string, deviceId: string): Promise<DeviceRow | null> {
  const [row] = await database.read<DeviceRow>(findDeviceStatement, [programId, deviceId]);
  return row ?? null;
}

const lockDeviceStatement: Statement = { name: 'lock_device', text: `${findDeviceStatement.text} for update` };

const revokeDeviceStatement: Statement = {
  name: 'revoke_device',
  text: `update devices set revoked_at = $3::timestamptz where program_id = $1 and device_id = $2
    and revoked_at is null`,
};

/** Revokes a device for ever; gives it as it was before, or null when there is none. */
export async function revokeDevice(
  transaction: Transaction,
  programId: string,
  deviceId: string,
  now: number,
): Promise<DeviceRow | null> {
  const [row] = await transaction.run<DeviceRow>(lockDeviceStatement, [programId, deviceId]);
  if (row === undefined) return null;
  if (row.revokedAt === null) await transaction.run(revokeDeviceStatement, [programId, deviceId, iso(now)]);
  return row;
}

/** A device that a pairing code stands for, with the hash of its token when it has paired. */
export interface PairingRow extends DeviceRow {
  readonly tokenHash: string | null;
}

// Whoever pairs is a stranger and names no programme: the code is what tells.
const findPairingStatement: Statement = {
  name: 'pairing_device',
  text: `select ${columns}, token_hash as "tokenHash" from devices
    where (pairing_hash = $1 or short_hash = $1) and pairing_until > $2::timestamptz and revoked_at is null
    order by created_at desc limit 1 for update`,
};

/** Finds and locks the device that a code stands for now, whether it has paired or not. */
export async function lockPairing(transaction: Transaction, codeHash: string, now: number): Promise<PairingRow | null> {
  const [row] = await transaction.run<PairingRow>(findPairingStatement, [codeHash, iso(now)]);
  return row ?? null;
}

const pairStatement: Statement = {
  name: 'pair_device',
  text: `update devices set token_hash = $3, paired_at = $4::timestamptz
    where program_id = $1 and device_id = $2 and token_hash is null`,
};

/** Gives a device its token, by hash; its codes are of no more use to others. */
export async function pairDevice(
  transaction: Transaction,
  device: DeviceRow,
  tokenHash: string,
  now: number,
): Promise<void> {
  await transaction.run(pairStatement, [device.programId, device.deviceId, tokenHash, iso(now)]);
}
