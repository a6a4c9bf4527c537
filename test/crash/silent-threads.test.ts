/**
 * Node's own threads stop for good while everything else goes on: /readyz and the log say so, and the process ends,
 * so that whoever watches over it starts a new one.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { goneAfter, silentAfter } from '../../src/system/thread-watch.ts';
import { openClient } from '../harness/client.ts';
import { launch } from '../harness/launch.ts';
import { findPort } from '../harness/ports.ts';

/** Opening a pipe that nobody writes to holds a thread for ever. By default Node has four. */
const holdThreads = (pipe: string) => `
  import { open } from 'node:fs';
  process.on('SIGUSR2', () => { for (let held = 0; held < 4; held += 1) open(${JSON.stringify(pipe)}, 'r', () => {}); });`;

test('threads that are silent for good', { timeout: 150_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'passdesk-threads-'));
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const dataFolder = join(folder, 'data');
  const port = await findPort();
  const product = launch({ dataFolder, port, preload: holdThreads(pipe) });
  try {
    await product.ready();
    const { partner } = await product.credentials();
    const client = await openClient(product.baseUrl, partner);
    const { reply } = await client.issue(1);
    assert.equal(reply.status, 200);
    product.child.kill('SIGUSR2');
    const held = performance.now();
    let last: Readiness | null = null;
    while (last?.status !== 'not ready' && performance.now() - held < 3 * silentAfter) {
      await pause(200);
      last = await readinessOf(product.baseUrl);
    }
    assert.match(last?.checks[0]?.detail ?? '', /^the threads that sign and read files have been silent for \d+ s$/);
    assert.ok(performance.now() - held > silentAfter - 1_000, 'threads that are busy for seconds are not silent');
    // Not an exit, which would wait for the threads.
    assert.equal(await Promise.race([product.ended, pause(3 * goneAfter, 'still there', { ref: false })]), null);
    assert.equal(product.child.signalCode, 'SIGKILL');
    assert.match(
      product.output(),
      /"detail":"the threads that sign and read files have been silent for 3\d s","msg":"stopping"/,
    );

    const next = launch({ dataFolder, port });
    await next.ready();
    const again = await openClient(next.baseUrl, partner);
    const found = await again.post('/v2/orders/ePasses/search', { orderId: reply.json.data.orderId });
    assert.equal(found.status, 200, 'what was acknowledged is there');
    assert.equal((await next.end()).code, 0);
  } finally {
    product.child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});

test('who is told to stop just then ends, too', { timeout: 60_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'passdesk-threads-'));
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const product = launch({ dataFolder: join(folder, 'data'), port: await findPort(), preload: holdThreads(pipe) });
  try {
    await product.ready();
    product.child.kill('SIGUSR2');
    await pause(1_000);
    product.child.kill('SIGTERM');
    assert.equal(await Promise.race([product.ended, pause(40_000, 'still there', { ref: false })]), null);
  } finally {
    product.child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Namespaces of processes are given to root, and not in every container. */
const noNamespaces =
  spawnSync('unshare', ['--pid', '--fork', 'true']).status !== 0 && 'no namespace of processes can be made here';

test('the first process of a container ends itself', { skip: noNamespaces, timeout: 30_000 }, async () => {
  const file = new URL('../../src/system/end-at-once.js', import.meta.url).href;
  const script = `import(${JSON.stringify(file)}).then(({ endAtOnce }) => endAtOnce())`;
  const child = spawn('unshare', ['--pid', '--fork', '--kill-child', process.execPath, '-e', script], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += String(chunk)));
  const [code, signal] = await Promise.race([once(child, 'exit'), pause(15_000, ['still there'], { ref: false })]);
  child.kill('SIGKILL');
  assert.doesNotMatch(said, /unshare/);
  assert.ok(signal !== null || code > 128, `${code} ${signal}: ${said}`);
});

test('a last line that nobody reads keeps the process for half a second', { timeout: 30_000 }, async () => {
  const file = new URL('../../src/system/log.js', import.meta.url).href;
  // Until the pipe is full: then it is held there, or told so, as the pipe is made.
  const script = `
    import { Worker } from 'node:worker_threads';
    import { openLog } from ${JSON.stringify(file)};
    const fill = "const { writeSync } = require('node:fs'); for (;;) writeSync(2, 'x'.repeat(4096))";
    new Worker(fill, { eval: true, execArgv: [] }).on('error', () => {});
    setTimeout(async () => {
      await openLog().logApart('error', 'stopping', {});
      process.kill(process.pid, 'SIGKILL');
    }, 500);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  assert.deepEqual(await Promise.race([ended, pause(15_000, 'still there', { ref: false })]), [null, 'SIGKILL']);
});

/** Null when there is no answer: some of the checks read files. */
async function readinessOf(baseUrl: string): Promise<Readiness | null> {
  try {
    const answer = await fetch(`${baseUrl}/readyz`, { signal: AbortSignal.timeout(1_000) });
    return (await answer.json()) as Readiness;
  } catch {
    return null;
  }
}

interface Readiness {
  readonly status: string;
  readonly checks: readonly { readonly name: string; readonly detail: string }[];
}
