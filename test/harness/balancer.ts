/** A load balancer in the client: it sends to processes whose /readyz says 200, in turns. */
import { setTimeout as pause } from 'node:timers/promises';

export interface Balancer {
  /** Where the next request goes. */
  next(): string;
  /** The processes that there are from now on. */
  use(addresses: readonly string[]): void;
  /** Resolves when so many are ready. */
  ready(count: number): Promise<void>;
  stop(): Promise<void>;
}

const lookEvery = 25;

/** Starts to look after the processes at these addresses. */
export function openBalancer(addresses: readonly string[]): Balancer {
  let all = [...addresses];
  let good: string[] = [...addresses];
  let turn = 0;
  let stopped = false;

  async function isReady(address: string): Promise<boolean> {
    try {
      const answer = await fetch(`${address}/readyz`, { signal: AbortSignal.timeout(2_000) });
      await answer.text();
      return answer.status === 200;
    } catch {
      return false;
    }
  }

  async function look(): Promise<void> {
    while (!stopped) {
      const states = await Promise.all(all.map(async (address) => [address, await isReady(address)] as const));
      const ready = states.filter(([, yes]) => yes).map(([address]) => address);
      // With none, somebody has to say no.
      good = ready.length > 0 ? ready : all;
      await pause(lookEvery);
    }
  }
  const looking = look();

  return {
    next: () => {
      turn += 1;
      return good[turn % good.length]!;
    },
    use: (next) => {
      all = [...next];
      good = [...next];
    },
    ready: async (count) => {
      for (;;) {
        const states = await Promise.all(all.map(isReady));
        if (states.filter((yes) => yes).length >= count) return;
        await pause(lookEvery);
      }
    },
    stop: async () => {
      stopped = true;
      await looking;
    },
  };
}
