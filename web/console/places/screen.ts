import { describeScreen } from '../app/describe-screen.ts';

export const screen = describeScreen(
  {
    path: 'places',
    title: { en: 'Programmes and places', de: 'Programme und Orte' },
    icon: 'place',
    group: 'groupSetUp',
    role: 'auditor',
  },
  () => import('./page.tsx'),
);
