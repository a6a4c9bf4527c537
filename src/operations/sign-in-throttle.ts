import { day, minute } from '../domain/calendar.ts';
import { Refusal, type RefusalName } from '../domain/refusal.ts';

/** How failures of one kind are slowed down; milliseconds. */
interface Pace {
  /** So many cost nothing; after that each makes the next wait, twice as long every time. */
  readonly free: number;
  readonly longest: number;
  /** Forgotten when nothing failed for so long. */
  readonly memory: number;
}

const paces = {
  /** One account, tried from browsers that it does not know. */
  account: { free: 5, longest: 15 * minute, memory: day },
  /** One network, whatever it tries. Not for long: it may be that of a whole office, or of a proxy. */
  address: { free: 20, longest: 10_000, memory: 15 * minute },
  /** Everybody together: a spray from many addresses is slowed to one attempt a second. */
  everybody: { free: 300, longest: 1_000, memory: 10 * minute },
  /** One account from a browser in which it has signed in before. */
  device: { free: 10, longest: 15 * minute, memory: day },
} as const satisfies Record<string, Pace>;

/** How many counts of one kind are kept; past that the oldest is forgotten, so memory stays bounded. */
const mostCounts = 50_000;

interface Count {
  failures: number;
  retryAt: number;
  forgottenAt: number;
}

/** Counts failures by a key, and makes whoever goes on failing wait longer and longer. */
class BackOff {
  readonly #pace: Pace;
  readonly #counts = new Map<string, Count>();

  constructor(pace: Pace) {
    this.#pace = pace;
  }

  /** Milliseconds until the next attempt. */
  wait(key: string, now: number): number {
    const count = this.#counts.get(key);
    return count === undefined || count.forgottenAt <= now ? 0 : Math.max(0, count.retryAt - now);
  }

  /** Counts an attempt as failed before it is made: a thousand at once are no way around. */
  count(key: string, now: number): void {
    const { free, longest, memory } = this.#pace;
    const known = this.#counts.get(key);
    const failures = known === undefined || known.forgottenAt <= now ? 1 : known.failures + 1;
    const wait = failures < free ? 0 : Math.min(longest, 1_000 * 2 ** Math.min(failures - free, 20));
    // Put at the end, so that the first is the one that was quiet for longest.
    this.#counts.delete(key);
    if (this.#counts.size >= mostCounts) this.#counts.delete(this.#counts.keys().next().value!);
    this.#counts.set(key, { failures, retryAt: now + wait, forgottenAt: now + memory });
  }

  /** Takes one attempt back that did not fail. */
  takeBack(key: string): void {
    const count = this.#counts.get(key);
    if (count === undefined) return;
    count.failures -= 1;
    if (count.failures < this.#pace.free) count.retryAt = 0;
  }

  forget(key: string): void {
    this.#counts.delete(key);
  }
}

/** Who tries to sign in. */
export interface Attempt {
  readonly email: string;
  /** The network it comes from. */
  readonly address: string;
  /** The hash of the browser's token, when this account has signed in from it before. */
  readonly knownDevice: string | null;
}

/** An attempt that is counted as failed until something else is told. */
export interface Admitted {
  /** The password was right. */
  succeeded(): void;
  /** Nothing was tried: the server had no time for it. */
  untried(): void;
}

/** Slows guessing down, without ever shutting out whoever is signed in already or has a browser that is known. */
export interface SignInThrottle {
  /** Counts an attempt, or refuses it. */
  admit(attempt: Attempt): Admitted;
  /** As `admit`, for somebody who is signed in and tells the password again. */
  admitAgain(email: string, sessionHash: string): Admitted;
}

/**
 * Runs what an attempt is about. A verdict on the password counts against whoever tried; any other
 * failure, such as a database that is away, means that nothing was tried.
 */
export async function attempted<T>(admitted: Admitted, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    admitted.succeeded();
    return result;
  } catch (problem) {
    if (!isVerdict(problem)) admitted.untried();
    throw problem;
  }
}

const verdicts = new Set<string>(['SIGN_IN_REFUSED', 'PASSWORD_NOT_YOURS'] satisfies RefusalName[]);

function isVerdict(problem: unknown): boolean {
  return problem instanceof Refusal && verdicts.has(problem.refusal);
}

/**
 * Opens the throttle of one process; its counts are this process's own (ARCHITECTURE.md, Limits). It goes by
 * a steady clock (milliseconds): one that ran hours ahead and was set right would lock people out for those hours.
 */
export function openSignInThrottle(steady: () => number = () => performance.now()): SignInThrottle {
  const accounts = new BackOff(paces.account);
  const addresses = new BackOff(paces.address);
  const everybody = new BackOff(paces.everybody);
  const device = new BackOff(paces.device);

  function admitFrom(key: string): Admitted {
    const now = steady();
    refuseWaiting(device.wait(key, now));
    device.count(key, now);
    return { succeeded: () => device.forget(key), untried: () => device.takeBack(key) };
  }

  function admitStranger({ email, address }: Attempt): Admitted {
    const now = steady();
    const counts = [
      [accounts, email],
      [addresses, address],
      [everybody, ''],
    ] as const;
    refuseWaiting(Math.max(...counts.map(([counted, key]) => counted.wait(key, now))));
    for (const [counted, key] of counts) counted.count(key, now);
    const untried = () => {
      for (const [counted, key] of counts) counted.takeBack(key);
    };
    const succeeded = () => {
      // The others are not forgotten: one good account would give its owner endless guesses at the rest.
      untried();
      accounts.forget(email);
    };
    return { succeeded, untried };
  }

  return {
    admit: (attempt) =>
      attempt.knownDevice === null ? admitStranger(attempt) : admitFrom(`${attempt.email}\n${attempt.knownDevice}`),
    admitAgain: (email, sessionHash) => admitFrom(`${email}\n${sessionHash}`),
  };
}

function refuseWaiting(wait: number): void {
  if (wait > 0) throw new Refusal('RATE_LIMITED', { facts: { retryAfter: Math.ceil(wait / 1000) } });
}
