import { Button, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useChange } from '../api/hooks.ts';
import { useConfirm } from '../parts/confirm.tsx';
import { Dialog, FormBody } from '../parts/dialog.tsx';
import { useForm } from '../parts/form.ts';
import { Icon } from '../parts/icon.tsx';
import { instantOf, localOf } from '../parts/local-time.ts';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { pushWords } from './words.ts';

interface Range {
  readonly from: string;
  readonly to: string;
  readonly state: 'parked' | 'delivered' | '';
}

/** Sends again what came about in a time: says which, then asks. */
export function ResendRange({ endpointId }: { readonly endpointId: string }) {
  const t = useWords(pushWords);
  const [opened, setOpened] = useState(false);
  const close = () => setOpened(false);
  return (
    <>
      <Button size="xs" variant="default" leftSection={<Icon name="send" size={14} />} onClick={() => setOpened(true)}>
        {t('resendRange')}
      </Button>
      <Dialog title={t('resendRange')} opened={opened} onClose={close}>
        <RangeForm endpointId={endpointId} onClose={close} />
      </Dialog>
    </>
  );
}

const day = 86_400_000;
const choices = ['parked', 'delivered', ''] as const;
const texts = { parked: 'rangeParked', delivered: 'rangeDelivered', '': 'rangeAll' } as const;

function RangeForm({ endpointId, onClose }: { readonly endpointId: string; readonly onClose: () => void }) {
  const t = useWords(pushWords);
  const ask = useResendQuestion(endpointId);
  const now = Date.now();
  // To the minute: the one that has begun counts in full.
  const usual: Range = { from: localOf(now - day), to: localOf(now + 60_000), state: 'parked' };
  const form = useForm<Range>(usual, async (range) => {
    onClose();
    ask(range);
  });
  const time = (name: 'from' | 'to', label: string) => (
    <TextInput
      type="datetime-local"
      label={label}
      value={form.values[name]}
      onChange={(event) => form.set({ [name]: event.currentTarget.value })}
      required
    />
  );
  return (
    <FormBody form={form} action={t('goOn')} onCancel={onClose}>
      <p>{t('resendRangeText')}</p>
      <Select
        label={t('which')}
        value={form.values.state}
        onChange={(chosen) => form.set({ state: choices.find((choice) => choice === chosen) ?? '' })}
        allowDeselect={false}
        data={choices.map((value) => ({ value, label: t(texts[value]) }))}
      />
      {time('from', t('rangeFrom'))}
      {time('to', t('rangeTo'))}
    </FormBody>
  );
}

/** Asks, and then sends call by call what one call does not take. */
function useResendQuestion(endpointId: string): (range: Range) => void {
  const t = useWords(pushWords);
  const { moment } = useFormats();
  const ask = useConfirm();
  const resend = useChange('POST /v2/endpoints/{endpointId}/deliveries/resend');
  return ({ from, to, state }) => {
    const shown = (local: string) => {
      const at = instantOf(local);
      return at === undefined ? '–' : moment(at);
    };
    const range = {
      from: instantOf(from) ?? from,
      to: instantOf(to) ?? to,
      ...(state === '' ? {} : { state }),
    };
    let count = 0;
    let cursor: string | null = null;
    const act = async () => {
      // Pressed again after a failure, it goes on where it was.
      do {
        const body = cursor === null ? range : { ...range, cursor };
        const answer = await resend.mutateAsync({ params: { endpointId }, body });
        count += answer.resent;
        cursor = answer.nextCursor;
      } while (cursor !== null);
    };
    ask({
      title: t('resendRangeTitle'),
      text: (
        <>
          <p>{t('resendRangeWhich', { which: t(texts[state]), from: shown(from), to: shown(to) })}</p>
          <p>{t('resendRangeSame')}</p>
        </>
      ),
      action: t('resend'),
      act,
      done: () => t('resendRangeDone', { count }),
    });
  };
}
