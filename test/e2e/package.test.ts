/** What `npm pack` makes, put into an empty folder as `npm install` would, without asking a registry. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';

const folder = mkdtempSync(join(tmpdir(), 'passdesk-package-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly version: string;
  readonly bin: { readonly passdesk: string };
  readonly dependencies: Readonly<Record<string, string>>;
};

function run(command: string, words: readonly string[], cwd: string): string {
  const environment = { ...process.env, PASSDESK_AS: '', DATA_DIR: '', DATABASE_URL: '' };
  const { status, stdout, stderr, error } = spawnSync(command, words, { cwd, encoding: 'utf8', env: environment });
  assert.equal(status, 0, `${command} ${words.join(' ')}: ${error?.message ?? ''}${stdout}${stderr}`);
  return stdout;
}

/** Only what package.json names is there to be imported. */
function install(): string {
  run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], process.cwd());
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  run('tar', ['xzf', join(folder, `passdesk-${manifest.version}.tgz`), '-C', modules], folder);
  run('mv', ['package', 'passdesk'], modules);
  for (const name of Object.keys(manifest.dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(resolve('node_modules', name), join(modules, name));
  }
  const program = join(modules, 'passdesk', manifest.bin.passdesk);
  run('chmod', ['+x', program], folder);
  symlinkSync(program, join(modules, '.bin', 'passdesk'));
  return join(modules, '.bin', 'passdesk');
}

test('the command works from the package alone', () => {
  const passdesk = install();
  assert.equal(run(passdesk, ['version'], folder).trim(), manifest.version);
  const made = JSON.parse(
    run(passdesk, ['demo', '--once', '--passes', '20', '--port', '0', '--json'], folder),
  ) as object;
  assert.equal((made as { passes: number }).passes, 20);
  const examined = run(passdesk, ['doctor', '--data-dir', 'passdesk-demo'], folder);
  assert.match(examined, /schema: \d+ migrations applied/);
});
