import { minute } from './calendar.ts';
import { formatInstant, type Instant } from './instant.ts';
import { type Change, entryFor, instantFor, type Pass, type StandingUse } from './pass.ts';
import { Refusal } from './refusal.ts';

/** How long the venue itself may give a use back; later an operator must (contract, section 7). */
export const giveBackWindow = 15 * minute;

/** A use as the history holds it, with what became of it. */
export interface Use {
  readonly number: number;
  readonly orderId: string;
  readonly at: Instant;
  readonly units: number;
  readonly resourceId: string;
  readonly module: number;
  readonly adults: number;
  readonly children: number;
  readonly givenBackAt: Instant | null;
  /** The latest earlier use that still stands: it becomes the last use when this one goes. */
  readonly before: StandingUse | null;
}

export interface GiveBackRequest {
  readonly reason: string;
  readonly clientId: string;
  readonly byOperator: boolean;
}

/**
 * Gives a use back in full as a new entry of the history. Refuses a use that was given back before,
 * one older than 15 minutes unless an operator asks, and a use of a pass that has been cancelled:
 * the cancellation has already told what was refundable, and is final (the E-pass guide).
 */
export function giveBack(pass: Pass, use: Use, request: GiveBackRequest, clock: Instant): Change | Refusal {
  const now = instantFor(pass, clock);
  if (use.givenBackAt !== null) {
    return new Refusal('USAGE_ALREADY_GIVEN_BACK', { facts: { orderCancelledDate: formatInstant(use.givenBackAt) } });
  }
  if (pass.cancelledAt !== null) {
    return new Refusal('E_PASS_CANCELLED', { facts: { cancelledDate: formatInstant(pass.cancelledAt) } });
  }
  if (!request.byOperator && now >= use.at + giveBackWindow) {
    const until = formatInstant(use.at + giveBackWindow);
    return new Refusal('GIVE_BACK_TOO_LATE', { facts: { usageDate: formatInstant(use.at), until } });
  }
  const lastUse = pass.lastUse?.number === use.number ? use.before : pass.lastUse;
  const after: Pass = { ...pass, used: pass.used - use.units, lastUse, changedAt: now, entries: pass.entries + 1 };
  const entry = entryFor(after, 'give-back', now, request.clientId, {
    units: -use.units,
    orderId: use.orderId,
    resourceId: use.resourceId,
    module: use.module,
    adults: use.adults,
    children: use.children,
    reason: request.reason,
  });
  return { pass: after, entry };
}
