import { type ApiCommandPlan, apiCommand } from './api-command.ts';

const group = 'manage';

const plans: readonly ApiCommandPlan[] = [
  {
    name: 'programme list',
    operationId: 'listProgrammes',
    group,
    list: {
      items: 'programmes',
      columns: [
        ['id', 'programId'],
        ['name', 'name'],
        ['prefix', 'issuerPrefix'],
        ['sandbox', 'sandbox'],
        ['modules', 'modules'],
        ['passes', 'counts.passes'],
      ],
    },
    examples: [['programme list', 'Your programmes with their settings.']],
  },
  {
    name: 'programme create',
    operationId: 'createProgramme',
    group,
    words: ['programId'],
    examples: [
      [
        'programme create LIVE --name "Gold card" --issuer-prefix 1789 --sandbox no --modules 1,2',
        'For lounges and fast track.',
      ],
    ],
  },
  {
    name: 'programme change',
    operationId: 'changeProgramme',
    group,
    words: ['programId'],
    examples: [['programme change LIVE --expiring-days 14', 'Tell of passes that end within two weeks.']],
  },
  {
    name: 'programme rates',
    operationId: 'listRates',
    group,
    words: ['programId'],
    list: { items: 'rates' },
    examples: [['programme rates LIVE', 'What a usage is settled at.']],
  },
  {
    name: 'programme rate',
    operationId: 'enterRate',
    group,
    words: ['programId'],
    examples: [
      ['programme rate LIVE --module 1 --amount 2750 --currency GBP', '27.50 pounds a lounge visit, from now on.'],
    ],
  },
];

/** Commands about programmes. */
export const programmeCommands = plans.map(apiCommand);
