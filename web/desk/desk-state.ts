import type { Current } from './api-types.ts';
import type { CameraState } from './camera.ts';
import type { Kept, Settings } from './keep.ts';
import type { PairingState } from './pairing.ts';
import type { ListedUsage } from './recent.ts';
import type { Lost, Shift } from './shift-types.ts';
import type { Words } from './words.ts';
import { german } from './words-de.ts';
import { english } from './words-en.ts';

/** Everything the page shows. */
export interface DeskState {
  readonly mode: 'unpaired' | 'paired' | 'revoked';
  readonly current: Current | null;
  readonly shift: Shift;
  readonly link: 'up' | Lost;
  readonly listed: readonly ListedUsage[];
  readonly settings: Settings;
  readonly camera: CameraState;
  readonly pairing: PairingState;
  /** A pairing code that was shown to a device that is paired already. */
  readonly ask: string | null;
  readonly menu: boolean;
}

/** The catalogues, by language. */
export const languages: Readonly<Record<Settings['language'], Words>> = { en: english, de: german };

/** What the page shows first, from what was kept on the device. */
export function firstState(kept: Kept, shift: Shift): DeskState {
  return {
    mode: kept.token === null ? 'unpaired' : 'paired',
    current: kept.current,
    shift,
    link: navigator.onLine ? 'up' : 'offline',
    listed: [],
    settings: kept.settings,
    camera: 'off',
    pairing: { kind: 'idle' },
    ask: null,
    menu: false,
  };
}

/** How far each programme's clock, which a sandbox may have moved, is ahead of the device's. */
export function withClocks(current: Current, now: number): Current {
  const programmes = current.programmes.map((programme) => ({ ...programme, ahead: Date.parse(programme.now) - now }));
  return { ...current, programmes };
}

/** Takes the pairing code out of the address, so that it is neither kept nor shown again. */
export function takeFragment(): string | null {
  const code = /^#pair=([A-Za-z0-9_-]{10,64})$/.exec(location.hash)?.[1] ?? null;
  if (location.hash !== '') history.replaceState(null, '', location.pathname);
  return code;
}
