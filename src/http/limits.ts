import { Refusal } from '../domain/refusal.ts';

/** One counter over a window of fixed length. */
interface Window {
  count: number;
  endsAt: number;
}

/** How many counters one limiter keeps; past that the oldest is forgotten, so memory stays bounded. */
const mostWindows = 50_000;

/**
 * Counts per key in windows of `length` milliseconds. Counts are this process's own: several
 * processes each allow the limit (ARCHITECTURE.md, Limits).
 */
export class Limiter {
  readonly #length: number;
  readonly #windows = new Map<string, Window>();

  constructor(length: number) {
    this.#length = length;
  }

  /** The open window of a key. */
  window(key: string): Window {
    const now = performance.now();
    const window = this.#windows.get(key);
    if (window !== undefined && window.endsAt > now) return window;
    this.#windows.delete(key);
    if (this.#windows.size >= mostWindows) this.#windows.delete(this.#windows.keys().next().value!);
    const opened = { count: 0, endsAt: now + this.#length };
    this.#windows.set(key, opened);
    return opened;
  }
}

/** Whole seconds until a window ends, at least 1. */
export function secondsLeft(window: Window): number {
  return Math.max(1, Math.ceil((window.endsAt - performance.now()) / 1000));
}

/** Counts one and refuses when the limit was reached before. */
export function countOrRefuse(window: Window, limit: number): void {
  window.count += 1;
  if (window.count > limit) throw new Refusal('RATE_LIMITED', { facts: { retryAfter: secondsLeft(window) } });
}

/** Refuses when so many failures have been counted that the next is a guess. */
export function refuseGuessing(window: Window, limit: number): void {
  if (window.count >= limit) throw new Refusal('LOOK_UPS_EXHAUSTED', { facts: { retryAfter: secondsLeft(window) } });
}
