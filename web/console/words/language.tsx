import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react';
import { type Catalogue, type Language, languageFor, languages, say, type Values } from './catalogue.ts';

interface Speech {
  readonly language: Language;
  readonly setLanguage: (language: Language) => void;
}

const SpeechContext = createContext<Speech | null>(null);
const kept = 'passdesk-language';

function firstLanguage(): Language {
  const chosen = localStorage.getItem(kept);
  return languages.find((language) => language === chosen) ?? languageFor(navigator.languages);
}

/** Gives the pages below their language: the one chosen here before, or the browser's. */
export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const choose = useCallback((chosen: Language) => {
    localStorage.setItem(kept, chosen);
    setLanguage(chosen);
  }, []);
  const speech = useMemo<Speech>(() => ({ language, setLanguage: choose }), [language, choose]);
  return <SpeechContext value={speech}>{children}</SpeechContext>;
}

export function useLanguage(): Speech {
  const speech = useContext(SpeechContext);
  if (speech === null) throw new Error('used outside of LanguageProvider');
  return speech;
}

/** Gives the function that says messages of a catalogue in the reader's language. */
export function useWords<Key extends string>(words: Catalogue<Key>): (key: Key, values?: Values) => string {
  const { language } = useLanguage();
  return useMemo(() => (key: Key, values?: Values) => say(words, language, key, values), [words, language]);
}
