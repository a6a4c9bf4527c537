import { Button } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../api/hooks.ts';
import { useMay } from '../app/session.tsx';
import { Code } from '../parts/code.tsx';
import { useConfirm } from '../parts/confirm.tsx';
import { Dialog, FormBody, TextField } from '../parts/dialog.tsx';
import { useForm } from '../parts/form.ts';
import { Icon } from '../parts/icon.tsx';
import { RowEnd, Small } from '../parts/layout.tsx';
import { Moment } from '../parts/moment.tsx';
import { Panel } from '../parts/panel.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useTell } from '../parts/tell.tsx';
import { useWords } from '../words/language.tsx';
import type { Client } from './draft.ts';
import { partnersWords } from './words.ts';

type Key = Client['keys'][number];

/** The public keys with which a client may sign instead of its secret: at most two, so that they can be changed. */
export function Keys({ client }: { readonly client: Client }) {
  const t = useWords(partnersWords);
  const may = useMay();
  const [adding, setAdding] = useState(false);
  const mayChange = may('administrator') && client.revokedDate === null;
  const columns = useColumns(client, mayChange);
  const tools = mayChange && (
    <Button size="xs" variant="default" leftSection={<Icon name="plus" size={14} />} onClick={() => setAdding(true)}>
      {t('addKey')}
    </Button>
  );
  return (
    <Panel title={t('keys')} tools={tools || undefined} flush={client.keys.length > 0}>
      {client.keys.length === 0 ? (
        <Small>{t('noKeys')}</Small>
      ) : (
        <Table caption={t('keys')} columns={columns} rows={client.keys} rowKey={({ kid }) => kid} slim />
      )}
      <Dialog title={t('addKey')} opened={adding} onClose={() => setAdding(false)}>
        <AddKey clientId={client.clientId} onClose={() => setAdding(false)} />
      </Dialog>
    </Panel>
  );
}

function useColumns(client: Client, mayChange: boolean): readonly Column<Key>[] {
  const t = useWords(partnersWords);
  const ask = useConfirm();
  const revoke = useChange('POST /v2/clients/{clientId}/keys/revoke', { ofAll: true });
  const question = (kid: string) =>
    ask({
      title: t('revokeKeyTitle', { kid }),
      text: <p>{t('revokeKeyText')}</p>,
      action: t('revoke'),
      danger: true,
      act: () => revoke.mutateAsync({ params: { clientId: client.clientId }, body: { kid } }),
      done: t('revokeKeyDone'),
    });
  const about: Column<Key> = {
    key: 'kid',
    title: t('kid'),
    cell: ({ kid, sha256, bits, createdDate }) => (
      <>
        <strong>{kid}</strong>
        <Small>
          {t('bits', { bits: String(bits) })}, <Moment at={createdDate} as="day" />
          <br />
          SHA-256 <Code value={sha256} shown={`${sha256.slice(0, 12)}…`} />
        </Small>
      </>
    ),
  };
  const act: Column<Key> = {
    key: 'act',
    title: t('actions'),
    cell: ({ kid }) => (
      <RowEnd>
        <Button size="compact-sm" variant="subtle" color="red" onClick={() => question(kid)}>
          {t('revoke')}
        </Button>
      </RowEnd>
    ),
  };
  return mayChange ? [about, act] : [about];
}

function AddKey({ clientId, onClose }: { readonly clientId: string; readonly onClose: () => void }) {
  const t = useWords(partnersWords);
  const tell = useTell();
  const add = useChange('POST /v2/clients/{clientId}/keys', { ofAll: true });
  const form = useForm({ kid: '', publicKey: '' }, async ({ kid, publicKey }) => {
    await add.mutateAsync({ params: { clientId }, body: { kid: kid.trim(), publicKey } });
    tell(t('addKeyDone'));
    onClose();
  });
  return (
    <FormBody form={form} action={t('addKey')} onCancel={onClose}>
      <Small>{t('addKeyText')}</Small>
      <TextField form={form} name="kid" label={t('kid')} help={t('kidHelp')} first />
      <TextField form={form} name="publicKey" label={t('publicKey')} help={t('publicKeyHelp')} lines={6} />
    </FormBody>
  );
}
