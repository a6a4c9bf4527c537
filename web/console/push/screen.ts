import { describeScreen } from '../app/describe-screen.ts';

export const screen = describeScreen(
  {
    path: 'push',
    title: { en: 'Push events', de: 'Push-Ereignisse' },
    icon: 'send',
    group: 'groupSetUp',
    role: 'auditor',
  },
  () => import('./page.tsx'),
);
