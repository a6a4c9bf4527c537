import { useId } from 'react';
import styles from './progress-bar.module.css';

interface ProgressBarProps {
  /** What is on its way. */
  readonly label: string;
  /** How much of it is done, from 0 to 1; null when nobody knows. */
  readonly part: number | null;
  /** The same in figures. */
  readonly note: string;
  /** Whether it stands still. */
  readonly quiet?: boolean;
}

/** How far something has come. */
export function ProgressBar({ label, part, note, quiet = false }: ProgressBarProps) {
  const id = useId();
  return (
    <div className={styles.bar} data-quiet={quiet}>
      <div className={styles.words}>
        <span className={styles.label} id={id}>
          {label}
        </span>
        <span className={styles.note}>{note}</span>
      </div>
      {part === null ? <progress aria-labelledby={id} /> : <progress aria-labelledby={id} max={1} value={part} />}
    </div>
  );
}
