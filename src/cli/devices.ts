import type { ApiCommandPlan } from './api-command.ts';

const group = 'manage';

/** Commands about the devices at front desks. */
export const deviceCommands: readonly ApiCommandPlan[] = [
  {
    name: 'device list',
    operationId: 'listDevices',
    group,
    list: {
      items: 'devices',
      columns: [
        ['id', 'deviceId'],
        ['name', 'name'],
        ['door', 'resourceId'],
        ['state', 'state'],
        ['paired', 'pairedDate'],
      ],
    },
    examples: [['device list', 'Phones and tablets at front desks.']],
  },
  {
    name: 'device create',
    operationId: 'createDevice',
    group,
    note: 'The code is good for ten minutes, and once.',
    examples: [
      ['device create --name "Desk 1" --resource-id N00001', 'A code with which one device becomes this desk.'],
    ],
  },
  {
    name: 'device revoke',
    operationId: 'revokeDevice',
    group,
    words: ['deviceId'],
    examples: [['device revoke dev_0123456789abcdef', 'It lets nobody in any more, within a second.']],
  },
];
