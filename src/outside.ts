import { readFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { CliProblem, exit } from './cli/command.ts';
import { openDescription } from './cli/description.ts';
import type { Environment, OpenData, Outside, RunningServer } from './cli/outside.ts';
import { hour } from './domain/calendar.ts';
import type { Credentials } from './operations/first-start.ts';
import { DatabaseUnavailable } from './store/database.ts';
import { askAdmin, type Kept, keepFromAdmin, NobodyListens, readAdminLines } from './system/admin-client.ts';
import { openBackUpWriter, readBackUp } from './system/backup-file.ts';
import {
  type Configuration,
  ConfigurationProblem,
  readConfiguration,
  tellSettings,
  withoutPassword,
} from './system/configuration.ts';
import { readCredentials } from './system/credentials-file.ts';
import { holdsDatabase, readDataFiles, writeDataFiles } from './system/data-files.ts';
import { DataFolderLocked, takeDataLock } from './system/data-lock.ts';
import { FolderOfAnother, refuseFolderOfAnother } from './system/folder-owner.ts';
import { readMoved, writeMoved } from './system/moved.ts';
import { openNewFile } from './system/new-file.ts';
import { packageRoot } from './system/package-root.ts';
import { migrations, version } from './version.ts';

/** Reading or writing everything may take as long as it takes. */
const longest = 6 * hour;
const silent = () => {};

/** All that the command line needs of the world, as it is. */
export function openOutside(): Outside {
  return {
    version,
    migrations,
    describe: openDescription(() => readFileSync(new URL('openapi.json', packageRoot()), 'utf8')),
    settings: tellSettings,
    credentials: (environment) => readCredentials<Credentials>(settingsOf(environment).dataFolder),
    serve: serveHere,
    openData: (environment) => told(() => openForReading(settingsOf(environment))),
    openOwn: (environment) => told(() => openOwn(settingsOf(environment), true)),
    openEmpty: (environment) => told(() => openOwn(settingsOf(environment), false)),
    runningServer: (environment) => runningServer(settingsOf(environment).dataFolder),
    markMoved: (environment, to) =>
      writeMoved(settingsOf(environment).dataFolder, { to: withoutPassword(to), at: new Date().toISOString() }),
    readFiles: (environment) => readDataFiles(settingsOf(environment).dataFolder),
    writeFiles: (environment, files) => writeDataFiles(settingsOf(environment).dataFolder, files),
    openBackUpWriter,
    readBackUp,
    readText: (path) => readText(path),
    openFile,
    openNewFile,
    examine: async (environment) => (await import('./examine.ts')).examine(environment),
  };
}

function settingsOf(environment: Environment): Configuration {
  try {
    return readConfiguration(environment);
  } catch (problem) {
    if (problem instanceof ConfigurationProblem) throw new CliProblem(problem.message, exit.usage);
    throw problem;
  }
}

/** Faults of the outside in the numbers that scripts know. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (problem) {
    if (problem instanceof DataFolderLocked) throw new CliProblem(problem.message, exit.busy);
    if (problem instanceof DatabaseUnavailable) throw new CliProblem(problem.message, codeOf(problem));
    throw problem;
  }
}

/** A role or password that the server refuses stays wrong however often a script comes again. */
function codeOf({ cause }: DatabaseUnavailable): number {
  const refused = ['28000', '28P01'].includes(String((cause as { code?: unknown } | undefined)?.code));
  return refused ? exit.usage : exit.unreachable;
}

async function serveHere(environment: Environment, greet: boolean) {
  try {
    const configuration = settingsOf(environment);
    // What only a server needs is loaded only then: help and completion are to come at once.
    const { serve } = await import('./serve.ts');
    const { greeting, ...serving } = await told(() => serve(configuration));
    if (greet) process.stdout.write(greeting);
    return serving;
  } catch (problem) {
    const code = problem instanceof CliProblem ? problem.code : exit.failed;
    throw new CliProblem(`Passdesk cannot start: ${(problem as Error).message}`, code);
  }
}

async function openLong(configuration: Pick<Configuration, 'databaseUrl' | 'dataFolder'>) {
  const { openDatabase } = await import('./open-database.ts');
  return openDatabase(configuration, { log: silent, longest });
}

/** Opens what nobody else uses: a PostgreSQL database, or an embedded one that nobody serves. */
async function openOwn(configuration: Configuration, mustExist: boolean): Promise<OpenData> {
  const { databaseUrl, dataFolder } = configuration;
  if (databaseUrl !== null) {
    const database = await openLong(configuration);
    return { database, how: 'shared', since: '0', close: () => database.close() };
  }
  // Before the lock, which is a file, too.
  await refuseFolderOfAnother(dataFolder);
  if (mustExist) await refuseMissing(dataFolder);
  const lock = await takeDataLock(dataFolder);
  try {
    await refuseMoved(dataFolder);
    const database = await openLong(configuration);
    const close = async () => {
      await database.close();
      await lock.release();
    };
    return { database, how: 'own', since: '0', close };
  } catch (problem) {
    await lock.release();
    throw problem;
  }
}

/** As `openOwn`; of what a running server holds, a copy that the server makes. */
async function openForReading(configuration: Configuration): Promise<OpenData> {
  try {
    return await openOwn(configuration, true);
  } catch (problem) {
    if (problem instanceof DataFolderLocked || problem instanceof FolderOfAnother) {
      return openCopy(configuration.dataFolder, problem);
    }
    throw problem;
  }
}

/** The server removes the copy when it is released, or when this process ends. */
async function openCopy(dataFolder: string, held: DataFolderLocked | FolderOfAnother): Promise<OpenData> {
  let copy: Kept<{ readonly folder: string; readonly since: string }>;
  try {
    copy = await keepFromAdmin(dataFolder, '/copy');
  } catch (problem) {
    throw problem instanceof NobodyListens || (problem as NodeJS.ErrnoException).code === 'EACCES' ? held : problem;
  }
  const { told, release } = copy;
  try {
    const database = await openLong({ databaseUrl: null, dataFolder: told.folder });
    const close = () => database.close().finally(release);
    return { database, how: 'copy', since: told.since, close };
  } catch (problem) {
    release();
    throw problem;
  }
}

async function refuseMissing(dataFolder: string): Promise<void> {
  if (await holdsDatabase(dataFolder)) return;
  throw new CliProblem(`${dataFolder} holds no database; set DATA_DIR or DATABASE_URL to where the data is`);
}

async function refuseMoved(dataFolder: string): Promise<void> {
  const moved = await readMoved(dataFolder);
  if (moved === null) return;
  throw new CliProblem(`the data of ${dataFolder} moved to ${moved.to} at ${moved.at}; set DATABASE_URL to it`);
}

async function runningServer(dataFolder: string): Promise<RunningServer | null> {
  let status: RunningServer['status'];
  try {
    status = await askAdmin(dataFolder, 'GET', '/status');
  } catch (problem) {
    if (problem instanceof NobodyListens) return null;
    throw problem;
  }
  const query = (values: Record<string, string>) => new URLSearchParams(values).toString();
  return {
    status,
    hold: async () => {
      const { told, release } = await keepFromAdmin<{ readonly token: string }>(dataFolder, '/hold');
      return { token: told.token, letGo: release };
    },
    origin: {
      count: async (table) => {
        const { count } = await askAdmin<{ count: number }>(dataFolder, 'GET', `/count?${query({ table })}`);
        return count;
      },
      rows: (table, { since, keysOnly }) => {
        const wanted = { table, ...(since === undefined ? {} : { since }), ...(keysOnly ? { keysOnly: 'true' } : {}) };
        return readAdminLines(dataFolder, `/rows?${query(wanted)}`);
      },
    },
    moved: async (to, token) => {
      await askAdmin(dataFolder, 'POST', `/moved?${query({ to: withoutPassword(to), token })}`);
    },
  };
}

async function openFile(path: string) {
  if (path === '-') return { size: null, body: Readable.toWeb(process.stdin) as ReadableStream<Uint8Array> };
  const file = await open(path);
  const facts = await file.stat();
  if (facts.isDirectory()) {
    await file.close();
    throw new CliProblem(`${path} is a folder, not a file`, exit.usage);
  }
  return { size: facts.size, body: Readable.toWeb(file.createReadStream()) as ReadableStream<Uint8Array> };
}

async function readText(path: string): Promise<string> {
  if (path !== '-') return readFile(path, 'utf8');
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk as string;
  return text;
}
