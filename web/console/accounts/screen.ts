import { describeScreen } from '../app/describe-screen.ts';

export const screen = describeScreen(
  {
    path: 'accounts',
    title: { en: 'Accounts', de: 'Konten' },
    icon: 'people',
    group: 'groupAccounts',
    role: 'administrator',
  },
  () => import('./page.tsx'),
);
