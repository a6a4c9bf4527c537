import { Button } from '@mantine/core';
import { Moment } from '../parts/moment.tsx';
import { useWords } from '../words/language.tsx';
import styles from './tester.module.css';
import type { CheckAnswer } from './tester.tsx';
import { passesWords } from './words.ts';

interface InsteadProps {
  readonly answer: CheckAnswer;
  /** Chooses another venue in the form. */
  readonly onTry: (resourceId: string) => void;
}

/** What would work instead of what was asked. */
export function Instead({ answer, onTry }: InsteadProps) {
  const t = useWords(passesWords);
  const { activationDate, availableUsages, resources } = answer.instead;
  const fewer = availableUsages > 0 && availableUsages < answer.requiredUsages;
  const nothing = activationDate === undefined && !fewer && resources.length === 0;
  return (
    <div className={styles.instead}>
      <h3>{t('instead')}</h3>
      {nothing && <p>{t('insteadNothing')}</p>}
      {activationDate !== undefined && (
        <p>
          {t('insteadLater')} <Moment at={activationDate} />
        </p>
      )}
      {fewer && <p>{t('insteadFewer', { count: availableUsages })}</p>}
      {resources.length > 0 && (
        <>
          <p>{t('insteadElsewhere')}</p>
          <ul className={styles.others}>
            {resources.map(({ resourceId, resourceName }) => (
              <li key={resourceId}>
                <Button variant="default" size="compact-sm" onClick={() => onTry(resourceId)}>
                  {resourceName} · {resourceId}
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
