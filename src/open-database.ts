import type { Log } from './operations/world.ts';
import { noticingDamage } from './store/damage.ts';
import { type Database, DatabaseUnavailable } from './store/database.ts';
import { openEmbedded } from './store/embedded.ts';
import { openPostgres } from './store/postgres.ts';
import type { Configuration } from './system/configuration.ts';

/** How a database is opened. */
export interface Opening {
  readonly log: Log;
  /** Milliseconds a statement may take: short at the door, long for a report. */
  readonly longest?: number;
  /** Told when the embedded database has ended by itself. */
  readonly ended?: (problem: string) => void;
  /** Told why the start waits; throw in it to give up. */
  readonly waiting?: (problem: DatabaseUnavailable) => void;
}

/**
 * Opens the database that the settings name. A PostgreSQL server that is not there yet is waited
 * for, as long as `waiting` is given and does not throw. The data lock is the caller's business.
 */
export async function openDatabase(
  configuration: Pick<Configuration, 'databaseUrl' | 'dataFolder'>,
  opening: Opening,
): Promise<Database> {
  const { databaseUrl, dataFolder } = configuration;
  const { longest, waiting, ended } = opening;
  const log = (event: string, facts: object) => opening.log('warn', event, { ...facts });
  if (databaseUrl === null) {
    const patience = longest === undefined ? {} : { stuckAfterMilliseconds: longest };
    const embedded = await openEmbedded({ folder: dataFolder, log, ...patience, ...(ended && { ended }) });
    return noticingDamage(embedded, log);
  }
  for (;;) {
    try {
      const patience = longest === undefined ? {} : { longest };
      return noticingDamage(await openPostgres({ url: databaseUrl, log, ...patience }), log);
    } catch (problem) {
      if (!(problem instanceof DatabaseUnavailable) || waiting === undefined) throw problem;
      waiting(problem);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}
