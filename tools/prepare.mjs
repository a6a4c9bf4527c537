/** What `npm start`, `npm test` and `npm run check` need first: a Node that is new enough, packages, a build. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder, with a slash at the end. */
export const root = fileURLToPath(new URL('..', import.meta.url));

const OLDEST_NODE = [20, 19];
const INSTALLED = join(root, 'node_modules', '.package-lock.json');
const COMPILER = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const PACKER = join(root, 'tools', 'pack-typebox.mjs');
/** What can be built, and the folders it is built from: the server alone, the client's types, the server with tests and bench, the pages. */
const PROJECTS = {
  product: { commands: [[COMPILER, '-p', 'tsconfig.src.json'], [PACKER]], folders: ['src'] },
  client: {
    commands: [[COMPILER, '-p', 'tsconfig.client.json']],
    folders: ['src/client', 'src/contract', 'src/domain'],
  },
  everything: { commands: [[COMPILER, '-p', 'tsconfig.json'], [PACKER]], folders: ['src', 'test', 'bench'] },
  web: { commands: [[join(root, 'tools', 'build-web.mjs')]], folders: ['web', 'tools', 'src/contract', 'src/domain'] },
};

/** Leaves the process with one sentence when Node is too old. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  console.error(`Passdesk needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/** Installs the packages when they are missing or older than the lock file. */
export function install() {
  const lock = join(root, 'package-lock.json');
  if (existsSync(INSTALLED) && statSync(INSTALLED).mtimeMs >= statSync(lock).mtimeMs) return;
  console.error('Installing packages (npm ci) …');
  step('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { shell: process.platform === 'win32' });
}

/** Builds those of the projects that have a source newer than their last build, at the same time. */
export async function build(...names) {
  const stale = names.filter((name) => !isBuilt(name));
  if (stale.length === 0) return;
  console.error('Building …');
  await Promise.all(stale.map(buildOne));
}

// Written after a build without errors; the compiler's own notes are there after a failed one, too.
const markOf = (name) => join(root, 'dist', `.built-${name}`);

function isBuilt(name) {
  return existsSync(markOf(name)) && newestSource(PROJECTS[name].folders) <= statSync(markOf(name)).mtimeMs;
}

async function buildOne(name) {
  const started = new Date();
  for (const command of PROJECTS[name].commands) {
    const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 2, 2] });
    const [code] = await once(child, 'exit');
    if (code !== 0) process.exit(code ?? 1);
  }
  writeFileSync(markOf(name), '');
  // A source that was saved while the build ran is newer than it.
  utimesSync(markOf(name), started, started);
}

/** The compiled files of the tests whose source path holds one of `filters` (all without any), sorted. */
export function testFiles(filters) {
  const sources = readdirSync(join(root, 'test'), { recursive: true }).map((path) => join('test', path));
  return sources
    .filter((path) => path.endsWith('.test.ts'))
    .filter((path) => filters.length === 0 || filters.some((filter) => path.includes(filter)))
    .map((path) => join('dist', path.replace(/\.ts$/, '.js')))
    .sort();
}

/** Runs a command in the repository's folder, its output on stderr; leaves the process when it fails. */
function step(command, parameters, options = {}) {
  const { status, error } = spawnSync(command, parameters, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (error) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

function newestSource(folders) {
  const own = ['tsconfig.json', 'tsconfig.src.json', 'tsconfig.client.json', 'package-lock.json'].map(
    (name) => statSync(join(root, name)).mtimeMs,
  );
  return Math.max(...own, ...folders.map((name) => newestIn(join(root, name))));
}

// A folder counts too: its time tells of a file that was removed.
function newestIn(folder) {
  if (!existsSync(folder)) return 0;
  const entries = readdirSync(folder, { withFileTypes: true });
  const times = entries.map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? newestIn(path) : statSync(path).mtimeMs;
  });
  return Math.max(statSync(folder).mtimeMs, ...times);
}
