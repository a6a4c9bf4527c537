import type { Data } from '../api/calls.ts';
import { Line, Small } from '../parts/layout.tsx';
import { Moment } from '../parts/moment.tsx';
import { Tag } from '../parts/tag.tsx';
import { useWords } from '../words/language.tsx';
import styles from './push.module.css';
import { pushWords } from './words.ts';

type Attempt = Data<'GET /v2/endpoints/{endpointId}/deliveries/{eventId}'>['attempts'][number];

/** Every attempt to tell an event, the latest first. */
export function Attempts({ attempts }: { readonly attempts: readonly Attempt[] }) {
  const t = useWords(pushWords);
  return (
    <ol className={styles.attempts}>
      {attempts.toReversed().map(({ attempt, attemptDate, succeeded, sent, received }) => (
        <li key={attempt}>
          <Line>
            <strong>{t('attempt', { attempt })}</strong>
            <Tag tone={succeeded ? 'good' : 'danger'}>{t(succeeded ? 'succeeded' : 'failed')}</Tag>
            <Moment at={attemptDate} />
          </Line>
          <Exchange of={t('attempt', { attempt })} body={sent.body} {...received} />
        </li>
      ))}
    </ol>
  );
}

interface ExchangeProps {
  /** Which one it is, where there are several. */
  readonly of?: string;
  readonly body: string;
  readonly status: number | null;
  readonly answer: string;
  readonly milliseconds: number;
}

/** What was sent and what came back, as it went over the wire. */
export function Exchange({ of, body, status, answer, milliseconds }: ExchangeProps) {
  const t = useWords(pushWords);
  const label = (what: string) => (of === undefined ? what : `${of}: ${what}`);
  const cameBack =
    status === null ? t('noAnswer', { milliseconds }) : t('answered', { status: String(status), milliseconds });
  return (
    <div className={styles.exchange}>
      <div>
        <Small>{cameBack}</Small>
        {answer !== '' && <Wire label={label(t('cameBack'))} text={answer} />}
      </div>
      <div>
        <Small>{t('sent')}</Small>
        <Wire label={label(t('sent'))} text={body} />
      </div>
    </div>
  );
}

function Wire({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable without a mouse
    <section className={styles.wire} tabIndex={0} aria-label={label} translate="no">
      {text}
    </section>
  );
}
