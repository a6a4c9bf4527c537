import { useState } from 'react';
import type { Data } from '../api/calls.ts';
import { useChange } from '../api/hooks.ts';
import { useProgramme } from '../app/programmes.tsx';
import { addressFor, go } from '../app/route.ts';
import { Dialog, FormBody, TextField } from '../parts/dialog.tsx';
import { useForm } from '../parts/form.ts';
import { SecretBox } from '../parts/secret-box.tsx';
import { useWords } from '../words/language.tsx';
import { bodyOf, type Draft, emptyDraft } from './draft.ts';
import { PartnerFields } from './partner-fields.tsx';
import { partnersWords } from './words.ts';

type Created = Data<'POST /v2/clients'>;

interface CreatePartnerProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Creates a client; its secret is shown in the same dialog, once. */
export function CreatePartner({ opened, onClose }: CreatePartnerProps) {
  const t = useWords(partnersWords);
  const { programId } = useProgramme();
  const [created, setCreated] = useState<Created | null>(null);
  const leave = () => {
    if (created !== null) go(addressFor(programId, 'partners', created.client.clientId));
    setCreated(null);
    onClose();
  };
  return (
    <Dialog title={t('createPartner')} opened={opened} onClose={leave} firm={created !== null}>
      {created === null ? (
        <CreateForm onCreated={setCreated} onCancel={onClose} />
      ) : (
        <SecretBox label={t('secretOf', { name: created.client.name })} secret={created.secret} onDone={leave} />
      )}
    </Dialog>
  );
}

interface CreateFormProps {
  readonly onCreated: (created: Created) => void;
  readonly onCancel: () => void;
}

function CreateForm({ onCreated, onCancel }: CreateFormProps) {
  const t = useWords(partnersWords);
  const { programId } = useProgramme();
  const create = useChange('POST /v2/clients', { ofAll: true });
  const form = useForm<Draft>(emptyDraft(programId), async (draft) => {
    onCreated(await create.mutateAsync({ body: bodyOf(draft) }));
  });
  return (
    <FormBody form={form} action={t('createPartner')} onCancel={onCancel}>
      <PartnerFields form={form} />
      <TextField form={form} name="clientId" label={t('clientId')} help={t('clientIdHelp')} />
      <TextField form={form} name="issuer" label={t('issuerName')} help={t('issuerNameHelp')} />
    </FormBody>
  );
}
