import { keepTraffic } from '../operations/client-traffic.ts';
import type { World } from '../operations/world.ts';

/** How often what was counted is added to the table: what a killed process loses. */
const every = 5_000;

/** Keeps what clients asked for, every few seconds and once more when it stops. A round that fails is tried again. */
export function startTraffic(world: World): { stop(): Promise<void> } {
  let failing = false;
  const keep = () =>
    keepTraffic(world).then(
      () => {
        failing = false;
      },
      (problem: unknown) => {
        if (!failing) world.log('warn', 'traffic not kept', { problem: String(problem) });
        failing = true;
      },
    );
  const timer = setInterval(() => void keep(), every).unref();
  return {
    stop: () => {
      clearInterval(timer);
      return keep();
    },
  };
}
