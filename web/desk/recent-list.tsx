/** @jsxImportSource preact */
import type { Current } from './api-types.ts';
import { inFours } from './code.ts';
import type { Desk } from './desk.ts';
import { mergeRecent } from './recent.ts';
import { saysIn } from './say.ts';
import { Mark } from './shapes.tsx';
import type { Scan } from './shift-types.ts';
import { useNow } from './ticking.ts';
import { reasonFor, type Tone } from './verdict.ts';
import type { Words } from './words.ts';

const tones: Readonly<Record<Scan['outcome'], Tone>> = {
  admitted: 'admitted',
  refused: 'refused',
  undone: 'undone',
  withdrawn: 'waiting',
};

/** The last scans with what became of them; each can be opened again, and undone while that is possible. */
export function RecentList({ desk, current }: { readonly desk: Desk; readonly current: Current }) {
  const { words } = desk;
  const { shift, listed } = desk.state;
  const now = useNow(30_000);
  const scans = mergeRecent(shift.recent, listed);
  const says = saysIn(words.language, current.place.timezone, now);
  return (
    <section class="recent" aria-labelledby="recent">
      <h2 id="recent">{words.page.recent}</h2>
      {scans.length === 0 && <p class="hint">{words.page.recentEmpty}</p>}
      <ul>
        {scans.map((scan) => (
          <li key={`${scan.orderId ?? ''} ${scan.at}`}>
            <button type="button" onClick={() => desk.send({ on: 'open', scan })}>
              <Mark tone={tones[scan.outcome]} />
              <span class="what">
                <strong>{words.page.outcomes[scan.outcome]}</strong>
                <span>{detailOf(scan, words)}</span>
              </span>
              <span class="whose">
                <span>{says.moment(scan.at)}</span>
                <span class="digits">{endOf(scan.passId)}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The last eight digits are enough to tell a pass from another; of what is no pass, the first characters. */
function endOf(passId: string): string {
  return /^[0-9]{16}$/.test(passId) ? inFours(passId).slice(-9) : passId.slice(0, 9);
}

function detailOf(scan: Scan, words: Words): string {
  if (scan.outcome === 'refused') return reasonFor(scan, false, words).reason;
  if (scan.people === null) return '';
  const { party } = scan;
  return party === null ? words.page.people(scan.people) : words.page.party(party.adults, party.children);
}
