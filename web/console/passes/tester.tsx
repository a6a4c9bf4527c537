import { Button, NumberInput, Select, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { firstInstantOf } from '../../../src/domain/calendar.ts';
import type { Data, Input } from '../api/calls.ts';
import { useData } from '../api/hooks.ts';
import { type Resource, resourceLabel, useResources } from '../api/resources.ts';
import { Icon } from '../parts/icon.tsx';
import { Panel } from '../parts/panel.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { useWords } from '../words/language.tsx';
import type { PassOrder } from './pass-details.tsx';
import { useRuleTerms } from './rule-terms.ts';
import styles from './tester.module.css';
import { Instead } from './tester-instead.tsx';
import { passesWords } from './words.ts';

type Asked = Input<'POST /v2/redemptions/check'>;
export type CheckAnswer = Data<'POST /v2/redemptions/check'>;

/** What is typed at "on …": a day and a time on the clock of the venue; empty for now. */
function instantAt(wall: string, resource: Resource | undefined): string | undefined {
  if (wall === '') return undefined;
  const zone = resource?.locationInfo.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  return new Date(firstInstantOf(Date.parse(`${wall}Z`), zone)).toISOString();
}

/** "Would it work at … on …?": the door's own rule, asked without using anything. */
export function Tester({ order }: { readonly order: PassOrder }) {
  const t = useWords(passesWords);
  const resources = useResources();
  const [resourceId, setResourceId] = useState<string | null>(null);
  const [adults, setAdults] = useState(1);
  const [children, setChildren] = useState(0);
  const [wall, setWall] = useState('');
  const [asked, setAsked] = useState<Asked | null>(null);
  const answer = useData('POST /v2/redemptions/check', asked ?? never, { when: asked !== null });
  const resource = resources.data?.find((one) => one.resourceId === resourceId);
  const ask = (event: FormEvent) => {
    event.preventDefault();
    if (resourceId === null) return;
    const at = instantAt(wall, resource);
    const people = { adultCount: adults, childCount: children };
    setAsked({ body: { dpId: order.extra.ePassId, resourceId, ...people, ...(at === undefined ? {} : { at }) } });
  };
  const zone = resource?.locationInfo.timezone;
  return (
    <Panel title={t('tester')}>
      <form className={styles.form} onSubmit={ask}>
        <Select
          className={styles.wide}
          label={t('testerAt')}
          placeholder={t('chooseVenue')}
          data={(resources.data ?? []).map((one) => ({ value: one.resourceId, label: resourceLabel(one) }))}
          value={resourceId}
          onChange={setResourceId}
          nothingFoundMessage={t('noVenue')}
          searchable
          limit={50}
        />
        <TextInput
          className={styles.wide}
          label={zone === undefined ? t('testerOn') : t('testerOnZone', { zone })}
          description={t('testerOnHelp')}
          type="datetime-local"
          value={wall}
          onChange={(event) => setWall(event.currentTarget.value)}
        />
        <NumberInput
          label={t('adultsLabel')}
          min={0}
          max={100}
          allowDecimal={false}
          value={adults}
          onChange={(value) => setAdults(Number(value) || 0)}
        />
        <NumberInput
          label={t('childrenLabel')}
          min={0}
          max={100}
          allowDecimal={false}
          value={children}
          onChange={(value) => setChildren(Number(value) || 0)}
        />
        <Button className={styles.ask} type="submit" disabled={resourceId === null} loading={answer.isFetching}>
          {t('testerAsk')}
        </Button>
      </form>
      {resources.error !== null && <ProblemNote problem={resources.error} onRetry={resources.refetch} />}
      {answer.error !== null && <ProblemNote problem={answer.error} />}
      {asked !== null && answer.data !== undefined && answer.error === null && (
        <Verdict answer={answer.data} onTry={(other) => setResourceId(other)} />
      )}
    </Panel>
  );
}

/** Never sent: the query waits until something was asked. */
const never: Asked = { body: { dpId: '', resourceId: '', adultCount: 0, childCount: 0 } };

interface VerdictProps {
  readonly answer: CheckAnswer;
  readonly onTry: (resourceId: string) => void;
}

function Verdict({ answer, onTry }: VerdictProps) {
  const t = useWords(passesWords);
  const terms = useRuleTerms();
  return (
    <div className={styles.verdict} role="status">
      <p className={styles.answer} data-yes={answer.allowed}>
        <Icon name={answer.allowed ? 'check' : 'cross'} size={20} />
        <strong>{t(answer.allowed ? 'wouldWork' : 'wouldNotWork')}</strong>
        <span>{t('wouldTake', { needed: answer.requiredUsages, left: answer.availableUsages })}</span>
      </p>
      <ul className={styles.rules}>
        {answer.rules.map((rule) => (
          <li key={rule.rule} data-holds={rule.holds}>
            <Icon name={rule.holds ? 'check' : 'cross'} size={15} />
            <span className={styles.rule}>{terms.rule(rule.rule)}</span>
            <span className={styles.fact}>{terms.facts(rule)}</span>
          </li>
        ))}
      </ul>
      {!answer.allowed && <Instead answer={answer} onTry={onTry} />}
    </div>
  );
}
