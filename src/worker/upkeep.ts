import { forgetOldAnswers } from '../operations/upkeep.ts';
import type { World } from '../operations/world.ts';

const every = 10 * 60_000;

/** Runs what must be done now and then, one run at a time. A run that fails is logged and tried again. */
export function startUpkeep(world: World): { stop(): void } {
  let running = false;
  const timer = setInterval(() => {
    if (running) return;
    running = true;
    forgetOldAnswers(world)
      .then((gone) => gone > 0 && world.log('info', 'old answers forgotten', { gone }))
      .catch((problem: unknown) => world.log('warn', 'upkeep failed', { problem: String(problem) }))
      .finally(() => {
        running = false;
      });
  }, every);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
