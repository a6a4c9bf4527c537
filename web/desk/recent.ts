import type { Programme, Usage } from './api-types.ts';
import type { Scan } from './shift-types.ts';

/** A use of the place's usage list, with the programme whose list it is from. */
export interface ListedUsage {
  readonly usage: Usage;
  readonly programme: Programme;
}

/** Lines of the list of last scans. */
const mostShown = 20;

/**
 * What the desk remembers and what the place's usage list tells, as one list, newest first. A use that
 * both know is told with the party the desk remembers and the state the list tells.
 */
export function mergeRecent(own: readonly Scan[], usages: readonly ListedUsage[]): Scan[] {
  const told = new Map(usages.map((item) => [item.usage.orderId, scanOf(item)]));
  const mine = own.map((scan) => {
    const theirs = scan.orderId === null ? undefined : told.get(scan.orderId);
    if (theirs === undefined) return scan;
    told.delete(scan.orderId!);
    // What this desk did last may be newer than the list.
    const outcome = scan.outcome === 'admitted' ? theirs.outcome : scan.outcome;
    return { ...scan, outcome, left: theirs.left };
  });
  const theirs = [...told.values()].sort((left, right) => right.at - left.at);
  return inOrder(mine, theirs).slice(0, mostShown);
}

/** Two lists as one by time; what this desk did stays in the order in which it was done, whatever its clock said. */
function inOrder(own: readonly Scan[], others: readonly Scan[]): Scan[] {
  const merged: Scan[] = [];
  let next = 0;
  for (const scan of own) {
    while (next < others.length && others[next]!.at > scan.at) merged.push(others[next++]!);
    merged.push(scan);
  }
  return [...merged, ...others.slice(next)];
}

/** A use as the list tells it; its time by the device's clock, which need not be the programme's. */
function scanOf({ usage, programme }: ListedUsage): Scan {
  const { orderId, programId, dpId, status, passengers, availableUsages } = usage;
  return {
    at: Date.parse(usage.usageDate) - (programme.ahead ?? 0),
    passId: dpId,
    outcome: status === 3 ? 'undone' : 'admitted',
    orderId,
    programId,
    party: null,
    people: passengers.cardholder + passengers.guests,
    left: availableUsages,
    refusal: null,
    facts: {},
  };
}
