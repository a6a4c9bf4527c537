/** @jsxImportSource preact */
import { useEffect, useRef, useState } from 'preact/hooks';
import { inFours, typedDigits } from './code.ts';
import type { Desk } from './desk.ts';
import { RecentList } from './recent-list.tsx';
import { CameraSwitch, Viewfinder } from './viewfinder.tsx';

/** The place between two guests: ready for the next code, with the last ones in view. */
export function Station({ desk, covered }: { readonly desk: Desk; readonly covered: boolean }) {
  const { current } = desk.state;
  const { page } = desk.words;
  // One element throughout: another would be another video, and the camera would begin anew with every guest.
  const landmark = covered ? {} : { role: 'main' as const };
  return (
    <div class="station" inert={covered}>
      <Header desk={desk} />
      <div class="columns" {...landmark} data-screen={covered ? undefined : 'ready'}>
        <section class="scan">
          <h1>{page.ready}</h1>
          <Viewfinder desk={desk} hint={desk.state.camera === 'on' ? page.readyHint : page.readyHintNoCamera} />
        </section>
        {current !== null && <RecentList desk={desk} current={current} />}
        <div class="dock">
          <CameraSwitch desk={desk} />
          <TypeForm desk={desk} />
        </div>
      </div>
    </div>
  );
}

function Header({ desk }: { readonly desk: Desk }) {
  const { current, link, shift } = desk.state;
  const { page } = desk.words;
  const closed = current?.programmes.filter(({ open }) => !open).map(({ programName }) => programName) ?? [];
  const state = { up: page.online, offline: page.offline, unreachable: page.unreachable }[link];
  return (
    <header>
      <div class="bar">
        <div class="place">
          <strong>{current?.place.resourceName ?? page.title}</strong>
          <span>{current === null ? '' : `${current.place.transportHubName} · ${current.device.name}`}</span>
        </div>
        {link === 'up' && (
          <span class="link">
            <span class="dot" aria-hidden="true" />
            {state}
          </span>
        )}
        <button type="button" class="icon" aria-label={page.menu} onClick={() => desk.showMenu(true)}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M4 7h16M4 12h16M4 17h16" />
          </svg>
        </button>
      </div>
      <div role="status">
        {link !== 'up' && <p class="banner bad">{state}</p>}
        {shift.withdrawn.length > 0 && <p class="banner">{page.withdrawing(shift.withdrawn.length)}</p>}
        {current?.programmes.length === 0 && <p class="banner">{desk.words.refusals.offeredByNobody.next}</p>}
        {closed.length > 0 && <p class="banner">{page.closedHere(closed.join(', '))}</p>}
      </div>
    </header>
  );
}

/** The fallback of every reader: sixteen digits by hand. */
function TypeForm({ desk }: { readonly desk: Desk }) {
  const { page } = desk.words;
  const [digits, setDigits] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const { kind } = desk.state.shift.screen;
  useEffect(() => {
    if (kind === 'checking') setDigits('');
  }, [kind]);
  return (
    <form
      class="type"
      onSubmit={(event) => {
        event.preventDefault();
        if (digits.length !== 16) return field.current?.focus();
        desk.scan(digits, true);
      }}
    >
      <label for="digits">{page.typeLabel}</label>
      <div class="row">
        <input
          id="digits"
          ref={field}
          inputMode="numeric"
          autoComplete="off"
          enterKeyHint="go"
          placeholder="0000 0000 0000 0000"
          value={inFours(digits)}
          onInput={(event) => {
            const typed = typedDigits(event.currentTarget.value);
            setDigits(typed);
            // Shown in fours also when only a blank was typed.
            event.currentTarget.value = inFours(typed);
          }}
        />
        <button type="submit" class="check" aria-disabled={digits.length !== 16}>
          {page.typeButton}
        </button>
      </div>
    </form>
  );
}
