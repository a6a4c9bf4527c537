import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** Connections on which somebody watches over the time of the present request; no timeout of the server is to answer it. */
export const watched = new WeakSet<Socket>();

/**
 * Reads what is left of a request that has its answer, and forgets it: a client that still sends would meet a connection
 * that was cut on unread bytes, and lose the answer with it. After `within` milliseconds the connection is cut all the same.
 */
export function discardRest({ raw }: FastifyRequest, within: number): void {
  if (raw.complete) return;
  watched.add(raw.socket);
  const late = setTimeout(() => raw.destroy(), within).unref();
  raw.once('close', () => {
    clearTimeout(late);
    watched.delete(raw.socket);
  });
  raw.resume();
}
