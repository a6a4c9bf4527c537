/** Folders and the names in them, so that they outlive a power cut: to sync a file keeps what is in it, not its name. */
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Makes the names that a folder holds now outlive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const directory = await open(folder, 'r');
  await directory.sync().finally(() => directory.close());
}

/** Puts a draft that is written, in the same folder, in its place: it is there whole or not at all, also after a power cut. */
export async function putInPlace(draft: string, path: string): Promise<void> {
  const file = await open(draft, 'r');
  await file.sync().finally(() => file.close());
  await rename(draft, path);
  await syncFolder(dirname(path));
}

/** Makes a folder, and those that it lies in, where they are missing. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  const top = dirname(resolve(first));
  let made = resolve(folder);
  while (made !== top) {
    made = dirname(made);
    await syncFolder(made);
  }
}
