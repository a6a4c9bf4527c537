import { moduleOfSegment } from '../domain/module.ts';
import { type ApiCommandPlan, apiCommand } from './api-command.ts';

const group = 'passes';

const passColumns = [
  ['ePassId', 'extra.ePassId'],
  ['orderId', 'orderId'],
  ['module', 'module'],
  ['status', 'extra.ePassStatus'],
  ['left', 'extra.availableUsages'],
  ['used', 'extra.usedUsages'],
  ['from', 'extra.activationDate'],
  ['until', 'extra.expirationDate'],
] as const;

const usageColumns = [
  ['orderId', 'orderId'],
  ['dpId', 'dpId'],
  ['resource', 'resourceId'],
  ['status', 'status'],
  ['usages', 'usedUsages'],
  ['when', 'orderCreatedDate'],
] as const;

const plans: readonly ApiCommandPlan[] = [
  {
    name: 'pass issue',
    operationId: 'issuePass',
    group,
    what: 'Issue one E-pass (many at once: passdesk issue)',
    words: ['module'],
    // The path says it in words, the body in numbers.
    fill: ({ module }) => ({ module: moduleOfSegment.get(module ?? '') }),
    examples: [
      [
        'pass issue lounges --client-user-id traveller-1 --first-name Ada --last-name Lovelace --expiration-date 2027-12-31T23:59:59Z --available-usages 2 --resource-ids ""',
        'Two visits to any lounge until the end of 2027.',
      ],
      ['pass issue lounges --body pass.json --json', 'The request as the API takes it, from a file.'],
    ],
  },
  {
    name: 'pass show',
    operationId: 'searchPass',
    group,
    examples: [
      ['pass show --e-pass-id 1788193061224415', 'By the number on the pass.'],
      ['pass show --order-id DP77645560441844', 'By its order.'],
    ],
  },
  {
    name: 'pass find',
    operationId: 'findPasses',
    group,
    words: ['text'],
    list: {
      items: 'ePasses',
      columns: [...passColumns, ['first name', 'extra.firstName'], ['last name', 'extra.lastName']],
    },
    examples: [
      ['pass find "Lovelace, Ada"', 'By name, or the beginning of one.'],
      ['pass find DP00000000000001', 'The pass of an order or of a usage.'],
    ],
  },
  {
    name: 'pass history',
    operationId: 'passHistory',
    csv: 'passHistoryCsv',
    group,
    words: ['ePassId'],
    list: { items: 'rows' },
    examples: [
      ['pass history 1788193061224415', 'Everything that happened to a pass, with who, where and when.'],
      ['pass history 1788193061224415 --csv > history.csv', 'For a spreadsheet.'],
    ],
  },
  {
    name: 'pass link',
    operationId: 'linkPass',
    group,
    words: ['ePassId'],
    examples: [['pass link 1788193061224415', 'The page to hand to the traveller, and to nobody else.']],
  },
  {
    name: 'pass revoke-link',
    operationId: 'revokePassLink',
    group,
    words: ['ePassId'],
    examples: [['pass revoke-link 1788193061224415', 'The link is dead at once; the next one is another.']],
  },
  {
    name: 'pass list',
    operationId: 'listUserPasses',
    group,
    words: ['clientUserId'],
    list: { items: 'ePasses', columns: passColumns },
    examples: [['pass list traveller-1 --all-pages', 'Every pass of a traveller, newest first.']],
  },
  {
    name: 'pass cancel',
    operationId: 'cancelOrder',
    group,
    words: ['orderId'],
    examples: [
      ['pass cancel DP77645560441844', 'Cancel what is left of it.'],
      ['pass cancel DP77645560441844 --if-unused yes', 'Only if nothing was used.'],
    ],
  },
  {
    name: 'pass suspend',
    operationId: 'suspendPass',
    group,
    words: ['ePassId'],
    examples: [['pass suspend 1788193061224415 --reason "reported stolen"', 'Nobody can use it until it is resumed.']],
  },
  {
    name: 'pass resume',
    operationId: 'resumePass',
    group,
    words: ['ePassId'],
    examples: [['pass resume 1788193061224415 --reason "found again"', 'It can be used again.']],
  },
  {
    name: 'pass redeem',
    operationId: 'redeemPass',
    group,
    as: 'venue',
    words: ['dpId', 'resourceId'],
    examples: [['pass redeem 1788193061224415 N00001 --adult-count 2 --child-count 0', 'Let two adults in.']],
  },
  {
    name: 'pass check',
    operationId: 'checkPass',
    group,
    as: 'venue',
    words: ['dpId', 'resourceId'],
    examples: [
      ['pass check 1788193061224415 N00001 --adult-count 1 --child-count 0', 'Would it be accepted, and why?'],
    ],
  },
  {
    name: 'usage list',
    operationId: 'listUsages',
    group,
    list: { items: 'orders', columns: usageColumns },
    examples: [
      ['usage list --e-pass-id 1788193061224415', 'The uses of a pass.'],
      ['usage list --resource-id N00001 --from 2026-11-01 --all-pages --json', 'Every use at a place since then.'],
    ],
  },
  {
    name: 'usage show',
    operationId: 'usageDetails',
    group,
    words: ['orderId'],
    examples: [['usage show DP00000000000001', 'One use.']],
  },
  {
    name: 'usage give-back',
    operationId: 'giveBackUse',
    group,
    words: ['orderId'],
    examples: [['usage give-back DP00000000000001 --reason "lounge was full"', 'Give a use back in full.']],
  },
  {
    name: 'event list',
    operationId: 'listEvents',
    group,
    list: {
      items: 'events',
      columns: [
        ['eventId', 'eventId'],
        ['type', 'eventType'],
        ['sequence', 'sequence'],
        ['pass', 'body.dpId'],
      ],
    },
    examples: [
      ['event list --event-type epass.cancelled', 'Cancellations, from the first one on.'],
      ['event list --all-pages --json > events.ndjson', 'Everything that ever happened.'],
    ],
  },
];

/** Commands about passes and their uses. */
export const passCommands = plans.map(apiCommand);
