import { Button, Modal, PasswordInput } from '@mantine/core';
import { type Data, send } from '../api/calls.ts';
import { useForm } from '../parts/form.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { useTell } from '../parts/tell.tsx';
import { useWords } from '../words/language.tsx';
import { partsWords } from '../words/parts-words.ts';
import { shellWords } from '../words/shell-words.ts';
import styles from './app.module.css';
import { Brand } from './brand.tsx';
import { useCredentials, useSessionState } from './session.tsx';
import { SettingsBar } from './settings.tsx';

/** The only page of whoever signed in with a one-time password. */
export function ChoosePassword() {
  const t = useWords(shellWords);
  return (
    <div className={styles.alone}>
      <main className={styles.card}>
        <Brand />
        <h1>{t('choosePassword')}</h1>
        <p className={styles.note}>{t('chooseFirst')}</p>
        <PasswordForm onDone={() => {}} />
      </main>
      <footer>
        <SettingsBar />
      </footer>
    </div>
  );
}

/** The same for whoever wants another password. */
export function ChangePassword({ opened, onClose }: { readonly opened: boolean; readonly onClose: () => void }) {
  const t = useWords(shellWords);
  const words = useWords(partsWords);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('changePassword')}
      lockScroll={false}
      closeButtonProps={{ 'aria-label': words('close') }}
    >
      <PasswordForm onDone={onClose} />
    </Modal>
  );
}

const nothing = { currentPassword: '', newPassword: '', again: '' };

function PasswordForm({ onDone }: { readonly onDone: () => void }) {
  const t = useWords(shellWords);
  const tell = useTell();
  const credentials = useCredentials();
  const { begin } = useSessionState();
  const form = useForm(nothing, async ({ currentPassword, newPassword }) => {
    const body = { currentPassword, newPassword };
    const session: Data<'POST /v2/sessions/password'> = await send('POST /v2/sessions/password', { body }, credentials);
    begin(session);
    tell(t('passwordChanged'));
    onDone();
  });
  const { values } = form;
  const differ = values.again !== '' && values.again !== values.newPassword;
  const field = (name: keyof typeof nothing) => ({
    value: values[name],
    onChange: (event: { currentTarget: HTMLInputElement }) => form.set({ [name]: event.currentTarget.value }),
    visibilityToggleButtonProps: { 'aria-label': t('showPassword') },
    required: true,
    withAsterisk: false,
  });
  return (
    <form className={styles.fields} onSubmit={form.submit}>
      <PasswordInput
        label={t('currentPassword')}
        autoComplete="current-password"
        error={form.error('currentPassword')}
        {...field('currentPassword')}
      />
      <PasswordInput
        label={t('newPassword')}
        description={t('newPasswordHelp')}
        autoComplete="new-password"
        error={form.error('newPassword')}
        {...field('newPassword')}
      />
      <PasswordInput
        label={t('newPasswordAgain')}
        autoComplete="new-password"
        error={differ ? t('passwordsDiffer') : undefined}
        {...field('again')}
      />
      {form.problem !== null && <ProblemNote problem={form.problem} shownFields={form.shownFields} />}
      <Button type="submit" loading={form.busy} disabled={differ || values.again === ''} fullWidth>
        {t('changePassword')}
      </Button>
    </form>
  );
}
