/** How long and how often a call is tried. */
export interface Patience {
  /** Milliseconds for the whole call, waiting included. */
  readonly deadline: number;
  /** Milliseconds for one attempt. */
  readonly attemptTimeout: number;
  /** How often it is sent at the most. */
  readonly attempts: number;
}

/** Milliseconds: the longest wait before the second attempt, which doubles each time, and where that ends. */
const firstWait = 250;
const longestWait = 8_000;

/**
 * Milliseconds to wait before a call is sent again, after so many attempts: any time up to a limit that doubles,
 * so that clients that failed together do not come back together. What `Retry-After` said (in seconds) is
 * waited for in full, and a little more, for the same reason.
 */
export function waitAfter(attempts: number, retryAfter: number | null, random: number): number {
  const limit = Math.min(longestWait, firstWait * 2 ** (attempts - 1));
  return retryAfter === null ? random * limit : retryAfter * 1000 + random * firstWait;
}

/** Seconds that a `Retry-After` header asks for, or null: a number, or a date of HTTP. */
export function retryAfterOf(header: string | null, now: number): number | null {
  if (header === null) return null;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} [\d:]{8} GMT$/.test(header)) return null;
  return Math.max(0, Math.ceil((Date.parse(header) - now) / 1000));
}

/** A signal that follows another and a time; `end` lets go of both. */
export interface Leash {
  readonly signal: AbortSignal;
  end(): void;
}

/** Why a leash was pulled when it was time. */
export class OutOfTime extends Error {
  override readonly name = 'OutOfTime';
}

/**
 * Makes a signal that is aborted with `signal`, or after so many milliseconds. Not `AbortSignal.any`, which
 * would hang one more follower on a signal that lives as long as the program.
 */
export function leash(signal: AbortSignal | undefined, milliseconds: number): Leash {
  const controller = new AbortController();
  const follow = () => controller.abort(signal!.reason);
  if (signal?.aborted === true) follow();
  signal?.addEventListener('abort', follow, { once: true });
  const timer = Number.isFinite(milliseconds)
    ? setTimeout(() => controller.abort(new OutOfTime(`no answer within ${milliseconds} ms`)), milliseconds)
    : undefined;
  return {
    signal: controller.signal,
    end() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', follow);
    },
  };
}

/** Waits so many milliseconds, or until the signal is aborted, whose reason it throws. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, milliseconds);
    signal.addEventListener('abort', wake);
  });
  signal.throwIfAborted();
}

/** What a promise gives, unless the signal is aborted first. */
export async function unless<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let give = () => {};
  const aborted = new Promise<never>((_, reject) => {
    give = () => reject(signal.reason);
    signal.addEventListener('abort', give, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', give);
  }
}
