/** @jsxImportSource preact */
import { useEffect, useRef } from 'preact/hooks';
import type { Current } from './api-types.ts';
import type { Desk } from './desk.ts';
import { Guests, usagesFor } from './guests.tsx';
import { saysIn } from './say.ts';
import { undoWindow } from './shift.ts';
import type { Screen } from './shift-types.ts';
import { newUuid } from './uuid.ts';
import { canUndo, programmeOfPass } from './verdict.ts';

interface ActionsProps {
  readonly desk: Desk;
  readonly current: Current;
  readonly now: number;
}

/** What can be done about a verdict, where the thumb is. */
export function Actions({ desk, current, now }: ActionsProps) {
  const { screen } = desk.state.shift;
  if (screen.kind === 'good') return <GoodActions desk={desk} current={current} screen={screen} />;
  if (screen.kind === 'committing') return <WaitingActions desk={desk} />;
  if (screen.kind === 'checking') return <CheckingActions desk={desk} />;
  return <DoneActions desk={desk} current={current} now={now} />;
}

/** The first button of a screen, so that the keyboard needs no search. */
function useFocus(what: string) {
  const button = useRef<HTMLButtonElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another screen is another first button
  useEffect(() => button.current?.focus({ preventScroll: true }), [what]);
  return button;
}

function GoodActions(props: {
  readonly desk: Desk;
  readonly current: Current;
  readonly screen: Extract<Screen, { kind: 'good' }>;
}) {
  const { desk, current, screen } = props;
  const { page } = desk.words;
  const { party, check } = screen;
  const button = useFocus(check.dpId);
  const childrenCount = programmeOfPass(current, check.dpId)?.childrenCount ?? true;
  const usages = usagesFor(party, childrenCount);
  const people = party.adults + party.children;
  const fits = people > 0 && usages <= check.availableUsages;
  return (
    <div class="actions sheet">
      <Guests desk={desk} party={party} left={check.availableUsages} childrenCount={childrenCount} />
      <button
        type="button"
        class="primary"
        ref={button}
        disabled={!fits}
        onClick={() => desk.send({ on: 'admit', scanId: newUuid() })}
      >
        {page.admit(people)}
      </button>
      <button type="button" class="secondary" onClick={() => desk.send({ on: 'next' })}>
        {page.back}
      </button>
    </div>
  );
}

function WaitingActions({ desk }: { readonly desk: Desk }) {
  const { page } = desk.words;
  const button = useFocus('committing');
  return (
    <div class="actions">
      <button type="button" class="primary" ref={button} onClick={() => desk.send({ on: 'retry' })}>
        {page.retryNow}
      </button>
      <button type="button" class="secondary" onClick={() => desk.send({ on: 'withdraw' })}>
        {page.withdraw}
      </button>
    </div>
  );
}

function CheckingActions({ desk }: { readonly desk: Desk }) {
  const { page } = desk.words;
  const button = useFocus('checking');
  return (
    <div class="actions">
      <button type="button" class="primary" ref={button} onClick={() => desk.send({ on: 'retry' })}>
        {page.retryNow}
      </button>
      <button type="button" class="secondary" onClick={() => desk.send({ on: 'next' })}>
        {page.next}
      </button>
    </div>
  );
}

function DoneActions({ desk, current, now }: ActionsProps) {
  const { words } = desk;
  const { page } = words;
  const { screen } = desk.state.shift;
  const button = useFocus(screen.kind);
  const undo = screen.kind === 'admitted' && canUndo(screen.scan, now) ? screen : null;
  const says = saysIn(words.language, current.place.timezone, now);
  return (
    <div class="actions">
      {undo?.undo === 'lost' && (
        <p class="notice" role="alert">
          {page.undoFailed}
        </p>
      )}
      <button type="button" class="primary" ref={button} onClick={() => desk.send({ on: 'next' })}>
        {page.next}
      </button>
      {undo !== null && (
        <button
          type="button"
          class="secondary"
          disabled={undo.undo === 'running'}
          onClick={() => desk.send({ on: 'undo' })}
        >
          {undo.undo === 'running' ? page.undoing : page.undo}
          <small>{page.undoUntil(says.time(undo.scan.at + undoWindow))}</small>
        </button>
      )}
    </div>
  );
}
