/**
 * Power cuts: the data folder lies on an ext4 image behind a loop device. Only what was flushed is in
 * the image file; the rest is in the mounted file system's page cache. Stopping the writer and copying
 * the image therefore gives what a disk would hold had the power failed at that instant.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { openEmbedded } from '../../src/store/embedded.ts';
import { readCredentials, writeCredentials } from '../../src/system/credentials-file.ts';
import { readLinkSecret } from '../../src/system/link-secret.ts';
import { counted, longest } from '../harness/counts.ts';
import { makeImage, mountImage, run, unmount, whyNoDisks, workFolder } from '../harness/disks.ts';

type Kind = 'repaired' | 'plain';

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const writerFile = fileURLToPath(new URL(`./power-cut-writer.${extension}`, import.meta.url));
const work = workFolder('power');
const image = join(work, 'disk.img');
const cutImage = join(work, 'cut.img');
const disk = join(work, 'disk');
const recovered = join(work, 'recovered');

// No journal commit and no write-back by timer may slip in while the image is being copied.
const mount = (file: string, on: string) => mountImage(file, on, 'loop,commit=600');

const skip = whyNoDisks(() => {
  makeImage(image, '700M');
  mount(image, disk);
});

before(() => mkdirSync(work, { recursive: true }));
after(() => {
  for (const folder of [recovered, disk]) unmount(folder);
  rmSync(work, { recursive: true, force: true });
});

interface Writing {
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
  /** The ids acknowledged so far. */
  readonly acknowledged: () => number[];
}

function startWriter(kind: Kind, firstId: number, closeAfter: number): Promise<Writing> {
  const args = [writerFile, join(disk, kind), kind, String(firstId), String(closeAfter)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  const ended = new Promise((resolve) => child.once('close', resolve));
  const acknowledged = () => output.split('\n').slice(1, -1).map(Number);
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the writer ended with ${code} before it was ready`)));
    child.stdout!.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.startsWith('ready\n')) resolve({ child, ended, acknowledged });
    });
  });
}

/** Waits until no thread of the process runs on, so that nothing changes after this. */
async function freeze(child: ChildProcess): Promise<void> {
  child.kill('SIGSTOP');
  const tasks = `/proc/${child.pid}/task`;
  const runs = () => existsSync(tasks) && readdirSync(tasks).some((task) => !isStopped(`${tasks}/${task}/stat`));
  while (runs()) await sleep(1);
}

function isStopped(stat: string): boolean {
  const text = readFileSync(stat, 'utf8');
  return 'TtZ'.includes(text.slice(text.lastIndexOf(')') + 2)[0]!);
}

/** Lets a writer run, cuts the power at a random instant and gives the ids acknowledged until then. */
async function cutPower(kind: Kind, firstId: number): Promise<number[]> {
  const cutAfter = 300 + Math.random() * 900;
  // Every third writer is closing its database, which checkpoints, around the time of the cut.
  const closeAfter = Math.random() < 0.33 ? cutAfter - Math.random() * 60 : 60_000;
  const { child, ended, acknowledged } = await startWriter(kind, firstId, closeAfter);
  await sleep(cutAfter);
  await freeze(child);
  run('cp', '--sparse=always', image, cutImage);
  child.kill('SIGKILL');
  await ended;
  return acknowledged();
}

async function readRepaired(): Promise<number[]> {
  const database = await openEmbedded({ folder: join(recovered, 'repaired') });
  try {
    const rows = await database.read<{ id: number }>({ name: 'ids', text: 'select id from kept' }, []);
    return rows.map((row) => row.id);
  } finally {
    await database.close();
  }
}

/** Plain PGlite may not even start after a power cut; then nothing at all was recovered. */
async function readPlain(): Promise<number[]> {
  try {
    const pglite = await PGlite.create(join(recovered, 'plain'));
    const { rows } = await pglite.query<{ id: number }>('select id from kept');
    await pglite.close();
    return rows.map((row) => row.id);
  } catch {
    return [];
  }
}

async function recover(kind: Kind): Promise<Set<number>> {
  mount(cutImage, recovered);
  try {
    return new Set(await (kind === 'repaired' ? readRepaired() : readPlain()));
  } finally {
    unmount(recovered);
    rmSync(cutImage);
  }
}

/** Cuts the power several times; gives how many rows were acknowledged and how many of them were lost. */
async function measure(kind: Kind, cuts: number): Promise<{ acknowledged: number; lost: number }> {
  const total = { acknowledged: 0, lost: 0 };
  for (let cut = 0; cut < cuts; cut += 1) {
    const ids = await cutPower(kind, cut * 1_000_000);
    const kept = await recover(kind);
    total.acknowledged += ids.length;
    total.lost += ids.filter((id) => !kept.has(id)).length;
  }
  return total;
}

/** Makes the database once and puts all of it on the disk, so that the cuts hit running databases. */
async function makeDatabase(kind: Kind): Promise<void> {
  const { ended } = await startWriter(kind, -1_000, 1);
  await ended;
  run('sync', '-f', disk);
}

const cuts = counted(4, 20);

test(`no acknowledged transaction is lost in ${cuts} power cuts`, { skip, timeout: longest }, async (t) => {
  await makeDatabase('repaired');
  const { acknowledged, lost } = await measure('repaired', cuts);
  t.diagnostic(`repaired: ${cuts} power cuts, ${acknowledged} acknowledged, ${lost} lost`);
  assert.ok(acknowledged > 20 * cuts, `only ${acknowledged} transactions were acknowledged, too few to mean anything`);
  assert.equal(lost, 0);
});

test('what the first start writes beside the database outlives a power cut', { skip, timeout: 60_000 }, async () => {
  run('sync', '-f', disk);
  const folder = join(disk, 'installation', 'data');
  await writeCredentials(folder, { partner: { secret: 'in force' } });
  const secret = await readLinkSecret(folder);
  run('cp', '--sparse=always', image, cutImage);
  mount(cutImage, recovered);
  try {
    const kept = join(recovered, 'installation', 'data');
    assert.deepEqual(await readCredentials(kept), { partner: { secret: 'in force' } });
    assert.equal(await readLinkSecret(kept), secret);
  } finally {
    unmount(recovered);
    rmSync(cutImage);
  }
});

test('plain PGlite loses acknowledged rows, so this test can fail', { skip, timeout: 300_000 }, async (t) => {
  await makeDatabase('plain');
  const { acknowledged, lost } = await measure('plain', 2);
  t.diagnostic(`plain: 2 power cuts, ${acknowledged} acknowledged, ${lost} lost`);
  assert.ok(lost > 0);
});
