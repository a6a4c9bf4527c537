import { describeScreen } from '../app/describe-screen.ts';

export const screen = describeScreen(
  { path: 'today', title: { en: 'Today', de: 'Heute' }, icon: 'today', group: 'groupDay', role: 'auditor' },
  () => import('./page.tsx'),
);
