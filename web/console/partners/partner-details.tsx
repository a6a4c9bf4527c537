import { Button } from '@mantine/core';
import { useState } from 'react';
import { useChange, useData } from '../api/hooks.ts';
import { resourceLabel, useResources } from '../api/resources.ts';
import { useProgramme, useProgrammes } from '../app/programmes.tsx';
import { addressFor } from '../app/route.ts';
import { useMay } from '../app/session.tsx';
import { Code } from '../parts/code.tsx';
import { useConfirm } from '../parts/confirm.tsx';
import { Icon } from '../parts/icon.tsx';
import { BackLink, Line, TwoColumns } from '../parts/layout.tsx';
import { Moment } from '../parts/moment.tsx';
import { type Fact, Facts, PageHead, Panel } from '../parts/panel.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { Tag } from '../parts/tag.tsx';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { ChangePartner } from './change-partner.tsx';
import type { Client } from './draft.ts';
import { Keys } from './keys.tsx';
import { RotateSecret } from './rotate-secret.tsx';
import { Traffic } from './traffic.tsx';
import { partnersWords } from './words.ts';

/** One client: what it may do, its secret and keys, and what it asks for. */
export function PartnerDetails({ clientId }: { readonly clientId: string }) {
  const t = useWords(partnersWords);
  const { programId } = useProgramme();
  const {
    data: client,
    error,
    refetch,
  } = useData(
    'GET /v2/clients/{clientId}',
    { params: { clientId } },
    // With all its programmes: a change replaces the whole list.
    { ofAll: true },
  );
  return (
    <>
      <BackLink href={addressFor(programId, 'partners')}>{t('partners')}</BackLink>
      {client === undefined && error !== null && <ProblemNote problem={error} onRetry={refetch} />}
      {client !== undefined && <Details client={client} />}
    </>
  );
}

function Details({ client }: { readonly client: Client }) {
  const t = useWords(partnersWords);
  const active = client.revokedDate === null;
  const note = (
    <Line>
      <Tag tone={active ? 'good' : 'danger'}>{t(active ? 'active' : 'revoked')}</Tag>
      <Code value={client.clientId} />
    </Line>
  );
  return (
    <>
      <PageHead title={client.name} note={note}>
        <Actions client={client} />
      </PageHead>
      <TwoColumns
        left={
          <>
            <Panel title={t('access')}>
              <Facts facts={useFacts(client)} />
            </Panel>
            <Keys client={client} />
          </>
        }
        right={<Traffic clientId={client.clientId} />}
      />
    </>
  );
}

function useFacts(client: Client): readonly Fact[] {
  const t = useWords(partnersWords);
  const { number } = useFormats();
  const { programmes } = useProgrammes();
  const { data: resources } = useResources();
  const { oldSecretUntil, revokedDate, programIds, resourceIds } = client;
  // What is not in these lists belongs to a programme that the reader does not have: its id has to do.
  const doors = resourceIds.map((id) => {
    const door = resources?.find(({ resourceId }) => resourceId === id);
    return door === undefined ? id : resourceLabel(door);
  });
  const names = programIds.map((id) => programmes?.find(({ programId }) => programId === id)?.name ?? id);
  const facts: (Fact | null)[] = [
    { name: t('may'), value: client.scopes.map((scope) => t(scope)).join(', ') },
    { name: t('programmes'), value: names.join(', ') },
    doors.length === 0 ? null : { name: t('doors'), value: <Listed values={doors} /> },
    { name: t('rate'), value: number(client.ratePerMinute) },
    { name: t('issuerName'), value: <Code value={client.issuer} /> },
    { name: t('created'), value: <Moment at={client.createdDate} /> },
    { name: t('secretSince'), value: <Moment at={client.secretCreatedDate} /> },
    oldSecretUntil === null ? null : { name: t('oldSecretUntil'), value: <Moment at={oldSecretUntil} /> },
    revokedDate === null ? null : { name: t('revokedOn'), value: <Moment at={revokedDate} /> },
  ];
  return facts.filter((fact) => fact !== null);
}

function Listed({ values }: { readonly values: readonly string[] }) {
  return values.map((value) => <div key={value}>{value}</div>);
}

/** Change, rotate and revoke, for administrators. A revoked client has none of them left. */
function Actions({ client }: { readonly client: Client }) {
  const t = useWords(partnersWords);
  const may = useMay();
  const ask = useConfirm();
  const revoke = useChange('POST /v2/clients/{clientId}/revoke', { ofAll: true });
  const [open, setOpen] = useState<'change' | 'rotate' | null>(null);
  if (!may('administrator') || client.revokedDate !== null) return null;
  const { clientId, name } = client;
  const close = () => setOpen(null);
  const question = () =>
    ask({
      title: t('revokeTitle', { name }),
      text: <p>{t('revokeText')}</p>,
      action: t('revoke'),
      danger: true,
      act: () => revoke.mutateAsync({ params: { clientId } }),
      done: t('revokeDone'),
    });
  return (
    <>
      <Button variant="default" leftSection={<Icon name="edit" />} onClick={() => setOpen('change')}>
        {t('change')}
      </Button>
      <Button variant="default" leftSection={<Icon name="key" />} onClick={() => setOpen('rotate')}>
        {t('newSecret')}
      </Button>
      <Button variant="outline" color="red" leftSection={<Icon name="cross" />} onClick={question}>
        {t('revoke')}
      </Button>
      <ChangePartner client={client} opened={open === 'change'} onClose={close} />
      <RotateSecret client={client} opened={open === 'rotate'} onClose={close} />
    </>
  );
}
