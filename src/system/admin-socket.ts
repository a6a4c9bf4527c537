/**
 * The door through which the command line reaches a server on the same machine: a Unix socket in the data folder that
 * only the folder's owner may open. Whoever can open it could read the data itself, so it asks for nothing more.
 */
import { chmod, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { withShortPath } from './short-path.ts';

const name = 'admin.sock';
/** Gives `use` a path of the socket that is short enough for the operating system. */
export function withSocketPath<T>(folder: string, use: (path: string) => Promise<T>): Promise<T> {
  return withShortPath(folder, name, use);
}

/** Lets a server listen on the socket of a data folder whose lock is held: what is there is of a dead process. */
export async function listenOnSocket(folder: string, server: Server): Promise<void> {
  await rm(join(folder, name), { force: true });
  await withSocketPath(folder, (path) => listen(server, path));
  await chmod(join(folder, name), 0o600);
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((ready, failed) => {
    server.once('error', failed);
    // The socket is made within this call: at no time may others open it.
    const before = process.umask(0o177);
    try {
      server.listen(path, () => ready());
    } finally {
      process.umask(before);
    }
  });
}

/** Removes the socket when nobody listens any more. */
export async function removeSocket(folder: string): Promise<void> {
  await rm(join(folder, name), { force: true });
}
