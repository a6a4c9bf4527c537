/** FLT-16 and FLT-17: a disk that fails to write, and one that gives back other bytes than were written. */
import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openEmbedded } from '../../src/store/embedded.ts';
import { runCli } from '../harness/cli.ts';
import { fillDisk, makeImage, mountImage, mountMemory, unmount, whyNoDisks, workFolder } from '../harness/disks.ts';
import { checkInvariants, dataIn, History, isOk } from '../harness/history.ts';
import { type Launched, launch } from '../harness/launch.ts';
import { findPort } from '../harness/ports.ts';
import { fillFolder } from '../harness/templates.ts';
import { ask, issueSpec, redeemSpec, replayAll, sendOnce, type Target, targetOf } from '../harness/traffic.ts';

const work = workFolder('damage');
/** Memory under an image that is larger: once it is full, the disk of the image cannot write any more. */
const under = join(work, 'under');
const disk = join(work, 'disk');
const image = join(under, 'disk.img');
const started: Launched[] = [];
const skip = whyNoDisks(() => {
  mountMemory(under, '300M');
  makeImage(image, '600M');
  mountImage(image, disk);
});

after(async () => {
  for (const product of started) if (product.alive()) await product.end('SIGKILL');
  for (const folder of [disk, under]) unmount(folder);
  rmSync(work, { recursive: true, force: true });
});

async function start(dataFolder: string): Promise<Launched> {
  const product = launch({ dataFolder, port: await findPort() });
  started.push(product);
  await product.ready();
  return product;
}

const targetAt = async (product: Launched): Promise<Target> => targetOf(await product.credentials(), product.baseUrl);

const issueMany = (target: Target, history: History, count: number) =>
  Promise.all(Array.from({ length: count }, () => ask(target, history, issueSpec(2))));

async function inspect(folder: string, history: History): Promise<string[]> {
  const database = await openEmbedded({ folder });
  let statements = 0;
  try {
    return await checkInvariants((text) => database.read({ name: `inspect-${++statements}`, text }, []), history);
  } finally {
    await database.close();
  }
}

test('a disk that fails to write ends the process; nothing acknowledged is lost', {
  skip,
  timeout: 120_000,
}, async (t) => {
  const folder = join(disk, 'passdesk');
  fillFolder(folder);
  const history = new History();
  const product = await start(folder);
  const target = await targetAt(product);
  await issueMany(target, history, 20);
  const empty = fillDisk(under);
  for (let more = 0; more < 2_000 && product.alive(); more += 1) await sendOnce(target, history.begin(issueSpec(1)));
  assert.equal(await product.ended, 1, product.output());
  const [failure] = /could not flush the database to disk: E\w+/.exec(product.output()) ?? [];
  assert.ok(failure, product.output());

  empty();
  unmount(disk);
  mountImage(image, disk);
  const again = await start(folder);
  assert.deepEqual(await replayAll(await targetAt(again), history), []);
  t.diagnostic(`${failure}; ${history.acknowledged().length} changes acknowledged, 0 lost`);
  assert.equal((await again.end()).code, 0);
  assert.deepEqual(await inspect(folder, history), []);
});

/** Turns one bit in the page of the file that holds the text; gives how to turn it back. */
function flipBit(file: string, text: string): () => void {
  const at = readFileSync(file).indexOf(text) + 3;
  assert.ok(at > 3, `${text} is not in ${file}`);
  const turn = () => {
    const descriptor = openSync(file, 'r+');
    const byte = Buffer.alloc(1);
    readSync(descriptor, byte, 0, 1, at);
    writeSync(descriptor, Buffer.of(byte[0]! ^ 1), 0, 1, at);
    closeSync(descriptor);
  };
  turn();
  return turn;
}

async function fileOfPasses(folder: string): Promise<string> {
  const database = await openEmbedded({ folder });
  try {
    const text = `select pg_relation_filepath('passes') as path`;
    const [row] = await database.read<{ path: string }>({ name: 'path', text }, []);
    return join(folder, 'postgres', row!.path);
  } finally {
    await database.close();
  }
}

test('a turned bit in a data file is refused and told, and nothing of its page is served', {
  timeout: 120_000,
}, async () => {
  const folder = join(work, 'passdesk');
  fillFolder(folder);
  const history = new History();
  const first = await start(folder);
  const pass = dataIn((await issueMany(await targetAt(first), history, 1))[0]!);
  assert.equal((await first.end()).code, 0);
  const back = flipBit(await fileOfPasses(folder), pass.extra.ePassId);

  const product = await start(folder);
  const { ready, code } = await readyOf(product);
  assert.deepEqual([code, ready.ok], [200, true]);
  const target = await targetAt(product);
  const use = history.begin(redeemSpec(pass.extra.ePassId));
  const refused = await sendOnce(target, use);
  assert.equal(refused?.status, 503, refused?.text);
  assert.match(refused.text, /"UNAVAILABLE"/);
  const found = await search(product, target, pass.orderId);
  assert.equal(found.status, 503, found.text);
  assert.match(product.output(), /database_damaged/);
  const told = await readyOf(product);
  assert.deepEqual([told.code, told.ready.ok], [200, false]);
  assert.match(told.ready.detail, /invalid page/);
  const doctor = await runCli(['doctor'], { DATA_DIR: folder, PORT: new URL(product.baseUrl).port });
  assert.equal(doctor.code, 1);
  assert.match(doctor.out, /BAD {3}data: is damaged: invalid page/);
  assert.equal((await product.end()).code, 0);

  back();
  const healed = await start(folder);
  await sendOnce(await targetAt(healed), use);
  assert.ok(isOk(use));
  await healed.end();
  assert.deepEqual(await inspect(folder, history), []);
});

async function readyOf({ baseUrl }: Launched) {
  const answer = await fetch(`${baseUrl}/readyz`);
  const { checks } = (await answer.json()) as { checks: { name: string; ok: boolean; detail: string }[] };
  return { code: answer.status, ready: checks.find(({ name }) => name === 'storage')! };
}

async function search({ baseUrl }: Launched, { partner }: Target, orderId: string) {
  const answer = await fetch(`${baseUrl}/v2/orders/ePasses/search`, {
    method: 'POST',
    headers: { authorization: `Bearer ${partner}`, 'content-type': 'application/json' },
    body: JSON.stringify({ orderId }),
  });
  return { status: answer.status, text: await answer.text() };
}
