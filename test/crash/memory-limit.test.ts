/** FLT-18: the system gives the process no more memory while many clients make it hold what they send. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { counted, longest } from '../harness/counts.ts';
import { withPostgres } from '../harness/databases.ts';
import { checkInvariants, countsOf, uncleanAnswers } from '../harness/history.ts';
import { type Launched, launch, withSession } from '../harness/launch.ts';
import { findPort } from '../harness/ports.ts';
import { openSocket } from '../harness/raw-http.ts';
import { preparedDatabase } from '../harness/templates.ts';
import { replayAll, startTraffic, targetOf, unanswered } from '../harness/traffic.ts';

/** What is left beyond what the product has when nobody asks it anything. */
const spare = 24 * 2 ** 20;
const hoarders = 4_000;
/** Milliseconds. */
const hoardedFor = counted(8_000, 120_000);
const body = Buffer.alloc(60_000, ' ');
const head = `POST /v2/redemptions HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length + 1}\r\n\r\n`;

/** Its data segment, by the kernel: what RLIMIT_DATA limits. */
function dataOf({ child }: Launched): number {
  const [, kilobytes] = /VmData:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))!;
  return Number(kilobytes) * 1024;
}

/** Sends all of a body but its last byte, again and again, over many connections. */
async function hoard(baseUrl: () => string, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const socket = await openSocket(baseUrl()).catch((): Socket | null => null);
    if (socket === null) {
      await pause(200);
      continue;
    }
    socket.write(head);
    socket.write(body);
    await Promise.race([new Promise((done) => socket.once('close', done)), pause(4_000)]);
    socket.destroy();
  }
}

await withPostgres('a process that gets no more memory', (adminUrl) => {
  test('ends or refuses; whoever starts it again finds all it had acknowledged', { timeout: longest }, async (t) => {
    const databaseUrl = await preparedDatabase(adminUrl);
    const folder = mkdtempSync(join(tmpdir(), 'passdesk-memory-'));
    const where = { dataFolder: folder, port: await findPort(), databaseUrl };
    let current = launch(where);
    await current.ready();
    const mostMemory = dataOf(current) + spare;
    const target = await targetOf(await current.credentials(), current.baseUrl);
    await current.end();
    current = launch({ ...where, mostMemory });
    await current.ready();
    const traffic = startTraffic(target, 8);
    const stop = new AbortController();
    const hoarding = Array.from({ length: hoarders }, () => hoard(() => current.baseUrl, stop.signal));
    const ends: unknown[] = [];
    for (const end = performance.now() + hoardedFor; performance.now() < end; await pause(50)) {
      if (current.alive()) continue;
      ends.push(current.child.signalCode ?? current.child.exitCode);
      current = launch({ ...where, mostMemory });
      await current.ready().catch(() => {});
    }
    stop.abort();
    await Promise.all(hoarding);
    // Whoever looks at what is left has the memory for it.
    await current.end('SIGKILL');
    current = launch(where);
    await current.ready();
    await traffic.stop();
    const { history } = traffic;
    const counts = JSON.stringify(countsOf(history.requests));
    t.diagnostic(
      `${Math.round(mostMemory / 2 ** 20)} MiB; ended by ${ends.join(', ') || 'nothing'}; answers ${counts}`,
    );
    assert.equal(unanswered(history).length, 0);
    assert.deepEqual(uncleanAnswers(history.requests).slice(0, 3), []);
    assert.equal((await replayAll(target, history)).length, 0);
    assert.equal((await current.end()).code, 0, current.output());
    assert.deepEqual((await withSession(databaseUrl, (read) => checkInvariants(read, history))).slice(0, 5), []);
    rmSync(folder, { recursive: true, force: true });
  });
});
