/** What the documentation shows for the routes of the front desk's devices. */

const deviceId = 'dev_5d0c8a1e4f7b4c2f9a6e3b1d0c7f8e92';

const waiting = {
  deviceId,
  programId: 'DEMO',
  name: 'Tablet at the entrance',
  resourceId: 'N00001',
  resourceName: 'Aspen Lounge',
  everyProgram: false,
  state: 'waiting',
  createdDate: '2025-01-02T08:00:00+00:00',
  createdBy: 'account:ada@example.org',
  pairedDate: null,
  revokedDate: null,
};
const paired = { ...waiting, state: 'paired', pairedDate: '2025-01-02T08:01:10+00:00' };
const pairingCode = 'uC0fJb3ZsO8qk2Xw7yTt1A';

export const newDevice = {
  request: { name: waiting.name, resourceId: waiting.resourceId },
  data: {
    deviceId,
    pairingCode,
    shortCode: '7QK2M-9XTR4',
    pairingUrl: `https://passdesk.example/desk#pair=${pairingCode}`,
    expiresAt: '2025-01-02T08:10:00+00:00',
    device: waiting,
  },
};

export const pairing = {
  request: { pairingCode, attemptId: '3f0f2c1e-5a3b-4c8d-9e1f-0a1b2c3d4e5f' },
  data: { token: 'pdd_Zr0aN8kq3vB1sXfJ6mWcT9yLhU2eGd5pQo7iRb4xKzE', device: paired },
};

export const deviceList = { data: { devices: [paired], nextCursor: null } };

export const revocation = { data: { ...paired, state: 'revoked', revokedDate: '2025-03-01T17:30:00+00:00' } };

export const currentDevice = {
  data: {
    device: paired,
    place: {
      resourceId: 'N00001',
      resourceName: 'Aspen Lounge',
      module: 1,
      city: 'Manchester',
      transportHubName: 'Manchester Airport',
      location: 'Terminal 1, airside, level 2',
      timezone: 'Europe/London',
    },
    programmes: [
      {
        programId: 'DEMO',
        programName: 'Demo programme',
        issuerPrefix: '1788',
        sandbox: true,
        childrenCount: true,
        open: true,
        now: '2025-01-02T09:30:00+00:00',
        resources: [{ resourceId: 'N00001', resourceName: 'Aspen Lounge' }],
      },
    ],
  },
};
