import { bringForward } from '../store/due-now.ts';
import { leaseLife } from './push-round.ts';
import type { World } from './world.ts';

/** Steps of ten thousand; what is left after so many keeps its times, which are at most a day away. */
const mostSteps = 100;

/** Makes what waits due after the clock was set back; gives how many deliveries. */
export async function hurryAll(world: World): Promise<number> {
  let hurried = 0;
  for (const programId of world.directory.current().endpoints.keys()) hurried += await hurryProgramme(world, programId);
  return hurried;
}

async function hurryProgramme({ database, clock }: World, programId: string): Promise<number> {
  let hurried = 0;
  for (let step = 0; step < mostSteps; step += 1) {
    const now = clock.now();
    const moved = await database.transaction((transaction) =>
      bringForward(transaction, programId, now, now + leaseLife),
    );
    if (moved === 0) break;
    hurried += moved;
  }
  return hurried;
}
