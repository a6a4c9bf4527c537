import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import type { Data } from '../api/calls.ts';
import { useChange } from '../api/hooks.ts';
import { resourceLabel, useResources } from '../api/resources.ts';
import { Dialog, FormBody, TextField } from '../parts/dialog.tsx';
import { useForm } from '../parts/form.ts';
import { Small } from '../parts/layout.tsx';
import { Moment } from '../parts/moment.tsx';
import { useWords } from '../words/language.tsx';
import styles from './devices.module.css';
import { QrCode } from './qr-code.tsx';
import { devicesWords } from './words.ts';

type Pairing = Data<'POST /v2/devices'>;

interface PairDeviceProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Makes a device for one place and shows the code with which it pairs: good once, for ten minutes. */
export function PairDevice({ opened, onClose }: PairDeviceProps) {
  const t = useWords(devicesWords);
  const [pairing, setPairing] = useState<Pairing | null>(null);
  const leave = () => {
    setPairing(null);
    onClose();
  };
  return (
    <Dialog title={t('pairDevice')} opened={opened} onClose={leave} firm={pairing !== null}>
      {pairing === null ? (
        <DeviceForm onMade={setPairing} onCancel={leave} />
      ) : (
        <div className={styles.pairing}>
          <p>{t('scanThis', { name: pairing.device.name })}</p>
          <QrCode text={pairing.pairingUrl} label={t('qrLabel')} />
          <Small>{t('orType')}</Small>
          <output className={styles.short} translate="no">
            {pairing.shortCode}
          </output>
          <Small>
            {t('goodUntil')} <Moment at={pairing.expiresAt} as="time" />
          </Small>
          <Button onClick={leave}>{t('isPaired')}</Button>
        </div>
      )}
    </Dialog>
  );
}

interface DeviceFormProps {
  readonly onMade: (pairing: Pairing) => void;
  readonly onCancel: () => void;
}

function DeviceForm({ onMade, onCancel }: DeviceFormProps) {
  const t = useWords(devicesWords);
  const resources = useResources();
  const make = useChange('POST /v2/devices');
  const form = useForm({ name: '', resourceId: '' }, async ({ name, resourceId }) => {
    onMade(await make.mutateAsync({ body: { name: name.trim(), resourceId } }));
  });
  return (
    <FormBody form={form} action={t('showCode')} onCancel={onCancel}>
      <TextField form={form} name="name" label={t('name')} help={t('nameHelp')} first />
      <Select
        label={t('place')}
        description={t('placeHelp')}
        data={(resources.data ?? []).map((resource) => ({
          value: resource.resourceId,
          label: resourceLabel(resource),
        }))}
        value={form.values.resourceId === '' ? null : form.values.resourceId}
        onChange={(resourceId) => form.set({ resourceId: resourceId ?? '' })}
        error={form.error('resourceId')}
        searchable
        limit={50}
      />
    </FormBody>
  );
}
