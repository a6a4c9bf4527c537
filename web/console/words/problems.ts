import type { RefusalName } from '../../../src/domain/refusal.ts';
import { Refused } from '../api/calls.ts';
import { useLanguage, useWords } from './language.tsx';
import { partsWords } from './parts-words.ts';
import { refusalWords } from './refusals.ts';

/** A refusal as the reader sees it: one sentence, and what is wrong with which field. */
export interface ToldProblem {
  readonly text: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly requestId: string | null;
}

/** What the API's validator says of a field, by the words it begins with. */
const fieldProblems = [
  [/^is required/, 'fieldMissing'],
  [/^is not a field/, 'fieldUnknown'],
  [/^must match (?:pattern|format)/, 'fieldShape'],
  [/^must not have fewer than/, 'fieldShort'],
  [/^must not have more than/, 'fieldLong'],
  [/^must be >/, 'fieldSmall'],
  [/^must be </, 'fieldLarge'],
] as const;

/** Gives the function that tells any failure in the reader's language. */
export function useTellProblem(): (problem: unknown) => ToldProblem {
  const { language } = useLanguage();
  const t = useWords(partsWords);
  return (problem) => {
    if (!(problem instanceof Refused)) return { text: String(problem), fields: new Map(), requestId: null };
    const known = refusalWords[language][problem.refusal as RefusalName | 'NETWORK'];
    const fields = new Map(
      problem.details.map(({ field, problem: said }) => {
        const word = fieldProblems.find(([begins]) => begins.test(said))?.[1];
        return [field, word === undefined ? said : t(word)];
      }),
    );
    return { text: known ?? problem.message, fields, requestId: problem.requestId };
  };
}
