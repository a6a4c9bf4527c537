import { hour, minute } from '../domain/calendar.ts';
import { forgetOldBulkRows } from '../operations/bulk-upkeep.ts';
import { tellAllExpiring } from '../operations/tell-expiring.ts';
import {
  forgetOldAnswers,
  forgetOldDeliveries,
  forgetOldRefusals,
  forgetOldSecrets,
  forgetOldSessions,
  forgetOldTraffic,
  writeRefusals,
} from '../operations/upkeep.ts';
import type { World } from '../operations/world.ts';

const second = 1_000;

/** What must be done now and then: how often, and what the log says of what was done. */
const chores: readonly [every: number, done: string, work: (world: World) => Promise<number>][] = [
  [10 * minute, 'old answers forgotten', forgetOldAnswers],
  [10 * minute, 'old sessions forgotten', forgetOldSessions],
  [10 * minute, 'old secrets forgotten', forgetOldSecrets],
  [10 * minute, 'old traffic forgotten', forgetOldTraffic],
  [10 * minute, 'old deliveries forgotten', forgetOldDeliveries],
  [minute, 'expiring passes told of', tellAllExpiring],
  [5 * second, 'refusals written', writeRefusals],
  [hour, 'old refusals forgotten', forgetOldRefusals],
  [hour, 'old bulk rows forgotten', forgetOldBulkRows],
];

/** Runs every chore in its own time, one run of it at a time. A run that fails is logged and tried again. */
export function startUpkeep(world: World): { stop(): void } {
  const timers = chores.map(([every, done, work]) => {
    let running = false;
    return setInterval(() => {
      if (running) return;
      running = true;
      work(world)
        .then((count) => count > 0 && world.log('info', done, { count }))
        .catch((problem: unknown) => world.log('warn', 'upkeep failed', { chore: done, problem: String(problem) }))
        .finally(() => {
          running = false;
        });
    }, every).unref();
  });
  return { stop: () => timers.forEach(clearInterval) };
}
