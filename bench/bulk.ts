/** Part h: a file of rows against single issues and against COPY, its memory, and what the doors feel of it. */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Bench, Outcome, Target } from './bench.ts';
import { act, issueFile, look, type Receiver, send, wait } from './bulk-client.ts';
import { type Contestant, type Driven, drive, type Result, type Sample, takeTurns } from './contestant.ts';
import { type BenchDatabase, embeddedFolders, newDatabase, sql } from './databases.ts';
import { type HttpServer, load, settle, startHttpServer } from './http.ts';
import { memoryOf } from './machine.ts';

const connections = 64;

/** How many files there have been: the rows of each are its own. */
let files = 0;

/** The same passes made in three ways; COPY gets into an equal database what the file made in the first. */
export async function bulk(bench: Bench): Promise<Outcome> {
  const { bulkRows, embeddedPasses, rounds, profiles } = bench.options;
  bench.say(`filling twice ${embeddedPasses} passes`);
  const database = await newDatabase(bench.server, embeddedPasses);
  const copies = await newDatabase(bench.server, embeddedPasses);
  const server = await startHttpServer('batched', database.url, profiles);
  try {
    await warmUp(bench, server, database);
    const contestants = [
      singles(bench, server, database),
      file(bench, server, database, 'ndjson'),
      copy(bench, database, copies),
      file(bench, server, database, 'csv'),
    ];
    const results = await takeTurns(contestants, rounds, bench.say);
    const large = await largeFile(bench, server, database);
    const notes = [...large.notes, await embeddedNote(bench)];
    const title = `h: bulk issue, files of ${bulkRows} rows (their p50 is the time of the whole file)`;
    return { title, results, targets: [...targetsOf(results), large.target], notes };
  } finally {
    await server.stop();
  }
}

function receiverOf(server: HttpServer, { issuerToken }: { readonly issuerToken: string }): Receiver {
  return { port: server.port, token: issuerToken };
}

/** Every way once, so that none is measured before it is compiled. */
async function warmUp(bench: Bench, server: HttpServer, database: BenchDatabase): Promise<void> {
  const { token, issuerToken, passes } = database;
  const { settle: seconds, bulkRows } = bench.options;
  await settle(server, token, passes, 1);
  await load(server, null, { token: issuerToken, issues: true, seconds, warmUp: 0, connections, passes });
  for (const format of ['ndjson', 'csv'] as const) {
    await issueFile(receiverOf(server, database), { format, name: `warm-${format}`, rows: bulkRows / 4 });
  }
}

function singles(bench: Bench, server: HttpServer, { issuerToken, passes }: Omit<BenchDatabase, 'url'>): Contestant {
  const { seconds, warmUp: before } = bench.options;
  const name = `single issues, ${connections} connections`;
  const plan = { token: issuerToken, issues: true, seconds, warmUp: before, connections, passes };
  const measure = async () => {
    const sample = await load(server, bench.postmaster, plan);
    if (sample.refused > 0) throw new Error(`${name}: ${sample.refused} requests were not answered with 200`);
    return sample;
  };
  return { name, measure };
}

/** From the first byte to the state `done`, by a client that is a process of its own. */
function file(bench: Bench, server: HttpServer, database: BenchDatabase, format: 'ndjson' | 'csv'): Contestant {
  const rows = bench.options.bulkRows;
  const name = `bulk, ${format === 'csv' ? 'CSV' : 'NDJSON'}`;
  const program = new URL('bulk-client.js', import.meta.url).pathname;
  const measure = async () => {
    files += 1;
    const plan = { ...receiverOf(server, database), format, name: `${format}-${files}`, rows };
    const payers = { node: server.pid, postmaster: bench.postmaster };
    const command = [process.execPath, program, JSON.stringify(plan)] as const;
    const sample = await drive(payers, command, {}, (output) => JSON.parse(output) as Driven);
    const [found] = await sql<{ made: number }>(
      database.url,
      `select count(*)::int as made from bulk_references r join passes p using (program_id, pass_id)
        join entries e using (program_id, pass_id) where r.reference like '${plan.name}-%' and e.kind = 'issue'`,
    );
    if (found!.made !== rows) throw new Error(`${name}: ${rows} rows, but ${found!.made} passes`);
    return sample;
  };
  return { name, measure };
}

/** Every table that keeps what a file made, with the rows in question; `made` are the references. */
const tables: readonly [table: string, select: string][] = [
  [
    'holders',
    'select h.* from made join passes p using (program_id, pass_id) join holders h using (program_id, client_user_id)',
  ],
  ['passes', 'select p.* from made join passes p using (program_id, pass_id)'],
  ['entries', 'select e.* from made join entries e using (program_id, pass_id)'],
  ['bulk_references', 'select r.* from made join bulk_references r using (program_id, reference)'],
];

/** The rows that the file just before has made, into the same tables of an equal database: one COPY a table, one COMMIT. */
function copy({ options, server }: Bench, from: BenchDatabase, to: BenchDatabase): Contestant {
  const measure = async () => {
    const name = `ndjson-${files}`;
    const path = (table: string) => join(server.folder, `${name}-${table}`);
    const made = `with made as materialized (select program_id, reference, pass_id from bulk_references
      where program_id = 'DEMO' and reference like '${name}-%')`;
    for (const [table, select] of tables) await sql(from.url, `copy (${made} ${select}) to '${path(table)}'`);
    const start = performance.now();
    await sql(to.url, 'begin', ...tables.map(([table]) => `copy ${table} from '${path(table)}'`), 'commit');
    const took = performance.now() - start;
    const count = `select count(*)::int as made from bulk_references where reference like '${name}-%'`;
    const [found] = await sql<{ made: number }>(to.url, count);
    if (found!.made !== options.bulkRows) throw new Error(`COPY: ${found!.made} rows arrived`);
    const costs = { node: null, postgres: null, driver: null, others: null };
    const { bulkRows: rows } = options;
    return { perSecond: (rows * 1000) / took, p50: took, p99: took, accepted: rows, refused: 0, costs };
  };
  return { name: 'COPY of the same rows', measure };
}

function targetsOf(results: readonly Result[]): Target[] {
  const [single, ndjson, copied, csv] = results as readonly [Result, Result, Result, Result];
  const target = (ours: Result, theirs: Result, required: number) => ({
    letter: 'h',
    what: `rows a second: ${ours.name} / ${theirs.name}`,
    ratio: ours.perSecond / theirs.perSecond,
    required,
    atMost: false,
  });
  return [target(ndjson, single, 3), target(csv, single, 3), target(ndjson, copied, 0.5), target(csv, copied, 0.5)];
}

/**
 * The memory of the server for a file of 10,000 rows and for the largest one, and the doors beside it: at a
 * steady pace alone, while the large file is being sent, and while it is being issued.
 */
async function largeFile(bench: Bench, server: HttpServer, database: BenchDatabase) {
  const { bulkMost: rows, seconds, warmUp: before } = bench.options;
  const receiver = receiverOf(server, database);
  const plan = { token: database.token, seconds, warmUp: before, connections: 16, passes: database.passes, pace: 200 };
  const small = await memoryOf(server.pid, () =>
    issueFile(receiver, { format: 'ndjson', name: 'ten-thousand', rows: 10_000 }),
  );
  const alone = await load(server, null, plan);
  let sending: Sample | null = null;
  let issuing: Sample | null = null;
  let rate = 0;
  const large = await memoryOf(server.pid, async () => {
    const start = performance.now();
    const sent = send(receiver, { format: 'ndjson', name: 'large', rows }, true);
    [sending] = await Promise.all([load(server, null, plan), sent]);
    const { jobId } = await sent;
    await wait(receiver, jobId, 'checked');
    bench.say(`  ${rows} rows arrived and were checked in ${((performance.now() - start) / 1000).toFixed(1)} s`);
    await act(receiver, jobId, 'start');
    const begun = performance.now();
    issuing = await load(server, null, plan);
    rate = ((await look(receiver, jobId)).issued * 1000) / (performance.now() - begun);
    await act(receiver, jobId, 'cancel');
  });
  const tell = (sample: Sample | null) => `p50 ${sample!.p50.toFixed(2)} ms, p99 ${sample!.p99.toFixed(2)} ms`;
  const ratio = large / small;
  const what = `peak memory: ${rows} rows / 10000 rows`;
  return {
    target: { letter: 'h', what, ratio, required: 1.25, atMost: true },
    notes: [
      `Peak resident memory of the server: ${small} MiB with 10,000 rows, ${large} MiB with ${rows}.`,
      `Redemptions at ${plan.pace} a second: alone ${tell(alone)}; while a file arrives ${tell(sending)}; while one is issued, at ${Math.round(rate)} rows a second, ${tell(issuing)}.`,
    ],
  };
}

/** The embedded database, for comparison: single issues and a file. */
async function embeddedNote(bench: Bench): Promise<string> {
  const { embeddedPasses: passes, seconds, bulkRows } = bench.options;
  const { folders, issuerToken } = await embeddedFolders(passes);
  const server = await startHttpServer('batched', folders[0], null);
  try {
    const plan = { token: issuerToken, issues: true, seconds, warmUp: 2, connections, passes };
    const { perSecond } = await load(server, null, plan);
    const rows = Math.round(bulkRows / 4);
    const start = performance.now();
    await issueFile(receiverOf(server, { issuerToken }), { format: 'ndjson', name: 'embedded', rows });
    const bulkPerSecond = (rows * 1000) / (performance.now() - start);
    const ratio = (bulkPerSecond / perSecond).toFixed(2);
    return `Embedded database: ${Math.round(perSecond)} single issues a second, ${Math.round(bulkPerSecond)} rows a second from a file of ${rows}: ${ratio} times.`;
  } finally {
    await server.stop();
    rmSync(dirname(folders[0]), { recursive: true, force: true });
  }
}
