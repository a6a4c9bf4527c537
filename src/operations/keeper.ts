import type { Wanted } from '../store/table-rows.ts';
import { readingFrom } from './catch-up.ts';
import type { Finding } from './examine.ts';
import type { World } from './world.ts';

/** What the operator may ask of a server that holds an embedded database, which nobody else can open meanwhile. */
export interface Keeper {
  /** What a caller on the same machine should know. */
  status(): Promise<{ readonly pid: number; readonly state: string; readonly version: string }>;
  /** What the doctor wants to know of the data. */
  examine(): Promise<{ readonly pid: number; readonly findings: readonly Finding[] }>;
  /** Makes a copy of the data, as of now, in a folder of its own; leaves nothing when it fails. */
  copy(): Promise<{ readonly folder: string; readonly since: string }>;
  removeCopy(folder: string): Promise<void>;
  /** Holds every change up, once those under way are over. Refused while another hold is in force. */
  hold(): Promise<Hold>;
  count(table: string): Promise<number>;
  /** Reads a table; only while changes are held up do several of these belong together. */
  rows(table: string, wanted: Wanted, take: (rows: (readonly (string | null)[])[]) => Promise<void>): Promise<void>;
  /**
   * Says that the data is elsewhere now: nothing is served any more, after a restart neither. Refused unless the hold
   * with this token is still in force: whatever was acknowledged after it is not in the new place.
   */
  moved(to: string, token: string): Promise<{ readonly to: string }>;
}

/** Changes are held up; they go on when `letGo` is called, or after ten minutes, unless the data has moved. */
export interface Hold {
  readonly token: string;
  letGo(): void;
}

/** The reading half of a keeper, on the database itself. */
export function readingKeeper(database: World['database']): Pick<Keeper, 'count' | 'rows'> {
  return {
    count: (table) => readingFrom(database, (origin) => origin.count(table)),
    rows: (table, wanted, take) =>
      readingFrom(database, async (origin) => {
        for await (const rows of origin.rows(table, wanted)) await take(rows);
      }),
  };
}
