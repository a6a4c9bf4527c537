import { createContext, type ReactNode, useContext, useMemo, useRef, useState } from 'react';
import { Icon } from './icon.tsx';
import styles from './tell.module.css';

type Tell = (text: string) => void;
const TellContext = createContext<Tell>(() => {});

/** Milliseconds that a message stays. */
const stays = 6_000;

/** Shows short messages of what has been done, and reads them out. */
export function TellProvider({ children }: { readonly children: ReactNode }) {
  const [messages, setMessages] = useState<readonly { readonly id: number; readonly text: string }[]>([]);
  const last = useRef(0);
  const tell = useMemo<Tell>(
    () => (text) => {
      last.current += 1;
      const id = last.current;
      setMessages((shown) => [...shown.slice(-2), { id, text }]);
      setTimeout(() => setMessages((shown) => shown.filter((message) => message.id !== id)), stays);
    },
    [],
  );
  return (
    <TellContext value={tell}>
      {children}
      <div className={styles.messages} role="status" aria-live="polite">
        {messages.map(({ id, text }) => (
          <p key={id} className={styles.message}>
            <Icon name="check" /> {text}
          </p>
        ))}
      </div>
    </TellContext>
  );
}

/** Gives the function that tells the reader, in passing, what has been done. */
export function useTell(): Tell {
  return useContext(TellContext);
}
