import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openMetrics } from '../../src/http/metrics.ts';
import { openServer } from '../../src/http/server.ts';
import { type Credentials, setUpDemo } from '../../src/operations/first-start.ts';
import type { GroupCommitLimits } from '../../src/operations/group-commit.ts';
import type { Clock, Ids, Log, World } from '../../src/operations/world.ts';
import { migrations, openWorld, serveProduct } from '../../src/product.ts';
import type { Database } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import { ids as realIds } from '../../src/system/ids.ts';
import { endWithTests } from './children.ts';
import { shortLived } from './short-lived.ts';
import { fillFolder } from './templates.ts';

/** The product inside the test's own process: real server, real database, a clock the test may hold. */
export interface ProductHere {
  readonly baseUrl: string;
  readonly world: World;
  readonly credentials: Credentials;
  /** Everything that was logged, for tests that look for secrets. */
  readonly logged: { readonly level: string; readonly event: string; readonly facts: unknown }[];
  /** While this runs, faults are logged and not printed: they are what is tested. */
  withFaults<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Serves the product on a free loopback port, on an empty database or one that is set up already,
 * which stays open when it closes.
 */
export async function openProduct(
  database: Database,
  outside: {
    readonly clock?: Clock;
    readonly ids?: Ids;
    /** Of the group commit; those of the product unless said otherwise. */
    readonly limits?: GroupCommitLimits;
    readonly post?: World['post'];
    readonly push?: Partial<World['push']>;
    readonly publicUrl?: string;
    /** Of links to pass pages; the same in every test that does not say otherwise. */
    readonly linkSecret?: string;
    /** Which addresses are reverse proxies in front of the server; none unless said otherwise. */
    readonly isTrustedProxy?: (address: string) => boolean;
    /** Of the product that has set this database up: opens one more process's worth on it. */
    readonly credentials?: Credentials;
  } = {},
): Promise<ProductHere> {
  const clock = outside.clock ?? { now: Date.now };
  const steady = outside.clock && { steady: outside.clock.now };
  const ids = outside.ids ?? realIds;
  const logged: ProductHere['logged'] = [];
  let printed = true;
  const log: Log = (level, event, facts = {}) => {
    logged.push({ level, event, facts });
    if (level === 'error' && printed) console.error(event, facts);
  };
  await migrate(database, migrations, clock.now());
  let credentials: Credentials | null = outside.credentials ?? null;
  await setUpDemo(database, clock, ids, '', async (made) => {
    credentials = made;
  });
  if (credentials === null) throw new Error('openProduct needs an empty database, or its credentials');
  const { credentials: _, linkSecret = 'a secret of the deployment under test', isTrustedProxy, ...given } = outside;
  const { world, close } = await openWorld({ database, ...given, clock, ...steady, ids, log, linkSecret });
  const server = openServer(log, isTrustedProxy);
  const metrics = openMetrics(
    () => world.commit.depth(),
    () => world,
  );
  serveProduct(server, {
    world: () => world,
    state: () => ({ ready: true, detail: 'test' }),
    metrics,
    migrations,
    baseUrl: () => '',
  });
  const baseUrl = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    baseUrl,
    world,
    credentials: { ...(credentials as Credentials), baseUrl },
    logged,
    async withFaults(work) {
      printed = false;
      return work().finally(() => {
        printed = true;
      });
    },
    async close() {
      await server.close();
      await close();
    },
  };
}

/** The product as a process of its own, as `npm start` runs it. */
export interface ProductProcess {
  readonly baseUrl: string;
  readonly dataFolder: string;
  readonly credentials: Credentials;
  readonly child: ChildProcess;
  /** What it printed so far, standard output and error. */
  output(): string;
  /** Sends a signal and waits for the end; gives the exit code, null when a signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

async function preparedFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'passdesk-'));
  fillFolder(folder);
  return folder;
}

const main = new URL('../../src/main.js', import.meta.url);

/** Starts the product and waits until /readyz says ready. Without `dataFolder` a new folder is made. */
export async function startProduct(
  options: {
    readonly dataFolder?: string;
    readonly databaseUrl?: string;
    readonly environment?: NodeJS.ProcessEnv;
  } = {},
): Promise<ProductProcess> {
  const dataFolder = options.dataFolder ?? (await preparedFolder());
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: dataFolder,
    ...options.environment,
  };
  if (options.databaseUrl === undefined) delete environment.DATABASE_URL;
  else environment.DATABASE_URL = options.databaseUrl;
  const child = spawn(process.execPath, [...shortLived, main.pathname], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endWithTests(child);
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const ended = once(child, 'exit') as Promise<[number | null]>;
  const ready = /ready at (http:\S+)/;
  for (let waited = 0; !ready.test(printed); waited += 20) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the product did not start:\n${printed}`);
    if (waited > 60_000) throw new Error(`the product was not ready in time:\n${printed}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const credentials = JSON.parse(await readFile(join(dataFolder, 'credentials.json'), 'utf8')) as Credentials;
  return {
    baseUrl: ready.exec(printed)![1]!,
    dataFolder,
    credentials,
    child,
    output: () => printed,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const [code] = await ended;
      return code;
    },
  };
}

/** Removes what a product process leaves behind. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
