/** Parts e and f: databases that grow, and the embedded database. */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Bench, engineNames, httpContestant, type Outcome, type Target } from './bench.ts';
import { type Contestant, type Result, takeTurns } from './contestant.ts';
import { type BenchDatabase, checkEmbedded, embeddedFolders, grownDatabase, newDatabase, sql } from './databases.ts';
import { type HttpServer, load, settle, startHttpServer } from './http.ts';

/**
 * Part e. The sizes stand side by side, each a copy of the one before that was filled up, so that
 * they can take turns: measured one after the other, a slow minute of the machine would look like growth.
 */
export async function growth(bench: Bench): Promise<Outcome> {
  const { growth: sizes, rounds, profiles } = bench.options;
  const databases: BenchDatabase[] = [];
  const servers: HttpServer[] = [];
  try {
    for (const size of sizes) {
      bench.say(`filling ${size} passes`);
      const last = databases.at(-1);
      const database = last ? await grownDatabase(bench.server, last, size) : await newDatabase(bench.server, size);
      databases.push(database);
    }
    for (const { url, token, passes } of databases) {
      const server = await startHttpServer('batched', url, profiles);
      servers.push(server);
      await settle(server, token, passes, bench.options.settle);
    }
    const contestants = databases.map((database, index) => sized(bench, servers[index]!, database));
    const results = await takeTurns(contestants, rounds, bench.say);
    return { title: 'e: growth', results, targets: growthTargets(results), notes: [] };
  } finally {
    for (const server of servers) await server.stop();
  }
}

function sized(bench: Bench, server: HttpServer, database: BenchDatabase): Contestant {
  const { passes } = database;
  const contestant = httpContestant(bench, server, database, { connections: 256, passes });
  const measure = async () => {
    await sql(database.url, 'analyze', 'checkpoint');
    return contestant.measure();
  };
  return { name: `${passes} passes, 256 connections`, measure };
}

function growthTargets([smallest, ...larger]: readonly Result[]): Target[] {
  return larger.flatMap((result) => {
    const against = `${result.name.split(',')[0]} against ${smallest!.name.split(',')[0]}`;
    const target = { letter: 'e', required: 0.85, atMost: false };
    return [
      { ...target, what: `throughput: ${against}`, ratio: result.perSecond / smallest!.perSecond },
      { ...target, what: `p99, inverted: ${against}`, ratio: smallest!.p99 / result.p99 },
    ];
  });
}

const embeddedConnections = 64;

/** Part f: the embedded database with batches and with one transaction for each request. */
export async function embedded(bench: Bench): Promise<Outcome> {
  const { embeddedPasses: passes, rounds, profiles } = bench.options;
  bench.say(`filling ${passes} passes, embedded`);
  const { folders, token } = await embeddedFolders(passes);
  const servers: HttpServer[] = [];
  try {
    for (const [index, engine] of (['batched', 'single'] as const).entries())
      servers.push(await startHttpServer(engine, folders[index]!, profiles));
    for (const server of servers) await settle(server, token, passes, bench.options.settle);
    const contestants = servers.map((server) => embeddedContestant(bench, server, token));
    const results = await takeTurns(contestants, rounds, bench.say);
    for (const server of servers) await server.stop();
    for (const [index, { name, samples }] of results.entries()) {
      const accepted = samples.reduce((sum, sample) => sum + sample.accepted, 0);
      const problem = await checkEmbedded(folders[index]!, accepted);
      if (problem !== null) throw new Error(`${name}: ${problem}`);
    }
    const [batched, single] = results as [Result, Result];
    const what = `throughput: ${batched.name} / ${single.name}`;
    const ratio = batched.perSecond / single.perSecond;
    const targets = [{ letter: 'f', what, ratio, required: 5, atMost: false }];
    return { title: `f: embedded database, ${passes} passes`, results, targets, notes: [] };
  } finally {
    for (const server of servers) await server.stop();
    rmSync(dirname(folders[0]), { recursive: true, force: true });
  }
}

function embeddedContestant(bench: Bench, server: HttpServer, token: string): Contestant {
  const { seconds, warmUp, embeddedPasses: passes } = bench.options;
  const name = `${engineNames[server.engine]}, embedded, ${embeddedConnections} connections`;
  const measure = async () => {
    const sample = await load(server, null, { token, seconds, warmUp, connections: embeddedConnections, passes });
    if (sample.refused > 0) throw new Error(`${name}: ${sample.refused} requests were not answered with 200`);
    return sample;
  };
  return { name, measure };
}
