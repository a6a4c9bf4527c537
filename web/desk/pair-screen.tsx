/** @jsxImportSource preact */
import { useState } from 'preact/hooks';
import type { Desk } from './desk.ts';
import { LanguageChoice } from './language-choice.tsx';
import { Shape } from './shapes.tsx';
import { CameraSwitch, Viewfinder } from './viewfinder.tsx';

/** A device without a place: how it gets one. */
export function PairScreen({ desk }: { readonly desk: Desk }) {
  const { pairing } = desk.words;
  const revoked = desk.state.mode === 'revoked';
  return (
    <main class="pair" data-screen={revoked ? 'revoked' : 'pair'}>
      <div class="card">
        {revoked && (
          <div class="revoked" role="alert">
            <Shape tone="refused" />
            <h1>{pairing.revoked}</h1>
            <p>{pairing.revokedNext}</p>
          </div>
        )}
        {!revoked && <h1>{pairing.title}</h1>}
        {!revoked && <p>{pairing.intro}</p>}
        <ol>
          {pairing.steps.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ol>
        <Viewfinder desk={desk} hint="" />
        <CameraSwitch desk={desk} />
        <CodeForm desk={desk} />
        <Told desk={desk} />
        <LanguageChoice desk={desk} />
      </div>
    </main>
  );
}

function Told({ desk }: { readonly desk: Desk }) {
  const { pairing } = desk.words;
  const state = desk.state.pairing;
  const told = {
    idle: '',
    running: pairing.pairing,
    refused: pairing.refused,
    unusable: pairing.unusable,
    'no-network': pairing.noNetwork,
    throttled: state.kind === 'throttled' ? pairing.throttled(state.seconds) : '',
  }[state.kind];
  const bad = state.kind !== 'idle' && state.kind !== 'running';
  return (
    <p class={bad ? 'told bad' : 'told'} role="status">
      {told}
    </p>
  );
}

function CodeForm({ desk }: { readonly desk: Desk }) {
  const { pairing } = desk.words;
  const [code, setCode] = useState('');
  return (
    <form
      class="type"
      onSubmit={(event) => {
        event.preventDefault();
        desk.scan(code, true);
      }}
    >
      <label for="code">{pairing.codeLabel}</label>
      <div class="row">
        <input
          id="code"
          autoComplete="off"
          autoCapitalize="characters"
          spellcheck={false}
          aria-describedby="code-hint"
          value={code}
          onInput={(event) => setCode(event.currentTarget.value)}
        />
        <button type="submit" class="check">
          {pairing.button}
        </button>
      </div>
      <small id="code-hint">{pairing.codeHint}</small>
    </form>
  );
}
