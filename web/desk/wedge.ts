/** One key press as the reader takes it; `at` in milliseconds. */
export interface KeyPress {
  /** The character, or the key's name: `Enter`, `Shift`. */
  readonly key: string;
  /** Where the key lies: `Digit1`, `Numpad4`. */
  readonly code: string;
  readonly at: number;
  /** Held down, not pressed again. */
  readonly repeat: boolean;
  /** Pressed together with Control, Alt or the like. */
  readonly modified: boolean;
}

/** What the page is to do with a key press. */
export type Reading =
  /** Leave it to whoever has the focus. */
  | { readonly kind: 'pass-on' }
  /** It belongs to a scanner: nobody else may see it. */
  | { readonly kind: 'swallow' }
  /** A code is complete; the key that ended it is to be swallowed. */
  | { readonly kind: 'code'; readonly text: string };

/** Milliseconds between two keys of a scanner; slow ones send every 20 or 30. A person needs 80 and more. */
const longestGap = 50;
/** So many fast keys in a row are a scanner's. Two can be a person's fingers falling on the keys together. */
const fewestFast = 4;
/** The least that a scanner's code has. */
const shortest = 6;
/** A scanner that sends no Enter has said everything after so many milliseconds of silence. */
export const silence = 120;
/** Another Enter within so many milliseconds after a code is still the scanner's. */
const echo = 200;
/** Longer bursts are no code of ours; memory stays bounded. */
const longest = 512;

/**
 * Tells a keyboard-wedge scanner's burst of keys from a person's typing, wherever the focus is. The
 * first keys of a burst are passed on, because nobody can know yet; the page takes back what they wrote.
 */
export class WedgeReader {
  #text = '';
  /** The same by the places of the keys, for a scanner set to another keyboard layout. */
  #byPlace = '';
  #lastAt = Number.NEGATIVE_INFINITY;
  #endedAt = Number.NEGATIVE_INFINITY;

  /** Takes the next key press. */
  press(press: KeyPress): Reading {
    if (['Shift', 'CapsLock', 'AltGraph', 'NumLock'].includes(press.key)) return { kind: 'pass-on' };
    const fast = press.at - this.#lastAt <= longestGap;
    // A line feed arrives as Control and J, a carriage return as Enter or as Control and M.
    const ends = press.modified ? /^[jm]$/i.test(press.key) && fast : ['Enter', 'Tab'].includes(press.key);
    if (ends) return this.#end(press.at, fast);
    if (press.repeat || press.modified) return this.#forget();
    if ([...press.key].length !== 1) return this.#forget();
    if (!fast) this.#forget();
    this.#lastAt = press.at;
    if (this.#text.length < longest) {
      this.#text += press.key;
      this.#byPlace += digitAt(press.code) ?? press.key;
    }
    return { kind: this.#text.length > fewestFast ? 'swallow' : 'pass-on' };
  }

  /** Says what is complete after a silence: the code of a scanner that sends no Enter, or null. */
  rest(at: number): string | null {
    if (at - this.#lastAt < silence) return null;
    const text = this.#codeOf(16);
    this.#forget();
    if (text !== null) this.#endedAt = at;
    return text;
  }

  /** How many keys the burst has so far; after the first, what has the focus is as it was before. */
  get length(): number {
    return this.#text.length;
  }

  #end(at: number, fast: boolean): Reading {
    const text = fast ? this.#codeOf(shortest) : null;
    this.#forget();
    if (text !== null) {
      this.#endedAt = at;
      return { kind: 'code', text };
    }
    return { kind: at - this.#endedAt <= echo ? 'swallow' : 'pass-on' };
  }

  #codeOf(least: number): string | null {
    if (this.#text.trim().length < least) return null;
    // A layout that is not the scanner's turns digits into other characters: their places still tell.
    const digitsByPlace = this.#byPlace.replace(/\D/g, '').length;
    const isGarbled = !/[0-9]/.test(this.#text) && digitsByPlace >= least;
    return isGarbled ? this.#byPlace : this.#text;
  }

  #forget(): Reading {
    this.#text = '';
    this.#byPlace = '';
    this.#lastAt = Number.NEGATIVE_INFINITY;
    return { kind: 'pass-on' };
  }
}

function digitAt(code: string): string | null {
  if (code === 'Space') return ' ';
  return /^(?:Digit|Numpad)([0-9])$/.exec(code)?.[1] ?? null;
}
