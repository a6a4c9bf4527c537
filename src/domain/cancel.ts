import { formatInstant, type Instant } from './instant.ts';
import { type Change, entryFor, instantFor, type Pass } from './pass.ts';
import { lastUseFacts } from './redeem.ts';
import { Refusal } from './refusal.ts';

export interface CancelRequest {
  /** Cancel only when nothing was used: check and act are one step (contract, section 6). */
  readonly ifUnused: boolean;
  readonly clientId: string;
}

/** Cancels a pass at once and for ever. Refuses a second time, and with `ifUnused` once it was used. */
export function cancel(pass: Pass, request: CancelRequest, clock: Instant): Change | Refusal {
  const now = instantFor(pass, clock);
  if (pass.cancelledAt !== null) {
    const facts = { orderCancelledDate: formatInstant(pass.cancelledAt) };
    return new Refusal('ORDER_ALREADY_CANCELLED', { facts });
  }
  if (request.ifUnused && pass.used > 0) {
    return new Refusal('ORDER_ALREADY_USED', { facts: { usedUsages: pass.used, ...lastUseFacts(pass) } });
  }
  const after: Pass = { ...pass, cancelledAt: now, entries: pass.entries + 1 };
  return { pass: after, entry: entryFor(after, 'cancel', now, request.clientId) };
}
