import { ModuleNumber } from './schemas.ts';
import { Cursor, closed, instant, instantOrNull, NextCursor, ResourceId, text, Uuid } from './schemas-parts.ts';
import { Type } from './typebox.ts';

/** What the routes of the front desk's devices take and give. */

const DeviceId = Type.String({ description: '`dev_` and random characters.' });
// No control characters, and no half of a surrogate pair: no database could keep it.
const DeviceName = Type.String({
  minLength: 1,
  maxLength: 60,
  pattern: '^(?:[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]|[\\ud800-\\udbff][\\udc00-\\udfff])+$',
  description: 'What staff call it.',
  examples: ['Tablet at the entrance'],
});

export const DeviceBody = Type.Object(
  {
    name: DeviceName,
    resourceId: ResourceId,
    everyProgram: Type.Optional(
      Type.Boolean({
        description:
          'Whether it also admits passes of the other programmes that offer the place: for administrators, whose default it is.',
      }),
    ),
  },
  closed,
);

export const Device = Type.Object(
  {
    deviceId: DeviceId,
    programId: Type.String({ description: 'The programme in which it was made.' }),
    name: Type.String(),
    resourceId: ResourceId,
    resourceName: Type.String(),
    everyProgram: Type.Boolean(),
    state: Type.Enum(['waiting', 'expired', 'paired', 'revoked'], {
      description: 'Waiting for its code to be used, never paired in time, in use, or revoked for ever.',
    }),
    createdDate: instant('When it was made.'),
    createdBy: Type.String({ description: 'Who made it: a client id, or `account:` and an e-mail address.' }),
    pairedDate: instantOrNull('When it took its token.'),
    revokedDate: instantOrNull('When it was revoked.'),
  },
  closed,
);

export const NewDevice = Type.Object(
  {
    deviceId: DeviceId,
    pairingCode: Type.String({ description: 'Good once and for 10 minutes. Shown this one time.' }),
    shortCode: Type.String({ description: 'The same for typing; good once, and for the same 10 minutes.' }),
    pairingUrl: Type.String({
      description: 'The front desk with the code in its fragment, which no log sees; to be shown as a QR code.',
    }),
    expiresAt: instant('Until when the codes are good.'),
    device: Device,
  },
  closed,
);

export const PairBody = Type.Object(
  {
    pairingCode: Type.String({
      minLength: 10,
      maxLength: 64,
      pattern: '^[A-Za-z0-9_ -]+$',
      description: 'The pairing code, or the short one; spaces, hyphens and case do not matter in the short one.',
    }),
    attemptId: Type.Optional(
      Type.String({
        ...Uuid,
        description:
          'A UUID that the device draws: the same code under the same id gives the same token again while the code is good, so that an answer lost on the way is not a lost pairing.',
      }),
    ),
  },
  closed,
);

export const Pairing = Type.Object(
  {
    token: Type.String({ description: '`pdd_` and random characters; the bearer token of the device.' }),
    device: Device,
  },
  closed,
);

export const DeviceList = Type.Object({ devices: Type.Array(Device), nextCursor: NextCursor }, closed);

export const DevicesQuery = Type.Object(
  { pageSize: Type.Optional(text('^[0-9]{1,3}$', '1 to 100; default 20.')), cursor: Type.Optional(Cursor) },
  closed,
);

export const DeviceParams = Type.Object({ deviceId: Type.String({ pattern: '^[!-~]{1,64}$' }) }, closed);

export const CurrentDevice = Type.Object(
  {
    device: Device,
    place: Type.Object(
      {
        resourceId: ResourceId,
        resourceName: Type.String(),
        module: ModuleNumber,
        city: Type.String(),
        transportHubName: Type.String(),
        location: Type.String(),
        timezone: Type.String(),
      },
      closed,
    ),
    programmes: Type.Array(
      Type.Object(
        {
          programId: Type.String(),
          programName: Type.String(),
          issuerPrefix: Type.String({ description: 'The first four digits of its passes.' }),
          sandbox: Type.Boolean(),
          childrenCount: Type.Boolean({ description: 'Whether a child takes a usage here.' }),
          open: Type.Boolean(),
          now: instant("The programme's clock, by which the 15 minutes of a give-back run."),
          resources: Type.Array(Type.Object({ resourceId: ResourceId, resourceName: Type.String() }, closed), {
            description: 'The places of the programme at the same transport hub, at most 100.',
          }),
        },
        closed,
      ),
      { description: 'The programmes whose passes it may admit.' },
    ),
  },
  closed,
);
