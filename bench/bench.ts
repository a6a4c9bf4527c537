/** What the scenarios share: the server, pgbench, and contestants that check their own work. */
import type { PostgresServer } from '../test/harness/postgres-server.ts';
import type { Contestant, Result, Sample } from './contestant.ts';
import { type BenchDatabase, newDatabase, postmasterOf, watchHistory } from './databases.ts';
import { type Engine, type HttpServer, load, settle, startHttpServer } from './http.ts';
import type { Options } from './options.ts';
import { type Pgbench, runPgbench, type Style } from './pgbench.ts';

/** One promise of the issue, and what came of it. */
export interface Target {
  readonly letter: string;
  readonly what: string;
  readonly ratio: number;
  readonly required: number;
  readonly atMost: boolean;
}

export interface Outcome {
  readonly title: string;
  readonly results: readonly Result[];
  readonly targets: readonly Target[];
  readonly notes: readonly string[];
}

export interface Bench {
  readonly options: Options;
  readonly server: PostgresServer;
  readonly postmaster: number;
  readonly pgbench: Pgbench | null;
  readonly say: (line: string) => void;
  /** The database of parts a to d, made when it is first asked for. */
  readonly main: () => Promise<BenchDatabase>;
}

export function openBench(parts: Omit<Bench, 'main' | 'postmaster'>): Bench {
  let main: Promise<BenchDatabase> | null = null;
  const make = () => {
    parts.say(`filling ${parts.options.passes} passes`);
    return newDatabase(parts.server, parts.options.passes);
  };
  return { ...parts, postmaster: postmasterOf(parts.server), main: () => (main ??= make()) };
}

/** A measurement with its check: everything was accepted, and the database holds what was answered. */
export async function checked(name: string, url: string, measure: () => Promise<Sample>, writes = true) {
  const check = await watchHistory(url);
  const sample = await measure();
  if (sample.refused > 0) throw new Error(`${name}: ${sample.refused} requests were not answered with 200`);
  if (sample.accepted === 0) throw new Error(`${name}: no answers`);
  const problem = await check(writes ? sample.accepted : 0);
  if (problem !== null) throw new Error(`${name}: ${problem}`);
  return sample;
}

/** How a load is put: over how many connections, and on how many passes. */
export interface Shape {
  readonly connections: number;
  readonly passes: number;
}

export const engineNames: { readonly [engine in Engine]: string } = {
  batched: 'Passdesk',
  usual: 'usual way',
  single: 'one at a time',
  ceiling: 'HTTP ceiling',
  pushing: 'Passdesk that pushes its events',
};

/** Servers by engine, on one database; all run for the whole scenario and idle while others are measured. */
export async function withServers<T>(
  bench: Bench,
  engines: readonly Engine[],
  database: BenchDatabase,
  use: (servers: ReadonlyMap<Engine, HttpServer>) => Promise<T>,
): Promise<T> {
  const servers = new Map<Engine, HttpServer>();
  try {
    for (const engine of engines) {
      const server = await startHttpServer(engine, database.url, bench.options.profiles);
      servers.set(engine, server);
      await settle(server, database.token, database.passes, bench.options.settle);
    }
    return await use(servers);
  } finally {
    for (const server of servers.values()) await server.stop();
  }
}

export function httpContestant(
  bench: Bench,
  server: HttpServer,
  { url, token }: BenchDatabase,
  { connections, passes }: Shape,
): Contestant {
  const { seconds, warmUp } = bench.options;
  const name = `${engineNames[server.engine]}, ${connections} connection${connections === 1 ? '' : 's'}`;
  const put = () => load(server, bench.postmaster, { token, seconds, warmUp, connections, passes });
  return { name, measure: () => checked(name, url, put, server.engine !== 'ceiling') };
}

export const styleNames: { readonly [style in Style]: string } = {
  plain: 'pgbench, plain statements',
  function: 'pgbench, one function',
};

export function pgbenchContestant(
  bench: Bench & { readonly pgbench: Pgbench },
  { url }: BenchDatabase,
  style: Style,
  { connections, passes }: Shape,
): Contestant {
  const { seconds, warmUp } = bench.options;
  const name = `${styleNames[style]}, ${connections} client${connections === 1 ? '' : 's'}`;
  const run = { style, clients: connections, passes, seconds, warmUp };
  return { name, measure: () => checked(name, url, () => runPgbench(bench.pgbench, bench.postmaster, url, run)) };
}

export function hasPgbench(bench: Bench): bench is Bench & { readonly pgbench: Pgbench } {
  return bench.pgbench !== null;
}

/** pgbench with the number of clients that serves it best, found by trying. */
export async function bestPgbench(
  bench: Bench & { readonly pgbench: Pgbench },
  database: BenchDatabase,
  style: Style,
  passes: number,
): Promise<Contestant> {
  const { pgbenchClients, pgbenchTrial: seconds } = bench.options;
  let best = { clients: 0, perSecond: 0 };
  const tried: string[] = [];
  for (const clients of pgbenchClients) {
    const run = { style, clients, passes, seconds, warmUp: 1 };
    const { perSecond } = await runPgbench(bench.pgbench, bench.postmaster, database.url, run);
    tried.push(`${clients}: ${Math.round(perSecond)}/s`);
    if (perSecond > best.perSecond) best = { clients, perSecond };
  }
  bench.say(`  ${styleNames[style]}, tried with clients ${tried.join(', ')}`);
  return pgbenchContestant(bench, database, style, { connections: best.clients, passes });
}
