import { Button, PasswordInput, TextInput } from '@mantine/core';
import { type Data, send } from '../api/calls.ts';
import { useForm } from '../parts/form.ts';
import { ProblemNote } from '../parts/problem-note.tsx';
import { useWords } from '../words/language.tsx';
import { shellWords } from '../words/shell-words.ts';
import styles from './app.module.css';
import { Brand } from './brand.tsx';
import { useSessionState } from './session.tsx';
import { SettingsBar } from './settings.tsx';

/** The page of whoever is not signed in. The address stays, so that signing in leads to where one was going. */
export function SignIn() {
  const t = useWords(shellWords);
  const { begin, ended } = useSessionState();
  const form = useForm({ email: '', password: '' }, async (body) => {
    const nobody = { csrfToken: null, programId: null };
    const session: Data<'POST /v2/sessions'> = await send('POST /v2/sessions', { body }, nobody);
    begin(session);
  });
  return (
    <div className={styles.alone}>
      <main className={styles.card}>
        <Brand />
        <h1>{t('signIn')}</h1>
        <p className={styles.note} role={ended ? 'alert' : undefined}>
          {ended ? t('ended') : t('signInNote')}
        </p>
        <form className={styles.fields} onSubmit={form.submit}>
          <TextInput
            label={t('email')}
            type="email"
            autoComplete="username"
            value={form.values.email}
            onChange={(event) => form.set({ email: event.currentTarget.value })}
            error={form.error('email')}
            size="md"
            required
            withAsterisk={false}
          />
          <PasswordInput
            label={t('password')}
            autoComplete="current-password"
            value={form.values.password}
            onChange={(event) => form.set({ password: event.currentTarget.value })}
            error={form.error('password')}
            visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
            size="md"
            required
            withAsterisk={false}
          />
          {form.problem !== null && <ProblemNote problem={form.problem} shownFields={form.shownFields} />}
          <Button type="submit" loading={form.busy} size="md" fullWidth>
            {t('signIn')}
          </Button>
        </form>
      </main>
      <footer>
        <SettingsBar />
      </footer>
    </div>
  );
}
