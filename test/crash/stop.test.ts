/** FLT-03 and FLT-37: stopping under load and during the start, starting again, and migrations. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { migrations } from '../../src/product.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { migrate, SchemaMismatch } from '../../src/store/migrate.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { withPostgres } from '../harness/databases.ts';
import { checkInvariants, countsOf, finalAnswer, type Request, uncleanAnswers } from '../harness/history.ts';
import { type Launched, launch } from '../harness/launch.ts';
import { findPort } from '../harness/ports.ts';
import { freshDatabase } from '../harness/postgres-server.ts';
import { replayAll, startTraffic, targetOf, unanswered } from '../harness/traffic.ts';

const work = mkdtempSync(join(tmpdir(), 'passdesk-stop-'));
after(() => rmSync(work, { recursive: true, force: true }));
let folders = 0;
const folder = () => join(work, `data-${++folders}`);

/** Where the data is: a new place each time it is asked for. */
type Place = () => Promise<{ readonly dataFolder: string; readonly databaseUrl?: string }>;

describe('stopping [embedded]', () => stopping(async () => ({ dataFolder: folder() }), 2_500));
await withPostgres('stopping [postgresql]', (adminUrl) =>
  stopping(async () => ({ dataFolder: folder(), databaseUrl: await freshDatabase(adminUrl) }), 1_200),
);

function stopping(place: Place, startTakes: number): void {
  it('under load: 0 in under 10 s, nothing lost, clean answers only', { timeout: 600_000 }, (t) => underLoad(t, place));
  it('clients that say nothing and hang on do not hold it up', { timeout: 600_000 }, (t) => idlers(t, place));
  it('while it starts: 0, and the next start is complete', { timeout: 600_000 }, () =>
    whileStarting(place, startTakes),
  );
}

/**
 * What an attempt may come to when the process stops: an answer, a connection that was never made, or one that
 * only the kernel had made: what is in its queue of newcomers when the door closes is reset, and no server can
 * keep it from that. Anything else would be an answer that was begun and not finished.
 */
function unexplained(requests: readonly Request[]): string[] {
  const newcomers = ['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET'];
  return requests.flatMap(({ kind, lost }) =>
    lost.filter((why) => !newcomers.includes(why)).map((why) => `${kind} ${why}`),
  );
}

/** At most so many of a thousand requests may have met the closing door: the answer 503 is the rule. */
const mostReset = 50;

async function underLoad(t: TestContext, place: Place): Promise<void> {
  const where = { ...(await place()), port: await findPort() };
  let product = launch(where);
  await product.ready();
  const credentials = await product.credentials();
  const target = await targetOf(credentials, product.baseUrl);
  const traffic = startTraffic(target, 32);
  const stops: number[] = [];
  for (let stop = 0; stop < 3; stop += 1) {
    await pause(700);
    const { code, took } = await product.end('SIGTERM');
    assert.equal(code, 0, product.output());
    stops.push(Math.round(took));
    product = launch(where);
    await product.ready();
    assert.deepEqual(await product.credentials(), credentials);
  }
  await traffic.stop();
  const { history } = traffic;
  const counts = JSON.stringify(countsOf(history.requests));
  const different = await replayAll(target, history);
  assert.equal((await product.end()).code, 0);
  const violations = await inspect(where, (read) => checkInvariants(read, history));
  const broken = unexplained(history.requests);
  // The first answer that arrived was a repetition: the change happened, and its own answer was lost.
  const happened = history.requests.filter((request) => request.lost.length > 0 && finalAnswer(request)?.replayed);
  const reset = history.requests.filter(({ lost }) => lost.some((why) => why !== 'ECONNREFUSED')).length;
  t.diagnostic(`stopped in ${stops.join(', ')} ms; answers ${counts}; connections reset ${reset}`);
  t.diagnostic(`changes that happened without their answer: ${happened.length}`);
  assert.equal(unanswered(history).length, 0);
  assert.deepEqual(different.slice(0, 2), []);
  assert.deepEqual(violations.slice(0, 5), []);
  assert.deepEqual(uncleanAnswers(history.requests).slice(0, 3), []);
  assert.ok(Math.max(...stops) < 10_000);
  assert.equal(happened.length, 0);
  assert.deepEqual(broken.slice(0, 5), [], `${broken.length} attempts ended in another way`);
  assert.ok(reset * 1000 <= mostReset * Math.max(1000, history.requests.length), `${reset} connections were reset`);
}

type Read = (sql: string) => Promise<Record<string, unknown>[]>;

async function openPlace({ dataFolder, databaseUrl }: Awaited<ReturnType<Place>>) {
  return databaseUrl === undefined ? openEmbedded({ folder: dataFolder }) : openPostgres({ url: databaseUrl });
}

async function inspect<T>(place: Awaited<ReturnType<Place>>, work: (read: Read) => Promise<T>): Promise<T> {
  const database = await openPlace(place);
  let statements = 0;
  try {
    return await work((text) => database.read({ name: `inspect-${++statements}`, text }, []));
  } finally {
    await database.close();
  }
}

/** A connection without a request, one with half a head, and one with half a body. */
async function idlers(t: TestContext, place: Place): Promise<void> {
  const product = launch({ ...(await place()), port: await findPort() });
  await product.ready();
  const head = 'POST /v2/redemptions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
  for (const said of ['', head, `${head}Content-Length: 100\r\n\r\n{"dpId":`]) {
    const socket = connect(Number(new URL(product.baseUrl).port), '127.0.0.1').on('error', () => {});
    await once(socket, 'connect');
    socket.write(said);
  }
  await pause(100);
  const { code, took } = await product.end('SIGTERM');
  t.diagnostic(`stopped in ${Math.round(took)} ms with ${code}`);
  assert.equal(code, 0, product.output());
  assert.ok(took < 10_000);
}

async function whileStarting(place: Place, startTakes: number): Promise<void> {
  const where = { ...(await place()), port: await findPort() };
  for (let stop = 0; stop < 6; stop += 1) {
    const product = launch(where);
    await untilListening(product);
    await pause((Math.random() * startTakes) / (stop + 1));
    const { code, took } = await product.end('SIGTERM');
    assert.equal(code, 0, product.output());
    assert.ok(took < 10_000);
  }
  const product = launch(where);
  await product.ready();
  const { partner } = await targetOf(await product.credentials(), product.baseUrl);
  const headers = { authorization: `Bearer ${partner}` };
  assert.equal((await fetch(`${product.baseUrl}/v2/resources`, { headers })).status, 200);
  assert.equal((await product.end()).code, 0);
}

/** The signal's handler is there as soon as somebody listens; before, Node itself would end the process. */
async function untilListening({ baseUrl, alive, output }: Launched): Promise<void> {
  for (;;) {
    const reply = await fetch(`${baseUrl}/livez`).catch(() => null);
    if (reply !== null) return void (await reply.text());
    assert.ok(alive(), output());
    await pause(10);
  }
}

describe('migrations [embedded]', () => migrating(async () => ({ dataFolder: folder() })));
await withPostgres('migrations [postgresql]', (adminUrl) =>
  migrating(async () => ({ dataFolder: folder(), databaseUrl: await freshDatabase(adminUrl) })),
);

/** A copy of the released files, to which a test may add. */
function copyMigrations(): string {
  const copy = join(work, `migrations-${++folders}`);
  cpSync(fileURLToPath(migrations), copy, { recursive: true, dereference: true });
  return copy;
}

const migrateAll = (database: Parameters<typeof migrate>[0], files: string) =>
  migrate(database, pathToFileURL(`${files}/`), Date.now());

function migrating(place: Place): void {
  it('a file that was changed after it was applied is refused', () => refusedWith(place, /was changed/, changeFirst));
  it('a database newer than the program is refused', () => refusedWith(place, /newer than this program/, dropNext));
  it('killed on the way, it resumes and is complete', { timeout: 600_000 }, (t) => killedMigration(t, place));
  it('two that migrate at once both succeed, once', { timeout: 600_000 }, () => twoAtOnce(place));
}

const changeFirst = (files: string) => appendFileSync(join(files, '0001_core.sql'), '-- changed\n');
const dropNext = (_files: string, next: string) => rmSync(next);

/** The released files and one more, numbered after them. */
function addNext(sql: string): { readonly files: string; readonly next: string } {
  const files = copyMigrations();
  const last = readdirSync(files).filter((name) => name.endsWith('.sql')).length;
  const next = join(files, `${String(last + 1).padStart(4, '0')}_next.sql`);
  writeFileSync(next, sql);
  return { files, next };
}

async function refusedWith(
  place: Place,
  sentence: RegExp,
  change: (files: string, next: string) => void,
): Promise<void> {
  const { files, next } = addNext('create table next_one (id int);');
  const database = await openPlace(await place());
  try {
    await migrateAll(database, files);
    await migrateAll(database, files);
    change(files, next);
    await assert.rejects(
      migrateAll(database, files),
      (problem: Error) => problem instanceof SchemaMismatch && sentence.test(problem.message),
    );
  } finally {
    await database.close();
  }
}

// Long enough to be hit; the first statement would fail if half of an earlier run had stayed.
const slow = `create table next_one (id int primary key, text text);
  insert into next_one select n, repeat('x', 100) from generate_series(1, 60000) n;
  create index next_one_text on next_one (text, id);`;

const migrateFile = fileURLToPath(
  new URL(`./migrate-process.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url),
);

function startMigrating(where: Awaited<ReturnType<Place>>, files: string) {
  const { dataFolder, databaseUrl } = where;
  const args = databaseUrl === undefined ? ['embedded', dataFolder] : ['postgresql', databaseUrl];
  const child = spawn(process.execPath, [migrateFile, ...args, files], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += String(chunk)));
  const ended = once(child, 'close') as Promise<[number | null]>;
  return { child, ended, has: (word: string) => printed.includes(`${word}\n`) };
}

async function killedMigration(t: TestContext, place: Place): Promise<void> {
  const where = await place();
  const { files } = addNext(slow);
  let killed = 0;
  for (let kill = 0; kill < 5; kill += 1) {
    const { child, ended, has } = startMigrating(where, files);
    while (!has('migrating') && child.exitCode === null) await pause(5);
    await pause(Math.random() * 150);
    if (has('migrated')) break;
    child.kill('SIGKILL');
    await ended;
    killed += 1;
  }
  const last = startMigrating(where, files);
  assert.deepEqual((await last.ended)[0], 0);
  t.diagnostic(`killed ${killed} times on the way`);
  assert.ok(killed > 0);
  assert.equal(await countNext(where), 60_000);
}

async function countNext(where: Awaited<ReturnType<Place>>): Promise<unknown> {
  const [row] = await inspect(where, (read) => read('select count(*)::int as count from next_one'));
  return row?.count;
}

/** On PostgreSQL two processes; one data folder can have only one, so there two calls of one process. */
async function twoAtOnce(place: Place): Promise<void> {
  const where = await place();
  const { files } = addNext(slow);
  if (where.databaseUrl === undefined) {
    const database = await openPlace(where);
    await Promise.all([migrateAll(database, files), migrateAll(database, files)]);
    await database.close();
  } else {
    const both = [startMigrating(where, files), startMigrating(where, files), startMigrating(where, files)];
    for (const { ended } of both) assert.deepEqual((await ended)[0], 0);
  }
  assert.equal(await countNext(where), 60_000);
}
