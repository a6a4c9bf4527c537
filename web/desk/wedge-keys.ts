import { silence, WedgeReader } from './wedge.ts';

/** A field that keys write into. */
function fieldInFocus(): HTMLInputElement | null {
  return document.activeElement instanceof HTMLInputElement ? document.activeElement : null;
}

/** Reads a keyboard-wedge scanner wherever the focus is, before anything on the page sees its keys. */
export function readWedge(onCode: (text: string) => void): void {
  const reader = new WedgeReader();
  let before: { readonly field: HTMLInputElement; readonly value: string } | null = null;
  let resting: ReturnType<typeof setTimeout> | undefined;

  /** The first keys of a burst were passed on and may stand in a field: it gets back what it held. */
  function tell(text: string): void {
    if (before !== null && before.field.value !== before.value) {
      before.field.value = before.value;
      before.field.dispatchEvent(new Event('input', { bubbles: true }));
    }
    before = null;
    onCode(text);
  }

  function rest(): void {
    const text = reader.rest(performance.now());
    if (text !== null) tell(text);
  }

  document.addEventListener(
    'keydown',
    (event) => {
      const { key, code, repeat, ctrlKey, altKey, metaKey } = event;
      const press = { key, code, at: event.timeStamp, repeat, modified: ctrlKey || altKey || metaKey };
      const field = fieldInFocus();
      const held = field === null ? null : { field, value: field.value };
      const reading = reader.press(press);
      if (reader.length === 1) before = held;
      clearTimeout(resting);
      if (reader.length > 0) resting = setTimeout(rest, silence + 5);
      if (reading.kind === 'pass-on') return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (reading.kind === 'code') tell(reading.text);
    },
    { capture: true },
  );
}
