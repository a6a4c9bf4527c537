import type { Check, Facts, Failure, Party, Usage } from './api-types.ts';

/** What became of a code at this desk; kept on the device, newest first, without names. */
export interface Scan {
  /** Milliseconds by the device's clock. */
  readonly at: number;
  /** The digits, or what the code held that is no pass. */
  readonly passId: string;
  readonly outcome: 'admitted' | 'refused' | 'undone' | 'withdrawn';
  readonly orderId: string | null;
  readonly programId: string | null;
  /** Who came, as it was asked for here; null when it was asked for elsewhere. */
  readonly party: Party | null;
  /** How many came; null when nobody was let in. */
  readonly people: number | null;
  /** What was left after it; null when nobody told. */
  readonly left: number | null;
  readonly refusal: string | null;
  readonly facts: Facts;
}

/** An admission that was asked for and not answered yet. It outlives a reload of the page. */
export interface Pending {
  /** One intention, one scan id: however often it is sent, it counts once. */
  readonly scanId: string;
  readonly passId: string;
  readonly party: Party;
  readonly startedAt: number;
  /** Set when its use is known and only its give-back is still to be told. */
  readonly orderId: string | null;
}

/** Why nothing came back: no network at all, or a server that does not answer. */
export type Lost = 'offline' | 'unreachable';

export interface Waiting {
  readonly lost: Lost | null;
  /** How often it was tried in vain. */
  readonly tries: number;
  /** When it is tried again, by the device's clock; null while it is under way. */
  readonly retryAt: number | null;
}

export type Screen =
  | { readonly kind: 'ready' }
  | ({ readonly kind: 'checking'; readonly passId: string; readonly typed: boolean } & Waiting)
  | {
      readonly kind: 'good';
      readonly check: Check;
      readonly party: Party;
      /** When this desk last admitted the same pass. */
      readonly before: number | null;
    }
  | ({ readonly kind: 'committing'; readonly notice: boolean } & Waiting)
  | { readonly kind: 'admitted'; readonly scan: Scan; readonly undo: 'idle' | 'running' | 'lost' }
  | {
      readonly kind: 'refused';
      readonly scan: Scan;
      readonly holder: string | null;
      readonly worksAt: readonly string[];
      readonly typed: boolean;
    }
  | { readonly kind: 'undone'; readonly scan: Scan }
  | { readonly kind: 'withdrawn' };

/** Everything the desk knows between two events. */
export interface Shift {
  readonly screen: Screen;
  readonly pending: Pending | null;
  /** Guests were sent away while these had no answer: they are taken back once they have one. */
  readonly withdrawn: readonly Pending[];
  readonly recent: readonly Scan[];
  /** Counts the checks, so that an answer that comes late is told from the one that is waited for. */
  readonly ticket: number;
}

export type ShiftEvent =
  | { readonly on: 'code'; readonly text: string; readonly typed: boolean }
  | { readonly on: 'checked'; readonly ticket: number; readonly check: Check }
  | { readonly on: 'check-refused'; readonly ticket: number; readonly failure: Failure }
  | { readonly on: 'check-lost'; readonly ticket: number; readonly lost: Lost }
  | { readonly on: 'party'; readonly party: Party }
  | { readonly on: 'admit'; readonly scanId: string }
  | { readonly on: 'committed'; readonly scanId: string; readonly usage: Usage }
  | { readonly on: 'commit-refused'; readonly scanId: string; readonly failure: Failure }
  | { readonly on: 'commit-lost'; readonly scanId: string; readonly lost: Lost }
  | { readonly on: 'retry' }
  | { readonly on: 'withdraw' }
  | { readonly on: 'undo' }
  | { readonly on: 'given-back'; readonly orderId: string; readonly left: number | null }
  | { readonly on: 'give-back-refused'; readonly orderId: string; readonly failure: Failure }
  | { readonly on: 'give-back-lost'; readonly orderId: string }
  | { readonly on: 'open'; readonly scan: Scan }
  | { readonly on: 'next' };

export type Sound = 'good' | 'admitted' | 'refused' | 'waiting' | 'undone';

/** What the page has to do after an event, in this order. */
export type Effect =
  | { readonly do: 'check'; readonly passId: string; readonly ticket: number }
  | { readonly do: 'commit'; readonly pending: Pending }
  | { readonly do: 'give-back'; readonly orderId: string; readonly withdrawn: boolean }
  | { readonly do: 'retry-at'; readonly at: number }
  | { readonly do: 'sound'; readonly sound: Sound }
  | { readonly do: 'save' };

export interface Step {
  readonly shift: Shift;
  readonly effects: readonly Effect[];
}
