/** Milliseconds: less is two clocks that run a little differently. */
const noticed = 5_000;

/** Notices that a clock was set back, by one that only goes on. */
export class ClockWatch {
  #wall: number | null = null;
  #steady = 0;

  /** Whether the clock was set back since it was looked at last; both in milliseconds. */
  wasSetBack(wall: number, steady: number): boolean {
    const isBack = this.#wall !== null && steady - this.#steady - (wall - this.#wall) > noticed;
    this.#wall = wall;
    this.#steady = steady;
    return isBack;
  }
}
