import type { Data } from '../api/calls.ts';
import { Small } from '../parts/layout.tsx';
import { Tag, type Tone } from '../parts/tag.tsx';
import { useWords } from '../words/language.tsx';
import type { Endpoint } from './endpoint-form.tsx';
import { pushWords } from './words.ts';

type Delivery = Data<'GET /v2/endpoints/{endpointId}/deliveries'>['deliveries'][number];

/** Whether an endpoint is sent events, and why not. */
export function EndpointState({ endpoint }: { readonly endpoint: Endpoint }) {
  const t = useWords(pushWords);
  const { state, pausedReason } = endpoint;
  return (
    <>
      <Tag tone={state === 'active' ? 'good' : 'warn'}>{t(state)}</Tag>
      {pausedReason !== null && <Small>{pausedReason}</Small>}
    </>
  );
}

const tones = { waiting: 'info', delivered: 'good', parked: 'danger' } as const satisfies Record<string, Tone>;

/** How an event fared. */
export function DeliveryState({ state }: Pick<Delivery, 'state'>) {
  const t = useWords(pushWords);
  return <Tag tone={tones[state]}>{t(`${state}State`)}</Tag>;
}
