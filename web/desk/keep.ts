import type { Current } from './api-types.ts';
import type { Shift } from './shift-types.ts';

/** What the device keeps over a reload. No name of a guest is among it. */
export interface Kept {
  readonly token: string | null;
  readonly current: Current | null;
  readonly shift: Pick<Shift, 'pending' | 'withdrawn' | 'recent'>;
  readonly settings: Settings;
  /** A code that was taken and not answered yet; the same attempt is repeated until it is. */
  readonly pairing: PairingAttempt | null;
}

export interface PairingAttempt {
  readonly code: string;
  readonly attemptId: string;
  readonly startedAt: number;
}

export interface Settings {
  readonly language: 'en' | 'de';
  readonly theme: 'system' | 'light' | 'dark';
  readonly sound: boolean;
  readonly camera: boolean;
}

const prefix = 'passdesk.desk.';
const nothing: Kept['shift'] = { pending: null, withdrawn: [], recent: [] };

function read<T>(name: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(prefix + name);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    // A browser that keeps nothing, or something that is not ours: the desk begins anew.
    return otherwise;
  }
}

function usualSettings(): Settings {
  const language = navigator.language.toLowerCase().startsWith('de') ? 'de' : 'en';
  return { language, theme: 'system', sound: true, camera: false };
}

/** Reads everything that was kept. */
export function readKept(): Kept {
  return {
    token: read<string | null>('token', null),
    current: read<Current | null>('current', null),
    shift: { ...nothing, ...read('shift', nothing) },
    settings: { ...usualSettings(), ...read('settings', {}) },
    pairing: read<PairingAttempt | null>('pairing', null),
  };
}

/** Keeps one of them. Says whether it could: a full or forbidden store must not stop the desk. */
export function keep<Name extends keyof Kept>(name: Name, value: Kept[Name]): boolean {
  try {
    if (value === null) localStorage.removeItem(prefix + name);
    else localStorage.setItem(prefix + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** Forgets the device, its place and its scans; settings stay. */
export function forgetDevice(): void {
  keep('token', null);
  keep('current', null);
  keep('shift', nothing);
}
