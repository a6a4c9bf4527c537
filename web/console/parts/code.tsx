import { useState } from 'react';
import { useWords } from '../words/language.tsx';
import { partsWords } from '../words/parts-words.ts';
import styles from './code.module.css';
import { Icon } from './icon.tsx';

/** Puts text on the clipboard; says whether it could, since without TLS browsers do not let pages. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** An id: never broken or translated, with a button that copies it. `shown` is how it is written for people. */
export function Code({ value, shown = value }: { readonly value: string; readonly shown?: string }) {
  const t = useWords(partsWords);
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    if (!(await copyText(value))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <span className={styles.code} translate="no">
      <span className={shown.endsWith('…') ? styles.short : undefined}>{shown}</span>
      <button type="button" className={styles.copy} onClick={copy} aria-label={`${t('copy')}: ${value}`}>
        <Icon name={copied ? 'check' : 'copy'} size={13} />
        {copied && (
          <span className={styles.copied} role="status">
            {t('copied')}
          </span>
        )}
      </button>
    </span>
  );
}

/** The 16 digits of a pass in groups of four, as people read them out. */
export function passDigits(passId: string): string {
  return passId.replace(/(\d{4})(?=\d)/g, '$1 ');
}
