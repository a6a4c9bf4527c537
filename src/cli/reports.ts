import { type ApiCommandPlan, apiCommand } from './api-command.ts';

const group = 'passes';
const list = { items: 'rows', whole: true } as const;

const plans: readonly ApiCommandPlan[] = [
  {
    name: 'report today',
    operationId: 'reportToday',
    csv: 'reportTodayCsv',
    group,
    list,
    examples: [['report today', 'Visits by the hour, beside yesterday and a week ago.']],
  },
  {
    name: 'report usage',
    operationId: 'reportUsage',
    csv: 'reportUsageCsv',
    group,
    list,
    examples: [
      ['report usage --from 2026-11-01 --to 2026-12-01 --by resource --step month', 'A month, place by place.'],
      [
        'report usage --from 2026-11-01 --to 2026-12-01 --by client --step month --csv > november.csv',
        'For a spreadsheet.',
      ],
    ],
  },
  {
    name: 'report liability',
    operationId: 'reportLiability',
    csv: 'reportLiabilityCsv',
    group,
    list,
    examples: [
      ['report liability --from 2026-01-01 --to 2027-01-01 --step month', 'What can still be used, month by month.'],
    ],
  },
  {
    name: 'report expiring',
    operationId: 'reportExpiring',
    csv: 'reportExpiringCsv',
    group,
    list: { items: 'rows' },
    examples: [['report expiring --days 30 --all-pages', 'Passes that end within 30 days with usages left.']],
  },
  {
    name: 'report refusals',
    operationId: 'reportRefusals',
    csv: 'reportRefusalsCsv',
    group,
    list,
    examples: [['report refusals --from 2026-11-01 --to 2026-12-01 --by reason', 'Why doors said no.']],
  },
];

/** Reports. */
export const reportCommands = plans.map(apiCommand);
