import { useData } from '../api/hooks.ts';
import { useProgramme } from '../app/programmes.tsx';
import { addressFor } from '../app/route.ts';
import { Code } from '../parts/code.tsx';
import { BackLink, Line, TwoColumns } from '../parts/layout.tsx';
import { Moment } from '../parts/moment.tsx';
import { type Fact, Facts, PageHead, Panel } from '../parts/panel.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { Deliveries } from './deliveries.tsx';
import { EndpointActions } from './endpoint-actions.tsx';
import type { Endpoint } from './endpoint-form.tsx';
import { SigningKeys } from './signing-keys.tsx';
import { EndpointState } from './states.tsx';
import { pushWords } from './words.ts';

/** One endpoint: how far it lags, with what it can check what it is sent, and how its events fared. */
export function EndpointDetails({ endpointId }: { readonly endpointId: string }) {
  const t = useWords(pushWords);
  const { programId } = useProgramme();
  const asked = { params: { endpointId } };
  const { data: endpoint, error, refetch } = useData('GET /v2/endpoints/{endpointId}', asked, { every: 15_000 });
  return (
    <>
      <BackLink href={addressFor(programId, 'push')}>{t('push')}</BackLink>
      {endpoint === undefined && error !== null && <ProblemNote problem={error} onRetry={refetch} />}
      {endpoint !== undefined && <Details endpoint={endpoint} />}
    </>
  );
}

function Details({ endpoint }: { readonly endpoint: Endpoint }) {
  const t = useWords(pushWords);
  const note = (
    <Line>
      <EndpointState endpoint={endpoint} />
      <Code value={endpoint.endpointId} />
    </Line>
  );
  return (
    <>
      <PageHead title={endpoint.url} note={note}>
        <EndpointActions endpoint={endpoint} />
      </PageHead>
      <TwoColumns
        left={
          <>
            <Panel title={t('lag')}>
              <Facts facts={useFacts(endpoint)} />
            </Panel>
            <SigningKeys endpoint={endpoint} />
          </>
        }
        right={<Deliveries endpointId={endpoint.endpointId} />}
      />
    </>
  );
}

function useFacts({ lag, createdDate, eventTypes }: Endpoint): readonly Fact[] {
  const t = useWords(pushWords);
  const { number } = useFormats();
  const oldest = lag?.oldestWaitingDate;
  return [
    { name: t('waiting'), value: number(lag?.waiting ?? 0) },
    { name: t('oldest'), value: oldest ? <Moment at={oldest} as="distance" /> : t('noneWaits') },
    { name: t('parked'), value: number(lag?.parked ?? 0) },
    { name: t('tells'), value: eventTypes.map((type) => t(type)).join(', ') },
    { name: t('created'), value: <Moment at={createdDate} /> },
  ];
}
