/** One process per data folder: the living keep it, the dead lose it, and of many heirs one wins. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DataFolderLocked, takeDataLock } from '../../src/system/data-lock.ts';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const holderFile = fileURLToPath(new URL(`./data-lock-holder.${extension}`, import.meta.url));
const linuxOnly = process.platform === 'linux' ? false : 'process start times are read from /proc';

let folder: string;
let children: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'passdesk-lock-'));
  children = [];
});

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Taker {
  readonly child: ChildProcess;
  readonly said: string;
}

function startTaker(): Promise<Taker> {
  const child = spawn(process.execPath, [holderFile, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  return new Promise((resolve) => {
    child.stdout!.once('data', (chunk: Buffer) => resolve({ child, said: chunk.toString().trim() }));
  });
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

test('a second process is refused and told who holds the folder', async () => {
  const { child, said } = await startTaker();
  assert.equal(said, 'taken');
  // Age must not matter: a holder may live for years.
  utimesSync(join(folder, 'passdesk.lock'), 0, 0);
  await assert.rejects(takeDataLock(folder), (error: Error) => {
    assert.ok(error instanceof DataFolderLocked);
    const who = `is in use by process ${child.pid}; stop it first or set DATA_DIR to another folder`;
    assert.equal(error.message, `data folder ${folder} ${who}`);
    return true;
  });
});

test('the lock of a killed process is taken over and can be released', async () => {
  const { child } = await startTaker();
  await kill(child);
  const lock = await takeDataLock(folder);
  assert.equal(JSON.parse(readFileSync(join(folder, 'passdesk.lock'), 'utf8')).pid, process.pid);
  await lock.release();
  assert.deepEqual(readdirSync(folder), []);
});

test('a re-used pid is not taken for the dead holder', { skip: linuxOnly }, async () => {
  const stranger = { pid: process.ppid, started: 'another boot:1', token: 'left-behind' };
  writeFileSync(join(folder, 'passdesk.lock'), JSON.stringify(stranger));
  await (await takeDataLock(folder)).release();
});

test('a holder in another container is seen by its socket, and gone with it', async () => {
  const { child } = await startTaker();
  // What another pid namespace makes of it: the pid is nobody's there, or somebody else's.
  const path = join(folder, 'passdesk.lock');
  const written = JSON.parse(readFileSync(path, 'utf8'));
  for (const seen of [
    { ...written, pid: 2 ** 22 + 1 },
    { ...written, pid: process.ppid, started: 'another boot:1' },
  ]) {
    writeFileSync(path, JSON.stringify(seen));
    await assert.rejects(takeDataLock(folder), (error: Error) => {
      assert.ok(error instanceof DataFolderLocked);
      assert.match(error.message, new RegExp(`in use by process ${seen.pid} of another container; stop it first`));
      return true;
    });
  }
  child.kill('SIGSTOP');
  const third = await startTaker();
  assert.match(third.said, /in use by process/);
  if (third.child.exitCode === null) await once(third.child, 'exit');
  await kill(child);
  await (await takeDataLock(folder)).release();
  assert.deepEqual(readdirSync(folder), []);
});

test('a folder with a long path can be locked', async () => {
  const long = join(folder, 'x'.repeat(120));
  const lock = await takeDataLock(long);
  await assert.rejects(takeDataLock(long), DataFolderLocked);
  await lock.release();
  assert.deepEqual(readdirSync(long), []);
});

test('the same process cannot take one folder twice', async () => {
  const lock = await takeDataLock(folder);
  await assert.rejects(takeDataLock(folder), DataFolderLocked);
  await lock.release();
  await (await takeDataLock(folder)).release();
});

test('release leaves a lock alone that is no longer ours', async () => {
  const lock = await takeDataLock(folder);
  const other = JSON.stringify({ pid: 1, started: null, token: 'somebody else' });
  writeFileSync(join(folder, 'passdesk.lock'), other);
  await lock.release();
  assert.equal(readFileSync(join(folder, 'passdesk.lock'), 'utf8'), other);
});

test('a damaged lock file is refused, not overwritten', async () => {
  writeFileSync(join(folder, 'passdesk.lock'), '');
  await assert.rejects(takeDataLock(folder), /is damaged/);
});

test('of twenty processes racing for a dead holder exactly one wins', async () => {
  const { child } = await startTaker();
  await kill(child);
  const takers = await Promise.all(Array.from({ length: 20 }, startTaker));
  const winners = takers.filter(({ said }) => said === 'taken');
  assert.equal(winners.length, 1);
  const refusal = `is in use by process ${winners[0]!.child.pid};`;
  for (const { said } of takers) assert.ok(said === 'taken' || said.includes(refusal), said);
});
