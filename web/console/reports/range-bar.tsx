import { Select, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { setQuery } from '../app/route.ts';
import { useWords } from '../words/language.tsx';
import { presets, type Range, rangeOfPreset, type Step, zone } from './range.ts';
import styles from './reports.module.css';
import { reportsWords } from './words.ts';

interface RangeBarProps {
  /** The steps that the report can be cut into; none: it has no steps. */
  readonly steps: readonly Step[];
  /** The range as the report takes it: what the address says, or what is usual for it. */
  readonly range: Range;
  /** More to choose, such as what the report is by. */
  readonly children?: ReactNode;
}

/** From when to when a report is, and by what steps. Whatever is chosen is written into the address. */
export function RangeBar({ steps, range, children }: RangeBarProps) {
  const t = useWords(reportsWords);
  const chosen = presets.find((preset) => {
    const { first, last } = rangeOfPreset(preset);
    return first === range.first && last === range.last;
  });
  return (
    <div className={styles.bar}>
      <Select
        label={t('period')}
        data={[
          ...presets.map((preset) => ({ value: preset, label: t(preset) })),
          ...(chosen === undefined ? [{ value: 'own', label: t('ownPeriod') }] : []),
        ]}
        value={chosen ?? 'own'}
        onChange={(value) => {
          const preset = presets.find((known) => known === value);
          if (preset === undefined) return;
          const { first, last, step } = rangeOfPreset(preset);
          setQuery({ from: first, through: last, step: steps.includes(step) ? step : '' });
        }}
        allowDeselect={false}
      />
      <TextInput
        label={t('from')}
        type="date"
        value={range.first}
        max={range.last}
        onChange={(event) => setQuery({ from: event.currentTarget.value })}
      />
      <TextInput
        label={t('through')}
        type="date"
        value={range.last}
        min={range.first}
        onChange={(event) => setQuery({ through: event.currentTarget.value })}
      />
      {steps.length > 0 && (
        <Select
          label={t('step')}
          data={steps.map((step) => ({ value: step, label: t(step) }))}
          value={range.step}
          onChange={(step) => setQuery({ step: step ?? '' })}
          allowDeselect={false}
        />
      )}
      {children}
      <p className={styles.zone}>{t('zone', { zone })}</p>
    </div>
  );
}
