import * as examples from './examples-desk.ts';
import type { Route } from './routes.ts';
import * as schemas from './schemas-desk.ts';

/** The routes of the front desk's devices. */
export const deskRoutes = {
  listDevices: {
    method: 'GET',
    path: '/v2/devices',
    scopes: ['operator', 'auditor'],
    changes: false,
    summary: 'List the devices of the programme, newest first.',
    query: schemas.DevicesQuery,
    data: schemas.DeviceList,
    refusals: ['CURSOR_INVALID'],
    example: examples.deviceList,
  },
  createDevice: {
    method: 'POST',
    path: '/v2/devices',
    scopes: ['operator'],
    changes: true,
    summary: 'Make a device for one resource; it pairs with a code that is good once, for 10 minutes.',
    body: schemas.DeviceBody,
    data: schemas.NewDevice,
    refusals: ['RESOURCE_UNKNOWN', 'DEVICES_EXHAUSTED'],
    example: examples.newDevice,
  },
  pairDevice: {
    method: 'POST',
    path: '/v2/devices/pair',
    scopes: null,
    changes: false,
    summary: 'Take the token of a device for its pairing code.',
    body: schemas.PairBody,
    data: schemas.Pairing,
    refusals: ['PAIRING_CODE_REFUSED'],
    example: examples.pairing,
  },
  currentDevice: {
    method: 'GET',
    path: '/v2/devices/current',
    scopes: ['venue'],
    changes: false,
    summary: 'Tell a device who it is, where it stands and whose passes it may admit.',
    data: schemas.CurrentDevice,
    refusals: ['DEVICE_UNKNOWN'],
    example: examples.currentDevice,
  },
  revokeDevice: {
    method: 'POST',
    path: '/v2/devices/{deviceId}/revoke',
    scopes: ['operator'],
    changes: true,
    summary: 'Revoke a device for ever; its token is refused within a second.',
    params: schemas.DeviceParams,
    data: schemas.Device,
    refusals: ['DEVICE_UNKNOWN'],
    example: examples.revocation,
  },
} as const satisfies Record<string, Route>;
