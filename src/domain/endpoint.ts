import { day, hour, minute } from './calendar.ts';
import { formatInstant, type Instant } from './instant.ts';
import { fieldRefusal, Refusal } from './refusal.ts';

/** More a programme may not have: every event is written once for each. */
export const mostEndpoints = 10;

/** When a new signing key takes over unless told otherwise: receivers need time to fetch it. */
const usualNotice = day;
const longestNotice = 90 * day;

/** A key is told of for so long before it signs: a process may keep what it tells of keys for a second. */
const toldBefore = 2_000;

/** How long the old key must be accepted after it signed for the last time: far longer than a token lives. */
const overlap = hour;

/** A little earlier than now is now: clocks differ. */
const clockSkew = minute;

/** When a signing key signs, and until when it is good. */
export interface KeyTimes {
  readonly kid: string;
  readonly signsFrom: Instant;
  /** Until when receivers must accept it; null until its successor is known. */
  readonly retiredAt: Instant | null;
}

/** Whether receivers must accept the key now. */
function isInForce(key: KeyTimes, now: Instant): boolean {
  return key.retiredAt === null || key.retiredAt > now;
}

/** From when the next key signs, and until when the present one is still good. */
export interface TakeOver {
  readonly present: string;
  readonly signsFrom: Instant;
  readonly retiredAt: Instant;
}

/** Plans the change to another signing key. Refuses a third key, and a time that is over or too far ahead. */
export function takeOver(keys: readonly KeyTimes[], asked: Instant | null, now: Instant): TakeOver {
  const inForce = keys.filter((key) => isInForce(key, now));
  const [present, another] = inForce;
  if (another !== undefined) {
    const until = Math.max(...inForce.map((key) => key.retiredAt ?? 0));
    throw new Refusal('SIGNING_KEYS_EXHAUSTED', { facts: { until: formatInstant(until) } });
  }
  const signsFrom = asked ?? now + usualNotice;
  if (signsFrom < now - clockSkew) throw fieldRefusal('REQUEST_INVALID', 'signsFrom', 'must not be earlier than now');
  if (signsFrom > now + longestNotice) {
    throw fieldRefusal('REQUEST_INVALID', 'signsFrom', 'must be at most 90 days ahead');
  }
  const from = Math.max(signsFrom, now + toldBefore);
  return { present: present!.kid, signsFrom: from, retiredAt: from + overlap };
}

/**
 * What is wrong with the address of an endpoint, or null. Names are not resolved here and may turn
 * private later: the guard that counts is the one at sending, which looks at the address it
 * connects to. This one only says at once what would never work; `mayBeReached` is that guard's own rule.
 */
export function urlProblem(text: string, live: boolean, mayBeReached: (host: string) => boolean): string | null {
  if (!URL.canParse(text)) return 'is not an address';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https:// or http://';
  if (live && url.protocol !== 'https:') return 'must begin with https:// in a live programme';
  if (url.username !== '' || url.password !== '') return 'must not hold credentials';
  if (url.hash !== '') return 'must not have a fragment';
  return mayBeReached(hostOf(url)) ? null : 'names a host that is not public';
}

/** The host as it is compared: an IPv6 address without brackets, a name without the root's dot. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}
