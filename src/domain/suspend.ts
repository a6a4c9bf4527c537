import { formatInstant, type Instant } from './instant.ts';
import { type Change, entryFor, instantFor, type Pass } from './pass.ts';
import { Refusal } from './refusal.ts';

export interface SuspendRequest {
  readonly reason: string;
  readonly clientId: string;
}

function cancelledRefusal(pass: Pass): Refusal | null {
  if (pass.cancelledAt === null) return null;
  return new Refusal('ORDER_ALREADY_CANCELLED', { facts: { orderCancelledDate: formatInstant(pass.cancelledAt) } });
}

/** Suspends a pass: it is refused at every door until it is resumed. An operator's act (contract, section 4 rule 7). */
export function suspend(pass: Pass, request: SuspendRequest, clock: Instant): Change | Refusal {
  const now = instantFor(pass, clock);
  const refusal = cancelledRefusal(pass);
  if (refusal !== null) return refusal;
  if (pass.suspension !== null) {
    return new Refusal('E_PASS_ALREADY_SUSPENDED', { facts: { suspendedDate: formatInstant(pass.suspension.at) } });
  }
  const after: Pass = { ...pass, suspension: { at: now, reason: request.reason }, entries: pass.entries + 1 };
  return { pass: after, entry: entryFor(after, 'suspend', now, request.clientId, { reason: request.reason }) };
}

/** Resumes a suspended pass. */
export function resume(pass: Pass, request: SuspendRequest, clock: Instant): Change | Refusal {
  const now = instantFor(pass, clock);
  const refusal = cancelledRefusal(pass);
  if (refusal !== null) return refusal;
  if (pass.suspension === null) return new Refusal('E_PASS_NOT_SUSPENDED');
  const after: Pass = { ...pass, suspension: null, changedAt: now, entries: pass.entries + 1 };
  return { pass: after, entry: entryFor(after, 'resume', now, request.clientId, { reason: request.reason }) };
}
