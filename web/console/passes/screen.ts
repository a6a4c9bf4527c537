import { describeScreen } from '../app/describe-screen.ts';

export const screen = describeScreen(
  { path: 'passes', title: { en: 'Passes', de: 'Pässe' }, icon: 'pass', group: 'groupDay', role: 'auditor' },
  () => import('./page.tsx'),
);
