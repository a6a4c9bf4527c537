import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { deviceOf } from '../contract/desk.ts';
import type { PairBody } from '../contract/schemas-desk.ts';
import { fieldRefusal, type Refusal } from '../domain/refusal.ts';
import type { Transaction } from '../store/database.ts';
import { type DeviceRow, pairDevice as keepToken, lockPairing } from '../store/devices.ts';
import { deviceTokenOf, readPairingCode, secretHash } from './device-secrets.ts';
import type { World } from './world.ts';

/**
 * Gives a device its token for a code that is good once. Only the very attempt that has taken the
 * token gets it again, and only while the code is good: an answer lost on the way is no lost device.
 * Other processes know the token within a second.
 */
export async function pairDevice(world: World, request: { readonly body: Static<typeof PairBody> }): Promise<Answer> {
  const { code } = readPairingCode(request.body.pairingCode);
  const token = deviceTokenOf(code, request.body.attemptId ?? world.ids.secret());
  const now = world.clock.now();
  const device = await world.database.transaction((transaction) => pair(transaction, code, token, now));
  await world.directory.refresh();
  const resource = world.directory.current().programmes.get(device.programId)!.everOffered.get(device.resourceId)!;
  return success({ token, device: deviceOf(device, resource, now) });
}

async function pair(transaction: Transaction, code: string, token: string, now: number): Promise<DeviceRow> {
  const found = await lockPairing(transaction, secretHash(code), now);
  if (found === null) throw pairingRefusal();
  const { tokenHash, ...device } = found;
  if (tokenHash === secretHash(token)) return device;
  if (tokenHash !== null) throw pairingRefusal();
  await keepToken(transaction, device, secretHash(token), now);
  return { ...device, pairedAt: now };
}

/** One refusal for every reason: whoever guesses learns nothing. */
function pairingRefusal(): Refusal {
  return fieldRefusal('PAIRING_CODE_REFUSED', 'pairingCode', 'is unknown, used or older than 10 minutes');
}
