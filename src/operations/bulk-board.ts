import { Refusal } from '../domain/refusal.ts';

/** Uploads at once into one process; each holds some megabytes. */
const mostUploads = 8;

/** Jobs that are remembered as careful. */
const mostCareful = 100;

/** What the uploads and the worker of one process have in common. */
export class BulkBoard {
  /** Begins every lease of this process. */
  readonly name: string;
  readonly #careful = new Set<string>();
  readonly #uploads = new Set<Promise<unknown>>();
  readonly #keys = new Set<string>();
  readonly #closing = new AbortController();
  #wake: () => void = () => {};

  constructor(name: string) {
    this.name = name;
  }

  /** Ends every upload when the process stops. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Takes an upload in while there is room; `key` is that of a request that can be repeated. */
  async upload<T>(key: string | null, work: () => Promise<T>): Promise<T> {
    if (key !== null && this.#keys.has(key)) throw new Refusal('REQUEST_IN_PROGRESS');
    if (this.#uploads.size >= mostUploads || this.#closing.signal.aborted) throw new Refusal('OVERLOADED');
    if (key !== null) this.#keys.add(key);
    const done = work();
    const settled = done.catch(() => {});
    this.#uploads.add(settled);
    try {
      return await done;
    } finally {
      this.#uploads.delete(settled);
      if (key !== null) this.#keys.delete(key);
    }
  }

  /** Whether the rows of a job have met others, of its own file or of other jobs: it looks before it writes. */
  isCareful(jobId: string): boolean {
    return this.#careful.has(jobId);
  }

  beCareful(jobId: string): void {
    // Whoever is forgotten learns it again with its next chunk.
    if (this.#careful.size >= mostCareful) this.#careful.clear();
    this.#careful.add(jobId);
  }

  /** There is a job to work on. */
  wake(): void {
    this.#wake();
  }

  onWake(wake: () => void): void {
    this.#wake = wake;
  }

  /** Ends uploads and waits until each has said so in its job. */
  async close(): Promise<void> {
    this.#closing.abort(new Refusal('BULK_FILE_BROKEN'));
    await Promise.all(this.#uploads);
  }
}
