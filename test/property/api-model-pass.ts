/** What a pass is, told a second time and as plainly as can be: the contract's rules over a few fields. */
import type { RefusalName } from '../../src/domain/refusal.ts';

interface Use {
  readonly units: number;
  readonly at: number;
  readonly back: boolean;
}

export interface ModelPass {
  readonly ePassId: string;
  readonly orderId: string;
  readonly granted: number;
  readonly createdAt: number;
  readonly activationAt: number;
  readonly expirationAt: number;
  /** Where it may be used. */
  readonly allowed: 'lounges' | 'N00001' | 'MAN' | 'HK';
  readonly cancelled: boolean;
  readonly suspended: boolean;
  /** In the order of the history, by usage order. */
  readonly uses: ReadonlyMap<string, Use>;
}

export type Command =
  | { readonly kind: 'use' | 'check'; readonly resourceId: string; readonly adults: number; readonly children: number }
  | { readonly kind: 'give-back'; readonly orderId: string }
  | { readonly kind: 'cancel'; readonly ifUnused: boolean }
  | { readonly kind: 'suspend' | 'resume' | 'look-up' };

/** One line of the history as the database holds it. */
export interface Line {
  readonly kind: string;
  readonly units: number;
  readonly left: number;
  readonly orderId: string;
}

export function usedOf(pass: ModelPass): number {
  let used = 0;
  for (const use of pass.uses.values()) if (!use.back) used += use.units;
  return used;
}

export function lastUseOf(pass: ModelPass): number | null {
  const standing = [...pass.uses.values()].filter((use) => !use.back);
  return standing.at(-1)?.at ?? null;
}

const isActive = (pass: ModelPass, now: number) =>
  pass.activationAt === pass.createdAt ? now >= pass.activationAt : now > pass.activationAt;

/** 0 pending activation, 1 active, 2 suspended, 3 cancelled, 9 expired. */
export function statusOf(pass: ModelPass, now: number): number {
  if (pass.cancelled) return 3;
  if (pass.suspended) return 2;
  if (now >= pass.expirationAt) return 9;
  return isActive(pass, now) ? 1 : 0;
}

function placeRefusal(pass: ModelPass, resourceId: string): RefusalName | null {
  if (resourceId === 'R00001') return 'E_PASS_MODULE_NOT_ALLOWED';
  const inHongKong = resourceId === 'N00012';
  if (pass.allowed === 'N00001' && resourceId !== 'N00001') return 'E_PASS_RESOURCE_NOT_ALLOWED';
  if (pass.allowed === 'MAN' && inHongKong) return 'E_PASS_AIRPORT_NOT_ALLOWED';
  if (pass.allowed === 'HK' && !inHongKong) return 'E_PASS_COUNTRY_NOT_ALLOWED';
  return null;
}

function useRefusal(pass: ModelPass, resourceId: string, people: number, now: number): RefusalName | null {
  if (pass.cancelled) return 'E_PASS_CANCELLED';
  if (pass.suspended) return 'E_PASS_SUSPENDED';
  if (!isActive(pass, now)) return 'E_PASS_NOT_YET_ACTIVE';
  if (now >= pass.expirationAt) return 'E_PASS_EXPIRED';
  const place = placeRefusal(pass, resourceId);
  if (place !== null) return place;
  return people > pass.granted - usedOf(pass) ? 'E_PASS_USAGES_EXCEEDED' : null;
}

function giveBackRefusal(pass: ModelPass, orderId: string, now: number): RefusalName | null {
  const use = pass.uses.get(orderId)!;
  if (use.back) return 'USAGE_ALREADY_GIVEN_BACK';
  if (pass.cancelled) return 'E_PASS_CANCELLED';
  return now >= use.at + 15 * 60_000 ? 'GIVE_BACK_TOO_LATE' : null;
}

/** What the contract says to a command on a pass in this state: a refusal, or null for yes. */
export function refusalOf(pass: ModelPass, command: Command, now: number): RefusalName | null {
  if (command.kind === 'look-up') return null;
  if (command.kind === 'use' || command.kind === 'check') {
    return useRefusal(pass, command.resourceId, command.adults + command.children, now);
  }
  if (command.kind === 'give-back') return giveBackRefusal(pass, command.orderId, now);
  if (pass.cancelled) return 'ORDER_ALREADY_CANCELLED';
  if (command.kind === 'cancel') return command.ifUnused && usedOf(pass) > 0 ? 'ORDER_ALREADY_USED' : null;
  if (command.kind === 'suspend') return pass.suspended ? 'E_PASS_ALREADY_SUSPENDED' : null;
  return pass.suspended ? null : 'E_PASS_NOT_SUSPENDED';
}

/** The pass after a line of its history. */
export function afterLine(pass: ModelPass, line: Line, now: number): ModelPass {
  if (line.kind === 'cancel') return { ...pass, cancelled: true };
  if (line.kind === 'suspend') return { ...pass, suspended: true };
  if (line.kind === 'resume') return { ...pass, suspended: false };
  const uses = new Map(pass.uses);
  if (line.kind === 'use') uses.set(line.orderId, { units: line.units, at: now, back: false });
  else uses.set(line.orderId, { ...uses.get(line.orderId)!, back: true });
  return { ...pass, uses };
}
