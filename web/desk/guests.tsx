/** @jsxImportSource preact */
import type { Party } from './api-types.ts';
import type { Desk } from './desk.ts';

/** More people than any pass lets in at once (the API's limit). */
const mostPeople = 100;

/** One usage a person; children by the policy of the place; somebody always counts. The server decides. */
export function usagesFor(party: Party, childrenCount: boolean): number {
  return Math.max(1, party.adults + (childrenCount ? party.children : 0));
}

interface GuestsProps {
  readonly desk: Desk;
  readonly party: Party;
  readonly left: number;
  readonly childrenCount: boolean;
}

/** How many come in: one adult unless somebody says otherwise. */
export function Guests({ desk, party, left, childrenCount }: GuestsProps) {
  const { page } = desk.words;
  const usages = usagesFor(party, childrenCount);
  const set = (changed: Partial<Party>) => desk.send({ on: 'party', party: { ...party, ...changed } });
  return (
    <div class="guests">
      <Counter desk={desk} label={page.adults} count={party.adults} onCount={(adults) => set({ adults })} />
      <Counter desk={desk} label={page.children} count={party.children} onCount={(children) => set({ children })} />
      <p class={usages > left ? 'takes too-many' : 'takes'} aria-live="polite">
        {usages > left ? page.onlyLeft(left) : page.takes(usages, left)}
        {!childrenCount && <small>{page.childrenFree}</small>}
      </p>
    </div>
  );
}

interface CounterProps {
  readonly desk: Desk;
  readonly label: string;
  readonly count: number;
  readonly onCount: (count: number) => void;
}

function Counter({ desk, label, count, onCount }: CounterProps) {
  const { page } = desk.words;
  return (
    <fieldset class="counter" aria-label={label}>
      <span class="counter-label" aria-hidden="true">
        {label}
      </span>
      <button
        type="button"
        class="round"
        aria-label={page.fewer(label)}
        disabled={count === 0}
        onClick={() => onCount(count - 1)}
      >
        −
      </button>
      <output>{count}</output>
      <button
        type="button"
        class="round"
        aria-label={page.more(label)}
        disabled={count === mostPeople}
        onClick={() => onCount(count + 1)}
      >
        +
      </button>
    </fieldset>
  );
}
