import { hash } from 'node:crypto';
import { Refusal } from '../domain/refusal.ts';

/** Where a page of devices ended. */
export interface DevicePlace {
  readonly createdAt: number;
  readonly deviceId: string;
}

/** A cursor belongs to the list of one programme. */
const sealOf = (programId: string) => hash('sha256', `devices ${programId}`, 'base64url').slice(0, 16);

/** The cursor of the devices after `last`. */
export function deviceCursor({ createdAt, deviceId }: DevicePlace, programId: string): string {
  return Buffer.from(JSON.stringify([createdAt, deviceId, sealOf(programId)])).toString('base64url');
}

/** The place that a cursor names; null without a cursor. */
export function devicePlaceOf(cursor: string | undefined, programId: string): DevicePlace | null {
  if (cursor === undefined) return null;
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    const [createdAt, deviceId, seal] = Array.isArray(parts) ? (parts as unknown[]) : [];
    const isTime =
      Number.isSafeInteger(createdAt) && (createdAt as number) >= 0 && (createdAt as number) < Date.UTC(9999, 11, 31);
    if (isTime && typeof deviceId === 'string' && /^dev_[0-9a-f]{32}$/.test(deviceId) && seal === sealOf(programId)) {
      return { createdAt: createdAt as number, deviceId };
    }
  } catch {
    // Not a cursor of ours: told below, like one that was changed.
  }
  throw new Refusal('CURSOR_INVALID');
}
