import { Refusal } from '../domain/refusal.ts';
import { isStorableInstant, openCursor, sealCursor } from './cursors.ts';

/** Where a page of devices ended. */
export interface DevicePlace {
  readonly createdAt: number;
  readonly deviceId: string;
}

/** A cursor belongs to the list of one programme. */
const listOf = (programId: string) => `devices ${programId}`;

/** The cursor of the devices after `last`. */
export function deviceCursor({ createdAt, deviceId }: DevicePlace, programId: string): string {
  return sealCursor([createdAt, deviceId], listOf(programId));
}

/** The place that a cursor names; null without a cursor. */
export function devicePlaceOf(cursor: string | undefined, programId: string): DevicePlace | null {
  if (cursor === undefined) return null;
  const [createdAt, deviceId] = openCursor(cursor, listOf(programId), 2);
  if (!isStorableInstant(createdAt) || typeof deviceId !== 'string' || !/^dev_[0-9a-f]{32}$/.test(deviceId)) {
    throw new Refusal('CURSOR_INVALID');
  }
  return { createdAt, deviceId };
}
