/** Whose data a folder holds: what another user writes there, its owner can no longer read. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The data belongs to another user of this machine; the message says whose, and what to do. */
export class FolderOfAnother extends Error {}

const userOf = (path: string) =>
  stat(path).then(
    ({ uid }) => uid,
    () => null,
  );

/** The name of a user as this machine's own list has it; null for those of a directory elsewhere. */
async function nameOf(uid: number): Promise<string | null> {
  const list = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const fields = list.split('\n').map((line) => line.split(':'));
  return fields.find(([, , number]) => number === String(uid))?.[0] ?? null;
}

/**
 * Refuses to work on the embedded database of another user, root included: an opened database leaves files of whoever
 * opened it, and the service, which may not read them, would not start any more. A folder that is not there yet is
 * everybody's. Who asks is `uid`, null where users have no numbers.
 */
export async function refuseFolderOfAnother(
  folder: string,
  uid: number | null = process.getuid?.() ?? null,
): Promise<void> {
  if (uid === null) return;
  // The database's own folder tells more: a root that serves in a folder of somebody else is its owner.
  const owner = (await userOf(join(folder, 'postgres'))) ?? (await userOf(folder));
  if (owner === null || owner === uid) return;
  const name = await nameOf(owner);
  throw new FolderOfAnother(
    `the data in ${folder} belongs to ${name ?? `user ${owner}`}, whose service could not start after another user has written there; run this as its owner: sudo -u ${name ?? `'#${owner}'`} passdesk …`,
  );
}
