import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../api/hooks.ts';
import { useMay } from '../app/session.tsx';
import { Code } from '../parts/code.tsx';
import { Dialog, FormBody } from '../parts/dialog.tsx';
import { useForm } from '../parts/form.ts';
import { Icon } from '../parts/icon.tsx';
import { Line, Small } from '../parts/layout.tsx';
import { instantOf, localOf } from '../parts/local-time.ts';
import { Moment } from '../parts/moment.tsx';
import { Panel } from '../parts/panel.tsx';
import { Tag } from '../parts/tag.tsx';
import { useTell } from '../parts/tell.tsx';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import type { Endpoint } from './endpoint-form.tsx';
import styles from './push.module.css';
import { pushWords } from './words.ts';

type Key = Endpoint['signingKeys'][number];

/** The keys with which a receiver checks events, and the way to the next one. */
export function SigningKeys({ endpoint }: { readonly endpoint: Endpoint }) {
  const t = useWords(pushWords);
  const may = useMay();
  const [rotating, setRotating] = useState(false);
  // While one key takes over from the other there is no third.
  const changing = endpoint.signingKeys.length > 1;
  const tools = may('operator') && !changing && (
    <Button size="xs" variant="default" leftSection={<Icon name="key" size={14} />} onClick={() => setRotating(true)}>
      {t('nextKey')}
    </Button>
  );
  return (
    <Panel title={t('keys')} tools={tools || undefined}>
      <Small>{t(changing ? 'keysChange' : 'keysText')}</Small>
      <ul className={styles.keys}>
        {endpoint.signingKeys.map((key) => (
          <SigningKey key={key.kid} signingKey={key} />
        ))}
      </ul>
      <RotateKey endpoint={endpoint} opened={rotating} onClose={() => setRotating(false)} />
    </Panel>
  );
}

function SigningKey({ signingKey }: { readonly signingKey: Key }) {
  const t = useWords(pushWords);
  const { kid, signsFrom, acceptUntil, publicKeyPem } = signingKey;
  const signs = Date.parse(signsFrom) <= Date.now();
  return (
    <li>
      <Code value={kid} />
      <Line>
        <Tag tone={signs ? 'good' : 'info'}>{t(signs ? 'signsNow' : 'signsLater')}</Tag>
        <Code value={publicKeyPem} shown={t('publicKey')} />
      </Line>
      <Small>
        {t('signsFrom')} <Moment at={signsFrom} />
        {acceptUntil !== null && (
          <>
            , {t('acceptUntil')} <Moment at={acceptUntil} />
          </>
        )}
      </Small>
    </li>
  );
}

interface RotateKeyProps {
  readonly endpoint: Endpoint;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Asks when the next key takes over, says what receivers must do until then, and makes it. */
function RotateKey({ endpoint, opened, onClose }: RotateKeyProps) {
  const t = useWords(pushWords);
  return (
    <Dialog title={t('nextKeyTitle')} opened={opened} onClose={onClose}>
      <RotateForm endpoint={endpoint} onClose={onClose} />
    </Dialog>
  );
}

const day = 86_400_000;

function RotateForm({ endpoint, onClose }: Omit<RotateKeyProps, 'opened'>) {
  const t = useWords(pushWords);
  const { moment } = useFormats();
  const tell = useTell();
  const rotate = useChange('POST /v2/endpoints/{endpointId}/keys');
  const { endpointId } = endpoint;
  const form = useForm({ signsFrom: localOf(Date.now() + day) }, async ({ signsFrom }) => {
    const body = { signsFrom: instantOf(signsFrom) ?? signsFrom };
    const { overlap } = await rotate.mutateAsync({ params: { endpointId }, body });
    tell(t('nextKeyDone', { until: moment(overlap.until) }));
    onClose();
  });
  return (
    <FormBody form={form} action={t('nextKey')} onCancel={onClose}>
      <p>{t('nextKeyText')}</p>
      <TextInput
        type="datetime-local"
        label={t('takesOver')}
        description={t('takesOverHelp')}
        value={form.values.signsFrom}
        onChange={(event) => form.set({ signsFrom: event.currentTarget.value })}
        error={form.error('signsFrom')}
        data-autofocus
      />
    </FormBody>
  );
}
