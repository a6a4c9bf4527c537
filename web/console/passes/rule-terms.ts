import { useResources } from '../api/resources.ts';
import { useFormats } from '../words/formats.ts';
import { useWords } from '../words/language.tsx';
import { usePassTerms } from '../words/pass-terms.ts';
import type { CheckAnswer } from './tester.tsx';
import { passesWords } from './words.ts';

type Rule = CheckAnswer['rules'][number];

const names = {
  'not cancelled': 'ruleNotCancelled',
  'not suspended': 'ruleNotSuspended',
  active: 'ruleActive',
  'not expired': 'ruleNotExpired',
  module: 'ruleModule',
  place: 'rulePlace',
  open: 'ruleOpen',
  'usages left': 'ruleUsages',
} as const;

const dated = {
  cancelledDate: 'factCancelled',
  suspendedDate: 'factSuspended',
  activationDate: 'factActivation',
  expirationDate: 'factExpiration',
  closedDate: 'factClosed',
} as const;

/** The rules of the door and the facts that each decides by, in the reader's language. */
export function useRuleTerms() {
  const t = useWords(passesWords);
  const { moment } = useFormats();
  const terms = usePassTerms();
  const { data: places } = useResources();
  const placeOf = (id: string) => places?.find(({ resourceId }) => resourceId === id)?.resourceName ?? id;
  return {
    rule(name: string): string {
      const known = names[name as keyof typeof names];
      return known === undefined ? name : t(known);
    },
    facts({ facts }: Rule): string {
      const said: string[] = [];
      for (const [name, word] of Object.entries(dated)) {
        const value = facts[name];
        if (typeof value === 'string') said.push(t(word, { date: moment(value) }));
      }
      if (typeof facts.reason === 'string') said.push(t('because', { reason: facts.reason }));
      if (Array.isArray(facts.allowedModules)) {
        said.push(t('factModules', { modules: (facts.allowedModules as number[]).map(terms.module).join(', ') }));
      }
      if (typeof facts.allowedResources === 'object' && facts.allowedResources !== null) {
        said.push(t('factPlaces', { places: terms.places(facts.allowedResources) }));
      }
      if (typeof facts.availableUsages === 'number') {
        said.push(t('factUsages', { left: facts.availableUsages, needed: Number(facts.requestedUsages) }));
      }
      if (typeof facts.lastUsedDate === 'string') {
        const where = placeOf(String(facts.lastUsedResourceId));
        said.push(t('factLastUse', { date: moment(facts.lastUsedDate), where }));
      }
      return said.join(' · ');
    },
  };
}
