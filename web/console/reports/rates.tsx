import { Button, Modal, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Data } from '../api/calls.ts';
import { useChange, useData } from '../api/hooks.ts';
import { useProgramme } from '../app/programmes.tsx';
import { useMay } from '../app/session.tsx';
import { useForm } from '../parts/form.ts';
import { Icon } from '../parts/icon.tsx';
import { Moment } from '../parts/moment.tsx';
import { Empty, Panel } from '../parts/panel.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { Tag } from '../parts/tag.tsx';
import { useTell } from '../parts/tell.tsx';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { usePassTerms } from '../words/pass-terms.ts';
import styles from './reports.module.css';
import { reportsWords } from './words.ts';

type Rate = Data<'GET /v2/programmes/{programId}/rates'>['rates'][number];

/** At what a usage of each module is settled: what was, is and will be in force. */
export function Rates() {
  const t = useWords(reportsWords);
  const may = useMay();
  const { programId } = useProgramme();
  const { data, error, refetch } = useData('GET /v2/programmes/{programId}/rates', { params: { programId } });
  const [entering, setEntering] = useState(false);
  const columns = useColumns();
  const tools = may('administrator') ? (
    <Button size="xs" variant="default" leftSection={<Icon name="plus" size={14} />} onClick={() => setEntering(true)}>
      {t('enterRate')}
    </Button>
  ) : undefined;
  return (
    <>
      <Panel title={t('rates')} tools={tools} flush>
        {error !== null && <ProblemNote problem={error} onRetry={refetch} />}
        {data?.rates.length === 0 && <Empty title={t('noRates')}>{t('noRatesText')}</Empty>}
        {data !== undefined && data.rates.length > 0 && (
          <Table caption={t('rates')} columns={columns} rows={data.rates} rowKey={({ number }) => String(number)} />
        )}
      </Panel>
      <Modal
        opened={entering}
        onClose={() => setEntering(false)}
        title={t('enterRate')}
        lockScroll={false}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <EnterRate onDone={() => setEntering(false)} />
      </Modal>
    </>
  );
}

function useColumns(): readonly Column<Rate>[] {
  const t = useWords(reportsWords);
  const terms = usePassTerms();
  const { money } = useFormats();
  const now = Date.now();
  const isInForce = ({ validFrom, validUntil }: Rate) =>
    Date.parse(validFrom) <= now && (validUntil === null || now < Date.parse(validUntil));
  return [
    { key: 'module', title: t('module'), words: true, cell: ({ module }) => terms.module(module) },
    {
      key: 'rate',
      title: t('perUsage'),
      figures: true,
      cell: ({ amount, currency }) => money(amount, currency),
    },
    { key: 'from', title: t('inForceFrom'), cell: ({ validFrom }) => <Moment at={validFrom} /> },
    {
      key: 'until',
      title: t('inForceUntil'),
      cell: (rate) => {
        if (isInForce(rate) && rate.validUntil === null) return <Tag tone="good">{t('inForce')}</Tag>;
        return rate.validUntil === null ? '–' : <Moment at={rate.validUntil} />;
      },
    },
    { key: 'by', title: t('enteredBy'), cell: ({ enteredBy }) => enteredBy.replace(/^account:/, '') },
  ];
}

interface RateDraft {
  readonly module: string;
  readonly amount: string;
  readonly currency: string;
  readonly from: string;
}

function EnterRate({ onDone }: { readonly onDone: () => void }) {
  const t = useWords(reportsWords);
  const tell = useTell();
  const terms = usePassTerms();
  const { programId, modules, crossModules } = useProgramme();
  const enter = useChange('POST /v2/programmes/{programId}/rates');
  const offered = [...new Set([...modules, ...crossModules])];
  const form = useForm<RateDraft>(
    { module: String(offered[0] ?? 1), amount: '', currency: 'GBP', from: '' },
    async (draft) => {
      const from = draft.from === '' ? {} : { validFrom: new Date(draft.from).toISOString() };
      const body = {
        module: Number(draft.module) as 1,
        amount: minorUnits(draft.amount, draft.currency),
        currency: draft.currency.trim().toUpperCase(),
        ...from,
      };
      await enter.mutateAsync({ params: { programId }, body });
      tell(t('rateDone'));
      onDone();
    },
  );
  const { values } = form;
  return (
    <form className={styles.form} onSubmit={form.submit}>
      <p className={styles.small}>{t('rateText')}</p>
      <Select
        label={t('module')}
        data={offered.map((module) => ({ value: String(module), label: terms.module(module) }))}
        value={values.module}
        onChange={(module) => module !== null && form.set({ module })}
        error={form.error('module')}
        allowDeselect={false}
      />
      <TextInput
        label={t('perUsage')}
        inputMode="decimal"
        placeholder="21.50"
        value={values.amount}
        onChange={(event) => form.set({ amount: event.currentTarget.value })}
        error={form.error('amount')}
        required
        withAsterisk={false}
      />
      <TextInput
        label={t('currency')}
        value={values.currency}
        onChange={(event) => form.set({ currency: event.currentTarget.value })}
        error={form.error('currency')}
        maxLength={3}
        required
        withAsterisk={false}
      />
      <TextInput
        label={t('inForceFrom')}
        description={t('inForceHelp')}
        type="datetime-local"
        value={values.from}
        onChange={(event) => form.set({ from: event.currentTarget.value })}
        error={form.error('validFrom')}
      />
      {form.problem !== null && <ProblemNote problem={form.problem} shownFields={form.shownFields} />}
      <Button type="submit" loading={form.busy}>
        {t('enterRate')}
      </Button>
    </form>
  );
}

/**
 * An amount as people write it, in the minor units of its currency. What is no amount becomes one
 * that the server refuses at its field: nothing is guessed.
 */
function minorUnits(text: string, currency: string): number {
  const trimmed = text.trim().replace(',', '.');
  if (!/^\d+(\.\d+)?$/.test(trimmed)) return -1;
  return Number((Number(trimmed) * 10 ** digitsOf(currency)).toFixed(6));
}

function digitsOf(currency: string): number {
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency: currency.trim() });
    return format.resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}
