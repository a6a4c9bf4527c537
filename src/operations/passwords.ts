import { hash, verify } from '@node-rs/argon2';
import { normalPassword } from '../domain/password.ts';
import { Refusal } from '../domain/refusal.ts';

/** argon2id, as OWASP has it: 19 MiB, two passes, one lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** So many are hashed at once: 38 MiB, and half of the threads that files and names need, too. */
const mostAtOnce = 2;
/** So many may wait; one more is told to come again. */
const mostWaiting = 32;

/** Hashes a password for keeping. */
export function hashPassword(password: string): Promise<string> {
  return hash(normalPassword(password), cost);
}

/** Hashes and checks passwords, a few at a time. */
export interface Passwords {
  /** Hashes a password for keeping. Refuses when too many wait. */
  hash(password: string): Promise<string>;
  /**
   * Whether a password is the one that was hashed. Without a hash it works as long as with one and says
   * no: an account that does not exist is not told by the time it takes. Refuses when too many wait.
   */
  verify(kept: string | null, password: string): Promise<boolean>;
  /** How many were checked since the start. */
  checked(): number;
}

/** Opens the one place of a process where passwords are hashed. */
export function openPasswords(): Passwords {
  const nobodys = hashPassword('no account has this password');
  const waiting: (() => void)[] = [];
  let running = 0;
  let checked = 0;

  async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= mostAtOnce) {
      if (waiting.length >= mostWaiting) throw new Refusal('OVERLOADED');
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  }

  return {
    hash: (password) => inTurn(() => hashPassword(password)),
    verify: (kept, password) =>
      inTurn(async () => {
        checked += 1;
        const same = await verify(kept ?? (await nobodys), normalPassword(password));
        return same && kept !== null;
      }),
    checked: () => checked,
  };
}
