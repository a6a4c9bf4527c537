import { type ApiCommandPlan, apiCommand } from './api-command.ts';

const group = 'manage';
const words = ['email'];
const once =
  'The password is shown this once; it lapses after seven days and opens nothing but the way to another one.';

const plans: readonly ApiCommandPlan[] = [
  {
    name: 'account list',
    operationId: 'listAccounts',
    group,
    list: { items: 'accounts' },
    examples: [['account list', 'Who may sign in to the console.']],
  },
  {
    name: 'account create',
    operationId: 'createAccount',
    group,
    words,
    note: once,
    examples: [['account create ada@example.com --role operator', 'An account with a one-time password.']],
  },
  {
    name: 'account change',
    operationId: 'changeAccount',
    group,
    words,
    examples: [
      ['account change ada@example.com --role auditor', 'Another role, from now on.'],
      ['account change ada@example.com --disabled yes', 'Keep somebody out; every session ends.'],
    ],
  },
  {
    name: 'account reset-password',
    operationId: 'resetPassword',
    group,
    words,
    note: once,
    examples: [['account reset-password ada@example.com', 'A new one-time password; every session ends.']],
  },
  {
    name: 'account show',
    operationId: 'currentSession',
    group,
    what: 'Show who you are, by the credentials in force',
    examples: [['account show', 'E-mail, role and programmes.']],
  },
  {
    name: 'account password',
    operationId: 'changePassword',
    group,
    what: 'Choose a new password for yourself; every session ends',
    examples: [
      [
        'account password --body passwords.json',
        '{"currentPassword": "…", "newPassword": "…"}, which others do not see.',
      ],
    ],
  },
  {
    name: 'account language',
    operationId: 'changeLanguage',
    group,
    what: 'Choose the language in which the console speaks to you',
    examples: [['account language --language en', 'English.']],
  },
  {
    name: 'log list',
    operationId: 'listAuditLog',
    group,
    list: {
      items: 'lines',
      columns: [
        ['number', 'number'],
        ['when', 'at'],
        ['who', 'actor'],
        ['act', 'act'],
        ['subject', 'subject'],
      ],
    },
    examples: [
      ['log list', 'What was done by whom, newest first.'],
      ['log list --actor account:ada@example.com --all-pages --json', 'Everything that one person did.'],
    ],
  },
];

/** Commands about the people who sign in, and what they did. */
export const peopleCommands = plans.map(apiCommand);
