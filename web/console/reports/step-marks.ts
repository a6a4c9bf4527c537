import { useMemo } from 'react';
import type { Mark } from '../parts/plot-scale.ts';
import { useLanguage } from '../words/language.tsx';
import type { Step } from './range.ts';

const forms: Readonly<Record<Step, Intl.DateTimeFormatOptions>> = {
  hour: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  day: { day: 'numeric', month: 'short' },
  month: { month: 'short', year: 'numeric' },
};

/** The steps of a report as marks of a plot, by the clock on the wall that the report was cut along. */
export function useStepMarks(
  rows: readonly { readonly start: string; readonly localStart: string }[],
  step: Step,
): Mark[] {
  const { language } = useLanguage();
  return useMemo(() => {
    // The text tells the wall clock of the report's zone; read as UTC it is written as it stands.
    const format = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { ...forms[step], timeZone: 'UTC' });
    const marks = new Map<string, Mark>();
    for (const { start, localStart } of rows) {
      if (!marks.has(start)) {
        marks.set(start, { key: start, label: format.format(new Date(`${localStart.slice(0, 19)}Z`)) });
      }
    }
    return [...marks.values()];
  }, [rows, step, language]);
}
