import { workOnBulk } from '../operations/bulk-work.ts';
import type { World } from '../operations/world.ts';

/** Jobs of other processes' uploads, and those that a dead process left, are seen this often. */
const pollEvery = 1_000;
const pauseAfterProblem = 1_000;

/** Works on bulk jobs until it is stopped. */
export interface BulkLoop {
  /** Ends uploads, finishes the chunks at work and gives the job back. */
  stop(): Promise<void>;
}

/** Starts the loop that checks and issues files. While there is no job it asks the database once a second. */
export function startBulk(world: World): BulkLoop {
  let stopping = false;
  let woken = false;
  let heldUp = false;
  let alarm: (() => void) | null = null;

  function wake(): void {
    woken = true;
    alarm?.();
  }

  async function sleep(milliseconds: number): Promise<void> {
    if (woken) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      alarm = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    alarm = null;
  }

  async function run(): Promise<void> {
    while (!stopping) {
      woken = false;
      try {
        const worked = await workOnBulk(world, () => stopping);
        heldUp = false;
        if (!worked) await sleep(pollEvery);
      } catch (problem) {
        if (!heldUp) world.log('warn', 'bulk jobs held up', { problem: String(problem) });
        heldUp = true;
        woken = false;
        await sleep(pauseAfterProblem);
      }
    }
  }

  world.bulk.onWake(wake);
  const running = run();
  return {
    stop: async () => {
      stopping = true;
      wake();
      await Promise.all([world.bulk.close(), running]);
    },
  };
}
