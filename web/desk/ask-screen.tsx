/** @jsxImportSource preact */
import type { Desk } from './desk.ts';

/** A pairing code was shown to a device that is paired already: nothing is thrown away without a word. */
export function AskScreen({ desk }: { readonly desk: Desk }) {
  const { pairing, page } = desk.words;
  const open = desk.state.shift.withdrawn.length;
  const place = desk.state.current?.place.resourceName ?? '…';
  return (
    <main class="pair" data-screen="ask">
      <div class="card">
        <h1>{pairing.title}</h1>
        <p>{pairing.already(place)}</p>
        {open > 0 && <p class="hint">{page.withdrawing(open)}</p>}
        <button type="button" class="primary" disabled={open > 0} onClick={() => desk.answerAsk(true)}>
          {pairing.again}
        </button>
        <button type="button" class="quiet" onClick={() => desk.answerAsk(false)}>
          {pairing.keep}
        </button>
      </div>
    </main>
  );
}
