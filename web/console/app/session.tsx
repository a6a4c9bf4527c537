import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { type Data, Refused, send } from '../api/calls.ts';
import { languageFor } from '../words/catalogue.ts';
import { useLanguage } from '../words/language.tsx';
import { usePlace } from './route.ts';

export type Session = Data<'GET /v2/sessions/current'>;
type Role = Session['account']['role'];

/** Who is signed in: `undefined` until the server was asked, null when nobody is. */
interface SessionState {
  readonly session: Session | null | undefined;
  /** Whether a session was there and ended by itself. */
  readonly ended: boolean;
  /** Why the server could not even be asked. */
  readonly problem: unknown;
  readonly begin: (session: Session) => void;
  /** Forgets the session: the reader signed out, or the server says that it is over. */
  readonly forget: (ended: boolean) => void;
}

const SessionContext = createContext<SessionState | null>(null);

const nobody = { csrfToken: null, programId: null };

/** Asks once who is signed in and gives it to everything below. */
export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const [session, setSession] = useState<Session | null>();
  const [ended, setEnded] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const cache = useQueryClient();
  const { setLanguage } = useLanguage();
  const spoken = session?.account.language;
  useEffect(() => {
    if (spoken !== undefined) setLanguage(languageFor([spoken]));
  }, [spoken, setLanguage]);
  useEffect(() => {
    send('GET /v2/sessions/current', {}, nobody)
      .then(setSession)
      .catch((reason: unknown) => {
        if (reason instanceof Refused && reason.status === 401) setSession(null);
        else setProblem(reason);
      });
  }, []);
  const state = useMemo<SessionState>(
    () => ({
      session,
      ended,
      problem,
      begin(begun) {
        setEnded(false);
        setSession(begun);
      },
      forget(byItself) {
        // Nothing that this person could see may be shown to the next one.
        cache.clear();
        setEnded(byItself);
        setSession(null);
      },
    }),
    [session, ended, problem, cache],
  );
  return <SessionContext value={state}>{children}</SessionContext>;
}

export function useSessionState(): SessionState {
  const state = useContext(SessionContext);
  if (state === null) throw new Error('used outside of SessionProvider');
  return state;
}

/** The session, on screens that only who is signed in can see. */
export function useSession(): Session {
  const { session } = useSessionState();
  if (!session) throw new Error('used before anybody signed in');
  return session;
}

const ranks: readonly Role[] = ['auditor', 'operator', 'administrator'];

/** Whether the reader may do what asks for `role`: each role may do what the ones before it may. */
export function useMay(): (role: Role) => boolean {
  const { role } = useSession().account;
  return (needed) => ranks.indexOf(role) >= ranks.indexOf(needed);
}

/** What requests of the present screen carry. */
export function useCredentials() {
  const csrfToken = useSessionState().session?.csrfToken ?? null;
  const { programId } = usePlace();
  return useMemo(() => ({ csrfToken, programId }), [csrfToken, programId]);
}
