import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from './open-database.ts';
import { examineData, type Finding } from './operations/examine.ts';
import { askAdmin, NobodyListens } from './system/admin-client.ts';
import { baseUrlOf, type Configuration, type Environment, readConfiguration } from './system/configuration.ts';
import { holdsDatabase } from './system/data-files.ts';
import { DataFolderLocked, takeDataLock } from './system/data-lock.ts';
import { FolderOfAnother, refuseFolderOfAnother } from './system/folder-owner.ts';
import { readMoved } from './system/moved.ts';
import { migrations } from './version.ts';

const mebibyte = 1_048_576;
/** Free disk below which the embedded database refuses changes, and below which it is time to look. */
const space = { floor: 64 * mebibyte, low: 1_024 * mebibyte };
const tmpfs = 0x01021994;
const oldestNode = [20, 19] as const;
const patience = 3_000;

const finding = (name: string, state: Finding['state'], detail: string, cure: string | null = null): Finding => ({
  name,
  state,
  detail,
  cure,
});

/** Examines an installation: this machine, the settings, and what they name. Changes nothing. */
export async function examine(environment: Environment): Promise<Finding[]> {
  const node = examineNode();
  let configuration: Configuration;
  try {
    configuration = readConfiguration(environment);
  } catch (problem) {
    return [node, finding('settings', 'bad', (problem as Error).message, 'correct the variable')];
  }
  const settings = finding('settings', 'ok', 'every setting can be used; passdesk config shows them');
  const data =
    configuration.databaseUrl === null ? await examineEmbedded(configuration) : await examineServer(configuration);
  return [node, settings, ...data, await examineDoor(configuration), await examinePublicUrl(configuration)];
}

function examineNode(): Finding {
  const { node } = process.versions;
  const [major, minor] = node.split('.').map(Number) as [number, number];
  const enough = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
  if (!enough) return finding('Node', 'bad', `${node} is too old`, `install Node ${oldestNode.join('.')} or newer`);
  if (major % 2 === 1)
    return finding('Node', 'warn', `${node} is no long-term release`, 'install an even-numbered one');
  return finding('Node', 'ok', node);
}

async function examineServer(configuration: Configuration): Promise<Finding[]> {
  try {
    const database = await openDatabase(configuration, { log: () => {} });
    return await examineData(database, migrations, Date.now).finally(() => database.close());
  } catch (problem) {
    return [finding('database', 'bad', (problem as Error).message, 'start the server, or correct DATABASE_URL')];
  }
}

async function examineEmbedded(configuration: Configuration): Promise<Finding[]> {
  const { dataFolder } = configuration;
  const holds = await holdsDatabase(dataFolder).catch((problem: Error) => problem);
  if (holds instanceof Error) {
    const cure = 'run this as the owner of the data folder, or correct DATA_DIR';
    return [finding('data folder', 'bad', `${dataFolder} cannot be looked into: ${holds.message}`, cure)];
  }
  if (!holds) {
    const cure = 'start Passdesk once, or set DATA_DIR to where the data is';
    return [finding('data folder', 'warn', `${dataFolder} holds no database`, cure)];
  }
  const moved = await readMoved(dataFolder);
  if (moved !== null) {
    return [finding('data folder', 'bad', `its data moved to ${moved.to} at ${moved.at}`, 'set DATABASE_URL to it')];
  }
  const folder = [await examineSpace(dataFolder), examineFsync(dataFolder), await examineCredentials(dataFolder)];
  return [...folder, ...(await examineHeld(configuration))];
}

async function examineSpace(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  return findingOfSpace(bavail * bsize);
}

/** What so many free bytes beside an embedded database mean. */
export function findingOfSpace(free: number): Finding {
  const detail = `${Math.floor(free / mebibyte)} MiB free (changes are refused below ${space.floor / mebibyte})`;
  if (free < space.floor) return finding('disk', 'bad', detail, 'make room, or move the data folder');
  return free < space.low ? finding('disk', 'warn', detail, 'make room soon') : finding('disk', 'ok', detail);
}

/** What no disk does: to keep a block safe from a power cut in so few microseconds. */
const impossiblyFast = 0.005;
const syncs = 10;

/** Writes and flushes a small file: does the file system do it at all, and does it take as long as it must? */
function examineFsync(folder: string): Finding {
  const path = join(folder, `.passdesk-fsync-${process.pid}`);
  try {
    const file = openSync(path, 'w', 0o600);
    const began = performance.now();
    for (let count = 0; count < syncs; count += 1) {
      writeSync(file, Buffer.alloc(4_096, count), 0, 4_096, 0);
      fsyncSync(file);
    }
    const each = (performance.now() - began) / syncs;
    closeSync(file);
    const detail = `a block is flushed to disk in ${each.toFixed(3)} ms`;
    if (each >= impossiblyFast) return finding('fsync', 'ok', detail);
    return finding('fsync', 'warn', `${detail}, which no disk can`, 'do not keep data on tmpfs or with eatmydata');
  } catch (problem) {
    return finding('fsync', 'bad', (problem as Error).message, 'make the data folder writable for this user');
  } finally {
    rmSync(path, { force: true });
  }
}

async function examineCredentials(folder: string): Promise<Finding> {
  const { type } = await statfs(folder);
  if (type === tmpfs)
    return finding('data folder', 'bad', 'lies in memory and is gone after a restart', 'set DATA_DIR to a disk');
  const found = await stat(join(folder, 'credentials.json')).catch(() => null);
  if (found !== null && process.platform !== 'win32' && (found.mode & 0o077) !== 0) {
    return finding(
      'data folder',
      'bad',
      'credentials.json can be read by others',
      `chmod 600 ${join(folder, 'credentials.json')}`,
    );
  }
  return finding('data folder', 'ok', folder);
}

/** Free: it is opened here. Held, or of another user: its server is asked. */
async function examineHeld(configuration: Configuration): Promise<Finding[]> {
  const { dataFolder } = configuration;
  try {
    // Before the lock, which is a file, too.
    await refuseFolderOfAnother(dataFolder);
    const lock = await takeDataLock(dataFolder);
    try {
      const database = await openDatabase(configuration, { log: () => {} });
      const found = await examineData(database, migrations, Date.now).finally(() => database.close());
      return [finding('lock', 'ok', 'nobody holds the data folder'), ...found];
    } finally {
      await lock.release();
    }
  } catch (problem) {
    if (problem instanceof DataFolderLocked || problem instanceof FolderOfAnother)
      return askHolder(dataFolder, problem);
    return [finding('database', 'bad', (problem as Error).message, 'restore a back-up if its files are damaged')];
  }
}

async function askHolder(folder: string, held: DataFolderLocked | FolderOfAnother): Promise<Finding[]> {
  try {
    const { pid, findings } = await askAdmin<{ pid: number; findings: Finding[] }>(folder, 'GET', '/examine');
    return [finding('lock', 'ok', `held by process ${pid}, which answers`), ...findings];
  } catch (problem) {
    const [detail, cure] = held.message.split('; ') as [string, string];
    if (held instanceof FolderOfAnother) return [finding('data folder', 'bad', detail, cure)];
    const why = problem instanceof NobodyListens ? 'and does not answer' : `and says: ${(problem as Error).message}`;
    return [finding('lock', 'bad', `${detail}, ${why}`, 'see its log; restart it')];
  }
}

async function reach(url: string): Promise<{ status: number; text: string } | string> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(patience), redirect: 'manual' });
    return { status: answer.status, text: await answer.text() };
  } catch (problem) {
    const cause = (problem as Error).cause as { code?: string; message?: string } | undefined;
    return cause?.code ?? cause?.message ?? (problem as Error).message;
  }
}

async function examineDoor({ host, port }: Configuration): Promise<Finding> {
  const baseUrl = baseUrlOf(host, port);
  const answer = await reach(`${baseUrl}/readyz`);
  if (typeof answer === 'string') {
    return finding(
      'server',
      'warn',
      `nobody answers at ${baseUrl} (${answer})`,
      'passdesk serve, or set HOST and PORT to where it is',
    );
  }
  if (answer.status === 200) return finding('server', 'ok', `ready at ${baseUrl}`);
  return finding(
    'server',
    'bad',
    `at ${baseUrl} is not ready: ${answer.text.slice(0, 300)}`,
    'see which check is not ok',
  );
}

const isLoopback = (name: string) => /^(localhost|127\..*|\[?::1\]?)$/.test(name);

async function examinePublicUrl({ host, publicUrl }: Configuration): Promise<Finding> {
  const name = 'public address';
  if (publicUrl === null) {
    if (isLoopback(host)) return finding(name, 'ok', 'PUBLIC_URL is not set, and only this machine reaches the server');
    return finding(
      name,
      'warn',
      `PUBLIC_URL is not set, and HOST is ${host}`,
      'set PUBLIC_URL to the address people use',
    );
  }
  const { protocol, hostname } = new URL(publicUrl);
  if (protocol !== 'https:' && !isLoopback(hostname)) {
    const detail = `${publicUrl} is not https: tokens and cookies can be read on the way`;
    return finding(name, 'warn', detail, 'put TLS before it');
  }
  const answer = await reach(`${publicUrl}/livez`);
  const alive = typeof answer !== 'string' && answer.status === 200;
  if (alive) return finding(name, 'ok', `${publicUrl} reaches a Passdesk`);
  const why = typeof answer === 'string' ? answer : `HTTP ${answer.status}`;
  const detail = `${publicUrl} does not reach a Passdesk from here (${why})`;
  return finding(name, 'warn', detail, 'see DNS, proxy and certificate');
}
