import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Refused } from '../api/calls.ts';
import { ConfirmProvider } from '../parts/confirm.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { TellProvider } from '../parts/tell.tsx';
import { LanguageProvider } from '../words/language.tsx';
import styles from './app.module.css';
import { ChoosePassword } from './password.tsx';
import { SessionProvider, useSessionState } from './session.tsx';
import { Shell } from './shell.tsx';
import { SignIn } from './sign-in.tsx';
import { theme } from './theme.ts';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A refusal stays one; only what did not get through is asked again.
      retry: (count, problem) =>
        count < 2 && problem instanceof Refused && (problem.status === 0 || problem.status >= 500),
    },
  },
});

/** The operator console. */
export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <LanguageProvider>
        <QueryClientProvider client={queries}>
          <SessionProvider>
            <TellProvider>
              <ConfirmProvider>
                <Gate />
              </ConfirmProvider>
            </TellProvider>
          </SessionProvider>
        </QueryClientProvider>
      </LanguageProvider>
    </MantineProvider>
  );
}

/** Signed in or not; nothing is shown until it is known, so that nobody sees the sign-in page flash by. */
function Gate() {
  const { session, problem } = useSessionState();
  if (problem !== null) {
    return (
      <main className={styles.alone}>
        <ProblemNote problem={problem} onRetry={() => location.reload()} />
      </main>
    );
  }
  if (session === undefined) return null;
  if (session === null) return <SignIn />;
  if (session.account.passwordMustChange) return <ChoosePassword />;
  return <Shell />;
}
