/** @jsxImportSource preact */
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { AskScreen } from './ask-screen.tsx';
import type { Desk } from './desk.ts';
import { Menu } from './menu.tsx';
import { PairScreen } from './pair-screen.tsx';
import { Station } from './station.tsx';
import { VerdictScreen } from './verdict-screen.tsx';

/** The whole page: a place that scans, and over it whatever has just been scanned. */
export function App({ desk }: { readonly desk: Desk }) {
  const [, redraw] = useState(0);
  // Before anything is painted, so that no change is missed.
  useLayoutEffect(() => desk.listen(() => redraw((count) => count + 1)), [desk]);
  const { mode, shift, current, menu, ask, settings } = desk.state;
  useEffect(() => {
    document.documentElement.lang = settings.language;
    document.documentElement.dataset.theme = settings.theme;
    document.title = desk.words.page.title;
  }, [desk, settings]);
  if (mode !== 'paired') return <PairScreen desk={desk} />;
  if (ask !== null) return <AskScreen desk={desk} />;
  const covered = current !== null && shift.screen.kind !== 'ready';
  return (
    <>
      <Station desk={desk} covered={covered} />
      {covered && <VerdictScreen desk={desk} current={current} />}
      {menu && <Menu desk={desk} />}
    </>
  );
}
