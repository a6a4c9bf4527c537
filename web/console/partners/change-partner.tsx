import { useChange } from '../api/hooks.ts';
import { Dialog, FormBody } from '../parts/dialog.tsx';
import { useForm } from '../parts/form.ts';
import { Small } from '../parts/layout.tsx';
import { useTell } from '../parts/tell.tsx';
import { useWords } from '../words/language.tsx';
import { type Client, changeOf, type Draft } from './draft.ts';
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
  const tell = useTell();
  const change = useChange('PATCH /v2/clients/{clientId}', { ofAll: true });
  const { clientId } = client;
  const form = useForm<Draft>(client, async (draft) => {
    await change.mutateAsync({ params: { clientId }, body: changeOf(draft) });
    tell(t('changeDone'));
    onClose();
  });
  return (
    <FormBody form={form} action={t('save')} onCancel={onClose}>
      <Small>{t('changeText')}</Small>
      <PartnerFields form={form} />
    </FormBody>
  );
}
