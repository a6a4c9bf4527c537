/** The small files of a data folder that belong to the data, and go into a back-up with it. */
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, syncFolder } from './lasting-folder.ts';

/** Without them a restored product would not know its own demo clients, or make other links than before. */
const names = ['credentials.json', 'link-secret'] as const;

/** Only what is not there is absent; what cannot be read is a fault, and is told. */
function nullIfAbsent(problem: NodeJS.ErrnoException): null {
  if (problem.code === 'ENOENT') return null;
  throw problem;
}

/** Whether an embedded database lies in the folder. Throws when nobody can tell, as without permission to look. */
export async function holdsDatabase(folder: string): Promise<boolean> {
  return (await stat(join(folder, 'postgres')).catch(nullIfAbsent)) !== null;
}

/** Those that are there, by name. Throws when one of them cannot be read: a back-up without it would not be whole. */
export async function readDataFiles(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of names) {
    const text = await readFile(join(folder, name), 'utf8').catch(nullIfAbsent);
    if (text !== null) files[name] = text;
  }
  return files;
}

/** Writes those that are not there yet, for their owner only; gives their names. */
export async function writeDataFiles(folder: string, files: Readonly<Record<string, string>>): Promise<string[]> {
  const written: string[] = [];
  await makeFolder(folder);
  for (const name of names) {
    const text = files[name];
    if (text === undefined) continue;
    try {
      const file = await open(join(folder, name), 'wx', 0o600);
      await file.writeFile(text);
      await file.sync();
      await file.close();
      written.push(name);
    } catch (problem) {
      if ((problem as NodeJS.ErrnoException).code !== 'EEXIST') throw problem;
    }
  }
  await syncFolder(folder);
  return written;
}
