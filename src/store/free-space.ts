/** Watches the free space of a folder, so that writes stop before the disk is full. */
import { statfs } from 'node:fs/promises';

/** Looking is cheap, but not free; writes come thousands per second. */
const lookEvery = 1_000;
/** After PostgreSQL itself met a full disk (a quota is invisible to statfs), writes pause this long. */
const pauseAfterFull = 5_000;
const mebibyte = 1024 * 1024;

export class FreeSpace {
  readonly #folder: string;
  readonly #minimum: number;
  #free = Number.POSITIVE_INFINITY;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | null = null;
  #pausedUntil = 0;

  /** `minimum` is in bytes. */
  constructor(folder: string, minimum: number) {
    this.#folder = folder;
    this.#minimum = minimum;
  }

  /**
   * Why nothing may be written now, in one sentence, or null. Answers from the last look, so that
   * writes are not held up, and has a fresh one taken when that is more than a second old.
   */
  problem(): string | null {
    if (performance.now() - this.#lookedAt >= lookEvery) void this.look();
    return this.#sentence();
  }

  /** Takes a fresh look; call once before the first `problem`. */
  look(): Promise<void> {
    this.#looking ??= this.#measure().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  /** PostgreSQL reported a full disk (53100). */
  reportFull(): void {
    this.#pausedUntil = performance.now() + pauseAfterFull;
    this.#lookedAt = Number.NEGATIVE_INFINITY;
  }

  async #measure(): Promise<void> {
    try {
      const { bavail, bsize } = await statfs(this.#folder);
      this.#free = bavail * bsize;
    } catch {
      // A file system that does not tell its free space cannot be guarded; PostgreSQL's own 53100 still is.
      this.#free = Number.POSITIVE_INFINITY;
    }
    this.#lookedAt = performance.now();
  }

  #sentence(): string | null {
    if (this.#free < this.#minimum) {
      const [free, minimum] = [this.#free, this.#minimum].map((bytes) => Math.floor(bytes / mebibyte));
      return `the data folder has only ${free} MiB free; writes need at least ${minimum} MiB`;
    }
    if (performance.now() < this.#pausedUntil) return 'the disk of the data folder is full; writes pause for a moment';
    return null;
  }
}
