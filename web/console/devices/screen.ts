import { describeScreen } from '../app/describe-screen.ts';

export const screen = describeScreen(
  {
    path: 'devices',
    title: { en: 'Devices', de: 'Geräte' },
    icon: 'device',
    group: 'groupSetUp',
    role: 'auditor',
  },
  () => import('./page.tsx'),
);
