/** What `npm pack` makes, put into an empty folder as `npm install` would, without asking a registry. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly version: string;
  readonly bin: { readonly passdesk: string };
  readonly dependencies: Readonly<Record<string, string>>;
};

/** Runs a command to its end and gives what it printed; fails when it does. */
export function run(command: string, words: readonly string[], cwd: string, more: NodeJS.ProcessEnv = {}): string {
  const env = { ...process.env, PASSDESK_AS: '', DATA_DIR: '', DATABASE_URL: '', ...more };
  const { status, stdout, stderr, error } = spawnSync(command, words, { cwd, encoding: 'utf8', env });
  assert.equal(status, 0, `${command} ${words.join(' ')}: ${error?.message ?? ''}${stdout}${stderr}`);
  return stdout;
}

/** Makes a folder in which only what package.json names is there to be imported, the package itself included. */
export function installPackage(): { readonly folder: string; readonly passdesk: string } {
  const folder = mkdtempSync(join(tmpdir(), 'passdesk-package-'));
  run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], process.cwd());
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  run('tar', ['xzf', join(folder, `passdesk-${manifest.version}.tgz`), '-C', modules], folder);
  run('mv', ['package', 'passdesk'], modules);
  for (const name of Object.keys(manifest.dependencies)) link(folder, name);
  const program = join(modules, 'passdesk', manifest.bin.passdesk);
  run('chmod', ['+x', program], folder);
  symlinkSync(program, join(modules, '.bin', 'passdesk'));
  return { folder, passdesk: join(modules, '.bin', 'passdesk') };
}

/** Installs one more package that is there already. */
export function link(folder: string, name: string): void {
  const place = join(folder, 'node_modules', name);
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(resolve('node_modules', name), place);
}
