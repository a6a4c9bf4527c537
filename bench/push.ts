/** Part g: what pushing events costs redemptions, how far it lags behind, and how fast a backlog goes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { insertEndpoint, insertSigningKey } from '../src/store/endpoints.ts';
import { openPostgres } from '../src/store/postgres.ts';
import { type Bench, engineNames, httpContestant, type Outcome } from './bench.ts';
import { type Contestant, median, takeTurns } from './contestant.ts';
import { type BenchDatabase, newDatabase, sql } from './databases.ts';
import { type HttpServer, load, settle, startHttpServer } from './http.ts';

const connections = 64;
/** The rate at which the lag is measured. */
const pace = 1_000;
/** A backlog is watched for so many milliseconds at most. */
const longestDrain = 60_000;

/** Redemptions without an endpoint and with one, on equal databases; then the lag at a steady rate. */
export async function push(bench: Bench): Promise<Outcome> {
  const passes = bench.options.embeddedPasses;
  bench.say(`filling twice ${passes} passes`);
  const [quiet, told] = [await newDatabase(bench.server, passes), await newDatabase(bench.server, passes)];
  const receiver = await startReceiver();
  const servers: HttpServer[] = [];
  try {
    await addEndpoint(told, receiver.url);
    for (const [engine, database] of [
      ['batched', quiet],
      ['pushing', told],
    ] as const) {
      const server = await startHttpServer(engine, database.url, bench.options.profiles);
      servers.push(server);
      await settle(server, database.token, passes, bench.options.settle);
    }
    const [plain, pushing] = servers as [HttpServer, HttpServer];
    const drains: number[] = [];
    const shape = { connections, passes };
    const contestants = [httpContestant(bench, plain, quiet, shape), draining(bench, pushing, told, shape, drains)];
    await drained(told.url);
    const results = await takeTurns(contestants, bench.options.rounds, bench.say);
    const [without, having] = results.map(({ perSecond }) => perSecond) as [number, number];
    const lag = await lagAt(bench, pushing, told, passes);
    const notes = [
      `Redemptions while every event is pushed, against none pushed: ${(having / without).toFixed(3)}.`,
      `A backlog goes at ${Math.round(median(drains))} deliveries a second (one endpoint, one process).`,
      `At ${pace} redemptions a second an event is delivered after ${lag.p50} ms (median), ${lag.p99} ms (p99); ${lag.waiting} were waiting at the end.`,
    ];
    return { title: `g: push events, ${passes} passes`, results, targets: [], notes };
  } finally {
    for (const server of servers) await server.stop();
    receiver.stop();
  }
}

/** The contestant that pushes; after each measurement its backlog goes, and how fast is kept in `drains`. */
function draining(
  bench: Bench,
  server: HttpServer,
  database: BenchDatabase,
  shape: { readonly connections: number; readonly passes: number },
  drains: number[],
): Contestant {
  const contestant = httpContestant(bench, server, database, shape);
  const measure = async () => {
    const sample = await contestant.measure();
    drains.push(await drained(database.url));
    return sample;
  };
  return { name: `${engineNames.pushing}, ${shape.connections} connections`, measure };
}

/** Waits until nothing waits; gives how many deliveries a second there were meanwhile. */
async function drained(url: string): Promise<number> {
  const before = await waiting(url);
  const start = performance.now();
  let left = before;
  while (left > 0 && performance.now() - start < longestDrain) {
    await pause(100);
    left = await waiting(url);
  }
  const perSecond = ((before - left) * 1000) / (performance.now() - start);
  await sql(url, 'truncate deliveries, delivery_attempts', 'vacuum (analyze) deliveries', 'checkpoint');
  return perSecond;
}

async function waiting(url: string): Promise<number> {
  const text = `select count(*)::int as waiting from deliveries where state = 'waiting'`;
  const [row] = await sql<{ waiting: number }>(url, text);
  return row!.waiting;
}

interface Lag {
  /** Whole milliseconds from the commit's own clock to the receiver's answer. */
  readonly p50: number;
  readonly p99: number;
  readonly waiting: number;
}

async function lagAt(bench: Bench, server: HttpServer, { url, token }: BenchDatabase, passes: number): Promise<Lag> {
  const { seconds, warmUp } = bench.options;
  await load(server, bench.postmaster, { token, seconds, warmUp, connections: 32, passes, pace });
  const left = await waiting(url);
  const part = (share: number) =>
    `percentile_cont(${share}) within group (order by extract(epoch from a.at - d.created_at) * 1000 + a.milliseconds)`;
  const [row] = await sql<{ p50: number; p99: number }>(
    url,
    `select ${part(0.5)}::int as p50, ${part(0.99)}::int as p99 from deliveries d
      join delivery_attempts a using (program_id, endpoint_id, pass_id, number) where a.succeeded`,
  );
  return { ...row!, waiting: left };
}

async function addEndpoint({ url }: BenchDatabase, address: string): Promise<void> {
  const database = await openPostgres({ url });
  const endpoint = { programId: 'DEMO', endpointId: `ep_${randomBytes(15).toString('base64url')}` };
  const createdAt = Date.now();
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  try {
    await database.transaction(async (transaction) => {
      const row = { ...endpoint, url: address, eventTypes: ['walkin.redemption'], state: 'active' as const };
      await insertEndpoint(transaction, { ...row, pausedReason: null, createdAt });
      const signsFrom = createdAt - 60_000;
      await insertSigningKey(transaction, { ...endpoint, kid: 'bench', ...pair, createdAt, signsFrom });
    });
  } finally {
    await database.close();
  }
}

async function startReceiver(): Promise<{ readonly url: string; stop(): void }> {
  const program = fileURLToPath(new URL('receiver.js', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return { url: `http://127.0.0.1:${Number(line)}/events`, stop: () => void child.kill('SIGINT') };
}
