import type { Instant } from './instant.ts';
import type { Entry, EntryKind } from './pass.ts';

/** What a programme's endpoints can be told of. */
export const eventTypes = [
  'walkin.redemption',
  'epass.issued',
  'epass.cancelled',
  'epass.suspended',
  'epass.resumed',
  'epass.expiring',
] as const;

export type EventType = (typeof eventTypes)[number];

const typeOfKind: Readonly<Record<EntryKind, EventType>> = {
  use: 'walkin.redemption',
  'give-back': 'walkin.redemption',
  issue: 'epass.issued',
  cancel: 'epass.cancelled',
  suspend: 'epass.suspended',
  resume: 'epass.resumed',
  expiring: 'epass.expiring',
};

/** Every line of a pass's history is an event, of the type that its kind has. */
export function eventTypeOf(kind: EntryKind): EventType {
  return typeOfKind[kind];
}

/** Which line of which pass's history an event is. */
export interface EventKey {
  readonly programId: string;
  readonly passId: string;
  /** The entry's number; receivers know it as the sequence: 1, 2, 3 … for each pass. */
  readonly number: number;
}

/**
 * The key with how often the data had been restored when the line was written: a restore may bring back a state
 * from before a line, and then another line gets its number.
 */
export interface EpochKey extends EventKey {
  readonly epoch: number;
}

/** Where a use took place. */
export interface EventPlace {
  readonly resourceId: string;
  readonly resourceName: string;
  readonly transportHubId: string;
  readonly transportHubName: string;
  readonly zone: string;
}

/**
 * All that an event tells: its line of history and what never changes about its pass, so that it
 * reads the same whenever it is told.
 */
export interface EventFacts {
  readonly programId: string;
  readonly passId: string;
  /** See EpochKey. */
  readonly epoch: number;
  readonly clientUserId: string;
  readonly createdAt: Instant;
  readonly activationAt: Instant;
  readonly expirationAt: Instant;
  readonly granted: number;
  readonly entry: Entry;
  /** Of a use or a give-back; null otherwise. */
  readonly place: EventPlace | null;
  /** When the use that was given back took place; null for anything but a give-back. */
  readonly usedAt: Instant | null;
}

/** The kinds of lines that are told as an event of this type. */
export function kindsOf(eventType: EventType): EntryKind[] {
  return (Object.keys(typeOfKind) as EntryKind[]).filter((kind) => typeOfKind[kind] === eventType);
}
