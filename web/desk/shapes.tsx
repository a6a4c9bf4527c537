/** @jsxImportSource preact */
import type { Tone } from './verdict.ts';

/** Each verdict's own outline, told apart without colour: a ring, a disc, an octagon, a triangle, an arrow. */
const outlines: Readonly<Record<Tone, preact.JSX.Element>> = {
  good: (
    <>
      <circle cx="50" cy="50" r="43" fill="none" stroke="currentColor" stroke-width="8" />
      <path d="m29 52 14 14 29-31" fill="none" stroke="currentColor" stroke-width="10" />
    </>
  ),
  admitted: (
    <>
      <circle cx="50" cy="50" r="47" fill="currentColor" />
      <path d="m28 52 15 15 30-32" fill="none" stroke="var(--ground)" stroke-width="11" />
    </>
  ),
  refused: (
    <>
      <path d="M31 4h38l27 27v38L69 96H31L4 69V31z" fill="currentColor" />
      <path d="m33 33 34 34m0-34L33 67" fill="none" stroke="var(--ground)" stroke-width="11" />
    </>
  ),
  waiting: (
    <>
      <path d="M50 8 97 91H3z" fill="currentColor" stroke="currentColor" stroke-width="6" />
      <path d="M50 37v25m0 13v4" fill="none" stroke="var(--ground)" stroke-width="10" />
    </>
  ),
  undone: (
    <path d="M34 16 14 36l20 20M15 36h43a24 24 0 0 1 0 48H34" fill="none" stroke="currentColor" stroke-width="10" />
  ),
};

/** The shape of a verdict; the words beside it say the same. */
export function Shape({ tone }: { readonly tone: Tone }) {
  return (
    <svg class="shape" viewBox="0 0 100 100" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      {outlines[tone]}
    </svg>
  );
}

/** A small sign beside a line of the list. */
export function Mark({ tone }: { readonly tone: Tone }) {
  return (
    <svg class={`mark ${tone}`} viewBox="0 0 100 100" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      {outlines[tone]}
    </svg>
  );
}
