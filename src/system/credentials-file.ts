import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, putInPlace } from './lasting-folder.ts';

const name = 'credentials.json';

/** Reads DATA_DIR/credentials.json; null when there is none or it cannot be read. */
export async function readCredentials<T>(folder: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(join(folder, name), 'utf8')) as T;
  } catch {
    return null;
  }
}

/** Credentials of another database are set aside, never written over: nobody else has those secrets. */
async function keepOlder(folder: string, credentials: object): Promise<void> {
  const secretOf = (held: object | null) => (held as { partner?: { secret?: unknown } } | null)?.partner?.secret;
  const before = await readCredentials<object>(folder);
  if (before === null || secretOf(before) === secretOf(credentials)) return;
  await rename(join(folder, name), join(folder, `credentials.${Date.now()}.json`));
}

/**
 * Writes DATA_DIR/credentials.json whole or not at all, readable by its owner only, and durably:
 * after a crash it must not be missing while its secrets are in force.
 */
export async function writeCredentials(folder: string, credentials: object): Promise<void> {
  await makeFolder(folder);
  const draft = join(folder, `${name}.${process.pid}`);
  await rm(draft, { force: true });
  await writeFile(draft, `${JSON.stringify(credentials, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
  await keepOlder(folder, credentials);
  await putInPlace(draft, join(folder, name));
}
