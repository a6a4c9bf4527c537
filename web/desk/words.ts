/** Everything the desk says. Another language is another object of this shape, complete or it does not compile. */
export interface Words {
  readonly language: string;
  /** The one word of a verdict, as large as the screen allows. */
  readonly word: Readonly<Record<'good' | 'again' | 'admitted' | 'refused' | 'waiting' | 'undone', string>>;
  /** A refusal by its name: why, then what to do. `other` for one this page does not know. */
  readonly refusals: Readonly<Record<RefusalWord, Reason>>;
  readonly facts: Readonly<Record<FactName, string>>;
  readonly page: PageWords;
  readonly pairing: PairingWords;
}

export interface Reason {
  readonly reason: string;
  readonly next: string;
}

export type RefusalWord =
  | 'E_PASS_UNKNOWN'
  | 'mistyped'
  | 'offeredByNobody'
  | 'E_PASS_CANCELLED'
  | 'E_PASS_SUSPENDED'
  | 'E_PASS_NOT_YET_ACTIVE'
  | 'E_PASS_EXPIRED'
  | 'E_PASS_MODULE_NOT_ALLOWED'
  | 'E_PASS_RESOURCE_NOT_ALLOWED'
  | 'E_PASS_AIRPORT_NOT_ALLOWED'
  | 'E_PASS_COUNTRY_NOT_ALLOWED'
  | 'RESOURCE_CLOSED'
  | 'usedUp'
  | 'tooFew'
  | 'notAPass'
  | 'tooMany'
  | 'RESOURCE_NOT_YOURS'
  | 'GIVE_BACK_TOO_LATE'
  | 'USAGE_ALREADY_GIVEN_BACK'
  | 'other';

export type FactName =
  | 'pass'
  | 'holder'
  | 'left'
  | 'asked'
  | 'firstUsed'
  | 'firstUsedAt'
  | 'lastUsed'
  | 'lastUsedAt'
  | 'validFrom'
  | 'expired'
  | 'cancelled'
  | 'suspended'
  | 'closed'
  | 'reason'
  | 'worksAt'
  | 'programme'
  | 'party'
  | 'admitted'
  | 'undone'
  | 'code'
  | 'refusal';

interface PageWords {
  readonly title: string;
  readonly ready: string;
  readonly readyHint: string;
  readonly readyHintNoCamera: string;
  readonly cameraOn: string;
  readonly cameraOff: string;
  readonly cameraDenied: string;
  readonly cameraMissing: string;
  readonly cameraInsecure: string;
  readonly cameraStarting: string;
  readonly torch: string;
  readonly typeLabel: string;
  readonly typeButton: string;
  readonly checking: string;
  readonly slow: string;
  readonly offline: string;
  readonly online: string;
  readonly unreachable: string;
  readonly lost: Readonly<Record<'offline' | 'unreachable', string>>;
  readonly notCheckedNext: string;
  readonly notCommittedNext: string;
  readonly retryingIn: (seconds: number) => string;
  readonly waitFor: (seconds: number) => string;
  readonly retryNow: string;
  readonly withdraw: string;
  readonly withdrawn: string;
  readonly withdrawing: (count: number) => string;
  readonly stillWaiting: string;
  readonly unconfirmed: string;
  readonly admitting: string;
  readonly adults: string;
  readonly children: string;
  readonly childrenFree: string;
  readonly fewer: (what: string) => string;
  readonly more: (what: string) => string;
  readonly admit: (people: number) => string;
  readonly takes: (usages: number, left: number) => string;
  readonly leftAfter: (left: number) => string;
  readonly onlyLeft: (left: number) => string;
  readonly back: string;
  readonly next: string;
  readonly undo: string;
  readonly undoUntil: (time: string) => string;
  readonly undoing: string;
  readonly undoFailed: string;
  readonly undoneNext: string;
  readonly justAdmitted: (ago: string) => string;
  readonly justAdmittedNext: string;
  readonly recent: string;
  readonly recentEmpty: string;
  readonly party: (adults: number, children: number) => string;
  readonly people: (count: number) => string;
  readonly outcomes: Readonly<Record<'admitted' | 'refused' | 'undone' | 'withdrawn', string>>;
  readonly sandbox: string;
  readonly menu: string;
  readonly close: string;
  readonly language: string;
  readonly sound: string;
  readonly camera: string;
  readonly theme: string;
  readonly themes: Readonly<Record<'system' | 'light' | 'dark', string>>;
  readonly device: string;
  readonly place: string;
  readonly unpair: string;
  readonly unpairAsk: string;
  readonly cancel: string;
  readonly closedHere: (programmes: string) => string;
  readonly elsewhere: string;
  readonly giveBackReason: string;
  readonly withdrawReason: string;
}

interface PairingWords {
  readonly title: string;
  readonly intro: string;
  readonly steps: readonly string[];
  readonly codeLabel: string;
  readonly codeHint: string;
  readonly button: string;
  readonly scan: string;
  readonly stopScan: string;
  readonly pairing: string;
  readonly refused: string;
  readonly throttled: (seconds: number) => string;
  readonly noNetwork: string;
  readonly already: (place: string) => string;
  readonly again: string;
  readonly keep: string;
  readonly revoked: string;
  readonly revokedNext: string;
  readonly unusable: string;
}
