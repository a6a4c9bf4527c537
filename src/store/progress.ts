/** Whoever looks on while something long is done: how much there is in all, and each part as it is done. */
export interface Progress {
  total(count: number): void;
  add(count: number): void;
}

/** Nobody looks on. */
export const unwatched: Progress = { total: () => {}, add: () => {} };
