import { renew } from './bulk-check.ts';
import { type Ahead, allAhead, type decideChunk, type Held, writeChunk } from './bulk-issue.ts';
import { giveWay } from './giving-way.ts';
import type { World } from './world.ts';

/*
 * The chunks of a job on their way: while some are written beside one another, the next is decided. Each counts on
 * those before it, and is committed after them.
 */

/** PostgreSQL writes with two processes, and the embedded database has one connection. */
const mostAtOnce = { postgresql: 2, embedded: 1 } as const;

/** Milliseconds between two signs of life while chunks are written. */
const renewEvery = 2_000;

/** One, while somebody waits at a door. */
function mostNow({ database, commit }: World): number {
  return commit.depth() > 0 ? 1 : mostAtOnce[database.kind];
}

/** A chunk that is being written. */
interface UnderWay {
  readonly ahead: Ahead;
  /** Fails when it was not committed. */
  readonly written: Promise<void>;
  /** Resolves, whatever has become of it, once another one may take its place. */
  readonly over: Promise<void>;
}

/** How far a job has come: all chunks before `next` are written, and why that one is not, where it was tried. */
export interface Reached {
  readonly next: number;
  readonly problem: unknown;
}

/** Issues the chunks of a job from `first` on, until one fails or it is over; `decide` reads and decides one. */
export async function issueInLine(
  held: Held,
  first: number,
  isOver: () => boolean,
  decide: (number: number, ahead: Ahead) => ReturnType<typeof decideChunk>,
): Promise<Reached> {
  const line = new Set<UnderWay>();
  const failures: Reached[] = [];
  // What is written says so only when it is committed, which may take longer than a lease lasts.
  const renewing = setInterval(() => void renew(held).catch(() => {}), renewEvery);
  let next = first;
  try {
    for (; next < held.job.chunks && failures.length === 0 && !isOver(); next += 1) {
      const decided = await decide(next, allAhead([...line].map(({ ahead }) => ahead)));
      while (line.size >= mostNow(held.world)) await Promise.race([...line].map(({ over }) => over));
      if (failures.length === 0) start(next, decided);
    }
  } catch (problem) {
    await allOver();
    // What went wrong before it comes first.
    if (failures.length === 0) throw problem;
  } finally {
    await allOver();
    clearInterval(renewing);
  }
  return failures.sort((one, other) => one.next - other.next)[0] ?? { next, problem: null };

  function allOver(): Promise<unknown> {
    return Promise.all([...line].map(({ over }) => over));
  }

  function start(number: number, decided: Awaited<ReturnType<typeof decideChunk>>): void {
    const written = writeChunk(held, decided, [...line].at(-1)?.written);
    const underWay = {
      ahead: decided.ahead,
      written,
      over: followed(number, written).then(() => void line.delete(underWay)),
    };
    line.add(underWay);
  }

  async function followed(number: number, written: Promise<void>): Promise<void> {
    const begun = performance.now();
    try {
      await written;
      await giveWay(held.world, performance.now() - begun);
    } catch (problem) {
      failures.push({ next: number, problem });
    }
  }
}
