/** @jsxImportSource preact */
import type { Desk } from './desk.ts';
import { OpenAdmissions } from './open-admissions.tsx';

/** A pairing code was shown to a device that is paired already: nothing is thrown away without a word. */
export function AskScreen({ desk }: { readonly desk: Desk }) {
  const { pairing } = desk.words;
  const place = desk.state.current?.place.resourceName ?? '…';
  return (
    <main class="pair" data-screen="ask">
      <div class="card">
        <h1>{pairing.title}</h1>
        <p>{pairing.already(place)}</p>
        <OpenAdmissions desk={desk} />
        <button type="button" class="primary" disabled={desk.hasOpenAdmissions} onClick={() => desk.answerAsk(true)}>
          {pairing.again}
        </button>
        <button type="button" class="quiet" onClick={() => desk.answerAsk(false)}>
          {pairing.keep}
        </button>
      </div>
    </main>
  );
}
