import { SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { type Language, languages } from '../words/catalogue.ts';
import { useLanguage, useWords } from '../words/language.tsx';
import { shellWords } from '../words/shell-words.ts';
import styles from './app.module.css';

/** Each language by its own name. */
const names: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };

interface SettingsBarProps {
  /** Called when the reader has chosen a language, which is in force by then. */
  readonly onLanguage?: (language: Language) => void;
}

/** Language and appearance: small, at the foot of pages and in the account menu. */
export function SettingsBar({ onLanguage }: SettingsBarProps) {
  const t = useWords(shellWords);
  const { language, setLanguage } = useLanguage();
  const choose = (chosen: string) => {
    const known = languages.find((one) => one === chosen);
    if (known === undefined) return;
    setLanguage(known);
    onLanguage?.(known);
  };
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <div className={styles.settings}>
      <SegmentedControl
        size="xs"
        aria-label={t('language')}
        value={language}
        onChange={choose}
        data={languages.map((value) => ({ value, label: names[value] }))}
      />
      <SegmentedControl
        size="xs"
        aria-label={t('appearance')}
        value={colorScheme}
        onChange={(chosen) => setColorScheme(chosen === 'light' || chosen === 'dark' ? chosen : 'auto')}
        data={[
          { value: 'light', label: t('light') },
          { value: 'dark', label: t('dark') },
          { value: 'auto', label: t('auto') },
        ]}
      />
    </div>
  );
}
