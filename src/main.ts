import { Server as NetServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { SignJWT } from 'jose';
import { tellAudit } from './cli/audit.ts';
import { openMetrics } from './http/metrics.ts';
import { openServer } from './http/server.ts';
import { openDatabase } from './open-database.ts';
import { audit } from './operations/audit.ts';
import { type Credentials, setUpDemo } from './operations/first-start.ts';
import type { Log, World } from './operations/world.ts';
import { migrations, openWorld, serveProduct } from './product.ts';
import type { Database, DatabaseUnavailable } from './store/database.ts';
import { migrate } from './store/migrate.ts';
import { baseUrlOf, type Configuration, readConfiguration } from './system/configuration.ts';
import { readCredentials, writeCredentials } from './system/credentials-file.ts';
import { takeDataLock } from './system/data-lock.ts';
import { ids } from './system/ids.ts';
import { readLinkSecret } from './system/link-secret.ts';
import { openLog } from './system/log.ts';
import { openPost } from './system/post.ts';

const clock = { now: Date.now };

/** After this the process leaves, whatever is still open (contract: under 10 seconds). */
const stopWithin = 9_000;

/** Milliseconds in which kept connections are told that the process stops. */
const farewell = 200;
/** Milliseconds that requests in flight have; what is still open then is cut. */
const patience = 4_000;

/** What is open, in the order in which it was opened; closed the other way round. */
interface Running {
  world: World | null;
  detail: string;
  stopping: boolean;
  /** The start, which a stop waits for: what it opens last must be closed before the lock goes. */
  starting: Promise<void>;
  readonly close: (() => Promise<void>)[];
}

async function start(configuration: Configuration, log: Log, running: Running): Promise<void> {
  await lockData(configuration, running);
  const server = await openDoor(configuration, log, running);
  // A server that starts at the same time may be a moment late: /readyz tells what is waited for.
  const waiting = (problem: DatabaseUnavailable) => {
    if (running.stopping) throw problem;
    running.detail = `waiting for the database: ${problem.message}`;
    log('warn', 'waiting for the database', { problem: problem.message });
  };
  const database = await openDatabase(configuration, { log, waiting, ended: () => leaveWithout(log) });
  running.close.push(() => database.close());
  await migrate(database, migrations, clock.now());
  const baseUrl = baseUrlOf(configuration.host, portOf(server));
  const credentials = await setUp(database, configuration, baseUrl);
  const settings = settingsOf(configuration, baseUrl);
  const linkSecret = configuration.linkSecret ?? (await readLinkSecret(configuration.dataFolder));
  const { world, close } = await openWorld({ database, clock, ids, log, linkSecret, ...settings });
  running.close.push(close);
  running.world = world;
  running.detail = 'serving';
  process.stdout.write(await greeting(baseUrl, credentials, configuration));
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
function leaveWithout(log: Log): void {
  log('error', 'stopping', { detail: 'the embedded database has ended' });
  setTimeout(() => process.exit(1), farewell);
}

/** Only one process may open the embedded database's folder. */
async function lockData(configuration: Configuration, running: Running): Promise<void> {
  if (configuration.databaseUrl !== null) return;
  const lock = await takeDataLock(configuration.dataFolder);
  running.close.push(() => lock.release());
}

/** Listens from the first moment: /livez and /readyz tell how far the start has come. */
async function openDoor(configuration: Configuration, log: Log, running: Running): Promise<FastifyInstance> {
  const server = openServer(log, configuration.trustedProxies.allowsAddress);
  const metrics = openMetrics(
    () => running.world?.commit.depth() ?? 0,
    () => running.world,
  );
  const world = () => (running.stopping ? null : running.world);
  const state = () => ({ ready: running.world !== null && !running.stopping, detail: running.detail });
  const baseUrl = configuration.publicUrl ?? baseUrlOf(configuration.host, configuration.port);
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

async function setUp(database: Database, configuration: Configuration, baseUrl: string): Promise<Credentials | null> {
  const { dataFolder } = configuration;
  // Written before the programme exists: a crash in between must not leave secrets that nobody has.
  const keep = (credentials: Credentials) => writeCredentials(dataFolder, credentials);
  const made = await setUpDemo(database, clock, ids, baseUrl, keep);
  const known = made ?? (await readCredentials<Credentials>(dataFolder));
  if (known === null || known.baseUrl === baseUrl) return known;
  await writeCredentials(dataFolder, { ...known, baseUrl });
  return { ...known, baseUrl };
}

/** What a newcomer sees: where it runs, how safe it is, and one line to paste. */
async function greeting(
  baseUrl: string,
  credentials: Credentials | null,
  configuration: Configuration,
): Promise<string> {
  const database = configuration.databaseUrl === null ? `embedded, in ${configuration.dataFolder}` : 'PostgreSQL';
  const lines = ['', `Passdesk is ready at ${baseUrl} (database: ${database})`];
  lines.push(`Operator console: ${configuration.publicUrl ?? baseUrl}/console`, `API reference: ${baseUrl}/docs`);
  if (credentials !== null) {
    lines.push(
      `Demo credentials: ${configuration.dataFolder}/credentials.json (sign in as ${credentials.admin.email})`,
    );
    lines.push('', 'Issue a pass:', '');
    lines.push(await demoCurl(baseUrl, credentials), '');
  }
  return `${lines.join('\n')}\n`;
}

async function demoCurl(baseUrl: string, credentials: Credentials): Promise<string> {
  const { issuer, secret } = credentials.partner;
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(issuer)
    .setIssuedAt()
    .setExpirationTime('23h')
    .sign(new TextEncoder().encode(secret));
  const nextYear = new Date(Date.now() + 365 * 86_400_000).toISOString().slice(0, 10);
  const body = {
    module: 1,
    clientUserId: 'traveller-1',
    extra: {
      firstName: 'Ada',
      lastName: 'Lovelace',
      expirationDate: `${nextYear}T23:59:59+00:00`,
      availableUsages: 2,
      allowedResources: { resourceIds: [] },
    },
  };
  const headers = `-H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json'`;
  return `curl -s ${baseUrl}/v2/orders/lounges/ePasses ${headers} -d '${JSON.stringify(body)}'`;
}

/** Stops accepting, finishes what is in flight, flushes the batch, releases the lock, leaves with 0. */
async function stop(running: Running, log: Log, flush: () => void): Promise<void> {
  if (running.stopping) return;
  running.stopping = true;
  running.detail = 'stopping';
  setTimeout(() => leave(1, 'not everything could be finished in time'), stopWithin).unref();
  try {
    await running.starting.catch(() => {});
    for (const close of running.close.reverse()) await close();
    leave(0, 'stopped');
  } catch (problem) {
    leave(1, String(problem));
  }

  function leave(code: number, detail: string): void {
    log('info', 'stopped', { code, detail });
    flush();
    process.exit(code);
  }
}

/** An audit may read everything there is. */
const longestAudit = 600_000;

/** `npm run audit`: checks every invariant that SQL can see; leaves with 0 when all hold, else 1. */
async function runAudit(configuration: Configuration, log: Log, running: Running): Promise<number> {
  await lockData(configuration, running);
  const database = await openDatabase(configuration, { log, longest: longestAudit });
  running.close.push(() => database.close());
  return tellAudit(await audit(database), (text) => process.stdout.write(text));
}

async function main(): Promise<void> {
  // Secrets and balances are in what this process writes: nobody else may read or write it.
  process.umask(0o077);
  const { log, flush } = openLog();
  const running: Running = { world: null, detail: 'starting', stopping: false, starting: Promise.resolve(), close: [] };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(running, log, flush));
  try {
    const configuration = readConfiguration(process.env);
    if (process.argv[2] !== 'audit') {
      running.starting = start(configuration, log, running);
      return await running.starting;
    }
    process.exitCode = await runAudit(configuration, log, running);
  } catch (problem) {
    if (running.stopping) return;
    process.stderr.write(`Passdesk cannot start: ${problem instanceof Error ? problem.message : String(problem)}\n`);
    process.exitCode = 1;
  }
  flush();
  for (const close of running.close.reverse()) await close().catch(() => {});
  process.exit();
}

await main();
