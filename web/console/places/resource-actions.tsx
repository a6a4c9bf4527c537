import { Button } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../api/hooks.ts';
import type { Resource } from '../api/resources.ts';
import { useMay } from '../app/session.tsx';
import { useConfirm } from '../parts/confirm.tsx';
import { RowEnd } from '../parts/layout.tsx';
import { useWords } from '../words/language.tsx';
import { ChangeResource } from './change-resource.tsx';
import { placesWords } from './words.ts';

interface ResourceActionsProps {
  readonly resource: Resource;
  readonly withdrawn: boolean;
}

/** What can be done with a resource: close or open, children, the place itself, withdraw or offer again. */
export function ResourceActions({ resource, withdrawn }: ResourceActionsProps) {
  const t = useWords(placesWords);
  const may = useMay();
  const questions = useQuestions(resource);
  const [changing, setChanging] = useState(false);
  // Every row has the same buttons: heard out of its place, each has to say whose it is.
  const button = (word: 'close' | 'reopen' | 'childrenButton' | 'withdraw' | 'offerAgain', ask: () => void) => (
    <Button
      size="compact-sm"
      variant={word === 'withdraw' ? 'subtle' : 'default'}
      color={word === 'withdraw' ? 'red' : undefined}
      onClick={ask}
      aria-label={`${t(word)}: ${resource.resourceName}`}
    >
      {t(word)}
    </Button>
  );
  if (withdrawn) return <RowEnd>{button('offerAgain', questions.offer)}</RowEnd>;
  return (
    <RowEnd>
      {resource.extra.open ? button('close', questions.close) : button('reopen', questions.open)}
      {button('childrenButton', questions.children)}
      {may('administrator') && (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => setChanging(true)}
          aria-label={`${t('change')}: ${resource.resourceName}`}
        >
          {t('change')}
        </Button>
      )}
      {button('withdraw', questions.withdraw)}
      <ChangeResource resource={resource} opened={changing} onClose={() => setChanging(false)} />
    </RowEnd>
  );
}

function useQuestions({ resourceId, resourceName: name, extra }: Resource) {
  const t = useWords(placesWords);
  const ask = useConfirm();
  const change = useChange('PATCH /v2/resources/{resourceId}');
  const withdraw = useChange('POST /v2/resources/{resourceId}/withdraw');
  const offer = useChange('POST /v2/resources/{resourceId}/offer');
  const params = { resourceId };
  const childrenCount = !extra.childrenCount;
  return {
    close: () =>
      ask({
        title: t('closeTitle', { name }),
        text: <p>{t('closeText')}</p>,
        action: t('closeNow'),
        danger: true,
        reason: true,
        act: (reason) => change.mutateAsync({ params, body: { closed: true, reason } }),
        done: t('closeDone', { name }),
      }),
    open: () =>
      ask({
        title: t('openTitle', { name }),
        text: <p>{t('openText')}</p>,
        action: t('reopen'),
        act: () => change.mutateAsync({ params, body: { closed: false } }),
        done: t('openDone', { name }),
      }),
    children: () =>
      ask({
        title: t(childrenCount ? 'countTitle' : 'freeTitle', { name }),
        text: <p>{t(childrenCount ? 'countText' : 'freeText')}</p>,
        action: t(childrenCount ? 'countChildren' : 'freeChildren'),
        act: () => change.mutateAsync({ params, body: { childrenCount } }),
        done: t('childrenDone', { name }),
      }),
    withdraw: () =>
      ask({
        title: t('withdrawTitle', { name }),
        text: <p>{t('withdrawText')}</p>,
        action: t('withdraw'),
        danger: true,
        act: () => withdraw.mutateAsync({ params }),
        done: t('withdrawDone', { name }),
      }),
    offer: () =>
      ask({
        title: t('offerTitle', { name }),
        text: <p>{t('offerText')}</p>,
        action: t('offerAgain'),
        act: () => offer.mutateAsync({ params, body: {} }),
        done: t('offerDone', { name }),
      }),
  };
}
