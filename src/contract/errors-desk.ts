import type { ErrorEntry } from './errors.ts';

/** The refusals of the front desk's devices: 42xx. */
export const deskErrors = {
  DEVICE_UNKNOWN: {
    code: 4200,
    status: 404,
    message: 'Take deviceId from GET /v2/devices.',
    cause: 'No device of this programme has this id, or the caller is no device.',
  },
  PAIRING_CODE_REFUSED: {
    code: 4201,
    status: 400,
    message: 'Make a new device in the console and use its code once, within 10 minutes.',
    cause: 'There is no such code, it has been used, or its 10 minutes are over. The answer does not tell which.',
  },
  DEVICES_EXHAUSTED: {
    code: 4202,
    status: 409,
    message: 'Revoke devices that are no longer in use.',
    cause: 'A programme has at most 1,000 devices that are in use or wait to be paired.',
  },
} as const satisfies Record<string, ErrorEntry>;
