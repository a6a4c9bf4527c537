import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Icon } from '../parts/icon.tsx';
import { useWords } from '../words/language.tsx';
import { shellWords } from '../words/shell-words.ts';
import { addressFor, go, usePlace } from './route.ts';
import styles from './shell.module.css';

/** The search for passes, reached from every screen by the key `/`. */
export function FindPass({ programId }: { readonly programId: string }) {
  const t = useWords(shellWords);
  const place = usePlace();
  const asked = place.screen === 'passes' ? (place.query.get('text') ?? '') : '';
  const [text, setText] = useState(asked);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setText(asked), [asked]);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest('input, textarea, select, [role=dialog]');
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || typing) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
  const search = (event: FormEvent) => {
    event.preventDefault();
    const words = text.trim();
    if (words === '') return;
    // The results are what is looked at now, and the key leads back here.
    input.current?.blur();
    go(`${addressFor(programId, 'passes')}?${new URLSearchParams({ text: words })}`);
  };
  return (
    <search>
      <form className={styles.findForm} onSubmit={search}>
        <Icon name="search" size={15} />
        <input
          ref={input}
          type="search"
          aria-label={t('findPass')}
          aria-keyshortcuts="/"
          placeholder={t('findPassHint')}
          value={text}
          maxLength={200}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </form>
    </search>
  );
}
