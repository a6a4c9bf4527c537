import { useWords } from '../words/language.tsx';
import { partsWords } from '../words/parts-words.ts';
import { useConfirm } from './confirm.tsx';
import { useTell } from './tell.tsx';

/** One list of a form, as it was and as it will be. */
export interface Replaced {
  /** What the form calls it. */
  readonly field: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** What one of its values is called; without it, the value itself. */
  readonly say?: (value: string) => string;
}

/** Gives the sentences about a change: what it takes away, adds or replaces. Where nothing is, there is no sentence. */
export function useChangeWords() {
  const t = useWords(partsWords);
  const listed = (values: readonly string[], say = (value: string) => value) => values.map(say).join(', ');
  return {
    takenAway({ field, before, after, say }: Replaced): readonly string[] {
      const gone = before.filter((value) => !after.includes(value));
      return gone.length === 0 ? [] : [t('noLonger', { field, items: listed(gone, say) })];
    },
    added({ field, before, after, say }: Replaced): readonly string[] {
      const come = after.filter((value) => !before.includes(value));
      return come.length === 0 ? [] : [t('fromNow', { field, items: listed(come, say) })];
    },
    replaced(field: string, before: string, after: string): readonly string[] {
      return before === after ? [] : [t('insteadOf', { field, before, after })];
    },
  };
}

interface Save {
  /** What is taken away or becomes final, a sentence each; none: nothing is asked. */
  readonly sentences: readonly string[];
  /** What follows from it. */
  readonly note: string;
  readonly act: () => Promise<unknown>;
  readonly done: string;
  /** Shows in the form what the server refuses once the question was answered. */
  readonly refused: (problem: unknown) => void;
}

/** Gives the function that saves a change: at once when it breaks nothing, else once the reader has said yes. */
export function useSave(): (save: Save) => Promise<void> {
  const t = useWords(partsWords);
  const ask = useConfirm();
  const tell = useTell();
  return async ({ sentences, note, act, done, refused }) => {
    if (sentences.length === 0) {
      await act();
      return tell(done);
    }
    const text = [...sentences, note].map((sentence) => <p key={sentence}>{sentence}</p>);
    ask({ title: t('askTitle'), text, action: t('askSave'), danger: true, act, refused, done });
  };
}
