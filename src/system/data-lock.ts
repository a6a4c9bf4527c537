/**
 * One process per data folder. PGlite itself does not notice a second one, and then both acknowledge
 * and lose each other's writes.
 */
import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasPulse, startPulse } from './pulse.ts';

/** Another living process holds the data folder; the message names it. */
export class DataFolderLocked extends Error {}

/** `started` tells when the process began (boot id and ticks), so that a re-used pid is not taken for it. */
interface Holder {
  readonly pid: number;
  readonly started: string | null;
  /** Never used twice: says which lock exactly a file holds. */
  readonly token: string;
  /** The name of a socket beside the lock at which the holder answers; null where there are none. */
  readonly pulse: string | null;
}

const lockName = 'passdesk.lock';
/** How long a living process may take to succeed a dead one before we look again, and how often we look. */
const successionPause = 20;
const mostLooks = 250;

const readText = (path: string) => readFile(path, 'utf8').catch(() => null);

/** Field 22 of /proc/<pid>/stat, counted after the command name, which may hold blanks; null where unknown. */
async function startOf(pid: number): Promise<string | null> {
  const stat = await readText(`/proc/${pid}/stat`);
  if (stat === null) return null;
  const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  // Ticks count from the boot, and a machine that boots alike may give them out alike.
  const boot = (await readText('/proc/sys/kernel/random/boot_id'))?.trim();
  return `${boot}:${ticks}`;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Dead means: no such process, or its pid now belongs to one that began at another time; and nobody answers at its
 * socket, for it may live in another container, whose processes this one does not see. Age never counts.
 */
async function isAlive(folder: string, holder: Holder): Promise<boolean> {
  if (await isProcess(holder)) return true;
  return holder.pulse != null && (await hasPulse(folder, holder.pulse));
}

async function isProcess(holder: Holder): Promise<boolean> {
  if (!exists(holder.pid)) return false;
  const started = await startOf(holder.pid);
  return started === null || holder.started === null || started === holder.started;
}

/** The holder as written, or null when there is no such file. Refuses a file it cannot read rather than overwrite it. */
async function readHolder(path: string): Promise<Holder | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    return JSON.parse(text) as Holder;
  } catch {
    throw new DataFolderLocked(`the lock file ${path} is damaged; delete it if no other process uses this folder`);
  }
}

/** As exclusive as O_EXCL, and the file appears with its whole content at once. False when `path` exists. */
async function linkNew(own: string, path: string): Promise<boolean> {
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeIfOwn(path: string, token: string): Promise<void> {
  const holder = await readHolder(path);
  if (holder?.token === token) await rm(path, { force: true });
}

/**
 * Gives the living holder that keeps us out, or null once `path` is ours. A dead holder's file may be
 * replaced only by the one process that owns its succession, a lock of its own named by the dead
 * holder's token (and inherited the same way); so of any number of racers exactly one replaces it.
 */
async function acquire(path: string, own: string, token: string): Promise<Holder | null> {
  for (let look = 0; look < mostLooks; look += 1) {
    if (await linkNew(own, path)) return null;
    const holder = await readHolder(path);
    if (holder === null) continue;
    if (await isAlive(dirname(path), holder)) return holder;
    if (await succeed(path, own, token, holder)) return null;
  }
  throw new DataFolderLocked(`the lock file ${path} keeps changing hands`);
}

async function succeed(path: string, own: string, token: string, dead: Holder): Promise<boolean> {
  const succession = `${path}.${dead.token.slice(0, 8)}`;
  if ((await acquire(succession, own, token)) !== null) {
    await sleep(successionPause);
    return false;
  }
  const holder = await readHolder(path);
  const replace = holder?.token === dead.token;
  if (replace) {
    // Renaming one link onto another of the same file does nothing, hence the copy.
    await writeFile(`${own}.copy`, await readFile(own), { flush: true });
    await rename(`${own}.copy`, path);
  }
  await removeIfOwn(succession, token);
  return replace;
}

/**
 * Takes the exclusive lock of a data folder, creating the folder when missing. The lock outlives
 * nobody: it is taken over when its process is dead (never by age). `release` removes it if it is
 * still ours. Throws DataFolderLocked, naming the holder's pid, when another process is alive.
 */
export async function takeDataLock(folder: string): Promise<{ release(): Promise<void> }> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, lockName);
  const token = randomUUID();
  const own = `${path}.${process.pid}-${token}`;
  const pulse = await startPulse(folder, `${lockName}.${token.slice(0, 8)}.sock`);
  const started = await startOf(process.pid);
  const holder: Holder = { pid: process.pid, started, token, pulse: pulse?.name ?? null };
  await writeFile(own, JSON.stringify(holder), { flag: 'wx', flush: true });
  try {
    const other = await acquire(path, own, token);
    if (other !== null) throw new DataFolderLocked(await whoHas(folder, other));
  } catch (problem) {
    await pulse?.stop();
    throw problem;
  } finally {
    await rm(own, { force: true });
  }
  await removeDeadPulses(folder, pulse?.name);
  return {
    release: async () => {
      await removeIfOwn(path, token);
      await pulse?.stop();
    },
  };
}

async function whoHas(folder: string, other: Holder): Promise<string> {
  const where = (await isProcess(other)) ? '' : ' of another container';
  const cure = 'stop it first or set DATA_DIR to another folder';
  return `data folder ${resolve(folder)} is in use by process ${other.pid}${where}; ${cure}`;
}

/** Whoever was killed left its socket behind. Only the holder of the lock clears up. */
async function removeDeadPulses(folder: string, own: string | undefined): Promise<void> {
  const left = (await readdir(folder)).filter(
    (name) => /^passdesk\.lock\.[0-9a-f]{8}\.sock$/.test(name) && name !== own,
  );
  for (const name of left) if (!(await hasPulse(folder, name))) await rm(join(folder, name), { force: true });
}
