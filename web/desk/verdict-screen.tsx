/** @jsxImportSource preact */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Actions } from './actions.tsx';
import type { Current } from './api-types.ts';
import { inFours } from './code.ts';
import type { Desk } from './desk.ts';
import { Shape } from './shapes.tsx';
import type { Screen } from './shift-types.ts';
import { useNow } from './ticking.ts';
import { type Verdict, verdictOf } from './verdict.ts';

/** Milliseconds after which a silence is explained. */
const patience = 1_000;

/** What became of the code, over the whole screen. */
export function VerdictScreen({ desk, current }: { readonly desk: Desk; readonly current: Current }) {
  const { words } = desk;
  const { screen } = desk.state.shift;
  const now = useNow(1_000);
  const verdict = verdictOf(screen, { words, current, now });
  if (verdict === null) return <Busy desk={desk} screen={screen} />;
  return (
    <main class={`verdict ${verdict.tone}`} data-screen={screen.kind}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: there may be more facts than fit, and keys reach them, too */}
      <section class="verdict-scroll" aria-label={verdict.word} tabIndex={0}>
        <Head verdict={verdict} />
        <Waited desk={desk} screen={screen} now={now} />
        {verdict.facts.length > 0 && (
          <dl class="facts">
            {verdict.facts.map(({ label, value }) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
      </section>
      <Actions desk={desk} current={current} now={now} />
    </main>
  );
}

/** Reason first, then what to do; read out at once. */
function Head({ verdict }: { readonly verdict: Verdict }) {
  return (
    <div class="head" role="alert">
      <Shape tone={verdict.tone} />
      <h1>
        <span class="word">{verdict.word}</span>
        <span class="reason">{verdict.reason}</span>
      </h1>
      {verdict.next !== '' && <p class="next">{verdict.next}</p>}
    </div>
  );
}

/** Which pass nobody has answered for, and when it is tried again. */
function Waited({ desk, screen, now }: { readonly desk: Desk; readonly screen: Screen; readonly now: number }) {
  if (screen.kind !== 'checking' && screen.kind !== 'committing') return null;
  const { page } = desk.words;
  const passId = screen.kind === 'checking' ? screen.passId : (desk.state.shift.pending?.passId ?? '');
  const seconds = screen.retryAt === null ? 0 : Math.max(0, Math.ceil((screen.retryAt - now) / 1_000));
  return (
    <>
      {screen.kind === 'committing' && screen.notice && <p class="notice">{page.stillWaiting}</p>}
      <p class="retrying" aria-live="off">
        {page.retryingIn(seconds)}
      </p>
      <p class="digits which">{inFours(passId)}</p>
    </>
  );
}

/** Something is under way: said at once, and said again when it takes long. */
function Busy({ desk, screen }: { readonly desk: Desk; readonly screen: Screen }) {
  const { page } = desk.words;
  const [slow, setSlow] = useState(false);
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    head.current?.focus();
    const timer = setTimeout(() => setSlow(true), patience);
    return () => clearTimeout(timer);
  }, []);
  const passId = screen.kind === 'checking' ? screen.passId : (desk.state.shift.pending?.passId ?? '');
  return (
    <main class="busy" data-screen={screen.kind} aria-busy="true">
      <span class="spinner" aria-hidden="true" />
      <h1 ref={head} tabIndex={-1}>
        {screen.kind === 'checking' ? page.checking : page.admitting}
      </h1>
      <p class="digits which">{inFours(passId)}</p>
      <p class="slow" role="status">
        {slow ? page.slow : ''}
      </p>
    </main>
  );
}
