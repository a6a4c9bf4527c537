/** The mark of a data folder whose data has moved: it must never be served again as if it had not. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { putInPlace } from './lasting-folder.ts';

const name = 'moved.json';

export interface Moved {
  /** The new database's address without its password. */
  readonly to: string;
  readonly at: string;
}

/** Where the data of this folder went; null when it is still here. */
export async function readMoved(folder: string): Promise<Moved | null> {
  let text: string;
  try {
    text = await readFile(join(folder, name), 'utf8');
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw problem;
  }
  return JSON.parse(text) as Moved;
}

/**
 * Writes the mark, durably and whole: once this is done the data is not here any more. When it throws there is no
 * mark, as far as the disk allows, and the data is still here.
 */
export async function writeMoved(folder: string, moved: Moved): Promise<void> {
  const [draft, mark] = [join(folder, `${name}.new`), join(folder, name)];
  try {
    await writeFile(draft, `${JSON.stringify(moved, null, 2)}\n`, { mode: 0o600 });
    await putInPlace(draft, mark);
  } catch (problem) {
    for (const path of [draft, mark]) await rm(path, { force: true }).catch(() => {});
    throw problem;
  }
}
