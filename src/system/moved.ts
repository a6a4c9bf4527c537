/** The mark of a data folder whose data has moved: it must never be served again as if it had not. */
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from './lasting-folder.ts';

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

/** Writes the mark, durably: once this is done the data is not here any more. */
export async function writeMoved(folder: string, moved: Moved): Promise<void> {
  const file = await open(join(folder, name), 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(moved, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(folder);
}
