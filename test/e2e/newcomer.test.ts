/** The first minutes of a newcomer: a clone, `npm start`, the printed line pasted, a stop, and a start on the same data. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../src/system/package-root.ts';

const here = fileURLToPath(packageRoot());
/** Milliseconds; a build of everything on a busy machine takes its time. */
const longest = 240_000;

interface Running {
  readonly child: ChildProcess;
  readonly printed: () => string;
}

async function npmStart(clone: string): Promise<Running> {
  const { DATABASE_URL: _, DATA_DIR: __, ...environment } = process.env;
  const child = spawn('npm', ['start'], { cwd: clone, env: { ...environment, PORT: '0' }, detached: true });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (printed += String(chunk)));
  const end = Date.now() + longest;
  while (!printed.includes('Issue a pass:') || !/^curl .*'$/m.test(printed)) {
    assert.ok(child.exitCode === null && Date.now() < end, printed);
    await pause(100);
  }
  return { child, printed: () => printed };
}

/** As Ctrl-C does: the signal goes to npm and to what it started. */
async function stop({ child, printed }: Running): Promise<void> {
  const ended = once(child, 'exit');
  process.kill(-child.pid!, 'SIGTERM');
  await ended;
  assert.match(printed(), /"stopped".*"code":0|"code":0.*"stopped"/, printed());
}

test('a fresh clone starts, the printed line issues a pass, and a second start keeps it', {
  timeout: 2 * longest,
}, async (t) => {
  if (!existsSync(join(here, '.git'))) return t.skip('this is no git checkout, so there is nothing to clone');
  const folder = mkdtempSync(join(tmpdir(), 'passdesk-newcomer-'));
  const clone = join(folder, 'passdesk');
  try {
    execFileSync('git', ['clone', '-q', here, clone]);
    // The packages are the registry's; what is to be seen here is what comes after they are there.
    symlinkSync(join(here, 'node_modules'), join(clone, 'node_modules'));
    utimesSync(join(clone, 'package-lock.json'), new Date(0), new Date(0));
    const first = await npmStart(clone);
    const [line] = /^curl .*'$/m.exec(first.printed())!;
    const answer = JSON.parse(execFileSync('bash', ['-c', line], { encoding: 'utf8' }));
    assert.equal(answer.code, 0, JSON.stringify(answer));
    assert.match(answer.data.extra.ePassId, /^1788[0-9]{12}$/);
    assert.equal(statSync(join(clone, 'data', 'credentials.json')).mode & 0o777, 0o600);
    await stop(first);
    const second = await npmStart(clone);
    const [again] = /^curl .*'$/m.exec(second.printed())!;
    const search = again
      .replace('/v2/orders/lounges/ePasses', '/v2/orders/ePasses/search')
      .replace(/-d '.*'$/, `-d '${JSON.stringify({ orderId: answer.data.orderId })}'`);
    const found = JSON.parse(execFileSync('bash', ['-c', search], { encoding: 'utf8' }));
    assert.equal(found.data.extra.ePassId, answer.data.extra.ePassId, JSON.stringify(found));
    await stop(second);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
