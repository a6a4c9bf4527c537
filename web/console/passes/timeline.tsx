import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Data } from '../api/calls.ts';
import { useChange, usePages } from '../api/hooks.ts';
import { useMay } from '../app/session.tsx';
import { useConfirm } from '../parts/confirm.tsx';
import { CsvButton } from '../parts/csv-button.tsx';
import { Icon, type IconName } from '../parts/icon.tsx';
import { Moment } from '../parts/moment.tsx';
import { Panel } from '../parts/panel.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { useWords } from '../words/language.tsx';
import { usePassTerms } from '../words/pass-terms.ts';
import styles from './timeline.module.css';
import { passesWords } from './words.ts';

type Happening = Data<'GET /v2/passes/{ePassId}/history'>['rows'][number];

const kinds = {
  issue: { icon: 'plus', word: 'kindIssue', tone: 'accent' },
  active: { icon: 'clock', word: 'kindActive', tone: 'accent' },
  use: { icon: 'place', word: 'kindUse', tone: 'ink' },
  'give-back': { icon: 'back', word: 'kindGiveBack', tone: 'warn' },
  suspend: { icon: 'pause', word: 'kindSuspend', tone: 'warn' },
  resume: { icon: 'play', word: 'kindResume', tone: 'accent' },
  expiring: { icon: 'clock', word: 'kindExpiring', tone: 'quiet' },
  cancel: { icon: 'cross', word: 'kindCancel', tone: 'danger' },
  expired: { icon: 'clock', word: 'kindExpired', tone: 'quiet' },
} as const satisfies Record<
  Happening['kind'],
  { readonly icon: IconName; readonly word: string; readonly tone: string }
>;

/** What happened to a pass, oldest first, with who did it, where, and how many usages it took. */
export function Timeline({ passId }: { readonly passId: string }) {
  const t = useWords(passesWords);
  const name = 'GET /v2/passes/{ePassId}/history';
  const pages = usePages(name, { params: { ePassId: passId } }, ({ rows }) => rows);
  const { data: rows, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = pages;
  return (
    <Panel
      title={t('history')}
      tools={
        <CsvButton
          title={t('history')}
          fileName={`pass-${passId}.csv`}
          name="GET /v2/passes/{ePassId}/history.csv"
          input={{ params: { ePassId: passId } }}
        />
      }
    >
      {error !== null && <ProblemNote problem={error} onRetry={refetch} />}
      {rows !== undefined && (
        <ol className={styles.timeline}>
          {rows.map((row) => (
            <Line key={`${row.number} ${row.kind}`} row={row} />
          ))}
        </ol>
      )}
      {hasNextPage && (
        <Button variant="default" loading={isFetchingNextPage} onClick={() => fetchNextPage()}>
          {t('moreHistory')}
        </Button>
      )}
    </Panel>
  );
}

function Line({ row }: { readonly row: Happening }) {
  const t = useWords(passesWords);
  const { icon, word, tone } = kinds[row.kind];
  return (
    <li className={styles.line}>
      <span className={styles.sign} data-tone={tone}>
        <Icon name={icon} size={14} />
      </span>
      <div className={styles.words}>
        <p className={styles.what}>
          <strong>{t(word)}</strong> {row.resourceName !== null && <span>{row.resourceName}</span>}
          {row.linkedDate !== null && row.kind === 'use' && <em className={styles.undone}>{t('wasGivenBack')}</em>}
        </p>
        <Details row={row} />
        {row.reason !== null && <p className={styles.reason}>{t('because', { reason: row.reason })}</p>}
      </div>
      <div className={styles.end}>
        <Moment at={row.date} />
        {row.localDate !== null && <LocalTime at={row.localDate} zone={row.timezone ?? ''} />}
        {row.kind === 'use' && row.linkedNumber === null && <GiveBack row={row} />}
      </div>
    </li>
  );
}

/** The time on the clock of the place, as its own text has it: the offset is not the reader's. */
function LocalTime({ at, zone }: { readonly at: string; readonly zone: string }) {
  const t = useWords(passesWords);
  return <span className={styles.local}>{t('localTime', { time: at.slice(11, 16), zone })}</span>;
}

function Details({ row }: { readonly row: Happening }) {
  const t = useWords(passesWords);
  const terms = usePassTerms();
  const parts: ReactNode[] = [];
  if (row.transportHubName !== null) parts.push(row.transportHubName);
  if (row.module !== null && row.kind === 'use') parts.push(terms.module(row.module));
  if (row.adultCount) parts.push(t('adults', { count: row.adultCount }));
  if (row.childCount) parts.push(t('children', { count: row.childCount }));
  if (row.usages !== 0) parts.push(t(row.usages > 0 ? 'took' : 'gave', { count: Math.abs(row.usages) }));
  if (!row.derived) parts.push(t('leftAfter', { count: row.availableUsages }));
  const hand = useHand(row);
  if (hand !== null) parts.push(hand);
  return (
    <ul className={styles.details}>
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a line never change their order
        <li key={index}>{part}</li>
      ))}
    </ul>
  );
}

/** Who did it: an account by its e-mail, a device by its name or id, a client by its name. */
function useHand({ byKind, byId, byName }: Happening): string | null {
  const t = useWords(passesWords);
  if (byKind === null || byId === null) return null;
  if (byKind === 'product') return t('byProduct');
  const who = byName ?? byId.replace(/^(account|device):/, '');
  if (byKind === 'account') return t('byAccount', { who });
  if (byKind === 'device') return t('byDevice', { who });
  return t('byClient', { who });
}

function GiveBack({ row }: { readonly row: Happening }) {
  const t = useWords(passesWords);
  const may = useMay();
  const ask = useConfirm();
  const giveBack = useChange('POST /v2/redemptions/cancel');
  const { orderId } = row;
  if (!may('operator') || orderId === null) return null;
  const question = () =>
    ask({
      title: t('giveBackTitle'),
      text: (
        <>
          <p>{t('giveBackWhere', { place: row.resourceName ?? '' })}</p>
          <p>{t('giveBackText', { count: row.usages })}</p>
        </>
      ),
      action: t('giveBack'),
      reason: true,
      act: (reason) => giveBack.mutateAsync({ body: { orderId, reason } }),
      done: t('giveBackDone'),
    });
  return (
    <Button variant="subtle" size="compact-sm" onClick={question}>
      {t('giveBack')}
    </Button>
  );
}
