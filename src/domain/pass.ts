import type { Instant } from './instant.ts';
import type { Module } from './module.ts';

export type RestrictionKind = 'resourceIds' | 'iata' | 'countryOrRegion';

/** Where a pass may be used: one dimension only; `resourceIds` without values means everywhere (the E-pass guide). */
export interface Restriction {
  readonly kind: RestrictionKind;
  readonly values: readonly string[];
}

/** A use that was not given back. */
export interface StandingUse {
  readonly at: Instant;
  readonly resourceId: string;
  /** The number of its entry in the pass's history. */
  readonly number: number;
}

export interface Suspension {
  readonly at: Instant;
  readonly reason: string;
}

/** A pass with its order: what was granted, what is used, where and when it is good. */
export interface Pass {
  readonly programId: string;
  readonly passId: string;
  readonly orderId: string;
  readonly module: Module;
  /** The modules whose resources it opens: its own, or the subset of a cross-module pass. */
  readonly allowedModules: readonly number[];
  readonly clientUserId: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly createdAt: Instant;
  readonly activationAt: Instant;
  readonly expirationAt: Instant;
  readonly granted: number;
  readonly used: number;
  readonly restriction: Restriction;
  /** The latest of those that stand. */
  readonly lastUse: StandingUse | null;
  readonly suspension: Suspension | null;
  readonly cancelledAt: Instant | null;
  /** Its latest entry that nothing else here tells of: a give-back, a resumption, the notice that it ends soon. */
  readonly changedAt: Instant | null;
  /** How many entries its history holds; the next entry takes the next number. */
  readonly entries: number;
}

export type EntryKind = 'issue' | 'use' | 'give-back' | 'cancel' | 'suspend' | 'resume' | 'expiring';

/** One line of a pass's append-only history. */
export interface Entry {
  readonly number: number;
  readonly kind: EntryKind;
  readonly at: Instant;
  /** By how much `used` changes: + for a use, − for a give-back, else 0. */
  readonly units: number;
  /** What is left after this entry. */
  readonly left: number;
  /** The usage order of a use or give-back; the pass's own order otherwise. */
  readonly orderId: string;
  readonly clientId: string;
  readonly resourceId: string | null;
  readonly module: number;
  readonly adults: number;
  readonly children: number;
  readonly reason: string | null;
}

/** What an accepted verb does: the pass as it is afterwards, and the entry that says so. */
export interface Change {
  readonly pass: Pass;
  readonly entry: Entry;
}

/** Usages that are left; left + used = granted (contract, section 4 rule 5). */
export function usagesLeft(pass: Pass): number {
  return pass.granted - pass.used;
}

/** How far apart the clocks of two processes may be; /readyz holds them within a second. */
const clockTolerance = 2_000;

/**
 * The instant at which something happens to a pass: `now`, or that of its latest entry when another
 * process, whose clock is a little ahead, wrote it a moment ago. The history of a pass does not run
 * backwards because two clocks differ; a sandbox's clock may be set back, by more.
 */
export function instantFor(pass: Pass, now: Instant): Instant {
  let latest = now;
  for (const at of instantsOf(pass)) if (at > latest && at <= now + clockTolerance) latest = at;
  return latest;
}

/** When the entries were made that still show in the pass; its latest entry always does. */
function instantsOf({ createdAt, lastUse, suspension, cancelledAt, changedAt }: Pass): Instant[] {
  return [createdAt, lastUse?.at, suspension?.at, cancelledAt, changedAt].filter((at) => at != null);
}

/**
 * What is decided about a pass by the clock. Where its history has come further, because the database's clock was set
 * back by hours, a yes has to be right at the instant that the history has come to, and is of that instant: no history
 * runs backwards, and no use lies outside its dates.
 */
export function inOrder<D>(pass: Pass, now: Instant, decide: (at: Instant) => D, isYes: (decision: D) => boolean): D {
  const decision = decide(now);
  const latest = Math.max(...instantsOf(pass));
  return latest > now && isYes(decision) ? decide(latest) : decision;
}

/**
 * Whether the activation has come. A pass issued without an activation date is active from its
 * first instant; a given date must be over: usable only *after* it (the E-pass guide; contract, section 4 rule 3).
 */
export function isActivated(pass: Pick<Pass, 'activationAt' | 'createdAt'>, now: Instant): boolean {
  return now > pass.activationAt || (now === pass.activationAt && pass.activationAt === pass.createdAt);
}

export const orderStatus = { pending: 0, confirmed: 1, used: 2, cancelled: 3 } as const;

/** The order's status as the wire numbers it: used once nothing is left, confirmed again on give-back. */
export function orderStatusOf(pass: Pass): number {
  if (pass.cancelledAt !== null) return orderStatus.cancelled;
  return usagesLeft(pass) === 0 ? orderStatus.used : orderStatus.confirmed;
}

export const passStatus = { pendingActivation: 0, active: 1, suspended: 2, cancelled: 3, expired: 9 } as const;

/** The pass's own status, derived at `now` and never stored; the order of the tests is the refusals'. */
export function passStatusOf(pass: Pass, clock: Instant): number {
  const now = instantFor(pass, clock);
  if (pass.cancelledAt !== null) return passStatus.cancelled;
  if (pass.suspension !== null) return passStatus.suspended;
  if (now >= pass.expirationAt) return passStatus.expired;
  return isActivated(pass, now) ? passStatus.active : passStatus.pendingActivation;
}

/** An entry of `kind` for the pass as it is after the change, with nothing else told. */
export function entryFor(
  pass: Pass,
  kind: EntryKind,
  at: Instant,
  clientId: string,
  more: Partial<Pick<Entry, 'units' | 'orderId' | 'resourceId' | 'module' | 'adults' | 'children' | 'reason'>> = {},
): Entry {
  return {
    number: pass.entries,
    kind,
    at,
    units: more.units ?? 0,
    left: usagesLeft(pass),
    orderId: more.orderId ?? pass.orderId,
    clientId,
    resourceId: more.resourceId ?? null,
    module: more.module ?? pass.module,
    adults: more.adults ?? 0,
    children: more.children ?? 0,
    reason: more.reason ?? null,
  };
}
