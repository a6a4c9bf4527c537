/** Disks that a test may fill, cut off and damage: file systems in memory or in an image, mounted by root on Linux. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });

/** A file system in memory of so many bytes (`140M`). */
export function mountMemory(on: string, size: string): void {
  mkdirSync(on, { recursive: true });
  run('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', on);
}

/** Makes an image of ext4 that takes room only for what is written into it. */
export function makeImage(file: string, size: string): void {
  run('truncate', '-s', size, file);
  run('mkfs.ext4', '-q', '-F', file);
}

export function mountImage(file: string, on: string, options = 'loop'): void {
  mkdirSync(on, { recursive: true });
  run('mount', '-o', options, file, on);
}

export function unmount(on: string): void {
  try {
    run('umount', on);
  } catch {
    try {
      run('umount', '-l', on);
    } catch {
      // It was not mounted.
    }
  }
}

/** Tries `prepare`; gives why disks cannot be had here, or false. Under CI root must be able to. */
export function whyNoDisks(prepare: () => void): string | false {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root to mount a disk';
  try {
    prepare();
    return false;
  } catch (error) {
    const reason = `no disk could be mounted: ${(error as Error).message}`;
    if (process.env.CI === 'true') throw new Error(reason);
    return reason;
  }
}

/** A folder to mount disks in. */
export const workFolder = (name: string) => mkdtempSync(join(tmpdir(), `passdesk-${name}-`));

/** Writes a file until no byte more fits; gives how to take it away again. */
export function fillDisk(folder: string): () => void {
  const path = join(folder, 'filler');
  const file = openSync(path, 'w');
  try {
    for (const size of [1 << 20, 1 << 12, 1]) {
      const block = Buffer.alloc(size, 1);
      while (writes(file, block));
    }
  } finally {
    closeSync(file);
  }
  return () => rmSync(path);
}

function writes(file: number, block: Buffer): boolean {
  try {
    return writeSync(file, block) === block.length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
