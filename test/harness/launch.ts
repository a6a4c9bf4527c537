/** The product as a process that may be killed, fail to start, or start without credentials of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { Credentials } from '../../src/operations/first-start.ts';
import { endWithTests } from './children.ts';
import type { ReadRows } from './invariants.ts';
import { shortLived } from './short-lived.ts';

export interface Launched {
  readonly child: ChildProcess;
  readonly dataFolder: string;
  readonly baseUrl: string;
  readonly startedAt: number;
  output(): string;
  /** True while the process lives. */
  alive(): boolean;
  /** Resolves with the milliseconds the start took; rejects with what was printed when the process ended. */
  ready(): Promise<number>;
  credentials(): Promise<Credentials>;
  /** Sends a signal and gives the exit code (null: ended by a signal) and the milliseconds it took. */
  end(signal?: NodeJS.Signals): Promise<{ code: number | null; took: number }>;
  /** Waits for the process to end by itself. */
  readonly ended: Promise<number | null>;
}

const main = new URL('../../src/main.js', import.meta.url).pathname;

/** Gives a process a clock that is wrong by so many milliseconds. */
function wrongClock(wrongBy: number): string {
  if (wrongBy === 0) return '';
  return `const Real = Date;
    globalThis.Date = class extends Real {
      constructor(...given) { if (given.length === 0) super(Real.now() + ${wrongBy}); else super(...given); }
      static now() { return Real.now() + ${wrongBy}; }
    };`;
}

/** What Node is given so that it runs this code first. */
function preloading(code: string): string[] {
  return code === '' ? [] : ['--import', `data:text/javascript,${encodeURIComponent(code)}`];
}

/** Starts it; with `lasting` as in production, for what it has to do for a minute and more. */
export function launch(options: {
  dataFolder: string;
  port: number;
  databaseUrl?: string;
  lasting?: boolean;
  clockWrongBy?: number;
  /** The most bytes of memory of its own that the system gives it (RLIMIT_DATA). */
  mostMemory?: number;
  /** JavaScript that it runs before anything else. */
  preload?: string;
}): Launched {
  const { dataFolder, port, databaseUrl, lasting = false, clockWrongBy = 0, mostMemory, preload = '' } = options;
  const environment: NodeJS.ProcessEnv = {
    ...process.env,
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: dataFolder,
    DATABASE_URL: databaseUrl ?? '',
  };
  const startedAt = performance.now();
  const line = [
    process.execPath,
    ...(lasting ? [] : shortLived),
    ...preloading(wrongClock(clockWrongBy) + preload),
    main,
  ];
  const limit = mostMemory === undefined ? [] : ['prlimit', `--data=${mostMemory}`];
  const [program, ...parameters] = [...limit, ...line];
  const child = spawn(program!, parameters, {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endWithTests(child);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (printed += String(chunk)));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const alive = () => child.exitCode === null && child.signalCode === null;

  async function ready(): Promise<number> {
    while (!printed.includes('Passdesk is ready at')) {
      if (!alive()) throw new Error(`the product did not start:\n${printed}`);
      if (performance.now() - startedAt > 60_000) throw new Error(`the product was not ready in time:\n${printed}`);
      await pause(10);
    }
    return performance.now() - startedAt;
  }

  async function end(signal: NodeJS.Signals = 'SIGTERM') {
    const asked = performance.now();
    child.kill(signal);
    const code = await ended;
    return { code, took: performance.now() - asked };
  }

  return {
    child,
    dataFolder,
    baseUrl: `http://127.0.0.1:${port}`,
    startedAt,
    output: () => printed,
    alive,
    ready,
    credentials: async () => JSON.parse(await readFile(join(dataFolder, 'credentials.json'), 'utf8')) as Credentials,
    end,
    ended,
  };
}

/** A session of our own beside the product's. */
export async function openSession(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Reads with a session of our own, closed after `work`. */
export async function withSession<T>(url: string, work: (read: ReadRows) => Promise<T>): Promise<T> {
  const client = await openSession(url);
  try {
    return await work(async (sql) => (await client.query<Record<string, unknown>>(sql)).rows);
  } finally {
    await client.end();
  }
}
