import { describeScreen } from '../app/describe-screen.ts';

export const screen = describeScreen(
  { path: 'partners', title: { en: 'Partners', de: 'Partner' }, icon: 'key', group: 'groupSetUp', role: 'auditor' },
  () => import('./page.tsx'),
);
