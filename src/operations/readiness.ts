import { type SchemaState, schemaState } from '../store/migrate.ts';
import { oldestPicture } from './directory.ts';
import type { World } from './world.ts';

export interface ReadinessCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** Told and alerted, but requests are still to come: only some of them cannot be answered. */
  readonly advisory?: true;
}

/** Further apart than this and two processes would disagree on what has expired. */
const clockLimit = 1_000;

/** Everything that must hold for a use to be recorded durably, each with a sentence. */
export async function readiness(world: World, migrations: URL): Promise<ReadinessCheck[]> {
  const health = await world.database.health();
  const apart = Math.abs(health.clockDifference);
  return [
    // It may answer and still take no change: read-only, a standby, no space, no fsync.
    {
      name: 'database',
      ok: health.answers && health.problem === null,
      detail: health.problem ?? `${world.database.kind} answers`,
    },
    { name: 'durability', ok: health.answers, detail: health.durability },
    {
      name: 'storage',
      ok: health.damage === undefined,
      detail: health.damage ?? 'no damaged data was met since the start',
      advisory: true,
    },
    {
      name: 'clock',
      ok: !health.answers || apart <= clockLimit,
      detail: `this process and the database are ${Math.round(apart)} ms apart (limit ${clockLimit})`,
    },
    await schemaCheck(world, migrations, health.answers),
    {
      name: 'directory',
      ok: world.directory.age() <= oldestPicture,
      detail: `clients and catalogue confirmed ${Math.round(world.directory.age())} ms ago (limit ${oldestPicture})`,
    },
    { name: 'queue', ok: true, detail: `${world.commit.depth()} requests wait or are being written` },
  ];
}

async function schemaCheck(world: World, migrations: URL, answers: boolean): Promise<ReadinessCheck> {
  const name = 'schema';
  if (!answers) return { name, ok: false, detail: 'cannot be read while the database does not answer' };
  try {
    const state: SchemaState = await schemaState(world.database, migrations);
    const current = state.pending.length === 0;
    return {
      name,
      ok: current,
      detail: current ? `${state.applied} migrations applied` : `pending: ${state.pending.join(', ')}`,
    };
  } catch (problem) {
    return { name, ok: false, detail: problem instanceof Error ? problem.message : String(problem) };
  }
}
