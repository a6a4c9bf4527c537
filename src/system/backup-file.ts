/** The file of a back-up: compressed lines, written whole or not at all, read line by line. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { linesOf } from './lines.ts';
import { openNewFile } from './new-file.ts';

/** Where a back-up's lines go. */
export interface BackUpWriter {
  write(text: string): Promise<void>;
  /** Ends the file and gives its size in bytes; only now it is there. */
  commit(): Promise<number>;
  /** Removes what was written. */
  abandon(): Promise<void>;
}

/** Fast rather than small: the rows are read faster than a higher level could compress them. */
const level = 3;

/** Begins a file; `-` is standard output. Refuses a path at which there is something already. */
export async function openBackUpWriter(path: string): Promise<BackUpWriter> {
  const file = path === '-' ? null : await openNewFile(path);
  const gzip = createGzip({ level });
  const written = file === null ? pipeline(gzip, process.stdout, { end: false }) : file.fill(gzip);
  // Told by whoever writes next, or ends the file.
  written.catch(() => {});
  let bytes = 0;
  gzip.on('data', (chunk: Buffer) => (bytes += chunk.length));
  return {
    async write(text) {
      if (!gzip.write(text)) await Promise.race([once(gzip, 'drain'), written]);
    },
    async commit() {
      gzip.end();
      await written;
      return bytes;
    },
    async abandon() {
      gzip.destroy();
      await written.catch(() => {});
    },
  };
}

/** Opens a file to read its lines; `-` is standard input. */
export async function readBackUp(path: string): Promise<AsyncIterable<string>> {
  if (path === '-') return unpacked(process.stdin);
  const source = createReadStream(path);
  await once(source, 'open');
  return unpacked(source);
}

async function* unpacked(source: Readable): AsyncGenerator<string> {
  const gunzip = createGunzip();
  // Whatever ends it early is told by the lines.
  pipeline(source, gunzip).catch(() => {});
  try {
    yield* linesOf(gunzip);
  } catch (problem) {
    const damaged = (problem as NodeJS.ErrnoException).code?.startsWith('Z_') === true;
    throw damaged ? new Error(`the file is damaged, or no back-up: ${(problem as Error).message}`) : problem;
  }
}
