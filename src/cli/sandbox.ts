import { type ApiCommandPlan, apiCommand } from './api-command.ts';

const group = 'passes';

const plans: readonly ApiCommandPlan[] = [
  {
    name: 'sandbox clock',
    operationId: 'setClock',
    group,
    examples: [
      ['sandbox clock --now 2027-01-01T00:00:00Z', 'Let the programme believe that it is 2027.'],
      ['sandbox clock --now none', 'Real time again.'],
    ],
  },
  {
    name: 'sandbox redeem',
    operationId: 'simulateRedemption',
    group,
    words: ['dpId'],
    examples: [['sandbox redeem 1788193061224415 --adult-count 1 --child-count 0', 'Use a pass at lounge N00012.']],
  },
  {
    name: 'sandbox give-back',
    operationId: 'simulateCancellation',
    group,
    words: ['dpId', 'transactionId'],
    examples: [['sandbox give-back 1788193061224415 DP00000000000001', 'Give a simulated use back.']],
  },
];

/** Commands of sandbox programmes. */
export const sandboxCommands = plans.map(apiCommand);
