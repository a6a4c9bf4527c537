import { Popover } from '@mantine/core';
import { useState } from 'react';
import { send } from '../api/calls.ts';
import { Icon } from '../parts/icon.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import type { Language } from '../words/catalogue.ts';
import { useWords } from '../words/language.tsx';
import { shellWords } from '../words/shell-words.ts';
import { ChangePassword } from './password.tsx';
import { useCredentials, useSession, useSessionState } from './session.tsx';
import { SettingsBar } from './settings.tsx';
import styles from './shell.module.css';

const roles = { auditor: 'auditor', operator: 'operator', administrator: 'administrator' } as const;

/** Who is signed in, the settings of this browser, and the way out. */
export function AccountMenu() {
  const t = useWords(shellWords);
  const { account } = useSession();
  const [open, setOpen] = useState(false);
  const [changing, setChanging] = useState(false);
  const credentials = useCredentials();
  // It goes along to other browsers; that it could not be kept takes nothing from this one.
  const keepLanguage = (language: Language) =>
    void send('PATCH /v2/sessions/current', { body: { language } }, credentials).catch(() => {});
  return (
    <>
      <Popover opened={open} onChange={setOpen} position="bottom-end" width={312} trapFocus shadow="md">
        <Popover.Target>
          <button
            type="button"
            className={styles.account}
            aria-label={t('accountOf', { email: account.email })}
            onClick={() => setOpen(!open)}
          >
            <Icon name="person" size={18} />
          </button>
        </Popover.Target>
        <Popover.Dropdown aria-label={t('account')}>
          <div className={styles.accountCard}>
            <div>
              <p className={styles.email}>{account.email}</p>
              <p className={styles.role}>{t(roles[account.role])}</p>
            </div>
            <SettingsBar onLanguage={keepLanguage} />
            <button
              type="button"
              className={styles.accountAction}
              onClick={() => {
                setOpen(false);
                setChanging(true);
              }}
            >
              {t('changePassword')}
            </button>
            <SignOut />
          </div>
        </Popover.Dropdown>
      </Popover>
      <ChangePassword opened={changing} onClose={() => setChanging(false)} />
    </>
  );
}

function SignOut() {
  const t = useWords(shellWords);
  const credentials = useCredentials();
  const { forget } = useSessionState();
  const [problem, setProblem] = useState<unknown>(null);
  const leave = async () => {
    try {
      await send('POST /v2/sessions/end', {}, credentials);
      forget(false);
    } catch (thrown) {
      // Whoever believes to have signed out must have.
      setProblem(thrown);
    }
  };
  return (
    <>
      {problem !== null && <ProblemNote problem={problem} />}
      <button type="button" className={styles.accountAction} onClick={leave}>
        {t('signOut')}
      </button>
    </>
  );
}
