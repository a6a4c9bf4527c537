import type { Tone } from '../parts/tag.tsx';
import { useWords } from './language.tsx';
import { passWords } from './pass-words.ts';

const modules = {
  0: 'module0',
  1: 'module1',
  2: 'module2',
  3: 'module3',
  4: 'module4',
  7: 'module7',
  8: 'module8',
  11: 'module11',
} as const;

/** The refusals that a door gives, which are told in a word or two. */
const doorReasons = [
  'E_PASS_UNKNOWN',
  'E_PASS_CANCELLED',
  'E_PASS_SUSPENDED',
  'E_PASS_NOT_YET_ACTIVE',
  'E_PASS_EXPIRED',
  'E_PASS_MODULE_NOT_ALLOWED',
  'E_PASS_RESOURCE_NOT_ALLOWED',
  'E_PASS_AIRPORT_NOT_ALLOWED',
  'E_PASS_COUNTRY_NOT_ALLOWED',
  'RESOURCE_CLOSED',
  'E_PASS_USAGES_EXCEEDED',
  'RESOURCE_NOT_YOURS',
] as const;

const states = { 0: 'pending', 1: 'active', 2: 'suspended', 3: 'cancelled', 9: 'expired' } as const;
const tones: Readonly<Record<number, Tone>> = { 0: 'info', 1: 'good', 2: 'warn', 3: 'danger', 9: 'quiet' };

interface PassState {
  readonly ePassStatus: number;
  readonly availableUsages: number;
}

interface Places {
  readonly resourceIds?: readonly string[] | undefined;
  readonly iata?: readonly string[] | undefined;
  readonly countryOrRegion?: readonly string[] | undefined;
}

/** Gives the words of the trade in the reader's language. */
export function usePassTerms() {
  const t = useWords(passWords);
  return {
    module(module: number): string {
      const key = modules[module as keyof typeof modules];
      return key === undefined ? t('moduleOther', { module }) : t(key);
    },
    /** A state in a word, with the tone of its tag. An active pass with nothing left is told as used up. */
    state({ ePassStatus, availableUsages }: PassState): { readonly word: string; readonly tone: Tone } {
      if (ePassStatus === 1 && availableUsages === 0) return { word: t('usedUp'), tone: 'quiet' };
      return {
        word: t(states[ePassStatus as keyof typeof states] ?? 'active'),
        tone: tones[ePassStatus] ?? 'quiet',
      };
    },
    /** A reason of the door in a word or two; one that is not known here by its name. */
    reason(name: string): string {
      const known = doorReasons.find((reason) => reason === name);
      return known === undefined ? name : t(known);
    },
    /** Where a pass works, in a few words. */
    places({ resourceIds, iata, countryOrRegion }: Places): string {
      if (iata !== undefined) return iata.length <= 4 ? iata.join(', ') : t('placesAirports', { count: iata.length });
      if (countryOrRegion !== undefined) {
        const { length } = countryOrRegion;
        return length <= 4 ? countryOrRegion.join(', ') : t('placesCountries', { count: length });
      }
      if (resourceIds === undefined || resourceIds.length === 0) return t('everywhere');
      return resourceIds.length <= 3 ? resourceIds.join(', ') : t('placesResources', { count: resourceIds.length });
    },
  };
}
