import { examineData } from './operations/examine.ts';
import { type Keeper, readingKeeper } from './operations/keeper.ts';
import type { Log } from './operations/world.ts';
import type { Database } from './store/database.ts';
import type { Gated } from './store/gate.ts';
import { newCopyFolder, removeCopy } from './system/copies.ts';
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
/** Milliseconds: a mover that is stopped meanwhile must not hold changes up for ever. */
const longestHold = 600_000;
const gone = 'the data of this folder has moved to another database: start again with DATABASE_URL';

/** The keeper of an embedded database that is being served. */
export function openKeeper(kept: Kept): Keeper {
  const { dataFolder, database } = kept;
  return {
    ...readingKeeper(database),
    status: async () => ({ pid: process.pid, state: kept.state(), version }),
    examine: async () => ({ pid: process.pid, findings: await examineData(database, migrations, Date.now) }),
    copy: async () => {
      const folder = await newCopyFolder(dataFolder, ids.uuid());
      try {
        return { folder, since: await database.copy!(folder) };
      } catch (problem) {
        await removeCopy(folder);
        throw problem;
      }
    },
    removeCopy,
    ...openHolding(kept),
  };
}

/**
 * Holding changes up, and the word that ends all service. Only the mover whose hold is in force may say it: what a
 * server took after another hold, or after it was started again, would stay behind in the old place.
 */
function openHolding({ dataFolder, gate, log, drained, pause }: Kept): Pick<Keeper, 'hold' | 'moved'> {
  let inForce: string | null = null;
  let hasMoved = false;
  let marking: Promise<void> = Promise.resolve();

  async function shut(): Promise<() => void> {
    pause(holding);
    log('warn', 'changes held up', { reason: 'move' });
    try {
      await drained();
      return await gate.shut(holding);
    } catch (problem) {
      inForce = null;
      pause(null);
      throw problem;
    }
  }

  return {
    hold: async () => {
      if (hasMoved) throw new Error(gone);
      if (inForce !== null) throw new Error('another move holds changes up already');
      const token = ids.uuid();
      inForce = token;
      const open = await shut();
      const letGo = () => {
        if (inForce !== token) return;
        inForce = null;
        clearTimeout(late);
        // A mark that is being written decides first whether there is anything left to go on with.
        void marking.then(() => {
          if (hasMoved) return;
          open();
          pause(null);
          log('warn', 'changes go on', {});
        });
      };
      const late = setTimeout(letGo, longestHold).unref();
      return { token, letGo };
    },
    moved: async (to, token) => {
      if (inForce === null || inForce !== token) throw new Error('the hold of this move is not in force any more');
      const marked = writeMoved(dataFolder, { to, at: new Date().toISOString() }).then(() => {
        hasMoved = true;
      });
      marking = marked.catch(() => {});
      await marked;
      pause(gone);
      log('warn', 'data moved', { to });
      return { to };
    },
  };
}
