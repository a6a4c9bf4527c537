import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Data } from '../api/calls.ts';
import { useChange, usePages } from '../api/hooks.ts';
import { useMay } from '../app/session.tsx';
import { useConfirm } from '../parts/confirm.tsx';
import { DataTable } from '../parts/data-table.tsx';
import { Icon } from '../parts/icon.tsx';
import { RowEnd, Small } from '../parts/layout.tsx';
import { Moment } from '../parts/moment.tsx';
import { Empty, PageHead, Panel } from '../parts/panel.tsx';
import type { Column } from '../parts/table.tsx';
import { Tag, type Tone } from '../parts/tag.tsx';
import { useWords } from '../words/language.tsx';
import { PairDevice } from './pair-device.tsx';
import { devicesWords } from './words.ts';

type Device = Data<'GET /v2/devices'>['devices'][number];

const tones = { waiting: 'info', expired: 'quiet', paired: 'good', revoked: 'danger' } as const satisfies Record<
  Device['state'],
  Tone
>;

/** The phones and tablets at the front desks of the programme. */
export default function Devices() {
  const t = useWords(devicesWords);
  const may = useMay();
  const [pairing, setPairing] = useState(false);
  // Whoever has just shown a code waits for the device to be paired by it.
  const every = (devices: readonly Device[] | undefined) =>
    devices?.some(({ state }) => state === 'waiting') ? 3_000 : undefined;
  const pages = usePages('GET /v2/devices', { query: { pageSize: '50' } }, ({ devices }) => devices, { every });
  const columns = useColumns();
  return (
    <>
      <PageHead title={t('devices')} note={t('devicesNote')}>
        {may('operator') && (
          <Button leftSection={<Icon name="plus" />} onClick={() => setPairing(true)}>
            {t('pairDevice')}
          </Button>
        )}
      </PageHead>
      <Panel flush>
        <DataTable
          caption={t('devices')}
          columns={columns}
          rowKey={({ deviceId }) => deviceId}
          pages={pages}
          empty={<Empty title={t('noDevices')}>{t('noDevicesText')}</Empty>}
        />
      </Panel>
      <PairDevice opened={pairing} onClose={() => setPairing(false)} />
    </>
  );
}

function useColumns(): readonly Column<Device>[] {
  const t = useWords(devicesWords);
  const may = useMay();
  const columns: readonly Column<Device>[] = [
    { key: 'name', title: t('name'), cell: ({ name }) => <strong>{name}</strong> },
    {
      key: 'place',
      title: t('place'),
      cell: ({ resourceName, resourceId }) => (
        <>
          {resourceName}
          <Small>{resourceId}</Small>
        </>
      ),
    },
    { key: 'state', title: t('state'), cell: ({ state }) => <Tag tone={tones[state]}>{t(state)}</Tag> },
    { key: 'made', title: t('made'), cell: ({ createdDate }) => <Moment at={createdDate} /> },
    { key: 'by', title: t('by'), cell: ({ createdBy }) => createdBy.replace(/^account:/, '') },
    {
      key: 'since',
      title: t('pairedOn'),
      cell: ({ pairedDate }) => (pairedDate === null ? '–' : <Moment at={pairedDate} />),
    },
  ];
  if (!may('operator')) return columns;
  return [...columns, { key: 'act', title: t('actions'), cell: (device) => <Revoke device={device} /> }];
}

function Revoke({ device }: { readonly device: Device }) {
  const t = useWords(devicesWords);
  const ask = useConfirm();
  const revoke = useChange('POST /v2/devices/{deviceId}/revoke');
  const { deviceId, name, state } = device;
  if (state === 'revoked') return null;
  const question = () =>
    ask({
      title: t('revokeTitle', { name }),
      text: <p>{t('revokeText')}</p>,
      action: t('revoke'),
      danger: true,
      act: () => revoke.mutateAsync({ params: { deviceId } }),
      done: t('revokeDone', { name }),
    });
  return (
    <RowEnd>
      <Button size="compact-sm" variant="subtle" color="red" onClick={question} aria-label={`${t('revoke')}: ${name}`}>
        {t('revoke')}
      </Button>
    </RowEnd>
  );
}
