/** What `npm start`, `npm test` and `npm run check` need first: a Node that is new enough, packages, a build. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder, with a slash at the end. */
export const root = fileURLToPath(new URL('..', import.meta.url));

const OLDEST_NODE = [20, 19];
const INSTALLED = join(root, 'node_modules', '.package-lock.json');
/** What can be built: the product alone, which a start needs, or everything. */
const PROJECTS = {
  product: { config: 'tsconfig.src.json', folders: ['src'] },
  everything: { config: 'tsconfig.json', folders: ['src', 'test', 'bench'] },
};
const COMPILER = join(root, 'node_modules', 'typescript', 'bin', 'tsc');

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

/** Compiles `product` or `everything` when one of its sources is newer than its last build. */
export function build(what) {
  const { config, folders } = PROJECTS[what];
  // Written after a build without errors; the compiler's own notes are there after a failed one, too.
  const built = join(root, 'dist', `.built-${what}`);
  if (existsSync(built) && newestSource(folders) <= statSync(built).mtimeMs) return;
  console.error('Building …');
  const started = new Date();
  step(process.execPath, [COMPILER, '-p', config]);
  writeFileSync(built, '');
  // A source that was saved while the compiler ran is newer than the build.
  utimesSync(built, started, started);
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
  const own = ['tsconfig.json', 'tsconfig.src.json', 'package-lock.json'].map(
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
