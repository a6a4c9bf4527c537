/** Ports for servers of tests. Loaded by what runs the tests, too, so it is no test itself. */
import { createServer, type Server } from 'node:net';

/**
 * A port that stays free between two starts: outside the range that outgoing connections use, and even.
 * The odd one above it is held as long as the tests' process lives, so that no other file's tests take the same.
 */
export async function findPort(): Promise<number> {
  for (;;) {
    const port = 10_000 + 2 * Math.floor(Math.random() * 11_000);
    const guard = await listen(port + 1);
    if (guard === null) continue;
    const probe = await listen(port);
    if (probe === null) {
      guard.close();
      continue;
    }
    probe.close();
    guard.unref();
    return port;
  }
}

/** Null when somebody else listens there. */
function listen(port: number): Promise<Server | null> {
  const server = createServer();
  return new Promise((tell) => {
    server.once('error', () => tell(null));
    server.listen(port, '127.0.0.1', () => tell(server));
  });
}
