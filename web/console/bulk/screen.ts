import { describeScreen } from '../app/describe-screen.ts';

export const screen = describeScreen(
  {
    path: 'bulk',
    title: { en: 'Bulk issue', de: 'Sammelausgabe' },
    icon: 'rows',
    group: 'groupDay',
    role: 'auditor',
  },
  () => import('./page.tsx'),
);
