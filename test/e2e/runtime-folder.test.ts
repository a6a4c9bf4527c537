/**
 * What the image of deploy/Dockerfile runs, without a container engine: its files and its packages in a folder that
 * nobody may write to, started by its own command as another user, looked at by its own health check. And the unit for
 * systemd, examined by systemd's own tool.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Credentials } from '../../src/operations/first-start.ts';
import { dataOf, openClient } from '../harness/client.ts';
import { commandOf, copied, deployFile, healthCheck, lastStage } from '../harness/deploy-files.ts';
import { findPort } from '../harness/ports.ts';

const folder = mkdtempSync(join(tmpdir(), 'passdesk-image-'));
const app = join(folder, 'app');
const data = join(folder, 'data');
after(() => {
  spawnSync('chmod', ['-R', 'u+w', folder]);
  rmSync(folder, { recursive: true, force: true });
});

const isRoot = process.getuid?.() === 0;
/** Whoever owns nothing here; as ourselves when only root may become somebody else. */
const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {};
const needed = process.env.CI === 'true';

/** The files of the image, and the packages that its own `npm ci` installs; false when they cannot be had. */
function assemble(): string | null {
  for (const { from, to } of copied().filter((one) => one.from !== 'node_modules')) {
    mkdirSync(dirname(join(app, to)), { recursive: true });
    cpSync(from, join(app, to), { recursive: true });
  }
  cpSync('package-lock.json', join(app, 'package-lock.json'));
  const flags = ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  const { status, stderr } = spawnSync('npm', flags, { cwd: app, encoding: 'utf8' });
  if (status !== 0) return `the packages cannot be installed: ${stderr.trim().split('\n')[0]}`;
  rmSync(join(app, 'package-lock.json'));
  mkdirSync(data, { mode: 0o700 });
  if (isRoot) chownSync(data, 65_534, 65_534);
  spawnSync('chmod', ['-R', 'a-w,a+rX', app]);
  spawnSync('chmod', ['a+rx,a-w', folder]);
  return null;
}

const filesIn = (path: string) => readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();

function start(environment: NodeJS.ProcessEnv): { child: ChildProcess; printed: () => string } {
  const command = commandOf(lastStage().find(({ word }) => word === 'CMD')!.rest);
  const child = spawn(process.execPath, command.slice(1), { cwd: app, env: environment, ...nobody });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += String(chunk);
    });
  }
  return { child, printed: () => text };
}

/** What the container engine would be told. */
const health = (environment: NodeJS.ProcessEnv) =>
  spawnSync(process.execPath, healthCheck().slice(1), { cwd: app, env: environment, ...nobody }).status;

test('the files of the image serve as another user from a folder that nobody may write to', {
  timeout: 600_000,
}, async (t) => {
  const problem = assemble();
  if (problem !== null && !needed) return t.skip(problem);
  assert.equal(problem, null);
  const before = filesIn(app);
  assert.ok(!before.some((path) => path.startsWith('node_modules/typescript/')), 'no tools are in the image');
  const environment = { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: String(await findPort()), DATA_DIR: data };
  const { child, printed } = start(environment);
  const ended = once(child, 'close');
  while (health(environment) !== 0) {
    assert.equal(child.exitCode, null, printed());
    await pause(200);
  }
  const baseUrl = `http://127.0.0.1:${environment.PORT}`;
  const { partner } = JSON.parse(readFileSync(join(data, 'credentials.json'), 'utf8')) as Credentials;
  const client = await openClient(baseUrl, partner);
  assert.match(dataOf(await client.get('/v2/resources')).resources.transportHubResources[0].resourceId, /^[A-Z]\d+$/);
  assert.match((await client.issue(1)).ePassId, /^1788\d{12}$/);
  assert.equal((await fetch(`${baseUrl}/console`)).status, 200);
  assert.equal((await fetch(`${baseUrl}/docs`)).status, 200);
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null], printed());
  assert.equal(health(environment), 1);
  assert.deepEqual(filesIn(app), before);
  if (isRoot) assert.equal(statSync(join(data, 'credentials.json')).uid, nobody.uid);
});

test('systemd finds nothing wrong with the unit', (t) => {
  const tool = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' });
  if (tool.status !== 0) {
    assert.ok(!needed, 'systemd-analyze is needed when CI=true');
    return t.skip('no systemd-analyze');
  }
  // Node may be elsewhere on this machine.
  const unit = deployFile('passdesk@.service').replace('ExecStart=/usr/bin/node', `ExecStart=${process.execPath}`);
  const path = join(mkdtempSync(join(tmpdir(), 'passdesk-unit-')), 'passdesk@8080.service');
  writeFileSync(path, unit);
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' });
  rmSync(dirname(path), { recursive: true });
  assert.equal(status, 0, stdout + stderr);
  assert.doesNotMatch(stdout + stderr, /passdesk/, stdout + stderr);
  assert.ok(existsSync(process.execPath));
});
