/** What happened to unused usages in one part of a range. All are counts of usages, none negative. */
export interface Movements {
  readonly issued: number;
  readonly used: number;
  readonly givenBack: number;
  readonly cancelled: number;
  readonly expired: number;
}

/** One part of a range with the usages that were unused, and could still be used, when it began and ended. */
export interface Balance extends Movements {
  readonly opening: number;
  readonly closing: number;
}

/** By how much movements raise what is unused. */
export function change({ issued, used, givenBack, cancelled, expired }: Movements): number {
  return issued - used + givenBack - cancelled - expired;
}

/** Carries what was unused from part to part: each opens with what the one before closed with. */
export function rollForward(opening: number, movements: readonly Movements[]): Balance[] {
  let unused = opening;
  return movements.map((part) => {
    const before = unused;
    unused += change(part);
    return { opening: before, ...part, closing: unused };
  });
}
