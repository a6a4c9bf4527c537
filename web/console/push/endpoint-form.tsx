import { Checkbox } from '@mantine/core';
import { eventTypes } from '../../../src/domain/event.ts';
import type { Data } from '../api/calls.ts';
import { useChange } from '../api/hooks.ts';
import { useProgramme } from '../app/programmes.tsx';
import { addressFor, go } from '../app/route.ts';
import { useChangeWords, useSave } from '../parts/ask-first.tsx';
import { Dialog, FormBody, TextField } from '../parts/dialog.tsx';
import { useForm } from '../parts/form.ts';
import { useTell } from '../parts/tell.tsx';
import { useWords } from '../words/language.tsx';
import { pushWords } from './words.ts';

export type Endpoint = Data<'GET /v2/endpoints/{endpointId}'>;

interface EndpointFormProps {
  /** The endpoint that is changed; null for a new one. */
  readonly endpoint: Endpoint | null;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Registers an endpoint, or changes its address and what it is told. */
export function EndpointForm({ endpoint, opened, onClose }: EndpointFormProps) {
  const t = useWords(pushWords);
  return (
    <Dialog title={t(endpoint === null ? 'createEndpoint' : 'changeEndpoint')} opened={opened} onClose={onClose}>
      <Fields endpoint={endpoint} onClose={onClose} />
    </Dialog>
  );
}

function Fields({ endpoint, onClose }: Omit<EndpointFormProps, 'opened'>) {
  const t = useWords(pushWords);
  const tell = useTell();
  const save = useSave();
  const sentencesOf = useSentences();
  const { programId } = useProgramme();
  const create = useChange('POST /v2/endpoints');
  const change = useChange('PATCH /v2/endpoints/{endpointId}');
  const before = { url: endpoint?.url ?? 'https://', eventTypes: endpoint?.eventTypes ?? [...eventTypes] };
  const form = useForm(before, async (values, refused) => {
    const body = { url: values.url.trim(), eventTypes: [...values.eventTypes] };
    if (endpoint === null) {
      const { endpointId } = await create.mutateAsync({ body });
      go(addressFor(programId, 'push', endpointId));
      tell(t('createDone'));
      return onClose();
    }
    const act = async () => {
      await change.mutateAsync({ params: { endpointId: endpoint.endpointId }, body });
      onClose();
    };
    const sentences = sentencesOf(endpoint, body);
    await save({ sentences, note: t('changeText'), act, done: t('changeDone'), refused });
  });
  return (
    <FormBody form={form} action={t(endpoint === null ? 'createEndpoint' : 'save')} onCancel={onClose}>
      <TextField form={form} name="url" label={t('url')} help={t('urlHelp')} first />
      <Checkbox.Group
        label={t('tells')}
        value={[...form.values.eventTypes]}
        onChange={(chosen) => form.set({ eventTypes: eventTypes.filter((type) => chosen.includes(type)) })}
        error={form.error('eventTypes')}
      >
        {eventTypes.map((type) => (
          <Checkbox key={type} value={type} label={t(type)} description={type} mt="xs" />
        ))}
      </Checkbox.Group>
    </FormBody>
  );
}

/** Says which events an endpoint is no longer told, and that they go elsewhere. */
function useSentences(): (before: Endpoint, after: Pick<Endpoint, 'url' | 'eventTypes'>) => readonly string[] {
  const t = useWords(pushWords);
  const words = useChangeWords();
  const say = (name: string) => {
    const type = eventTypes.find((known) => known === name);
    return type === undefined ? name : t(type);
  };
  return (before, after) => [
    ...words.takenAway({ field: t('tells'), before: before.eventTypes, after: after.eventTypes, say }),
    ...words.replaced(t('url'), before.url, after.url),
  ];
}
