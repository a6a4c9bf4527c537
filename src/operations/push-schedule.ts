import { hour, minute } from '../domain/calendar.ts';
import type { Posted } from './world.ts';

const second = 1_000;

/** How long to wait after the first failure, the second and so on; about three days in all. */
export const schedule: readonly number[] = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];

/** Each wait is longer or shorter by up to this part of it, so that what failed together comes back apart. */
const spread = 0.2;

/** A receiver may ask for more time, but not for ever. */
const longestAsked = 24 * hour;

/** How long to wait after so many failures, given a random number from 0 to 1; null when it is enough. */
export function waitAfter(failures: number, random: number): number | null {
  const wait = schedule[failures - 1];
  return wait === undefined ? null : Math.round(wait * (1 - spread + 2 * spread * random));
}

/** How long the receiver asked us to wait: seconds or a date, of a 429 or a 503; 0 when it did not ask. */
export function askedWait(posted: Posted, now: number): number {
  if ('failed' in posted || posted.retryAfter === null) return 0;
  if (posted.status !== 429 && posted.status !== 503) return 0;
  const text = posted.retryAfter.trim();
  const until = /^[0-9]+$/.test(text) ? now + Number(text) * second : Date.parse(text);
  return Number.isNaN(until) ? 0 : Math.min(Math.max(until - now, 0), longestAsked);
}

/** What an attempt came to, for the metrics. */
export const pushOutcomes = ['delivered', 'refused', 'unreachable', 'unsendable'] as const;
export type PushOutcome = (typeof pushOutcomes)[number];

/** Delivered is HTTP 200 with the JSON `{"status":"success"}`, and nothing else is. */
export function isDelivered(posted: Posted): boolean {
  if ('failed' in posted || posted.status !== 200) return false;
  try {
    const answer = JSON.parse(posted.text) as { status?: unknown } | null;
    return typeof answer === 'object' && answer?.status === 'success';
  } catch {
    return false;
  }
}
