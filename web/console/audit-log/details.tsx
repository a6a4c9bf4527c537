import { roles } from '../../../src/domain/access.ts';
import { eventTypes } from '../../../src/domain/event.ts';
import { accountsWords } from '../accounts/words.ts';
import type { Data } from '../api/calls.ts';
import { states } from '../bulk/states.ts';
import { bulkWords } from '../bulk/words.ts';
import { scopes } from '../partners/draft.ts';
import { partnersWords } from '../partners/words.ts';
import { pushWords } from '../push/words.ts';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { usePassTerms } from '../words/pass-terms.ts';
import styles from './audit-log.module.css';
import { detailNames } from './detail-names.ts';
import { detailWords } from './detail-words.ts';
import { auditLogWords } from './words.ts';

type Details = Data<'GET /v2/auditLog'>['lines'][number]['details'];

/** What the act was about, name by name; of a change, only what became another. */
export function DetailList({ details }: { readonly details: Details }) {
  const t = useWords(auditLogWords);
  const named = useWords(detailWords);
  const say = useSayValue();
  const { before, after, ...others } = details;
  const changes = isRecord(before) && isRecord(after) ? changesOf(before, after) : [];
  const lines = [
    ...changes.map(
      (name) => [name, `${say(name, recordOf(before)[name])} → ${say(name, recordOf(after)[name])}`] as const,
    ),
    ...Object.entries(others).map(([name, value]) => [name, say(name, value)] as const),
  ];
  if (lines.length === 0) return isRecord(after) ? t('unchanged') : '–';
  return (
    <dl className={styles.details}>
      {lines.map(([name, said]) => {
        const known = detailNames.find((one) => one === name);
        return (
          <div key={name}>
            <dt>{known === undefined ? name : named(known)}:</dt>
            <dd>{said}</dd>
          </div>
        );
      })}
    </dl>
  );
}

const isRecord = (value: unknown): value is Details =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const recordOf = (value: unknown): Details => (isRecord(value) ? value : {});

/** The names whose values differ. */
function changesOf(before: Details, after: Details): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}

/** Gives the function that says a value as people call it; one that has no words as it was written down. */
function useSayValue(): (name: string, value: unknown) => string {
  const t = useWords(auditLogWords);
  const term = useTerm();
  const { number, moment } = useFormats();
  const sayOne = (name: string, value: unknown): string => {
    if (value === null || value === undefined) return name === 'programIds' && value === null ? t('every') : '–';
    if (typeof value === 'boolean') return t(value ? 'yes' : 'no');
    const known = term(name, value);
    if (known !== undefined) return known;
    // Coordinates are told to the last digit.
    if (typeof value === 'number') return Number.isInteger(value) ? number(value) : String(value);
    if (typeof value !== 'string') return JSON.stringify(value);
    return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? moment(value) : value;
  };
  return (name, value) => {
    if (!Array.isArray(value)) return sayOne(name, value);
    return value.length === 0 ? '–' : value.map((one) => sayOne(name, one)).join(', ');
  };
}

/** Gives the function that knows the words of the other screens for what such a name can hold. */
function useTerm(): (name: string, value: unknown) => string | undefined {
  const terms = usePassTerms();
  const account = useWords(accountsWords);
  const partner = useWords(partnersWords);
  const push = useWords(pushWords);
  const bulk = useWords(bulkWords);
  const said = <Key extends string>(known: readonly Key[], value: unknown, say: (key: Key) => string) => {
    const key = known.find((one) => one === value);
    return key === undefined ? undefined : say(key);
  };
  const module = (value: unknown) => terms.module(Number(value));
  const state = (value: unknown) =>
    said(['active', 'paused', 'parked', 'delivered'], value, (key) =>
      push(key === 'delivered' ? 'deliveredState' : key),
    );
  const jobStates = Object.keys(states) as (keyof typeof states)[];
  const sayers: Readonly<Record<string, (value: unknown) => string | undefined>> = {
    module,
    modules: module,
    crossModules: module,
    state,
    role: (value) => said(roles, value, account),
    scopes: (value) => said(scopes, value, partner),
    eventTypes: (value) => said(eventTypes, value, push),
    // Of a bulk job, the state it was in; of events sent again, an instant.
    from: (value) => said(jobStates, value, (key) => bulk(states[key].word)),
  };
  return (name, value) => sayers[name]?.(value);
}
