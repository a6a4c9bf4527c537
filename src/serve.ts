import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { greetingOf } from './greeting.ts';
import { openAdminDoor } from './http/admin-door.ts';
import { openMetrics } from './http/metrics.ts';
import { openServer } from './http/server.ts';
import { openDatabase } from './open-database.ts';
import { openKeeper } from './open-keeper.ts';
import { type Credentials, setUpDemo } from './operations/first-start.ts';
import { openSharedClock } from './operations/shared-clock.ts';
import type { Clock, Log, World } from './operations/world.ts';
import { openWorld, serveProduct } from './product.ts';
import type { Database, DatabaseUnavailable } from './store/database.ts';
import { healEpoch } from './store/epochs.ts';
import { type Gated, gated } from './store/gate.ts';
import { migrate } from './store/migrate.ts';
import { refuseUnfinished } from './store/unfinished-restore.ts';
import { listenOnSocket, removeSocket } from './system/admin-socket.ts';
import { baseUrlOf, type Configuration } from './system/configuration.ts';
import { removeCopies } from './system/copies.ts';
import { readCredentials, writeCredentials } from './system/credentials-file.ts';
import { takeDataLock } from './system/data-lock.ts';
import { endAtOnce } from './system/end-at-once.ts';
import { ids } from './system/ids.ts';
import { readLinkSecret } from './system/link-secret.ts';
import { openLog } from './system/log.ts';
import { readMoved } from './system/moved.ts';
import { openPost } from './system/post.ts';
import { type ThreadWatch, threadsAnswer, watchThreads } from './system/thread-watch.ts';
import { migrations } from './version.ts';

const ownClock = { now: Date.now };

/** After this the process leaves, whatever is still open (contract, section 1: under 10 seconds). */
const stopWithin = 9_000;
/**
 * Milliseconds that a start which is told to stop may go on for. It is safe to leave it at any moment: nothing was
 * served yet, and the next start finishes what is left. To build the first database takes seconds on a slow machine.
 */
const startWithin = 5_000;

/** Milliseconds in which kept connections are told that the process stops. */
const farewell = 200;
/** Milliseconds that requests in flight have; what is still open then is cut. */
const patience = 4_000;

/** What is open, in the order in which it was opened; closed the other way round. */
interface Running {
  world: World | null;
  detail: string;
  /** Why nothing is served although there is a world: its data is moving, or has moved. */
  paused: string | null;
  stopping: boolean;
  /** The start, which a stop waits for: what it opens last must be closed before the lock goes. */
  starting: Promise<unknown>;
  readonly threads: ThreadWatch;
  readonly close: (() => Promise<void>)[];
}

/** Ends the process with this exit code, once the log is written. */
type Leave = (code: number) => Promise<void>;

/** A product that serves. */
export interface Started {
  readonly baseUrl: string;
  readonly credentials: Credentials | null;
  readonly greeting: string;
}

async function start(configuration: Configuration, log: Log, running: Running, leave: Leave): Promise<Started> {
  await lockData(configuration, running);
  const server = await openDoor(configuration, log, running);
  // A server that starts at the same time may be a moment late: /readyz tells what is waited for.
  const waiting = (problem: DatabaseUnavailable) => {
    if (running.stopping) throw problem;
    running.detail = `waiting for the database: ${problem.message}`;
    log('warn', 'waiting for the database', { problem: problem.message });
  };
  const inner = await openDatabase(configuration, { log, waiting, ended: () => leaveWithout(log, leave) });
  running.close.push(() => inner.close());
  const gate = gated(inner);
  const { database } = gate;
  await refuseUnfinished(database);
  await migrate(database, migrations, ownClock.now());
  const clock = await openSharedClock(database, ownClock, log);
  running.close.push(async () => clock.close());
  const epoch = await healEpoch(database);
  if (epoch !== null) log('warn', 'a new epoch of events begins: the history came from another server', { epoch });
  const baseUrl = baseUrlOf(configuration.host, portOf(server));
  const credentials = await setUp(database, clock, configuration, baseUrl);
  const settings = settingsOf(configuration, baseUrl);
  const linkSecret = configuration.linkSecret ?? (await readLinkSecret(configuration.dataFolder));
  const { world, close } = await openWorld({ database, clock, ids, log, linkSecret, ...settings });
  running.close.push(close);
  if (configuration.databaseUrl === null) await openSocket(configuration, log, running, { world, gate, inner });
  running.world = world;
  running.detail = 'serving';
  return { baseUrl, credentials, greeting: await greetingOf(baseUrl, credentials, configuration) };
}

/** How events are pushed, and where people come, by the settings. */
function settingsOf({ pushIssuer, pushAllowPrivate, publicUrl }: Configuration, baseUrl: string) {
  return {
    publicUrl: publicUrl ?? baseUrl,
    post: openPost(pushAllowPrivate),
    push: { issuer: pushIssuer, isAllowedHost: pushAllowPrivate.allowsHost },
  };
}

/** Without its database this process can only refuse: it leaves, so that whoever watches over it starts it anew. */
function leaveWithout(log: Log, leave: Leave): void {
  log('error', 'stopping', { detail: 'the embedded database has ended' });
  setTimeout(() => void leave(1), farewell);
}

/** Only one process may open the embedded database's folder, and none once its data is elsewhere. */
async function lockData({ databaseUrl, dataFolder }: Configuration, running: Running): Promise<void> {
  if (databaseUrl !== null) return;
  const lock = await takeDataLock(dataFolder);
  running.close.push(() => lock.release());
  const moved = await readMoved(dataFolder);
  if (moved !== null) {
    const where = `the data of ${dataFolder} moved to ${moved.to} at ${moved.at}`;
    throw new Error(`${where}; set DATABASE_URL to it, or give another DATA_DIR`);
  }
  await removeCopies(dataFolder);
}

/** Listens for the command line on the same machine, which cannot open the embedded database meanwhile. */
async function openSocket(
  { dataFolder }: Configuration,
  log: Log,
  running: Running,
  parts: { readonly world: World; readonly gate: Gated; readonly inner: Database },
): Promise<void> {
  const door: Server = openAdminDoor(
    openKeeper({
      dataFolder,
      database: parts.inner,
      gate: parts.gate,
      log,
      drained: () => parts.world.commit.drained(),
      pause: (detail) => {
        running.paused = detail;
      },
      state: () => running.paused ?? running.detail,
    }),
  );
  try {
    await listenOnSocket(dataFolder, door);
  } catch (problem) {
    // Some file systems have no sockets: serving is worth more than backing up meanwhile.
    return log('warn', 'no socket for the command line', { problem: String(problem) });
  }
  running.close.push(async () => {
    door.closeAllConnections();
    door.close();
    await removeSocket(dataFolder);
  });
}

/** Listens from the first moment: /livez and /readyz tell how far the start has come. */
async function openDoor(configuration: Configuration, log: Log, running: Running): Promise<FastifyInstance> {
  const server = openServer(log, configuration.trustedProxies.allowsAddress);
  const metrics = openMetrics(
    () => running.world?.commit.depth() ?? 0,
    () => running.world,
  );
  const isOpen = () => !running.stopping && running.paused === null;
  const world = () => (isOpen() ? running.world : null);
  const state = () => {
    const problem = running.threads.problem();
    const ready = running.world !== null && isOpen() && problem === null;
    return { ready, detail: problem ?? running.paused ?? running.detail };
  };
  const baseUrl = () => configuration.publicUrl ?? baseUrlOf(configuration.host, portOf(server));
  serveProduct(server, { world, state, metrics, migrations, baseUrl });
  await server.listen({ host: configuration.host, port: configuration.port, backlog: 1024 });
  running.close.push(() => closeDoor(server));
  return server;
}

/**
 * Whoever keeps a connection is told, with a 503 that closes it, to come elsewhere: first while others
 * still connect, then those who had connected when the door closed. At last it closes on those who
 * connected and said nothing.
 */
async function closeDoor(server: FastifyInstance): Promise<void> {
  await pause(farewell);
  // Not http.Server's own close, which cuts the connections whose request has not arrived yet.
  NetServer.prototype.close.call(server.server);
  await pause(farewell);
  const silent = setTimeout(() => server.server.closeAllConnections(), patience);
  await server.close();
  clearTimeout(silent);
}

function portOf(server: FastifyInstance): number {
  const address = server.server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}

async function setUp(
  database: Database,
  clock: Clock,
  configuration: Configuration,
  baseUrl: string,
): Promise<Credentials | null> {
  const { dataFolder } = configuration;
  // Written before the programme exists: a crash in between must not leave secrets that nobody has.
  const keep = (credentials: Credentials) => writeCredentials(dataFolder, credentials);
  const made = await setUpDemo(database, clock, ids, baseUrl, keep);
  const known = made ?? (await readCredentials<Credentials>(dataFolder));
  if (known === null || known.baseUrl === baseUrl) return known;
  await writeCredentials(dataFolder, { ...known, baseUrl });
  return { ...known, baseUrl };
}

/** Stops accepting, finishes what is in flight, flushes the batch, releases the lock, leaves with 0. */
async function stop(running: Running, log: Log, leave: Leave): Promise<void> {
  if (running.stopping) return;
  running.stopping = true;
  running.detail = 'stopping';
  if (running.world === null) setTimeout(() => void end(0, 'stopped while starting'), startWithin).unref();
  else setTimeout(() => void end(1, 'not everything could be finished in time'), stopWithin).unref();
  try {
    await running.starting.catch(() => {});
    for (const close of running.close.reverse()) await close();
    await end(0, 'stopped');
  } catch (problem) {
    await end(1, String(problem));
  }

  function end(code: number, detail: string): Promise<void> {
    log('info', 'stopped', { code, detail });
    return leave(code);
  }
}

/**
 * Serves until a signal ends the process, with exit code 0. `stop` ends it likewise. A start that fails leaves
 * nothing open and throws.
 */
export async function serve(configuration: Configuration): Promise<Started & { stop(): Promise<void> }> {
  const { log, logApart, close: closeLog } = openLog();
  // What is acknowledged is on the disk; whoever waits for an answer comes again with the same key.
  const threads = watchThreads((detail) => void logApart('error', 'stopping', { detail }).finally(endAtOnce));
  const leave = async (code: number) => {
    await closeLog().catch(() => {});
    if (await threadsAnswer()) process.exit(code);
    endAtOnce();
  };
  const running: Running = {
    world: null,
    detail: 'starting',
    paused: null,
    stopping: false,
    starting: Promise.resolve(),
    threads,
    close: [async () => threads.close()],
  };
  const end = () => stop(running, log, leave);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end());
  const starting = start(configuration, log, running, leave);
  running.starting = starting;
  try {
    return { ...(await starting), stop: end };
  } catch (problem) {
    // A stop that came meanwhile closes everything itself, and ends the process.
    if (running.stopping) return new Promise(() => {});
    for (const close of running.close.reverse()) await close().catch(() => {});
    await closeLog();
    throw problem;
  }
}
