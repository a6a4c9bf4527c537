/** `npm run bench`: everything the issue promises about speed, as ratios measured side by side in one run. */
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../test/harness/postgres-server.ts';
import { type Bench, type Outcome, openBench } from './bench.ts';
import { bulk } from './bulk.ts';
import { embedded, growth } from './growth.ts';
import { productFlags } from './http.ts';
import { machineFacts } from './machine.ts';
import { type Letter, type Options, readOptions, usage } from './options.ts';
import { findPgbench } from './pgbench.ts';
import { push } from './push.ts';
import { describe, isMet, writeResults } from './report.ts';
import { reports } from './reports.ts';
import { hotPass, loneRequest, spread } from './scenarios.ts';
import { timing } from './timing.ts';

const mebibyte = 1024 * 1024;

/**
 * Durable as in production. A quarter of the memory for pages; checkpoints only where the bench asks
 * for them, because one that falls into somebody's round by chance would cost him alone.
 */
function serverSettings(): Record<string, string> {
  const buffers = Math.min(8192, Math.max(256, Math.floor(totalmem() / mebibyte / 4)));
  return {
    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    shared_buffers: `${buffers}MB`,
    max_wal_size: '8GB',
    checkpoint_timeout: '30min',
    max_connections: '200',
  };
}

const scenarios: readonly [letters: readonly Letter[], run: (bench: Bench) => Promise<Outcome>][] = [
  [['a', 'c'], spread],
  [['b'], hotPass],
  [['d'], loneRequest],
  [['e'], growth],
  [['f'], embedded],
  [['g'], push],
  [['h'], bulk],
  [['r'], reports],
  [['t'], timing],
];

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(options: Options): Promise<number> {
  const at = new Date();
  const settings = serverSettings();
  const server = await startPostgres({ settings });
  if (server.kind === 'unavailable') throw new Error(`no PostgreSQL: ${server.reason}`);
  const outcomes: Outcome[] = [];
  try {
    const pgbench = findPgbench(server.binaries, join(server.folder, 'pgbench'));
    const facts = {
      ...machineFacts(),
      nodeFlags: productFlags().join(' '),
      postgres: server.version,
      pgbench: pgbench?.version ?? 'not found',
      settings,
      run: { seconds: options.seconds, warmUp: options.warmUp, rounds: options.rounds, small: options.small },
    };
    say(JSON.stringify(facts, null, 2));
    const bench = openBench({ options, server, pgbench, say });
    for (const [letters, run] of scenarios) {
      if (!letters.some((letter) => options.only.has(letter))) continue;
      say(`\n${letters.join(', ')} …`);
      const outcome = await run(bench);
      outcomes.push(outcome);
      say(`\n${describe(outcome)}`);
    }
    const took = `${Math.round((Date.now() - at.getTime()) / 1000)} s`;
    say(`\nWritten to ${writeResults(at, { ...facts, took }, outcomes)} after ${took}`);
  } finally {
    await server.stop('immediate');
  }
  return outcomes.every(({ targets }) => targets.every(isMet)) ? 0 : 2;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === null) say(usage);
  // 2 tells a missed target from a bench that broke.
  else process.exitCode = await main(options);
} catch (problem) {
  process.stderr.write(`${problem instanceof Error ? problem.stack : problem}\n`);
  process.exitCode = 1;
}
