import { examineData } from './operations/examine.ts';
import { type Keeper, readingKeeper } from './operations/keeper.ts';
import type { Log } from './operations/world.ts';
import type { Database } from './store/database.ts';
import type { Gated } from './store/gate.ts';
import { newCopyFolder } from './system/copies.ts';
import { ids } from './system/ids.ts';
import { writeMoved } from './system/moved.ts';
import { migrations, version } from './version.ts';

/** What a keeper works on. */
export interface Kept {
  readonly dataFolder: string;
  /** The database itself, behind the gate: for reading while changes are held up. */
  readonly database: Database;
  readonly gate: Gated;
  readonly log: Log;
  /** Resolves when what the product has taken is answered. */
  readonly drained: () => Promise<void>;
  /** Tells the door why nothing is served, or with null that it goes on. */
  readonly pause: (detail: string | null) => void;
  readonly state: () => string;
}

const holding = 'changes are held up while the data moves to another database';
const gone = 'the data of this folder has moved to another database: start again with DATABASE_URL';

/** The keeper of an embedded database that is being served. */
export function openKeeper(kept: Kept): Keeper {
  const { dataFolder, database, gate, log } = kept;
  let hasMoved = false;
  return {
    ...readingKeeper(database),
    status: async () => ({ pid: process.pid, state: kept.state(), version }),
    examine: async () => ({ pid: process.pid, findings: await examineData(database, migrations, Date.now) }),
    copy: async () => {
      const folder = await newCopyFolder(dataFolder, ids.uuid());
      return { folder, since: await database.copy!(folder) };
    },
    hold: async () => {
      if (hasMoved) throw new Error(gone);
      kept.pause(holding);
      log('warn', 'changes held up', { reason: 'move' });
      await kept.drained();
      const open = await gate.shut(holding);
      return () => {
        if (hasMoved) return;
        open();
        kept.pause(null);
        log('warn', 'changes go on', {});
      };
    },
    moved: async (to) => {
      await writeMoved(dataFolder, { to, at: new Date().toISOString() });
      hasMoved = true;
      kept.pause(gone);
      log('warn', 'data moved', { to });
      return { to };
    },
  };
}
