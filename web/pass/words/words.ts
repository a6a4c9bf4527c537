import type { PageState } from '../page-data.ts';
import { english } from './english.ts';
import { german } from './german.ts';

/** Everything the page says, in one language. A language is complete when it compiles. */
export interface Words {
  /** The language's own name, for the switch. */
  readonly name: string;
  readonly language: string;
  readonly documentTitle: (traveller: string, programme: string) => string;
  readonly modules: Readonly<Record<number, string>>;
  readonly states: Readonly<Record<PageState, string>>;
  readonly sentences: {
    /** `inAWhile` stands right behind the date: " (in 3 days)", or nothing. */
    readonly pendingActivation: (when: string, inAWhile: string) => string;
    readonly active: (when: string, inAWhile: string) => string;
    readonly suspended: (when: string, programme: string) => string;
    readonly cancelled: (when: string) => string;
    readonly expired: (when: string) => string;
    readonly usedUp: (granted: number) => string;
  };
  readonly afterwards: {
    readonly notUsed: (left: number) => string;
    readonly countedByMistake: string;
  };
  readonly code: {
    readonly label: (number: string) => string;
    readonly show: string;
    readonly notYet: string;
    readonly number: string;
  };
  readonly usages: {
    readonly title: string;
    readonly left: (left: number, granted: number) => string;
    /** Of a pass that has ended: nothing of it is left to be used. */
    readonly notUsed: (left: number, granted: number) => string;
    readonly used: (used: number) => string;
    readonly onePerson: string;
  };
  readonly validity: {
    readonly title: string;
    readonly from: string;
    readonly until: string;
    readonly localTime: (places: string) => string;
    readonly deviceTime: (zone: string) => string;
    readonly byPlace: string;
    readonly and: (count: number) => string;
  };
  readonly places: {
    readonly title: string;
    readonly everywhere: (programme: string) => string;
    readonly places: (count: number) => string;
    readonly airports: (names: string) => string;
    readonly countries: (names: string) => string;
    readonly none: (programme: string) => string;
    readonly more: (count: number) => string;
    readonly worksNow: string;
    readonly closed: string;
    readonly opens: (when: string) => string;
    readonly hours: string;
    readonly find: string;
    readonly noneFound: string;
  };
  readonly visits: {
    readonly title: string;
    readonly none: string;
    readonly localTime: string;
    readonly people: (count: number) => string;
    readonly usages: (count: number) => string;
    readonly takenBack: (when: string) => string;
    readonly more: string;
  };
  readonly saved: {
    readonly copy: (when: string) => string;
    readonly outOfDate: string;
    readonly keeps: string;
    readonly asOf: (when: string) => string;
    readonly printed: (when: string) => string;
  };
  readonly gone: { readonly title: string; readonly text: string; readonly removed: string };
  readonly unreachable: { readonly title: string; readonly text: string };
  readonly busy: { readonly title: string; readonly text: (seconds: number) => string };
  readonly actions: {
    readonly language: string;
    readonly update: string;
    readonly print: string;
    readonly again: string;
    readonly loading: string;
  };
}

/** English is what everybody gets whose language is not here. */
export const catalogues: readonly Words[] = [english, german];

const chosenKey = 'passdesk-language';

/** The words in the language chosen on this device, else in the first of the browser's that is there. */
export function usualWords(): Words {
  const wanted = [chosenLanguage(), ...navigator.languages].map((tag) => tag?.slice(0, 2).toLowerCase());
  for (const language of wanted) {
    const found = catalogues.find((words) => words.language === language);
    if (found !== undefined) return found;
  }
  return english;
}

/** How dates are written: as in the browser's own variant of the language, or the language's usual one. */
export function localeOf({ language }: Words): string {
  return (
    navigator.languages.find((tag) => tag.toLowerCase().startsWith(language)) ??
    (language === 'en' ? 'en-GB' : language)
  );
}

function chosenLanguage(): string | null {
  try {
    return localStorage.getItem(chosenKey);
  } catch {
    // A browser that keeps nothing: the language is chosen anew at each visit.
    return null;
  }
}

/** Remembers the language on this device, where that is possible. */
export function chooseLanguage({ language }: Words): void {
  try {
    localStorage.setItem(chosenKey, language);
  } catch {
    // As above.
  }
}
