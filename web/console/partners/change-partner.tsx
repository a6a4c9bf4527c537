import { useChange } from '../api/hooks.ts';
import { resourceLabel, useResources } from '../api/resources.ts';
import { useProgrammes } from '../app/programmes.tsx';
import { useChangeWords, useSave } from '../parts/ask-first.tsx';
import { Dialog, FormBody } from '../parts/dialog.tsx';
import { useForm } from '../parts/form.ts';
import { Small } from '../parts/layout.tsx';
import { useWords } from '../words/language.tsx';
import { type Client, changeOf, type Draft, scopes } from './draft.ts';
import { PartnerFields } from './partner-fields.tsx';
import { partnersWords } from './words.ts';

export interface PartnerDialogProps {
  readonly client: Client;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Changes what a client may do, where and how often. */
export function ChangePartner({ client, opened, onClose }: PartnerDialogProps) {
  const t = useWords(partnersWords);
  return (
    <Dialog title={t('changeTitle', { name: client.name })} opened={opened} onClose={onClose}>
      <ChangeForm client={client} onClose={onClose} />
    </Dialog>
  );
}

function ChangeForm({ client, onClose }: Omit<PartnerDialogProps, 'opened'>) {
  const t = useWords(partnersWords);
  const save = useSave();
  const takenAway = useTakenAway(client);
  const change = useChange('PATCH /v2/clients/{clientId}', { ofAll: true });
  const { clientId } = client;
  const form = useForm<Draft>(client, async (draft, refused) => {
    const body = changeOf(draft);
    const act = async () => {
      await change.mutateAsync({ params: { clientId }, body });
      onClose();
    };
    await save({ sentences: takenAway(body), note: t('changeText'), act, done: t('changeDone'), refused });
  });
  return (
    <FormBody form={form} action={t('save')} onCancel={onClose}>
      <Small>{t('changeText')}</Small>
      <PartnerFields form={form} />
    </FormBody>
  );
}

/** Says what a change takes away from a client. */
function useTakenAway(client: Client): (body: ReturnType<typeof changeOf>) => readonly string[] {
  const t = useWords(partnersWords);
  const words = useChangeWords();
  const { programmes } = useProgrammes();
  const resources = useResources();
  const scopeName = (id: string) => {
    const scope = scopes.find((known) => known === id);
    return scope === undefined ? id : t(scope);
  };
  const programmeName = (id: string) => programmes?.find(({ programId }) => programId === id)?.name ?? id;
  const doorName = (id: string) => {
    const door = resources.data?.find(({ resourceId }) => resourceId === id);
    return door === undefined ? id : resourceLabel(door);
  };
  const lists = [
    { name: 'scopes', field: t('may'), say: scopeName },
    { name: 'programIds', field: t('programmes'), say: programmeName },
    { name: 'resourceIds', field: t('doors'), say: doorName },
  ] as const;
  return (body) =>
    lists.flatMap(({ name, field, say }) => words.takenAway({ field, before: client[name], after: body[name], say }));
}
