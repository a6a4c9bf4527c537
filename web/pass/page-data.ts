import type { Static } from 'typebox';
import type { PassPage } from '../../src/contract/schemas-pass-pages.ts';

/** What the server tells of a pass: the API's own type, so that the two cannot drift apart. */
export type PageData = Static<typeof PassPage>;
export type PageState = PageData['state'];

/** A page as it is shown: where the data came from, and how far its clock is ahead of this device's. */
export interface ShownPage {
  readonly data: PageData;
  /** When the server told it, by this device's clock. */
  readonly toldAt: number;
  /** Milliseconds to add to the device's clock to have the programme's. */
  readonly ahead: number;
  /** False for what was kept from an earlier time: the server may tell otherwise by now. */
  readonly live: boolean;
}

/** The programme's time now, as far as the device can tell. */
export function timeOf({ ahead }: ShownPage): number {
  return Date.now() + ahead;
}

/**
 * What the pass is at a time: by the rules of the server (src/domain/pass-page.ts), so that a page
 * that stays open, or is opened without a network, does not go on to tell what was.
 */
export function stateAt(data: PageData, time: number): PageState {
  if (data.cancelledDate !== null) return 'cancelled';
  if (data.suspendedDate !== null) return 'suspended';
  if (time >= Date.parse(data.expirationDate)) return 'expired';
  const atOnce = data.activationDate === data.issuedDate;
  if (!atOnce && time <= Date.parse(data.activationDate)) return 'pendingActivation';
  return data.availableUsages === 0 ? 'usedUp' : 'active';
}

/** When the state will change by itself; null when it will not. */
export function nextChange(data: PageData, time: number): number | null {
  const changes = [Date.parse(data.activationDate) + 1, Date.parse(data.expirationDate)];
  return changes.find((change) => change > time) ?? null;
}
