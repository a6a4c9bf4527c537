/** The product's server with one of the engines, as a process of its own, and the load on it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../src/system/package-root.ts';
import { drive, type Sample } from './contestant.ts';
import type { Load, Plan } from './load.ts';

export type Engine = 'batched' | 'usual' | 'single' | 'ceiling' | 'pushing';

export interface HttpServer {
  readonly engine: Engine;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** The flags with which the product itself is started: those that stand in its start script. */
export function productFlags(): string[] {
  const files = ['package.json', 'tools/start.mjs'].map((name) => readFileSync(new URL(name, packageRoot()), 'utf8'));
  const start = (JSON.parse(files[0]!) as { scripts: { start: string } }).scripts.start;
  return [...new Set(`${start}\n${files[1]}`.match(/--max-[a-z-]+=\d+/g) ?? [])];
}

const built = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Starts a server on `place`: the address of a PostgreSQL database or an embedded database's folder. */
export async function startHttpServer(engine: Engine, place: string, profiles: string | null): Promise<HttpServer> {
  const profiling = profiles === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
  const program = [...productFlags(), ...profiling, built('server.js'), engine, place];
  const server = spawn(process.execPath, program, { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await portOf(server, engine);
  return { engine, port, pid: server.pid!, stop: () => stop(server) };
}

async function portOf(server: ChildProcess, engine: Engine): Promise<number> {
  const died = once(server, 'exit').then(([code]) => {
    throw new Error(`the server with engine ${engine} ended with ${code}`);
  });
  const [line] = (await Promise.race([once(server.stdout!, 'data'), died])) as [Buffer];
  // From here on a death shows in the load, which loses its connections.
  died.catch(() => {});
  return Number(line);
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGINT');
  await ended;
}

/** A load that nobody measures: a server that was never under load is not yet compiled. */
export async function settle(server: HttpServer, token: string, passes: number, seconds: number): Promise<void> {
  const plan = { token, passes, seconds, warmUp: 0, connections: server.engine === 'single' ? 16 : 64 };
  const { refused } = await load(server, null, plan);
  if (refused > 0) throw new Error(`engine ${server.engine}: ${refused} requests were not answered with 200`);
}

/** Puts a load on a server. */
export function load(server: HttpServer, postmaster: number | null, plan: Omit<Plan, 'port'>): Promise<Sample> {
  const parameters = [built('load.js'), JSON.stringify({ ...plan, port: server.port })];
  const payers = { node: server.pid, postmaster };
  return drive(payers, [process.execPath, ...parameters], {}, (output) => JSON.parse(output) as Load);
}
