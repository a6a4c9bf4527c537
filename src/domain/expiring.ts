import { day } from './calendar.ts';
import type { Instant } from './instant.ts';
import { type Change, entryFor, instantFor, type Pass, usagesLeft } from './pass.ts';
import { Refusal } from './refusal.ts';

/** Whose hand it is when the product itself adds a line to a history. */
export const ownHand = 'passdesk';

/**
 * Whether a pass is to be told of because it ends within so many days: it could still be used and
 * has something left. A suspended pass is told of when it is resumed in time. 0 days tell nothing.
 */
export function isExpiring(pass: Pass, days: number, now: Instant): boolean {
  if (pass.cancelledAt !== null || pass.suspension !== null || usagesLeft(pass) === 0) return false;
  return now < pass.expirationAt && pass.expirationAt <= now + days * day;
}

/**
 * Writes down that a pass ends soon. It changes nothing else about the pass, and happens once: the
 * history takes no second line of this kind.
 */
export function tellExpiring(pass: Pass, days: number, clock: Instant): Change | Refusal {
  const now = instantFor(pass, clock);
  if (!isExpiring(pass, days, now)) return new Refusal('E_PASS_EXPIRED');
  const after: Pass = { ...pass, changedAt: now, entries: pass.entries + 1 };
  return { pass: after, entry: entryFor(after, 'expiring', now, ownHand) };
}
