/** A TCP proxy in front of PostgreSQL that cuts or holds connections at the worst moment: around COMMIT. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { COMMIT } from '../../src/store/postgres-wire.ts';

/** `before`: the COMMIT never arrives. `during`: cut while the server works on it. `after`: its answer is lost. */
export type Cut = 'before' | 'during' | 'after';

export interface CommitProxy {
  /** The address to use instead of the server's own. */
  readonly url: string;
  /** How many of a hundred COMMITs are cut; 0 at first. */
  percent: number;
  /** `before`: COMMITs are kept back from now on. `after`: their answers are. Neither is ever sent on. */
  hold: 'before' | 'after' | null;
  /** How many COMMITs are held, or their answers. */
  readonly held: number;
  /** True: every connection is cut, and new ones are. */
  away: boolean;
  /** How often each cut was made. */
  readonly cuts: Record<Cut, number>;
  close(): Promise<void>;
}

export async function startCommitProxy(serverUrl: string): Promise<CommitProxy> {
  const sockets = new Set<Socket>();
  const held = new Set<Socket>();
  let away = false;
  const server = createServer((client) => {
    const upstream = connect(Number(new URL(serverUrl).port), '127.0.0.1').setNoDelay(true);
    for (const socket of [client.setNoDelay(true), upstream]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    client.on('close', () => held.delete(client));
    relay(proxy, held, client, upstream);
    if (away) client.resetAndDestroy();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: CommitProxy = {
    url: Object.assign(new URL(serverUrl), { port: String((server.address() as AddressInfo).port) }).href,
    percent: 0,
    hold: null,
    get held() {
      return held.size;
    },
    get away() {
      return away;
    },
    set away(now) {
      away = now;
      if (away) for (const socket of sockets) socket.destroy();
    },
    cuts: { before: 0, during: 0, after: 0 },
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
  return proxy;
}

/** COMMIT by itself, or behind the last statement of its transaction (postgres-wire.ts). */
const isCommit = (bytes: Buffer) => bytes.includes('COMMIT\0') || bytes.includes(`${COMMIT.name}\0`);

function relay(proxy: CommitProxy, held: Set<Socket>, client: Socket, upstream: Socket): void {
  let cut: Cut | null = null;
  let hold: CommitProxy['hold'] = null;
  client.on('data', (bytes) => {
    const commits = isCommit(bytes);
    if (commits && proxy.hold !== null) {
      hold = proxy.hold;
      held.add(client);
    }
    if (hold === 'before') return;
    if (cut === null && commits && Math.random() * 100 < proxy.percent) {
      cut = (['before', 'during', 'after'] as const)[Math.floor(Math.random() * 3)]!;
      proxy.cuts[cut] += 1;
    }
    if (cut !== 'before') upstream.write(bytes);
    if (cut === 'before' || cut === 'during') client.resetAndDestroy();
  });
  upstream.on('data', (bytes) => {
    if (cut === 'after') client.resetAndDestroy();
    else if (hold === null) client.write(bytes);
  });
  // An end, not a reset: what was sent to the server before still reaches it.
  client.on('close', () => upstream.end());
  upstream.on('close', () => client.destroy());
}
