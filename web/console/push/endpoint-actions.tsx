import { Button } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../api/hooks.ts';
import { useMay } from '../app/session.tsx';
import { useConfirm } from '../parts/confirm.tsx';
import { Icon } from '../parts/icon.tsx';
import { useWords } from '../words/language.tsx';
import { type Endpoint, EndpointForm } from './endpoint-form.tsx';
import { TestEndpoint } from './test-endpoint.tsx';
import { pushWords } from './words.ts';

/** Test, pause or resume, and change. */
export function EndpointActions({ endpoint }: { readonly endpoint: Endpoint }) {
  const t = useWords(pushWords);
  const may = useMay();
  const [open, setOpen] = useState<'change' | 'test' | null>(null);
  const question = usePauseQuestion(endpoint);
  if (!may('operator')) return null;
  const paused = endpoint.state === 'paused';
  const close = () => setOpen(null);
  return (
    <>
      <Button variant="default" leftSection={<Icon name="send" />} onClick={() => setOpen('test')}>
        {t('test')}
      </Button>
      <Button variant="default" leftSection={<Icon name={paused ? 'play' : 'pause'} />} onClick={question}>
        {t(paused ? 'resume' : 'pause')}
      </Button>
      <Button variant="default" leftSection={<Icon name="edit" />} onClick={() => setOpen('change')}>
        {t('change')}
      </Button>
      <EndpointForm endpoint={endpoint} opened={open === 'change'} onClose={close} />
      <TestEndpoint endpoint={endpoint} opened={open === 'test'} onClose={close} />
    </>
  );
}

function usePauseQuestion({ endpointId, state }: Endpoint) {
  const t = useWords(pushWords);
  const ask = useConfirm();
  const change = useChange('PATCH /v2/endpoints/{endpointId}');
  const paused = state === 'paused';
  return () =>
    ask({
      title: t(paused ? 'resumeTitle' : 'pauseTitle'),
      text: <p>{t(paused ? 'resumeText' : 'pauseText')}</p>,
      action: t(paused ? 'resume' : 'pause'),
      danger: !paused,
      act: () => change.mutateAsync({ params: { endpointId }, body: { state: paused ? 'active' : 'paused' } }),
      done: t(paused ? 'resumeDone' : 'pauseDone'),
    });
}
