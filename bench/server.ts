/**
 * The product's own server with one of five engines behind the same door, for measuring side by
 * side: `batched` is the product, `usual` runs one plain transaction per request on a pool of 16,
 * `single` runs the product's own batches with one command each, `ceiling` answers a constant of the
 * same size, `pushing` is the product that may push its events to this machine. Takes the engine and
 * the database on its arguments; prints its port.
 */
import pg from 'pg';
import { success } from '../src/contract/answer.ts';
import { openMetrics } from '../src/http/metrics.ts';
import { openServer } from '../src/http/server.ts';
import type { Command } from '../src/operations/command.ts';
import type { GroupCommit } from '../src/operations/group-commit.ts';
import type { World } from '../src/operations/world.ts';
import { migrations, openWorld, serveProduct } from '../src/product.ts';
import type { Database } from '../src/store/database.ts';
import { openEmbedded } from '../src/store/embedded.ts';
import { openPostgres } from '../src/store/postgres.ts';
import { readAllowance } from '../src/system/addresses.ts';
import { ids } from '../src/system/ids.ts';
import { openPost } from '../src/system/post.ts';
import { constantAnswer, usualCommit } from './engines.ts';

const [, , engine, place] = process.argv as [string, string, string, string];

function open(): Promise<Database> {
  if (place.startsWith('postgres')) return openPostgres({ url: place });
  return openEmbedded({ folder: place });
}

function commitOf(world: World): GroupCommit {
  if (engine === 'usual') return usualCommit(new pg.Pool({ connectionString: place, max: 16 }), world.clock);
  if (engine === 'single') return singleCommit(world);
  if (engine === 'ceiling') return constantCommit();
  return world.commit;
}

/** The product's own batch code with one command a transaction, for the embedded database. */
function singleCommit(world: World): GroupCommit {
  return { ...world.commit, submit: (command) => runAlone(world, command) };
}

async function runAlone(world: World, command: Command) {
  const { runBatch } = await import('../src/operations/batch.ts');
  const [outcome] = await runBatch(world.database, [command], {
    now: world.clock.now,
    proving: () => {},
    trusting: true,
  });
  if (outcome !== undefined && 'answer' in outcome) return outcome.answer;
  throw new Error('fault');
}

function constantCommit(): GroupCommit {
  const answer = success(constantAnswer);
  return { submit: () => Promise.resolve(answer), depth: () => 0, drained: () => Promise.resolve() };
}

const database = await open();
const log = () => {};
const sending = engine === 'pushing' ? { post: openPost(readAllowance('127.0.0.1/32')) } : {};
const { world: opened } = await openWorld({ database, clock: { now: Date.now }, ids, log, ...sending });
const world = { ...opened, commit: commitOf(opened) };
const server = openServer(log);
const metrics = openMetrics(() => world.commit.depth());
serveProduct(server, {
  world: () => world,
  state: () => ({ ready: true, detail: 'bench' }),
  metrics,
  migrations,
  baseUrl: () => '',
});
await server.listen({ host: '127.0.0.1', port: 0 });
const address = server.server.address();
process.stdout.write(`${address !== null && typeof address === 'object' ? address.port : 0}\n`);
process.on('SIGINT', () => process.exit(0));
