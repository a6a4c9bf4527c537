import type { Static } from 'typebox';
import { formatInstant, formatInstantOrNull, type Instant } from '../domain/instant.ts';
import type { Module } from '../domain/module.ts';
import type { Rate } from './schemas-reports.ts';

/** The currencies there are and were. */
export const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

interface RateFacts {
  readonly number: number;
  readonly module: Module;
  readonly amount: number;
  readonly currency: string;
  readonly validFrom: Instant;
  readonly validUntil: Instant | null;
  readonly enteredAt: Instant;
  readonly enteredBy: string;
}

/** A rate as the wire has it. */
export function rateOf(rate: RateFacts): Static<typeof Rate> {
  const { number, module, amount, currency, enteredBy } = rate;
  return {
    number,
    module,
    amount,
    currency,
    validFrom: formatInstant(rate.validFrom),
    validUntil: formatInstantOrNull(rate.validUntil),
    enteredDate: formatInstant(rate.enteredAt),
    enteredBy,
  };
}
