/**
 * A sign of life that reaches as far as a data folder does. Another container sees the same files, but not the processes
 * of this one, so that a pid says nothing there; a socket in the folder answers wherever the kernel is the same, and
 * the kernel closes it with its process, however that ends.
 */
import { rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { withShortPath } from './short-path.ts';

export interface Pulse {
  /** The socket's name in the folder. */
  readonly name: string;
  stop(): Promise<void>;
}

/** Begins to answer at a socket in the folder; null where the file system has no sockets. */
export async function startPulse(folder: string, name: string): Promise<Pulse | null> {
  const server = createServer((socket) => socket.destroy());
  server.unref();
  try {
    await withShortPath(
      folder,
      name,
      (path) =>
        new Promise<void>((listening, failed) => {
          // Stays: that a caller could not be let in must not end the process.
          server.on('error', failed);
          server.listen(path, () => listening());
        }),
    );
  } catch {
    return null;
  }
  return {
    name,
    stop: async () => {
      await new Promise<void>((closed) => server.close(() => closed()));
      await rm(join(folder, name), { force: true });
    },
  };
}

/** Whether somebody answers there: a process that is stopped, too, as its kernel takes the call. */
export function hasPulse(folder: string, name: string): Promise<boolean> {
  return withShortPath(
    folder,
    name,
    (path) =>
      new Promise<boolean>((answer) => {
        const socket = connect(path);
        socket.on('error', (problem: NodeJS.ErrnoException) => answer(mayLive(problem.code)));
        socket.once('connect', () => {
          answer(true);
          // A holder that is stopped never hangs up.
          socket.destroy();
        });
      }),
  );
}

/** Nobody listens, or there is no such file. Everything else (no permission, a full backlog) is no proof of death. */
const mayLive = (code: string | undefined) => code !== 'ECONNREFUSED' && code !== 'ENOENT' && code !== 'ENOTSOCK';
