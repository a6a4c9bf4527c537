import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { currentDeviceOf, deviceOf } from '../contract/desk.ts';
import { deviceCursor, devicePlaceOf } from '../contract/device-cursors.ts';
import { pageSizeOf } from '../contract/pages.ts';
import type { DeviceBody, DevicesQuery } from '../contract/schemas-desk.ts';
import { minute } from '../domain/calendar.ts';
import { formatInstant } from '../domain/instant.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Transaction } from '../store/database.ts';
import {
  countDevices,
  type DeviceRow,
  findDevice,
  insertDevice,
  revokeDevice as keepRevocation,
  listDevices as readDevices,
} from '../store/devices.ts';
import { recordAct } from './audit-log.ts';
import { type Call, clockOf, programmeOffersOf } from './call.ts';
import { changeDirectory } from './change-directory.ts';
import { inTwoParts, secretHash, shortCodeOf } from './device-secrets.ts';
import type { ProgrammeOffers } from './directory.ts';
import type { World } from './world.ts';

/** Milliseconds for which a pairing code is good. */
const codeLife = 10 * minute;
/** Characters of a pairing code: 132 bits. */
const codeLength = 22;
/** Devices of a programme that are in use or wait to be paired. */
const mostDevices = 1_000;

/** The devices of the programme, newest first. */
export async function listDevices(
  world: World,
  call: Call,
  request: { readonly query: Static<typeof DevicesQuery> },
): Promise<Answer> {
  const { programme, everOffered } = programmeOffersOf(world, call);
  const { programId } = programme;
  const size = pageSizeOf(request.query.pageSize, 20, 100);
  const after = devicePlaceOf(request.query.cursor, programId);
  const rows = await readDevices(world.database, programId, size, after);
  const now = world.clock.now();
  return success({
    devices: rows.map((row) => deviceOf(row, everOffered.get(row.resourceId)!, now)),
    nextCursor: rows.length < size ? null : deviceCursor(rows.at(-1)!, programId),
  });
}

/** Makes a device for one resource of the programme. Its codes leave with the answer and are not kept. */
export async function createDevice(
  world: World,
  call: Call,
  request: { readonly body: Static<typeof DeviceBody> },
): Promise<Answer> {
  const { programme, resources } = programmeOffersOf(world, call);
  const { programId } = programme;
  const { name, resourceId, everyProgram = mayOpenEveryProgram(call) } = request.body;
  // What admits other programmes' passes spans programmes: an administrator's to hand out.
  if (everyProgram && !mayOpenEveryProgram(call)) throw new Refusal('SCOPE_MISSING');
  const resource = resources.get(resourceId);
  if (resource === undefined) throw new Refusal('RESOURCE_UNKNOWN');
  const deviceId = `dev_${world.ids.uuid().replaceAll('-', '')}`;
  const pairingCode = world.ids.secret().slice(0, codeLength);
  const shortCode = shortCodeOf(world.ids.secret());
  const made = { programId, deviceId, name, resourceId, everyProgram, createdBy: call.caller.clientId };
  const rowAt = (now: number): DeviceRow => ({
    ...made,
    createdAt: now,
    pairingUntil: now + codeLife,
    pairedAt: null,
    revokedAt: null,
  });
  return changeDirectory(
    world,
    call,
    programId,
    request.body,
    (transaction, now) => enter(transaction, call, rowAt(now), { pairingCode, shortCode }),
    (now) =>
      success({
        deviceId,
        pairingCode,
        shortCode: inTwoParts(shortCode),
        pairingUrl: `${world.publicUrl}/desk#pair=${pairingCode}`,
        expiresAt: formatInstant(now + codeLife),
        device: deviceOf(rowAt(now), resource, now),
      }),
  );
}

function mayOpenEveryProgram(call: Call): boolean {
  return call.caller.scopes.has('administrator');
}

async function enter(
  transaction: Transaction,
  call: Call,
  row: DeviceRow,
  codes: { readonly pairingCode: string; readonly shortCode: string },
): Promise<void> {
  const { programId, deviceId, name, resourceId, everyProgram, createdAt } = row;
  if ((await countDevices(transaction, programId, createdAt)) >= mostDevices) {
    throw new Refusal('DEVICES_EXHAUSTED', { facts: { most: mostDevices } });
  }
  const hashes = { pairing: secretHash(codes.pairingCode), short: secretHash(codes.shortCode) };
  await insertDevice(transaction, row, hashes);
  const details = { name, resourceId, everyProgram };
  await recordAct(transaction, call, { act: 'device.create', subject: deviceId, programId, details }, createdAt);
}

/** Revokes a device for ever. A second time changes nothing and tells the same. */
export async function revokeDevice(
  world: World,
  call: Call,
  request: { readonly params: { readonly deviceId: string } },
): Promise<Answer> {
  const { programme, everOffered } = programmeOffersOf(world, call);
  const { programId } = programme;
  const { deviceId } = request.params;
  let told: DeviceRow | null = null;
  return changeDirectory(
    world,
    call,
    programId,
    request.params,
    async (transaction, now) => {
      const before = await keepRevocation(transaction, programId, deviceId, now);
      if (before === null) throw new Refusal('DEVICE_UNKNOWN');
      told = { ...before, revokedAt: before.revokedAt ?? now };
      if (before.revokedAt !== null) return;
      const { name, resourceId } = before;
      const details = { name, resourceId };
      await recordAct(transaction, call, { act: 'device.revoke', subject: deviceId, programId, details }, now);
    },
    (now) => success(deviceOf(told!, everOffered.get(told!.resourceId)!, now)),
  );
}

/**
 * Tells a device who it is, where it stands, and the programmes whose passes it may admit: one that has withdrawn
 * the place is not among them, and a device whose place nobody offers any more is still told where it stands.
 */
export async function currentDevice(world: World, call: Call): Promise<Answer> {
  const { caller } = call;
  const [resourceId] = caller.resources;
  const programmes = [...caller.programs.keys()].map(
    (programId) => world.directory.current().programmes.get(programId)!,
  );
  const row = caller.kind === 'device' ? await findOwnRow(world, caller.clientId, programmes) : null;
  if (row === null) throw new Refusal('DEVICE_UNKNOWN');
  const now = world.clock.now();
  const atPlace = programmes.flatMap(({ programme, resources }) => {
    const resource = resources.get(resourceId!);
    if (resource === undefined) return [];
    return [{ programme, resource, resources: resources.values(), now: clockOf(programme)(now) }];
  });
  return success(currentDeviceOf(row, programmes[0]!.everOffered.get(resourceId!)!, atPlace, now));
}

/** A device's own programme is among those it admits for; its id is that of one of them alone. */
async function findOwnRow(
  world: World,
  clientId: string,
  programmes: readonly ProgrammeOffers[],
): Promise<DeviceRow | null> {
  const deviceId = clientId.slice('device:'.length);
  for (const { programme } of programmes) {
    const row = await findDevice(world.database, programme.programId, deviceId);
    if (row !== null) return row;
  }
  return null;
}
