/** Copies of the embedded database, made for whoever reads it all: each a folder of its own, gone when that is done. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const name = 'copies';

/** A new folder for one copy, for its owner only. */
export async function newCopyFolder(dataFolder: string, id: string): Promise<string> {
  const folder = join(dataFolder, name, id);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Removes one copy. */
export async function removeCopy(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/** Removes what readers that were killed left behind. Nobody may be reading. */
export async function removeCopies(dataFolder: string): Promise<void> {
  await rm(join(dataFolder, name), { recursive: true, force: true });
}
