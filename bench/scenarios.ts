/** Parts a to d of the issue: all on one database, each a set of contestants and what is promised of them. */
import {
  type Bench,
  bestPgbench,
  hasPgbench,
  httpContestant,
  type Outcome,
  pgbenchContestant,
  type Target,
  withServers,
} from './bench.ts';
import { type Contestant, type Result, takeTurns } from './contestant.ts';
import { sql } from './databases.ts';
import type { Engine } from './http.ts';

const noPgbench = 'pgbench was not found: its rows and targets are missing';

/** The result of the contestant whose name begins so, or undefined when it did not take part. */
function byName(results: readonly Result[], start: string): Result | undefined {
  return results.find(({ name }) => name.startsWith(start));
}

/** A target on throughput, or none when one of the two did not take part. */
function faster(letter: string, required: number, ours: Result | undefined, theirs: Result | undefined): Target[] {
  if (ours === undefined || theirs === undefined) return [];
  const what = `throughput: ${ours.name} / ${theirs.name}`;
  return [{ letter, what, ratio: ours.perSecond / theirs.perSecond, required, atMost: false }];
}

/** Parts a and c: redemptions spread over all passes. */
export async function spread(bench: Bench): Promise<Outcome> {
  const { only, rounds, passes } = bench.options;
  const database = await bench.main();
  const engines: Engine[] = ['batched'];
  if (only.has('a')) engines.push('usual');
  if (only.has('c')) engines.push('ceiling');
  return withServers(bench, engines, database, async (servers) => {
    const contestants: Contestant[] = [];
    for (const engine of engines) {
      const counts = engine === 'ceiling' || !only.has('a') ? [256] : [64, 256];
      for (const connections of counts)
        contestants.push(httpContestant(bench, servers.get(engine)!, database, { connections, passes }));
    }
    if (only.has('a') && hasPgbench(bench)) {
      for (const style of ['plain', 'function'] as const)
        contestants.push(await bestPgbench(bench, database, style, passes));
    }
    await sql(database.url, 'checkpoint');
    const results = await takeTurns(contestants, rounds, bench.say);
    const title = `a, c: redemptions spread over ${passes} passes`;
    const targets = spreadTargets(results);
    return { title, results, targets, notes: only.has('a') && !hasPgbench(bench) ? [noPgbench] : [] };
  });
}

function spreadTargets(results: readonly Result[]): Target[] {
  const find = (start: string) => byName(results, start);
  const against = [64, 256].flatMap((connections) => {
    const ours = find(`Passdesk, ${connections} `);
    return [
      ...faster('a', 2, ours, find('pgbench, plain')),
      ...faster('a', 1.2, ours, find('pgbench, one function')),
      ...faster('a', 6, ours, find(`usual way, ${connections} `)),
    ];
  });
  return [...against, ...faster('c', 0.65, find('Passdesk, 256 '), find('HTTP ceiling, 256 '))];
}

/** Part b: every request on the same pass. */
export async function hotPass(bench: Bench): Promise<Outcome> {
  const database = await bench.main();
  return withServers(bench, ['batched', 'usual'], database, async (servers) => {
    const shape = { connections: 256, passes: 1 };
    const contestants = [...servers.values()].map((server) => httpContestant(bench, server, database, shape));
    if (hasPgbench(bench)) contestants.push(await bestPgbench(bench, database, 'plain', 1));
    await sql(database.url, 'checkpoint');
    const results = await takeTurns(contestants, bench.options.rounds, bench.say);
    const ours = byName(results, 'Passdesk');
    const targets = [
      ...faster('b', 6, ours, byName(results, 'pgbench')),
      ...faster('b', 15, ours, byName(results, 'usual way')),
    ];
    return { title: 'b: one hot pass', results, targets, notes: hasPgbench(bench) ? [] : [noPgbench] };
  });
}

/** Part d: one request at a time. */
export async function loneRequest(bench: Bench): Promise<Outcome> {
  const { rounds, passes } = bench.options;
  const database = await bench.main();
  const shape = { connections: 1, passes };
  return withServers(bench, ['batched', 'usual'], database, async (servers) => {
    const contestants = [...servers.values()].map((server) => httpContestant(bench, server, database, shape));
    if (hasPgbench(bench)) contestants.push(pgbenchContestant(bench, database, 'plain', shape));
    await sql(database.url, 'checkpoint');
    const results = await takeTurns(contestants, rounds, bench.say);
    const ours = byName(results, 'Passdesk')!;
    const theirs = byName(results, 'pgbench');
    const what = `median latency: ${ours.name} / ${theirs?.name}`;
    const targets =
      theirs === undefined ? [] : [{ letter: 'd', what, ratio: ours.p50 / theirs.p50, required: 2, atMost: true }];
    return { title: 'd: a lone request', results, targets, notes: hasPgbench(bench) ? [] : [noPgbench] };
  });
}
