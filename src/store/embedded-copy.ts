/**
 * Copies the files of the embedded database while it is being used, as PostgreSQL's own base back-up does: the files
 * are read as they are while they change, and the log that was written meanwhile makes them whole when the copy is
 * opened. Nobody waits.
 */
import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the database's one session is asked before and after. */
export interface BackupSession {
  /** Tells PostgreSQL that a back-up begins, and waits for its checkpoint. */
  begin(): Promise<void>;
  /** Ends it at an instant at which no transaction is open. */
  end(): Promise<{ readonly label: string; readonly since: string }>;
}

/** What a copy must not have: the mark of the process that runs, and what the log brings anew. */
const leftOut = new Set(['postmaster.pid', 'postmaster.opts', 'pg_wal', 'pg_replslot', 'pg_stat_tmp', 'pg_subtrans']);
/** Folders that must be there, empty. */
const emptyFolders = ['pg_replslot', 'pg_stat_tmp', 'pg_subtrans', 'pg_wal'];

/** Free space that must be left on the disk once the copy is there. */
const reserve = 128 * 1024 * 1024;

/**
 * Copies the database of `from` into the folder `to`, which it makes. Gives the id of the first transaction that may
 * be missing in it: every earlier one is there. Throws when there is not enough room.
 */
export async function copyFiles(from: string, to: string, session: BackupSession): Promise<string> {
  await refuseWhenTight(from);
  await mkdir(to, { recursive: true, mode: 0o700 });
  await session.begin();
  let ended: Awaited<ReturnType<BackupSession['end']>>;
  try {
    await copyFolder(from, to, leftOut);
    for (const name of emptyFolders) await mkdir(join(to, name));
  } finally {
    ended = await session.end();
  }
  await copyFolder(join(from, 'pg_wal'), join(to, 'pg_wal'), new Set());
  await writeFile(join(to, 'backup_label'), ended.label, { mode: 0o600 });
  return ended.since;
}

async function refuseWhenTight(from: string): Promise<void> {
  const needed = (await sizeOf(from)) + reserve;
  const { bavail, bsize } = await statfs(from);
  if (bavail * bsize >= needed) return;
  const [free, wanted] = [bavail * bsize, needed].map((bytes) => Math.ceil(bytes / 1_048_576));
  throw new Error(`a copy of the data needs ${wanted} MiB of free disk beside it, and there are ${free} MiB`);
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await sizeOf(path);
    else bytes += (await stat(path).catch(unlessGone({ size: 0 }))).size;
  }
  return bytes;
}

/** A file or folder that was there a moment ago may be gone: PostgreSQL removes what it needs no more. */
function unlessGone<T>(instead: T) {
  return (problem: unknown): T => {
    if ((problem as NodeJS.ErrnoException).code === 'ENOENT') return instead;
    throw problem;
  };
}

const entriesOf = (folder: string) => readdir(folder, { withFileTypes: true }).catch(unlessGone([]));

async function copyFolder(from: string, to: string, without: ReadonlySet<string>): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const entry of await entriesOf(from)) {
    if (without.has(entry.name)) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyFolder(source, target, new Set());
    // Where the file system can, the copy shares its blocks and costs no time and no space.
    else await copyFile(source, target, constants.COPYFILE_FICLONE).catch(unlessGone(undefined));
  }
}
