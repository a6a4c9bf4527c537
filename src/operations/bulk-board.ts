import { Refusal } from '../domain/refusal.ts';

/** Uploads at once into one process; each holds some megabytes. */
const mostUploads = 8;

/** What the uploads and the worker of one process have in common. */
export class BulkBoard {
  /** Begins every lease of this process. */
  readonly name: string;
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
