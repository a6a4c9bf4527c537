/**
 * The worker thread of the embedded database: owns PGlite, takes requests one after another and
 * answers each. It runs apart from HTTP so that both cores are used and so that a hanging database
 * (a full disk can do that) leaves the main thread able to say so.
 */
import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { DurableFiles, durableStartParameters, syncTree, syncUpTo } from './durable-files.ts';
import { maintain } from './embedded-maintenance.ts';
import { EmbeddedSession, type SqlFault, type StatementRequest } from './embedded-session.ts';

/** What the main thread asks. */
export type RequestBody =
  | ({ kind: 'run' } & StatementRequest)
  | { kind: 'commit' | 'rollback' | 'close' }
  | { kind: 'script'; sql: string }
  /** Statements outside any transaction; gives the rows of the last. */
  | { kind: 'alone'; statements: readonly string[] }
  | { kind: 'maintain'; walLimit: number };

export type Request = RequestBody & { readonly id: number };

/** `id` 0 is the answer to the start itself; `failed` comes unasked, right before the thread ends. */
export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly fault: SqlFault }
  | { readonly failed: string };

const port = parentPort!;

/** Ends this thread at once: nothing of the database may run on after this. */
function stop(sentence: string): never {
  port.postMessage({ failed: sentence } satisfies Answer);
  process.exit(1);
}

/** What PostgreSQL printed last: the reason when it does not start. */
let lastWords = 'nothing';

/** PGlite swallows the exits of a dying PostgreSQL and would run on or spin; its last words are on stderr. */
function watchMessages(line: string): boolean {
  lastWords = line;
  if (/\b(PANIC|FATAL): /.test(line)) stop(`PostgreSQL gave up: ${line}`);
  return false;
}

async function openPglite(files: DurableFiles): Promise<PGlite> {
  const pglite = new PGlite({ fs: files, startParams: durableStartParameters, onStderr: watchMessages });
  await pglite.waitReady;
  return pglite;
}

/**
 * A new database is built under another name, flushed and then renamed: a power cut or a kill in
 * between leaves no half-made database behind, only a folder that the next start removes.
 */
async function openFiles(folder: string): Promise<{ pglite: PGlite; files: DurableFiles }> {
  const final = join(folder, 'postgres');
  if (existsSync(final)) {
    // Whatever made it readable for others: whoever reads it has the secrets, whoever writes it the balances.
    chmodSync(final, 0o700);
    // PGlite would quietly build an empty database into a folder that lost its files.
    if (!existsSync(join(final, 'PG_VERSION'))) throw new Error(`the folder ${final} holds no database`);
    const files = new DurableFiles(final, stop);
    return { pglite: await openPglite(files), files };
  }
  const firstCreated = mkdirSync(folder, { recursive: true });
  const unfinished = join(folder, 'postgres.new');
  rmSync(unfinished, { recursive: true, force: true });
  const files = new DurableFiles(unfinished, stop);
  const pglite = await openPglite(files);
  syncTree(unfinished);
  files.moveTo(final);
  syncUpTo(folder, firstCreated === undefined ? folder : dirname(firstCreated));
  return { pglite, files };
}

/** Commits one record and counts the fsyncs it caused; refuses to go on when there were none. */
async function testDurability(session: EmbeddedSession, files: DurableFiles): Promise<number> {
  const before = files.fsyncs;
  await session.script(`select pg_logical_emit_message(true, 'passdesk', 'durability self-test')`);
  const raised = files.fsyncs - before;
  if (raised === 0)
    throw new Error('the durability self-test failed: a commit caused no fsync, so a power cut would lose data');
  return raised;
}

async function serve(session: EmbeddedSession, request: Request): Promise<unknown> {
  switch (request.kind) {
    case 'run':
      return session.run(request);
    case 'commit':
      return session.commit();
    case 'rollback':
      return session.rollback();
    case 'script':
      return session.script(request.sql);
    case 'alone':
      return session.alone(request.statements);
    case 'maintain':
      return maintain(session, request.walLimit);
    case 'close':
      return session.close();
  }
}

function faultOf(error: unknown): SqlFault {
  const fault = error as SqlFault;
  const { message, code, detail, constraint, table, column, schema, position } = fault;
  return { message, code, detail, constraint, table, column, schema, position };
}

async function answer(session: EmbeddedSession, request: Request): Promise<Answer> {
  try {
    return { id: request.id, value: await serve(session, request) };
  } catch (error) {
    return { id: request.id, fault: faultOf(error) };
  }
}

/** Opens the database, proves its durability and then serves requests strictly in order. */
async function start(folder: string): Promise<void> {
  const { pglite, files } = await openFiles(folder);
  const session = new EmbeddedSession(pglite);
  const fsyncsPerCommit = await testDurability(session, files);
  let turn: Promise<unknown> = Promise.resolve();
  port.on('message', (request: Request) => {
    turn = turn.then(async () => port.postMessage(await answer(session, request)));
  });
  port.postMessage({ id: 0, value: fsyncsPerCommit } satisfies Answer);
}

start((workerData as { folder: string }).folder).catch((error: unknown) => {
  const message = `${(error as Error).message} (PostgreSQL said: ${lastWords})`;
  port.postMessage({ id: 0, fault: { ...faultOf(error), message } } satisfies Answer);
});
