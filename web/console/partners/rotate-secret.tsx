import { Select } from '@mantine/core';
import { useState } from 'react';
import type { Data } from '../api/calls.ts';
import { useChange } from '../api/hooks.ts';
import { Dialog, FormBody } from '../parts/dialog.tsx';
import { useForm } from '../parts/form.ts';
import { Small } from '../parts/layout.tsx';
import { SecretBox } from '../parts/secret-box.tsx';
import { useWords } from '../words/language.tsx';
import type { PartnerDialogProps } from './change-partner.tsx';
import { partnersWords } from './words.ts';

type Rotated = Data<'POST /v2/clients/{clientId}/secret'>;

/** Minutes for which the old secret still works. */
const overlaps = ['0', '60', '1440', '10080', '43200'] as const;

/** Makes a new secret and shows it once; the old one works on for as long as is chosen here. */
export function RotateSecret({ client, opened, onClose }: PartnerDialogProps) {
  const t = useWords(partnersWords);
  const [rotated, setRotated] = useState<Rotated | null>(null);
  const leave = () => {
    setRotated(null);
    onClose();
  };
  return (
    <Dialog title={t('rotateTitle', { name: client.name })} opened={opened} onClose={leave} firm={rotated !== null}>
      {rotated === null ? (
        <RotateForm clientId={client.clientId} onRotated={setRotated} onCancel={leave} />
      ) : (
        <SecretBox label={t('secretOf', { name: client.name })} secret={rotated.secret} onDone={leave} />
      )}
    </Dialog>
  );
}

interface RotateFormProps {
  readonly clientId: string;
  readonly onRotated: (rotated: Rotated) => void;
  readonly onCancel: () => void;
}

function RotateForm({ clientId, onRotated, onCancel }: RotateFormProps) {
  const t = useWords(partnersWords);
  const rotate = useChange('POST /v2/clients/{clientId}/secret', { ofAll: true });
  const form = useForm<{ readonly overlap: string }>({ overlap: '1440' }, async ({ overlap }) => {
    onRotated(await rotate.mutateAsync({ params: { clientId }, body: { overlapMinutes: Number(overlap) } }));
  });
  return (
    <FormBody form={form} action={t('newSecret')} onCancel={onCancel}>
      <Small>{t('rotateText')}</Small>
      <Select
        label={t('overlap')}
        data={overlaps.map((value) => ({ value, label: t(`overlap${value}`) }))}
        value={form.values.overlap}
        onChange={(overlap) => overlap !== null && form.set({ overlap })}
        error={form.error('overlapMinutes')}
        allowDeselect={false}
      />
    </FormBody>
  );
}
