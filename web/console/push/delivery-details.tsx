import { Button } from '@mantine/core';
import type { Data } from '../api/calls.ts';
import { useChange, useData } from '../api/hooks.ts';
import { Link } from '../app/link.tsx';
import { useProgramme } from '../app/programmes.tsx';
import { addressFor } from '../app/route.ts';
import { useMay } from '../app/session.tsx';
import { Code, passDigits } from '../parts/code.tsx';
import { useConfirm } from '../parts/confirm.tsx';
import { Icon } from '../parts/icon.tsx';
import { BackLink, Line, TwoColumns } from '../parts/layout.tsx';
import { Moment } from '../parts/moment.tsx';
import { Empty, type Fact, Facts, PageHead, Panel } from '../parts/panel.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { useWords } from '../words/language.tsx';
import { Attempts } from './attempts.tsx';
import { DeliveryState } from './states.tsx';
import { pushWords } from './words.ts';

type Delivery = Data<'GET /v2/endpoints/{endpointId}/deliveries/{eventId}'>;

interface DeliveryDetailsProps {
  readonly endpointId: string;
  readonly eventId: string;
}

/** One event of an endpoint with every attempt to tell it. */
export function DeliveryDetails({ endpointId, eventId }: DeliveryDetailsProps) {
  const t = useWords(pushWords);
  const { programId } = useProgramme();
  const {
    data: delivery,
    error,
    refetch,
  } = useData(
    'GET /v2/endpoints/{endpointId}/deliveries/{eventId}',
    { params: { endpointId, eventId } },
    // What waits is about to be told.
    { every: (last) => (last?.state === 'waiting' ? 2_000 : 10_000) },
  );
  const facts = useFacts(delivery);
  return (
    <>
      <BackLink href={addressFor(programId, 'push', endpointId)}>{t('deliveries')}</BackLink>
      {delivery === undefined && error !== null && <ProblemNote problem={error} onRetry={refetch} />}
      {delivery !== undefined && (
        <>
          <PageHead
            title={t(delivery.eventType)}
            note={
              <Line>
                <DeliveryState state={delivery.state} />
                <Code value={delivery.eventId} />
              </Line>
            }
          >
            <Resend endpointId={endpointId} delivery={delivery} />
          </PageHead>
          <TwoColumns
            left={
              <Panel title={t('aboutEvent')}>
                <Facts facts={facts} />
              </Panel>
            }
            right={
              <Panel title={t('attempts')} flush>
                {delivery.attempts.length === 0 ? (
                  <Empty title={t('noAttempts')} />
                ) : (
                  <Attempts attempts={delivery.attempts} />
                )}
              </Panel>
            }
          />
        </>
      )}
    </>
  );
}

function useFacts(delivery: Delivery | undefined): readonly Fact[] {
  const t = useWords(pushWords);
  const { programId } = useProgramme();
  if (delivery === undefined) return [];
  const { dpId, sequence, createdDate, nextAttemptDate, finishedDate } = delivery;
  const facts: (Fact | null)[] = [
    { name: t('pass'), value: <Link href={addressFor(programId, 'passes', dpId)}>{passDigits(dpId)}</Link> },
    { name: t('sequence'), value: String(sequence) },
    { name: t('happened'), value: <Moment at={createdDate} /> },
    nextAttemptDate === null ? null : { name: t('nextAttempt'), value: <Moment at={nextAttemptDate} /> },
    finishedDate === null ? null : { name: t('finished'), value: <Moment at={finishedDate} /> },
  ];
  return facts.filter((fact) => fact !== null);
}

function Resend({ endpointId, delivery }: { readonly endpointId: string; readonly delivery: Delivery }) {
  const t = useWords(pushWords);
  const may = useMay();
  const ask = useConfirm();
  const resend = useChange('POST /v2/endpoints/{endpointId}/deliveries/resend');
  if (!may('operator') || delivery.state === 'waiting') return null;
  const question = () =>
    ask({
      title: t('resendTitle'),
      text: <p>{t('resendText')}</p>,
      action: t('resend'),
      act: () => resend.mutateAsync({ params: { endpointId }, body: { eventId: delivery.eventId } }),
      done: t('resendDone'),
    });
  return (
    <Button variant="default" leftSection={<Icon name="send" />} onClick={question}>
      {t('resend')}
    </Button>
  );
}
