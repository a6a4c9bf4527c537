import { Button } from '@mantine/core';
import type { Data } from '../api/calls.ts';
import { useChange } from '../api/hooks.ts';
import { useConfirm } from '../parts/confirm.tsx';
import { RowEnd } from '../parts/layout.tsx';
import { useWords } from '../words/language.tsx';
import type { ShownPassword } from './one-time-password.tsx';
import { accountsWords } from './words.ts';

export type Account = Data<'GET /v2/accounts'>['accounts'][number];

interface AccountActionsProps {
  readonly account: Account;
  readonly onEdit: () => void;
  readonly onPassword: (shown: ShownPassword) => void;
}

/** What an administrator does with somebody else's account. */
export function AccountActions({ account, onEdit, onPassword }: AccountActionsProps) {
  const t = useWords(accountsWords);
  const { email, disabled } = account;
  const { able, reset } = useQuestions(account, onPassword);
  // Every row has the same buttons: heard out of its place, each has to say whose it is.
  const of = (word: 'change' | 'reset' | 'enable' | 'disable') => ({ 'aria-label': `${t(word)}: ${email}` });
  return (
    <RowEnd>
      <Button size="compact-sm" variant="default" onClick={onEdit} {...of('change')}>
        {t('change')}
      </Button>
      <Button size="compact-sm" variant="default" onClick={reset} {...of('reset')}>
        {t('reset')}
      </Button>
      {disabled ? (
        <Button size="compact-sm" variant="default" onClick={able} {...of('enable')}>
          {t('enable')}
        </Button>
      ) : (
        <Button size="compact-sm" variant="subtle" color="red" onClick={able} {...of('disable')}>
          {t('disable')}
        </Button>
      )}
    </RowEnd>
  );
}

function useQuestions({ email, disabled }: Account, onPassword: (shown: ShownPassword) => void) {
  const t = useWords(accountsWords);
  const ask = useConfirm();
  const change = useChange('PATCH /v2/accounts/{email}', { ofAll: true });
  const resetPassword = useChange('POST /v2/accounts/{email}/password', { ofAll: true });
  const params = { email };
  return {
    able: () =>
      ask({
        title: t(disabled ? 'enableTitle' : 'disableTitle', { email }),
        text: <p>{t(disabled ? 'enableText' : 'disableText')}</p>,
        action: t(disabled ? 'enable' : 'disable'),
        danger: !disabled,
        act: () => change.mutateAsync({ params, body: { disabled: !disabled } }),
        done: t(disabled ? 'enableDone' : 'disableDone', { email }),
      }),
    reset: () =>
      ask({
        title: t('resetTitle', { email }),
        text: <p>{t('resetText')}</p>,
        action: t('reset'),
        danger: true,
        act: async () => {
          const { password } = await resetPassword.mutateAsync({ params });
          onPassword({ email, password });
        },
        done: t('resetDone', { email }),
      }),
  };
}
