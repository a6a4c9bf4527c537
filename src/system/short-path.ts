import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** What the operating systems allow a socket's path, without the end mark: 104 bytes on the strictest. */
const longestPath = 103;

/** Gives `use` a path of a socket in a folder that is short enough for the operating system, by way of a link if need be. */
export async function withShortPath<T>(folder: string, name: string, use: (path: string) => Promise<T>): Promise<T> {
  const direct = join(resolve(folder), name);
  if (Buffer.byteLength(direct) <= longestPath) return use(direct);
  const detour = await mkdtemp(join(tmpdir(), 'pd-'));
  try {
    await symlink(resolve(folder), join(detour, 'd'));
    return await use(join(detour, 'd', name));
  } finally {
    await rm(detour, { recursive: true, force: true });
  }
}
