import { Button } from '@mantine/core';
import { useState } from 'react';
import { useWords } from '../words/language.tsx';
import { partsWords } from '../words/parts-words.ts';
import { copyText } from './code.tsx';
import { Icon } from './icon.tsx';
import styles from './secret-box.module.css';

interface SecretBoxProps {
  /** What it is: "Secret", "One-time password". */
  readonly label: string;
  readonly secret: string;
  /** Called once the reader has it; the secret is then to be forgotten. */
  readonly onDone: () => void;
}

/** A secret that is shown once: to copy by button or by hand, and gone when the reader says so. */
export function SecretBox({ label, secret, onDone }: SecretBoxProps) {
  const t = useWords(partsWords);
  const [copied, setCopied] = useState(false);
  return (
    <div className={styles.box}>
      <p className={styles.label}>{label}</p>
      <output className={styles.secret} translate="no">
        {secret}
      </output>
      <p className={styles.note}>
        <Icon name="warn" /> {t('shownOnce')}
      </p>
      <div className={styles.foot}>
        <Button
          variant="default"
          leftSection={<Icon name={copied ? 'check' : 'copy'} />}
          onClick={async () => setCopied(await copyText(secret))}
        >
          {copied ? t('copied') : t('copy')}
        </Button>
        <Button onClick={onDone}>{t('haveCopied')}</Button>
      </div>
    </div>
  );
}
