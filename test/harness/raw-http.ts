/** Bytes on a bare socket: what a client sends that is no HTTP client, and everything that comes back. */
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  /** All that was received, as latin1. */
  readonly text: string;
  /** The status lines' numbers, in order. */
  readonly statuses: readonly number[];
  /** Milliseconds until the other side closed, or until `waitFor` was over. */
  readonly took: number;
  /** Whether the other side closed the connection. */
  readonly closed: boolean;
}

export function portOf(baseUrl: string): number {
  return Number(new URL(baseUrl).port);
}

/** Opens a connection; errors on it are part of the attack. */
export function openSocket(baseUrl: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: portOf(baseUrl), host: '127.0.0.1' }, () => {
      socket.off('error', reject);
      socket.on('error', () => {});
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

/**
 * Sends text (as latin1) or bytes and collects the answers until the other side closes or, once it has begun, is silent
 * for `silence` milliseconds. It has 5 seconds to begin, so that a busy machine is not taken for one that says nothing.
 */
export async function sendRaw(baseUrl: string, bytes: string | Buffer, silence = 300): Promise<RawAnswer> {
  const socket = await openSocket(baseUrl);
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  return collect(socket, 5_000, silence);
}

/** Collects what a socket receives for `waitFor` milliseconds, or until it is silent for `silence` after it has begun. */
export function collect(socket: Socket, waitFor: number, silence?: number): Promise<RawAnswer> {
  const started = performance.now();
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    let timer = setTimeout(() => done(false), waitFor);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (silence === undefined) return;
      clearTimeout(timer);
      timer = setTimeout(() => done(false), silence);
    });
    socket.once('close', () => done(true));

    function done(closed: boolean): void {
      clearTimeout(timer);
      socket.removeAllListeners('data');
      socket.destroy();
      const text = Buffer.concat(chunks).toString('latin1');
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
      resolve({ text, statuses, took: performance.now() - started, closed });
    }
  });
}
