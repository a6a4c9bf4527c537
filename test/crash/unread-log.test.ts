/** FLT-45: nobody reads the log, which is a pipe that is full; requests go on, and a signal still ends the process. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { endWithTests } from '../harness/children.ts';
import { shortLived } from '../harness/short-lived.ts';

const main = new URL('../../src/main.js', import.meta.url).pathname;
/** A line of the log each, and more of them than a pipe holds. */
const refusals = 1_500;

for (const [name, readerLeaves] of [
  ['that is never read', false],
  ['whose reader has left', true],
] as const) {
  test(`a full pipe ${name} holds up neither requests nor the end`, { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'passdesk-log-'));
    const pipe = join(folder, 'log');
    execFileSync('mkfifo', [pipe]);
    const reader = spawn('sh', ['-c', `exec sleep 120 < '${pipe}'`], { stdio: 'ignore' });
    endWithTests(reader);
    const log = openSync(pipe, 'w');
    const environment = { ...process.env, HOST: '127.0.0.1', PORT: '0', DATA_DIR: join(folder, 'data') };
    const child = spawn(process.execPath, [...shortLived, main], {
      env: { ...environment, DATABASE_URL: '' },
      stdio: ['ignore', 'pipe', log],
    });
    closeSync(log);
    endWithTests(child);
    try {
      const ended = once(child, 'exit');
      const baseUrl = await addressOf(child.stdout!);
      for (let sent = 0; sent < refusals; sent += 50) {
        const answers = await Promise.all(Array.from({ length: 50 }, () => askWithBadToken(baseUrl)));
        assert.deepEqual([...new Set(answers)], [401]);
      }
      if (readerLeaves) {
        reader.kill();
        await pause(200);
        assert.equal(await askWithBadToken(baseUrl), 401);
      }
      child.kill('SIGTERM');
      assert.deepEqual(await Promise.race([ended, pause(10_000, 'still there')]), [0, null]);
    } finally {
      child.kill('SIGKILL');
      reader.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of output) {
    text += String(chunk);
    const [address] = /http:\/\/127\.0\.0\.1:[1-9][0-9]*/.exec(text) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error(`it did not start: ${text}`);
}

async function askWithBadToken(baseUrl: string): Promise<number> {
  const answer = await fetch(`${baseUrl}/v2/resources`, { headers: { authorization: 'Bearer no.good.token' } });
  await answer.text();
  return answer.status;
}
