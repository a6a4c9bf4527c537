import { Button } from '@mantine/core';
import { useState } from 'react';
import { usePages } from '../api/hooks.ts';
import { useSession } from '../app/session.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Icon } from '../parts/icon.tsx';
import { Small } from '../parts/layout.tsx';
import { Moment } from '../parts/moment.tsx';
import { Empty, PageHead, Panel } from '../parts/panel.tsx';
import type { Column } from '../parts/table.tsx';
import { Tag } from '../parts/tag.tsx';
import { useWords } from '../words/language.tsx';
import { type Account, AccountActions } from './account-actions.tsx';
import { AccountForm } from './account-form.tsx';
import { OneTimePassword, type ShownPassword } from './one-time-password.tsx';
import { accountsWords } from './words.ts';

/** Who signs in to the console, and what each may do. */
export default function Accounts() {
  const t = useWords(accountsWords);
  const [edited, setEdited] = useState<Account | 'new' | null>(null);
  const [shown, setShown] = useState<ShownPassword | null>(null);
  const query = { pageSize: '50' };
  const pages = usePages('GET /v2/accounts', { query }, ({ accounts }) => accounts, { ofAll: true });
  const columns = useColumns(setEdited, setShown);
  return (
    <>
      <PageHead title={t('accounts')} note={t('accountsNote')}>
        <Button leftSection={<Icon name="plus" />} onClick={() => setEdited('new')}>
          {t('createAccount')}
        </Button>
      </PageHead>
      <Panel flush>
        <DataTable
          caption={t('accounts')}
          columns={columns}
          rowKey={({ email }) => email}
          pages={pages}
          wide
          empty={<Empty title={t('noAccounts')} />}
        />
      </Panel>
      <AccountForm edited={edited} onClose={() => setEdited(null)} onCreated={setShown} />
      <OneTimePassword shown={shown} onDone={() => setShown(null)} />
    </>
  );
}

function useColumns(
  onEdit: (account: Account) => void,
  onPassword: (shown: ShownPassword) => void,
): readonly Column<Account>[] {
  const t = useWords(accountsWords);
  const me = useSession().account.email;
  return [
    {
      key: 'email',
      title: t('email'),
      cell: ({ email }) => (
        <>
          {email}
          {email === me && <Small>{t('you')}</Small>}
        </>
      ),
    },
    { key: 'role', title: t('role'), words: true, cell: ({ role }) => t(role) },
    { key: 'programmes', title: t('programmes'), cell: ({ programIds }) => programIds?.join(', ') ?? t('every') },
    { key: 'state', title: t('state'), cell: (account) => <State account={account} /> },
    {
      key: 'signedIn',
      title: t('signedIn'),
      cell: ({ signedInAt }) => (signedInAt === null ? t('never') : <Moment at={signedInAt} />),
    },
    { key: 'created', title: t('created'), cell: ({ createdAt }) => <Moment at={createdAt} as="day" /> },
    {
      key: 'act',
      title: t('actions'),
      cell: (account) =>
        // Nobody takes power from themselves by mistake: one's own account is for another administrator.
        account.email === me ? null : (
          <AccountActions account={account} onEdit={() => onEdit(account)} onPassword={onPassword} />
        ),
    },
  ];
}

function State({ account }: { readonly account: Account }) {
  const t = useWords(accountsWords);
  if (account.disabled) return <Tag tone="danger">{t('disabled')}</Tag>;
  return account.passwordMustChange ? <Tag tone="info">{t('invited')}</Tag> : <Tag tone="good">{t('active')}</Tag>;
}
