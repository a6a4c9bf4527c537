import { describeScreen } from '../app/describe-screen.ts';

export const screen = describeScreen(
  { path: 'reports', title: { en: 'Reports', de: 'Berichte' }, icon: 'report', group: 'groupDay', role: 'auditor' },
  () => import('./page.tsx'),
);
