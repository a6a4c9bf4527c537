/** A file that is there whole or not at all, and whose path was looked at before the work that fills it. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { putInPlace } from './lasting-folder.ts';

/** A file that is not there yet. */
export interface NewFile {
  /** Writes all of it, durably; now it is there. Leaves nothing when it throws. */
  fill(chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** Removes what was begun; does nothing to a file that is filled. */
  abandon(): Promise<void>;
}

/** Begins a draft beside the path, for its owner only. Refuses a path at which there is something, or that nobody can write. */
export async function openNewFile(path: string): Promise<NewFile> {
  if ((await stat(path).catch(() => null)) !== null) throw new Error(`there is a file ${path} already`);
  const draft = `${path}.${process.pid}.part`;
  const target = createWriteStream(draft, { flags: 'wx', mode: 0o600 });
  try {
    await once(target, 'open');
  } catch (problem) {
    throw new Error(`${path} cannot be written: ${(problem as Error).message}`, { cause: problem });
  }
  const abandon = async () => {
    target.destroy();
    await rm(draft, { force: true });
  };
  return {
    abandon,
    async fill(chunks) {
      try {
        await pipeline(chunks, target);
        await putInPlace(draft, path);
      } catch (problem) {
        await abandon();
        throw problem;
      }
    },
  };
}
