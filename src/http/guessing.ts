import { isIPv6 } from 'node:net';
import { minute } from '../domain/calendar.ts';
import { Refusal, type RefusalName } from '../domain/refusal.ts';
import type { World } from '../operations/world.ts';
import { countOrRefuse, Limiter, secondsLeft } from './limits.ts';

/** Wrong guesses that one address may make in a minute, by what each is refused with. */
const mostGuesses = {
  CREDENTIALS_REFUSED: 60,
  PAIRING_CODE_REFUSED: 10,
  PASS_PAGE_UNKNOWN: 60,
} as const satisfies Partial<Record<RefusalName, number>>;
type Guess = keyof typeof mostGuesses;

/** Times that one link may be looked at in a minute; its page asks once a minute and whenever it is looked at again. */
const mostViews = 120;

interface Counters {
  readonly guesses: Limiter;
  readonly views: Limiter;
}

const countersOfWorlds = new WeakMap<World, Counters>();

function countersOf(world: World): Counters {
  const known = countersOfWorlds.get(world);
  if (known !== undefined) return known;
  const made = { guesses: new Limiter(minute), views: new Limiter(minute) };
  countersOfWorlds.set(world, made);
  return made;
}

/** Who guesses, whose secret, where it is somebody's, and what all addresses together may get wrong. */
interface Guesser {
  readonly address: string;
  readonly of?: string;
  readonly ofAll?: number;
}

/**
 * Does `work`, unless this address was refused as `wrong` too often in this minute. What is right is
 * not counted: many travellers share the address of an airport's network.
 */
export async function limitGuesses<T>(
  world: World,
  guesser: Guesser,
  wrong: Guess,
  work: () => Promise<T>,
): Promise<T> {
  const windows = windowsOf(world, guesser, wrong);
  for (const { window, most } of windows) {
    if (window.count >= most) throw new Refusal('RATE_LIMITED', { facts: { retryAfter: secondsLeft(window) } });
  }
  // Counted before, so that a thousand guesses at once are no way around; taken back when it was none.
  for (const { window } of windows) window.count += 1;
  let isWrong = false;
  try {
    return await work();
  } catch (problem) {
    isWrong = problem instanceof Refusal && problem.refusal === wrong;
    throw problem;
  } finally {
    if (!isWrong) for (const { window } of windows) window.count -= 1;
  }
}

function windowsOf(world: World, { address, of = '', ofAll }: Guesser, wrong: Guess) {
  const { guesses } = countersOf(world);
  const own = { window: guesses.window(`${wrong} ${networkOf(address)} ${of}`), most: mostGuesses[wrong] };
  return ofAll === undefined ? [own] : [own, { window: guesses.window(wrong), most: ofAll }];
}

/** Counts one look at a link and refuses when there were too many in this minute. */
export function countView(world: World, token: string): void {
  countOrRefuse(countersOf(world).views.window(token), mostViews);
}

/** Whoever has an IPv6 address has 2^64 of them, all in one network. */
export function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const groups = head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(':').length;
  const whole = tail === undefined ? groups : [...groups, ...new Array<string>(missing).fill('0'), ...tail.split(':')];
  return whole
    .slice(0, 4)
    .map((group) => Number.parseInt(group || '0', 16).toString(16))
    .join(':');
}
