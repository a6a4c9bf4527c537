import { describeScreen } from '../app/describe-screen.ts';

export const screen = describeScreen(
  {
    path: 'audit-log',
    title: { en: 'Audit log', de: 'Protokoll' },
    icon: 'log',
    group: 'groupAccounts',
    role: 'auditor',
  },
  () => import('./page.tsx'),
);
