import { Button } from '@mantine/core';
import { useChange } from '../api/hooks.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Line, Small } from '../parts/layout.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Tag } from '../parts/tag.tsx';
import { useWords } from '../words/language.tsx';
import { Exchange } from './attempts.tsx';
import type { Endpoint } from './endpoint-form.tsx';
import { pushWords } from './words.ts';

interface TestEndpointProps {
  readonly endpoint: Endpoint;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Sends one test event and shows what was sent and what came back. */
export function TestEndpoint({ endpoint, opened, onClose }: TestEndpointProps) {
  const t = useWords(pushWords);
  return (
    <Dialog title={t('testTitle')} opened={opened} onClose={onClose} wide>
      <Trial endpoint={endpoint} />
    </Dialog>
  );
}

function Trial({ endpoint }: Pick<TestEndpointProps, 'endpoint'>) {
  const t = useWords(pushWords);
  const test = useChange('POST /v2/endpoints/{endpointId}/test');
  const { data } = test;
  return (
    <>
      <Small>{t('testText', { url: endpoint.url })}</Small>
      <Button
        my="sm"
        loading={test.isPending}
        onClick={() => test.mutate({ params: { endpointId: endpoint.endpointId } })}
      >
        {t('sendTest')}
      </Button>
      {test.error !== null && <ProblemNote problem={test.error} />}
      {data !== undefined && (
        <>
          <Line>
            <Tag tone={data.succeeded ? 'good' : 'danger'}>{t(data.succeeded ? 'succeeded' : 'failed')}</Tag>
          </Line>
          <Exchange body={data.sent.body} {...data.received} />
        </>
      )}
    </>
  );
}
