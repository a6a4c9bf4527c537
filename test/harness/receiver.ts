/** A partner's receiver of push events: a real HTTP server that behaves as the test says. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { findPort } from './ports.ts';

/** One request as it arrived, before it is answered. */
export interface Received {
  readonly at: number;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a receiver does with a request. */
export type Behaviour = (received: Received, response: ServerResponse) => void | Promise<void>;

export interface Receiver {
  readonly url: string;
  readonly port: number;
  /** Everything that arrived, oldest first. */
  readonly received: Received[];
  /** How many connections were opened. */
  connections(): number;
  behave(behaviour: Behaviour): void;
  /** Refuses connections until `up`. */
  down(): Promise<void>;
  up(): Promise<void>;
}

/** Accepts an event as the contract says. */
export const accept: Behaviour = (_received, response) => {
  response.setHeader('content-type', 'application/json');
  response.end('{"status":"success"}');
};

/** Answers with a status, a body and headers. */
export function answering(status: number, body = '', headers: Record<string, string> = {}): Behaviour {
  return (_received, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}

/** Starts a receiver on a port of its own, which it keeps when it goes down and comes up again. */
export async function openReceiver(behaviour: Behaviour = accept): Promise<Receiver> {
  const port = await findPort();
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  let behave = behaviour;
  let connections = 0;
  let server: Server | null = null;

  async function up(): Promise<void> {
    const opened = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('error', () => {});
      request.on('end', () => {
        const { url = '', headers } = request;
        const one = { at: Date.now(), path: url, headers, body: Buffer.concat(chunks).toString('utf8') };
        received.push(one);
        void behave(one, response);
      });
    });
    opened.on('connection', (socket) => {
      connections += 1;
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    await new Promise<void>((listening, failed) => {
      opened.once('error', failed);
      opened.listen(port, '127.0.0.1', () => listening());
    });
    server = opened;
  }

  async function down(): Promise<void> {
    const closing = server;
    server = null;
    if (closing === null) return;
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => closing.close(closed));
  }

  await up();
  return {
    url: `http://127.0.0.1:${port}/events`,
    port,
    received,
    connections: () => connections,
    behave: (next) => {
      behave = next;
    },
    down,
    up,
  };
}
