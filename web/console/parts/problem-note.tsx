import { Button } from '@mantine/core';
import { useWords } from '../words/language.tsx';
import { partsWords } from '../words/parts-words.ts';
import { useTellProblem } from '../words/problems.ts';
import { Code } from './code.tsx';
import styles from './problem-note.module.css';

interface ProblemNoteProps {
  readonly problem: unknown;
  /** Fields whose problems are shown beside them already. */
  readonly shownFields?: readonly string[];
  readonly onRetry?: () => void;
}

/** Tells what went wrong: one sentence, the fields that no input shows, and the request's id to ask about. */
export function ProblemNote({ problem, shownFields = [], onRetry }: ProblemNoteProps) {
  const t = useWords(partsWords);
  const { text, fields, requestId } = useTellProblem()(problem);
  const others = [...fields].filter(([field]) => !shownFields.includes(field));
  return (
    <div className={styles.note} role="alert">
      <p>{text}</p>
      {others.length > 0 && (
        <ul className={styles.fields}>
          {others.map(([field, said]) => (
            <li key={field}>
              <strong>{field}</strong> {said}
            </li>
          ))}
        </ul>
      )}
      {(requestId !== null || onRetry !== undefined) && (
        <div className={styles.foot}>
          {onRetry !== undefined && (
            <Button size="compact-sm" variant="default" onClick={onRetry}>
              {t('retry')}
            </Button>
          )}
          {requestId !== null && (
            <span>
              {t('requestId')} <Code value={requestId} />
            </span>
          )}
        </div>
      )}
    </div>
  );
}
