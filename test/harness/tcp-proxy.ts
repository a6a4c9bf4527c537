/** A TCP proxy in front of a server on the loopback address, that can fail in nasty ways. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /**
   * `pass`: everything goes through. `silent`: connections stay open (new ones too) and every byte
   * is swallowed, as on a network that drops packets. `lose-commit-reply`: a COMMIT reaches the
   * server; the client's connection is reset when the server answers it.
   */
  mode: 'pass' | 'silent' | 'lose-commit-reply';
  /**
   * What becomes of the next HTTP requests, one entry each. `lose-reply`: it reaches the server, and the connection
   * is reset when the server answers. `cut`: it is reset before the server sees it. Anything else is answered in the
   * server's place, byte for byte, once the request is complete.
   */
  readonly next: string[];
  /** `url` with the proxy's port instead of the server's. */
  through(url: string): string;
  close(): Promise<void>;
}

/** Starts a proxy on a free port in front of `targetPort`. */
export async function startProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1').setNoDelay(true);
    for (const socket of [client.setNoDelay(true), upstream]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    relay(proxy, client, upstream);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const proxy: TcpProxy = {
    port,
    mode: 'pass',
    next: [],
    through: (url) => Object.assign(new URL(url), { port: String(port) }).href,
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
  return proxy;
}

function relay(proxy: TcpProxy, client: Socket, upstream: Socket): void {
  let committing = false;
  let fate: string | undefined;
  let request = '';
  client.on('data', (bytes) => {
    // The body may come by itself; it shares the fate of its head.
    if (/^(GET|POST|PATCH) /.test(bytes.toString('latin1', 0, 6))) {
      fate = proxy.next.shift();
      request = '';
    }
    request += bytes.toString('latin1');
    if (fate === 'cut') return void client.resetAndDestroy();
    if (fate !== undefined && fate !== 'lose-reply') {
      if (isComplete(request)) client.end(fate, 'latin1');
      return;
    }
    committing = proxy.mode === 'lose-commit-reply' && bytes.includes('COMMIT');
    if (proxy.mode !== 'silent') upstream.write(bytes);
  });
  upstream.on('data', (bytes) => {
    if (committing || fate === 'lose-reply') client.resetAndDestroy();
    else if (proxy.mode !== 'silent') client.write(bytes);
  });
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => client.destroy());
}

function isComplete(request: string): boolean {
  const head = request.indexOf('\r\n\r\n');
  const length = Number(/^content-length: (\d+)/im.exec(request)?.[1] ?? 0);
  return head >= 0 && request.length - head - 4 >= length;
}
