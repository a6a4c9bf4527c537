/** @jsxImportSource preact */
import type { Desk } from './desk.ts';

/** Why this device cannot be forgotten yet: nobody else knows of these admissions. */
export function OpenAdmissions({ desk }: { readonly desk: Desk }) {
  const { page } = desk.words;
  const { pending, withdrawn } = desk.state.shift;
  return (
    <>
      {pending !== null && <p class="hint">{page.unconfirmed}</p>}
      {withdrawn.length > 0 && <p class="hint">{page.withdrawing(withdrawn.length)}</p>}
    </>
  );
}
