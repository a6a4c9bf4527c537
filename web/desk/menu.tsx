/** @jsxImportSource preact */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Desk } from './desk.ts';
import { LanguageChoice } from './language-choice.tsx';
import { OpenAdmissions } from './open-admissions.tsx';

/** Settings of this device, and where it stands. */
export function Menu({ desk }: { readonly desk: Desk }) {
  const { page } = desk.words;
  const { settings, current } = desk.state;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="menu" aria-labelledby="menu" onClose={() => desk.showMenu(false)}>
      <h2 id="menu">{page.menu}</h2>
      <LanguageChoice desk={desk} />
      <Choice
        label={page.theme}
        options={(['system', 'light', 'dark'] as const).map((theme) => [theme, page.themes[theme]])}
        chosen={settings.theme}
        onChoose={(theme) => desk.change({ theme })}
      />
      <label class="tick">
        <input
          type="checkbox"
          checked={settings.sound}
          onChange={(event) => desk.change({ sound: event.currentTarget.checked })}
        />
        {page.sound}
      </label>
      {current !== null && (
        <dl class="facts">
          <div>
            <dt>{page.place}</dt>
            <dd>
              {current.place.resourceName}, {current.place.location}
            </dd>
          </div>
          <div>
            <dt>{page.device}</dt>
            <dd>{current.device.name}</dd>
          </div>
        </dl>
      )}
      <Forget desk={desk} />
      <button type="button" class="primary" onClick={() => dialog.current?.close()}>
        {page.close}
      </button>
    </dialog>
  );
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly options: readonly (readonly [value: T, label: string])[];
  readonly chosen: T;
  readonly onChoose: (value: T) => void;
}

/** A few answers side by side. */
export function Choice<T extends string>({ label, options, chosen, onChoose }: ChoiceProps<T>) {
  return (
    <fieldset class="choice">
      <legend>{label}</legend>
      <div class="options">
        {options.map(([value, text]) => (
          <label key={value}>
            <input type="radio" name={label} checked={value === chosen} onChange={() => onChoose(value)} />
            <span lang={value.length === 2 ? value : undefined}>{text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** What cannot be undone here asks first. */
function Forget({ desk }: { readonly desk: Desk }) {
  const { page } = desk.words;
  const [asking, setAsking] = useState(false);
  if (desk.hasOpenAdmissions) return <OpenAdmissions desk={desk} />;
  if (!asking) {
    return (
      <button type="button" class="quiet" onClick={() => setAsking(true)}>
        {page.unpair}
      </button>
    );
  }
  return (
    <div class="ask" role="alert">
      <p>{page.unpairAsk}</p>
      <div class="row">
        <button type="button" class="danger" onClick={() => desk.forget()}>
          {page.unpair}
        </button>
        <button type="button" class="quiet" onClick={() => setAsking(false)}>
          {page.cancel}
        </button>
      </div>
    </div>
  );
}
