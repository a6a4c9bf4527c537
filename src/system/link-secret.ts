import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, syncFolder } from './lasting-folder.ts';

const name = 'link-secret';

/**
 * The secret that links to pass pages are made with, from DATA_DIR/link-secret; drawn and written at the
 * first call, readable by its owner only. It is kept out of the database, so that a dump of that gives no
 * link away. Two processes that start together in one folder take the same.
 */
export async function readLinkSecret(folder: string): Promise<string> {
  const path = join(folder, name);
  const known = await readText(path);
  if (known !== null) return checked(known, path);
  await makeFolder(folder);
  const draft = join(folder, `${name}.${randomBytes(6).toString('hex')}`);
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(32).toString('base64url')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  // Unlike a rename, this does not replace what another process has put there meanwhile.
  await link(draft, path).catch((problem: unknown) => {
    if ((problem as { code?: unknown }).code !== 'EEXIST') throw problem;
  });
  await rm(draft, { force: true });
  // Links are made with it from now on: it must outlive a power cut as they do.
  await syncFolder(folder);
  return checked(await readFile(path, 'utf8'), path);
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (problem) {
    if ((problem as { code?: unknown }).code === 'ENOENT') return null;
    throw problem;
  }
}

function checked(text: string, path: string): string {
  const secret = text.trim();
  if (secret.length >= 32) return secret;
  throw new Error(`${path} is damaged: restore it from a back-up, or remove it; links made with it live on`);
}
