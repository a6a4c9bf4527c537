import { type ApiCommandPlan, apiCommand } from './api-command.ts';

const group = 'manage';
const words = ['endpointId'];

const plans: readonly ApiCommandPlan[] = [
  {
    name: 'endpoint list',
    operationId: 'listEndpoints',
    group,
    list: {
      items: 'endpoints',
      columns: [
        ['id', 'endpointId'],
        ['state', 'state'],
        ['address', 'url'],
        ['events', 'eventTypes'],
      ],
    },
    examples: [['endpoint list', 'Where the events of the programme are pushed.']],
  },
  {
    name: 'endpoint show',
    operationId: 'getEndpoint',
    group,
    words,
    examples: [['endpoint show ep_0123456789abcdef', 'Its keys, and how far it lags behind.']],
  },
  {
    name: 'endpoint create',
    operationId: 'createEndpoint',
    group,
    examples: [
      [
        'endpoint create --url https://partner.example/events --event-types walkin.redemption,epass.cancelled',
        'Be told of uses and cancellations.',
      ],
    ],
  },
  {
    name: 'endpoint change',
    operationId: 'changeEndpoint',
    group,
    words,
    examples: [
      ['endpoint change ep_0123456789abcdef --state paused', 'Collect events, but send none.'],
      ['endpoint change ep_0123456789abcdef --url https://partner.example/v2', 'Another address from now on.'],
    ],
  },
  {
    name: 'endpoint key',
    operationId: 'addSigningKey',
    group,
    words,
    examples: [['endpoint key ep_0123456789abcdef', 'The next signing key; it takes over in 24 hours.']],
  },
  {
    name: 'endpoint test',
    operationId: 'testEndpoint',
    group,
    words,
    examples: [['endpoint test ep_0123456789abcdef', 'Send one signed event now.']],
  },
  {
    name: 'endpoint deliveries',
    operationId: 'listDeliveries',
    group,
    words,
    list: {
      items: 'deliveries',
      columns: [
        ['eventId', 'eventId'],
        ['type', 'eventType'],
        ['state', 'state'],
        ['attempts', 'attemptCount'],
        ['last answer', 'lastAttempt.received.status'],
        ['when', 'createdDate'],
      ],
    },
    examples: [['endpoint deliveries ep_0123456789abcdef --state parked', 'What was given up.']],
  },
  {
    name: 'endpoint delivery',
    operationId: 'getDelivery',
    group,
    words: ['endpointId', 'eventId'],
    examples: [['endpoint delivery ep_0123456789abcdef evt_0123456789abcdefghijklmn', 'Every attempt of one event.']],
  },
  {
    name: 'endpoint resend',
    operationId: 'resendDeliveries',
    group,
    words,
    examples: [
      ['endpoint resend ep_0123456789abcdef --event-id evt_0123456789abcdefghijklmn', 'One event again.'],
      [
        'endpoint resend ep_0123456789abcdef --from 2026-11-01 --to 2026-11-02 --state parked',
        'All that were given up that day.',
      ],
    ],
  },
];

/** Commands about push events. */
export const endpointCommands = plans.map(apiCommand);
