import icon from '../../icon.svg';
import { useWords } from '../words/language.tsx';
import { shellWords } from '../words/shell-words.ts';
import styles from './app.module.css';

/** The product's sign and name. */
export function Brand() {
  const t = useWords(shellWords);
  return (
    <span className={styles.brand}>
      <img src={icon} alt="" width={24} height={24} />
      {t('product')}
    </span>
  );
}
