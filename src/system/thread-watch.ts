import { randomFill } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

/*
 * Node does some work in four threads of its own: it signs, checks signatures, hashes passwords and reads files there.
 * They can stop for good while everything else goes on, and then nothing fails: no new token is ever checked, no
 * event signed, and whoever asks waits. A wake-up that the system's C library loses does it, or four files of a disk
 * that is away. So they are given a little to do every second, and their silence is told.
 */

const lookEvery = 1_000;

/** Milliseconds of silence after which this process is not ready: they have never been as busy as that. */
export const silentAfter = 10_000;
/** Milliseconds of silence after which there is nothing to wait for: a new process has new threads. */
export const goneAfter = 30_000;

/** How long the threads have been silent, by looks at a clock that only goes on. */
export class ThreadSilence {
  readonly #ask: () => Promise<unknown>;
  /** Since when an answer is waited for. */
  #since: number | null = null;
  #lastLook: number | null = null;

  constructor(ask: () => Promise<unknown>) {
    this.#ask = ask;
  }

  /** Asks, unless an answer is still due; gives for how many milliseconds it has been. */
  look(now: number): number {
    // A process that was stopped itself, or whose own thread was held up, has not waited for them meanwhile.
    const wasHeldUp = this.#lastLook !== null && now - this.#lastLook > 3 * lookEvery;
    this.#lastLook = now;
    if (this.#since !== null) {
      if (wasHeldUp) this.#since = now;
      return now - this.#since;
    }
    this.#since = now;
    const answered = () => {
      this.#since = null;
    };
    this.#ask().then(answered, answered);
    return 0;
  }
}

export interface ThreadWatch {
  /** Why this process cannot be relied on, in one sentence, or null. */
  problem(): string | null;
  close(): void;
}

const askThreads = () => promisify(randomFill)(Buffer.alloc(1));

/** Milliseconds in which threads that are not held answer, however busy they are. */
const answerWithin = 1_000;

/** Whether the threads answer just now. An orderly exit waits for what they are at, for ever if need be. */
export function threadsAnswer(): Promise<boolean> {
  return Promise.race([askThreads().then(() => true), pause(answerWithin, false, { ref: false })]);
}

/** Looks every second; `gone` is told once when the threads will not come back. */
export function watchThreads(gone: (problem: string) => void): ThreadWatch {
  const silence = new ThreadSilence(askThreads);
  let problem: string | null = null;
  let isTold = false;
  const timer = setInterval(() => {
    const silent = silence.look(performance.now());
    const seconds = Math.round(silent / 1_000);
    problem = silent < silentAfter ? null : `the threads that sign and read files have been silent for ${seconds} s`;
    if (problem === null || silent < goneAfter || isTold) return;
    isTold = true;
    gone(problem);
  }, lookEvery).unref();
  return { problem: () => problem, close: () => clearInterval(timer) };
}
